// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/release/notes"
)

// reMerge is what GitHub writes as the subject of a merge.
// https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
var reMerge = regexp.MustCompile(`^Merge pull request #([1-9][0-9]{0,8}) from ([^\s/]+)/(\S+)$`)

// merged is what the subject of a merge tells.
type merged struct {
	number      int // 0: it is no merge of a pull request
	owner, head string
}

// mergeOf reads the subject of a merge.
func mergeOf(c *commit) merged {
	if c.parents < 2 {
		return merged{}
	}
	m := reMerge.FindStringSubmatch(c.subject())
	if m == nil {
		return merged{}
	}
	return merged{number: number(m[1]), owner: m[2], head: m[3]}
}

// squashOf takes the subject of a squash merge apart: GitHub appends " (#12)".
// Only at the end is it GitHub's word, elsewhere "#12" is prose. It is read by
// hand, because every commit is: a regular expression would cost as much as
// git does.
func squashOf(subject string) (title string, n int) {
	rest, ok := strings.CutSuffix(subject, ")")
	at := strings.LastIndex(rest, "(#")
	if !ok || at < 0 {
		return subject, 0
	}
	n = number(rest[at+2:])
	title = strings.TrimSpace(rest[:at])
	if n == 0 || title == "" {
		return subject, 0
	}
	return title, n
}

// number reads the number of a pull request; 0 if it is none.
func number(digits string) int {
	n, err := strconv.ParseUint(digits, 10, 30)
	if err != nil || digits[0] == '0' {
		return 0
	}
	return int(n)
}

// picked is c.PickedFrom, for a great many changes of which few are picked.
func picked(c *notes.Change) (numbers []int, commits []string) {
	if !strings.Contains(c.Body, "herry") && !strings.Contains(c.Message, "herry") {
		return nil, nil
	}
	return c.PickedFrom()
}

// botName reports whether a name is one that GitHub gives to apps.
func botName(name string) bool { return strings.HasSuffix(name, "[bot]") }

// own reports whether a branch is one that release pull requests come from: that
// of a plan, and that which carries the changelog to the default branch. Only
// the repository's own branches count, or anyone could hide a change behind a
// name.
func own(head string, foreign bool) bool {
	return !foreign && (strings.HasPrefix(head, "release-plan/") || strings.HasPrefix(head, "forward/"))
}

// offline reads the pull requests from what GitHub writes into messages.
type offline struct {
	o     Options
	pulls map[int]*owner
}

func (s *offline) own(_ context.Context, lines [][]*commit) error {
	for _, line := range lines {
		for _, c := range line {
			o := s.read(c)
			if o == nil {
				continue
			}
			if known := s.pulls[o.change.Number]; known != nil {
				o = known
			}
			s.pulls[o.change.Number], c.owner = o, o
		}
	}
	return nil
}

// read returns the change that c's message tells of, or nil.
func (s *offline) read(c *commit) *owner {
	change := notes.Change{MergedAt: c.when, Body: c.body()}
	if m := mergeOf(c); m.number > 0 {
		// The author of a merge is who pressed the button.
		title, body, _ := strings.Cut(c.body(), "\n")
		change.Number, change.Title, change.Body = m.number, strings.TrimSpace(title), strings.TrimSpace(body)
		foreign := s.o.Owner != "" && !strings.EqualFold(m.owner, s.o.Owner)
		return &owner{change: change, hidden: own(m.head, foreign)}
	}
	change.Title, change.Number = squashOf(c.subject())
	if change.Number == 0 || c.parents > 1 {
		return nil
	}
	change.AuthorName, change.Bot = c.author, botName(c.author)
	return &owner{change: change}
}

// finish looks for the origins of cherry-picks among the changes and in the
// repository.
func (s *offline) finish(ctx context.Context, changes []notes.Change, _ bool) error {
	known := knownChanges{}
	var missing strings.Builder
	wanted := map[string][]*notes.Change{}
	for i := range changes {
		c := &changes[i]
		numbers, commits := picked(c)
		if c.Origin = known.origin(changes, c, numbers, commits); c.Origin != nil {
			continue
		}
		for _, id := range commits {
			wanted[id] = append(wanted[id], c)
			missing.WriteString(id + "\n")
		}
	}
	if missing.Len() == 0 {
		return nil
	}
	return readCommits(ctx, s.o.Repo, missing.String(), func(c *commit) error {
		o := s.read(c)
		for _, pick := range wanted[c.id] {
			if o != nil && pick.Origin == nil && o.change.Number != pick.Number {
				pick.Origin = &o.change
			}
		}
		return nil
	})
}

// knownChanges finds the changes of the range. It is filled by the first that
// asks: in most ranges nothing is picked from anywhere.
type knownChanges struct {
	byNumber map[int]int
	byCommit map[string]int
}

// origin returns the first of what c says it was picked from that is among the
// changes. It has no origin itself.
func (k *knownChanges) origin(changes []notes.Change, c *notes.Change, numbers []int, commits []string) *notes.Change {
	if len(numbers)+len(commits) == 0 {
		return nil
	}
	if k.byNumber == nil {
		k.byNumber, k.byCommit = map[int]int{}, map[string]int{}
		for i, c := range changes {
			if c.Number == 0 {
				continue
			}
			k.byNumber[c.Number] = i
			for _, id := range c.Commits {
				k.byCommit[id] = i
			}
		}
	}
	var found []int
	for _, n := range numbers {
		if i, ok := k.byNumber[n]; ok {
			found = append(found, i)
		}
	}
	for _, id := range commits {
		if i, ok := k.byCommit[id]; ok {
			found = append(found, i)
		}
	}
	for _, i := range found {
		if o := changes[i]; &changes[i] != c {
			o.Origin = nil
			return &o
		}
	}
	return nil
}
