// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/mod/semver"
)

// The label of the issue that tracks a release, and what its text begins with.
const TrackingLabel = "release/tracking"

var trackingMarker = regexp.MustCompile(`^\s*<!-- lanner:release (v[0-9A-Za-z.+-]{1,100}) -->`)

// progress is a tracking issue, read.
type progress struct {
	version     string
	issue       Release
	done, total int
	next        string // the first step that is not done
}

// release obeys /release status and /release status VERSION. The answer is
// public, so anybody may ask.
func (d *decision) release(r Remark, args []string) bool {
	if len(args) == 0 || len(args) > 2 || !strings.EqualFold(args[0], "status") {
		return false
	}
	var open []progress
	for _, issue := range d.in.Releases {
		if p, ok := readTracking(issue); ok && (len(args) == 1 || p.version == args[1]) {
			open = append(open, p)
		}
	}
	slices.SortStableFunc(open, func(a, b progress) int { return semver.Compare(b.version, a.version) })
	wanted := ""
	if len(args) == 2 {
		wanted = args[1]
	}
	d.reply(r.Ref, sayReleases(wanted, open))
	return true
}

// checklists parses GitHub's task lists. Parsing does not change it.
var checklists = goldmark.New(goldmark.WithExtensions(extension.TaskList)).Parser()

// readTracking reads a tracking issue. People edit those by hand: what has no
// marker is none, and a checklist is counted as it is.
func readTracking(issue Release) (progress, bool) {
	m := trackingMarker.FindStringSubmatch(issue.Body)
	if m == nil || !semver.IsValid(m[1]) {
		return progress{}, false
	}
	p := progress{version: m[1], issue: issue}
	src := []byte(issue.Body[:min(len(issue.Body), 64<<10)])
	// Walk's callback fails only if ours does.
	_ = ast.Walk(checklists.Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		box, ok := n.(*extast.TaskCheckBox)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		p.total++
		if box.IsChecked {
			p.done++
		} else if p.next == "" {
			p.next = plainText(box.Parent(), src)
		}
		return ast.WalkContinue, nil
	})
	return p, true
}

func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	// Walk's callback fails only if ours does.
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(src))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
