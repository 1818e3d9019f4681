// SPDX-License-Identifier: Apache-2.0

package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/notes"
)

// pick is a change that says it was picked from somewhere.
type pick struct {
	change  *notes.Change
	numbers []int
	commits []string
	guess   int // by the subject of a commit without a pull request
}

// origins finds the pull requests that changes were cherry-picked from.
func (s *online) origins(ctx context.Context, changes []notes.Change) error {
	known := knownChanges{}
	var picks []pick
	var numbers []int
	var commits []string
	for i := range changes {
		p := pick{change: &changes[i]}
		p.numbers, p.commits = picked(p.change)
		if p.change.Number == 0 {
			_, p.guess = squashOf(p.change.Title) // `git cherry-pick` without -x leaves only this
		}
		if p.change.Origin = known.origin(changes, p.change, p.numbers, p.commits); p.change.Origin != nil {
			continue
		}
		if len(p.numbers)+len(p.commits) == 0 && p.guess == 0 {
			continue
		}
		picks = append(picks, p)
		// More than one is never true, and each costs a question.
		numbers = append(numbers, p.numbers[:min(1, len(p.numbers))]...)
		commits = append(commits, p.commits[:min(1, len(p.commits))]...)
		if p.guess > 0 {
			numbers = append(numbers, p.guess)
		}
	}
	slices.Sort(numbers)
	for chunk := range slices.Chunk(slices.Compact(numbers), batch) {
		if err := s.byNumbers(ctx, chunk); err != nil {
			return err
		}
	}
	found := map[string]*pull{}
	slices.Sort(commits)
	for chunk := range slices.Chunk(slices.Compact(commits), batch) {
		pulls, err := s.associated(ctx, chunk)
		if err != nil {
			return err
		}
		maps.Copy(found, pulls)
	}
	for _, p := range picks {
		p.change.Origin = s.origin(p, found)
	}
	return nil
}

// origin chooses where p was picked from. One that was named and not found has
// a number and no title.
func (s *online) origin(p pick, found map[string]*pull) *notes.Change {
	var from *pull
	if len(p.numbers) > 0 {
		if from = s.pulls[p.numbers[0]]; from == nil {
			return &notes.Change{Number: p.numbers[0]}
		}
	} else if len(p.commits) > 0 {
		from = found[p.commits[0]]
	}
	if from == nil && p.guess > 0 {
		from = s.pulls[p.guess]
	}
	if from == nil || from.Number == p.change.Number {
		return nil
	}
	return &from.owner.change
}

// byNumbers reads pull requests by number. An issue of that number is an answer
// without fields; a number that is none is an error, for which the client drops
// the whole answer. It is then asked in halves: what a stranger writes into a
// body must not end the notes of everybody.
func (s *online) byNumbers(ctx context.Context, numbers []int) error {
	numbers = slices.DeleteFunc(slices.Clone(numbers), func(n int) bool { return s.pulls[n] != nil })
	if len(numbers) == 0 {
		return nil
	}
	var answer struct{ Repository map[string]*pull }
	var q strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&q, "    p%d: issueOrPullRequest(number: %d) { ...pull }\n", n, n)
	}
	err := s.o.GraphQL.GraphQL(ctx, inRepository(q.String()), s.vars(), &answer)
	switch {
	case err != nil && !unresolved(err):
		return fmt.Errorf("asking for %d pull requests by number: %w", len(numbers), err)
	case err != nil && len(numbers) == 1:
		return nil // there is nothing of that number
	case err != nil:
		return cmp.Or(s.byNumbers(ctx, numbers[:len(numbers)/2]), s.byNumbers(ctx, numbers[len(numbers)/2:]))
	case answer.Repository == nil:
		return s.unseen()
	}
	for _, p := range answer.Repository {
		s.add(p)
	}
	return nil
}

// unresolved reports whether GitHub said no more than that a number is none.
func unresolved(err error) bool {
	var e *github.GraphQLError
	return errors.As(err, &e) && len(e.Messages) > 0 && !slices.ContainsFunc(e.Messages, func(m string) bool {
		return !strings.HasPrefix(m, "Could not resolve to ")
	})
}
