// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/release/notes"
)

// firstTimers marks the changes of people of whom nothing was merged before the
// first pull request of the range. GitHub's authorAssociation does not tell: it
// turns from "first-time contributor" to "contributor" with the merge.
func (s *online) firstTimers(ctx context.Context, changes []notes.Change, hasPast bool) error {
	var authors []string
	var earliest time.Time
	for _, c := range changes {
		if c.Number == 0 {
			continue
		}
		if earliest.IsZero() || c.MergedAt.Before(earliest) {
			earliest = c.MergedAt
		}
		if !c.Bot && isLogin(c.Author) {
			authors = append(authors, c.Author)
		}
	}
	slices.Sort(authors)
	authors = slices.Compact(authors)
	before := map[string]bool{}
	if hasPast {
		for chunk := range slices.Chunk(authors, searches) {
			if err := s.mergedBefore(ctx, earliest, chunk, before); err != nil {
				return err
			}
		}
	}
	for i := range changes {
		c := &changes[i]
		_, person := slices.BinarySearch(authors, c.Author)
		c.FirstTime = c.Number > 0 && person && !before[c.Author]
	}
	return nil
}

// searches is how many searches one query makes: each costs what a query costs.
const searches = 20

// mergedBefore finds the authors of whom something was merged before a time.
func (s *online) mergedBefore(ctx context.Context, when time.Time, authors []string, before map[string]bool) error {
	var q strings.Builder
	q.WriteString("query {\n")
	for i, a := range authors {
		what := fmt.Sprintf("repo:%s/%s is:pr is:merged author:%s merged:<%s", s.o.Owner, s.o.Name, a, when.Format(time.RFC3339))
		fmt.Fprintf(&q, "  a%d: search(type: ISSUE, first: 1, query: %q) { issueCount }\n", i, what)
	}
	q.WriteString("}\n")
	var answer map[string]struct{ IssueCount int }
	if err := s.o.GraphQL.GraphQL(ctx, q.String(), nil, &answer); err != nil {
		return fmt.Errorf("asking which of %d authors had pull requests merged before: %w", len(authors), err)
	}
	for i, a := range authors {
		before[a] = answer[fmt.Sprintf("a%d", i)].IssueCount > 0
	}
	return nil
}

// isLogin reports whether s is a login that can stand in a search.
func isLogin(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
