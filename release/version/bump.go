// SPDX-License-Identifier: Apache-2.0

package version

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/release/notes"
)

// bump is which number rises.
type bump int

const (
	patch bump = iota
	minor
	major
)

func (b bump) String() string { return []string{"patch", "minor", "major"}[b] }

// bumpOf is the highest bump among the changes that take effect, with a reason
// for each change that calls for it.
func bumpOf(changes []notes.Change, zero bool) (bump, []string) {
	effective, _ := notes.Effective(changes)
	highest := patch
	reasons := map[bump][]string{}
	for _, c := range effective {
		b, why := bumpOfOne(c)
		if b == major && zero {
			b, why = minor, why+", and before v1.0.0 a breaking change makes a minor"
		}
		highest = max(highest, b)
		if why != "" {
			reasons[b] = append(reasons[b], fmt.Sprintf("%s, because %s %s", b, c.Name(), why))
		}
	}
	slices.Sort(reasons[highest])
	if highest == patch {
		return patch, []string{"patch, because nothing that was merged is a feature or breaks"}
	}
	return highest, reasons[highest]
}

// bumpOfOne is what c calls for, as far as it may: a machine's labels and
// other people's release notes can't decide that users of this module must
// change something. A maintainer who thinks so asks for the version.
func bumpOfOne(c notes.Change) (bump, string) {
	b, why := claimed(c)
	switch {
	case b == major && c.Bot:
		return minor, why + ", but a bot's change makes no major"
	case b == major && vendored(c.Paths):
		return minor, why + ", but a change of vendored code alone makes no major"
	}
	return b, why
}

// claimed is what c says about itself.
func claimed(c notes.Change) (bump, string) {
	kinds := c.KindsOf()
	for _, k := range kinds {
		if k == "breaking" || k == "api-change" {
			return major, "is kind/" + k
		}
	}
	if c.Number > 0 && c.ActionRequired() {
		return major, "says that action is required"
	}
	for _, k := range kinds {
		if k == "feature" || k == "deprecation" {
			return minor, "is kind/" + k
		}
	}
	if len(kinds) > 0 || c.Bot || vendored(c.Paths) {
		return patch, ""
	}
	return conventional(c)
}

var (
	// https://www.conventionalcommits.org/en/v1.0.0/#specification
	reSubject = regexp.MustCompile(`^([a-zA-Z]+)(\([^()\r\n]+\))?(!)?: \S`)
	reFooter  = regexp.MustCompile(`^[A-Za-z-]+(: | #)\S`)
)

// conventional reads the subject and the footers of a change's own message.
// What a body quotes, such as the notes of a dependency, is prose: only the
// last paragraph, if every line in it is a footer or goes on with one, counts.
func conventional(c notes.Change) (bump, string) {
	subject := strings.TrimSpace(c.Title)
	m := reSubject.FindStringSubmatch(subject)
	if m == nil {
		return patch, ""
	}
	switch {
	case m[3] == "!":
		return major, fmt.Sprintf("has the subject %q", subject)
	case breakingFooter(c.Message):
		return major, "has a BREAKING CHANGE footer in its own message"
	case strings.EqualFold(m[1], "feat"):
		return minor, fmt.Sprintf("has the subject %q", subject)
	}
	return patch, ""
}

func breakingFooter(message string) bool {
	paragraphs := strings.Split(strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n")), "\n\n")
	if len(paragraphs) < 2 {
		return false
	}
	found := false
	for i, line := range strings.Split(paragraphs[len(paragraphs)-1], "\n") {
		breaking := strings.HasPrefix(line, "BREAKING CHANGE: ") || strings.HasPrefix(line, "BREAKING-CHANGE: ")
		continued := i > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"))
		if !breaking && !continued && !reFooter.MatchString(line) {
			return false
		}
		found = found || breaking
	}
	return found
}

// vendored reports whether a change touches other people's code only.
func vendored(paths []string) bool {
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(p string) bool {
		return !strings.HasPrefix(p, "vendor/") && !strings.Contains(p, "/vendor/") && p != "go.mod" && p != "go.sum"
	})
}
