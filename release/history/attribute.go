// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"slices"

	"github.com/lanner-project/lanner/release/notes"
)

// source knows which pull request brought a commit.
type source interface {
	// own sets the owner of each commit that a pull request brought. The commits
	// are lines of first parents, newest first.
	own(ctx context.Context, lines [][]*commit) error
	// finish fills in what takes all changes to know.
	finish(ctx context.Context, changes []notes.Change, hasPast bool) error
}

// owner is a pull request as a change.
type owner struct {
	change notes.Change
	hidden bool // it is one of the release's own
	place  int  // in the result, from 1
}

// branch is a set of commits that came together: the nodes of one group.
type branch struct {
	tip   int32
	group int32
}

// attribute finds out what came to Head and by whom, newest first.
//
// The first-parent line of Head is what came to it. Each commit beside the line
// is attributed to the oldest merge that has it. If that is a merge of a pull
// request, so be it; if not, the branch is read like a line of its own, until
// there is none left. All branches of one depth are looked up together.
func attribute(ctx context.Context, g *graph, src source) ([]*commit, error) {
	if g.head < 0 {
		return nil, nil
	}
	var all []*commit
	groups, depth := int32(0), 0
	for level := []branch{{tip: g.head, group: 0}}; len(level) > 0; depth++ {
		lines := make([][]int32, len(level))
		for i, b := range level {
			lines[i] = g.line(b)
		}
		commits, err := g.commits(ctx, lines)
		if err != nil {
			return nil, err
		}
		if err := src.own(ctx, commits); err != nil {
			return nil, err
		}
		all = append(all, slices.Concat(commits...)...)
		var next []branch
		for i, line := range lines {
			for k, n := range slices.Backward(line) { // oldest first
				for _, p := range g.nodes[n].others {
					groups++
					if g.claim(p, level[i].group, groups) && commits[i][k].owner == nil {
						next = append(next, branch{tip: p, group: groups})
					}
				}
			}
		}
		level = next
	}
	if depth > 1 {
		slices.SortStableFunc(all, func(a, b *commit) int { return b.when.Compare(a.when) })
	}
	// A merge that no pull request made says nothing itself.
	return slices.DeleteFunc(all, func(c *commit) bool { return c.owner == nil && c.parents > 1 }), nil
}

// commits returns the commits of lines.
func (g *graph) commits(ctx context.Context, lines [][]int32) ([][]*commit, error) {
	if err := g.messages(ctx, lines); err != nil {
		return nil, err
	}
	commits := make([][]*commit, len(lines))
	for i, line := range lines {
		commits[i] = make([]*commit, len(line))
		for k, n := range line {
			if commits[i][k] = g.nodes[n].commit; commits[i][k] == nil {
				return nil, fmt.Errorf("git shows no commit %s, which another one has as a parent; run `git fsck`", g.name(n))
			}
		}
	}
	return commits, nil
}

// line returns the first-parent line of a branch, newest first.
func (g *graph) line(b branch) []int32 {
	var line []int32
	for i := b.tip; i >= 0 && g.nodes[i].group == b.group; i = g.nodes[i].first {
		line = append(line, i)
	}
	// What is on the line belongs to no merge beside it.
	for _, i := range line {
		g.nodes[i].group = onLine
	}
	return line
}

// onLine is the group of commits that are on a line that was read.
const onLine = -2

// claim moves what i reaches inside of group from to group to. It reports
// whether there was anything.
func (g *graph) claim(i, from, to int32) bool {
	if g.nodes[i].group != from {
		return false
	}
	stack := []int32{i}
	g.nodes[i].group = to
	for len(stack) > 0 {
		n := &g.nodes[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		for _, p := range n.others {
			if g.nodes[p].group == from {
				g.nodes[p].group = to
				stack = append(stack, p)
			}
		}
		if p := n.first; p >= 0 && g.nodes[p].group == from {
			g.nodes[p].group = to
			stack = append(stack, p)
		}
	}
	return true
}

// assemble makes the changes of the commits, newest first.
func assemble(commits []*commit) []notes.Change {
	changes := make([]notes.Change, 0, len(commits))
	for _, c := range commits {
		switch o := c.owner; {
		case o == nil:
			changes = append(changes, notes.Change{
				Title: c.subject(), Body: c.body(), Message: c.message,
				AuthorName: c.author, Bot: botName(c.author), Commits: []string{c.id}, MergedAt: c.when,
			})
		case o.hidden:
		case o.place == 0:
			changes = append(changes, o.change)
			o.place = len(changes)
			changes[o.place-1].Commits, changes[o.place-1].Message = []string{c.id}, c.message
		default:
			changes[o.place-1].Commits = append(changes[o.place-1].Commits, c.id)
		}
	}
	return changes
}
