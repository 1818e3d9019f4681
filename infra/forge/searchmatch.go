// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// matcher reports whether a qualifier's value holds for an issue.
type matcher func(v *view, f hit, value string) (bool, error)

// searchMatchers are the qualifiers about a single issue; the word, "", is
// matched by mentions.
var searchMatchers = map[string]matcher{
	"is":       (*view).matchIs,
	"type":     (*view).matchIs,
	"state":    (*view).matchIs,
	"archived": func(_ *view, f hit, value string) (bool, error) { return boolIs(f.repo.Archived, "archived", value) },
	"draft": func(_ *view, f hit, value string) (bool, error) {
		return boolIs(f.Pull != nil && f.Pull.Draft, "draft", value)
	},
	"author":    byAccount(func(_ *view, f hit, id int64) (bool, error) { return f.Author == id, nil }),
	"assignee":  byAccount(func(_ *view, f hit, id int64) (bool, error) { return slices.Contains(f.Assignees, id), nil }),
	"commenter": byAccount((*view).hasCommented),
	"involves":  (*view).matchInvolves,
	"mentions": func(v *view, f hit, value string) (bool, error) {
		return v.mentions(f, "@"+value, []string{"body", "comments"})
	},
	"label":       (*view).matchLabel,
	"milestone":   (*view).matchMilestone,
	"no":          (*view).matchNo,
	"head":        pullOnly(func(p *pull, value string) bool { return strings.HasPrefix(p.HeadRef, value) }),
	"base":        pullOnly(func(p *pull, value string) bool { return p.BaseRef == value }),
	"review":      (*view).matchReview,
	"reviewed-by": byAccount((*view).hasReviewed),
	"review-requested": byAccount(func(_ *view, f hit, id int64) (bool, error) {
		return f.Pull != nil && slices.Contains(f.Pull.Reviewers, id), nil
	}),
	"sha":     (*view).matchSHA,
	"created": byTime(func(f hit) time.Time { return f.CreatedAt }),
	"updated": byTime(func(f hit) time.Time { return f.UpdatedAt }),
	"closed":  byTime(func(f hit) time.Time { return f.ClosedAt }),
	"merged": byTime(func(f hit) time.Time {
		if f.Pull == nil {
			return time.Time{}
		}
		return f.Pull.MergedAt
	}),
	"comments": func(_ *view, f hit, value string) (bool, error) { return numberIn(f.Comments, value) },
}

func badSearchValue(key, value string) error {
	return invalidBecause("Search", "q", fmt.Sprintf("%q is not a value of %s:", value, key))
}

func boolIs(have bool, key, value string) (bool, error) {
	want, err := strconv.ParseBool(value)
	if err != nil {
		return false, badSearchValue(key, value)
	}
	return have == want, nil
}

func (v *view) matchIs(f hit, value string) (bool, error) {
	p := f.Pull
	switch strings.ToLower(value) {
	case "pr", "pull-request":
		return p != nil, nil
	case "issue":
		return p == nil, nil
	case "open", "closed":
		return f.state() == strings.ToLower(value), nil
	case "merged":
		return p != nil && p.merged(), nil
	case "unmerged":
		return p != nil && f.Closed && !p.merged(), nil
	case "draft":
		return p != nil && p.Draft, nil
	case "locked":
		return f.Locked, nil
	case "unlocked":
		return !f.Locked, nil
	case "public":
		return !f.repo.Private, nil
	case "private":
		return f.repo.Private, nil
	}
	return false, searchNotEmulated("is:" + value)
}

// byAccount makes a matcher of an account: its login, @me for who asks, or
// app/slug for an app's bot.
func byAccount(match func(v *view, f hit, id int64) (bool, error)) matcher {
	return func(v *view, f hit, value string) (bool, error) {
		id, err := v.searchedAccount(value)
		if err != nil || id == 0 {
			return false, err
		}
		return match(v, f, id)
	}
}

// searchedAccount returns 0 for who is not there.
func (v *view) searchedAccount(value string) (int64, error) {
	if value == "@me" {
		if v.me() == nil {
			return 0, nil
		}
		return v.me().ID, nil
	}
	if slug, is := strings.CutPrefix(value, "app/"); is {
		value = slug + "[bot]"
	}
	a, err := findAccount(v.tx, value)
	if errors.Is(err, errMissing) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}

func (v *view) hasCommented(f hit, id int64) (bool, error) {
	said, err := comments.list(v.tx, f.ID)
	return slices.ContainsFunc(said, func(m *comment) bool { return m.Author == id }), err
}

func (v *view) hasReviewed(f hit, id int64) (bool, error) {
	all, err := reviews.list(v.tx, f.ID)
	return slices.ContainsFunc(all, func(w *review) bool { return w.Author == id && w.State != "PENDING" }), err
}

func (v *view) matchInvolves(f hit, value string) (bool, error) {
	id, err := v.searchedAccount(value)
	if err != nil {
		return false, err
	}
	if f.Author == id || slices.Contains(f.Assignees, id) {
		return id != 0, nil
	}
	commented, err := v.hasCommented(f, id)
	if err != nil || commented {
		return commented, err
	}
	return v.mentions(f, "@"+value, []string{"body", "comments"})
}

func (v *view) matchLabel(f hit, value string) (bool, error) {
	docs, err := v.labelDocs(f.issue)
	return slices.ContainsFunc(docs, func(l *label) bool { return strings.EqualFold(l.Name, value) }), err
}

func (v *view) matchMilestone(f hit, value string) (bool, error) {
	if f.Milestone == 0 {
		return false, nil
	}
	m, err := milestones.get(v.tx, f.Milestone)
	if errors.Is(err, errMissing) {
		return false, nil // deleted since the index saw it
	}
	return err == nil && strings.EqualFold(m.Title, value), err
}

func (v *view) matchNo(f hit, value string) (bool, error) {
	switch value {
	case "label":
		return len(f.Labels) == 0, nil
	case "milestone":
		return f.Milestone == 0, nil
	case "assignee":
		return len(f.Assignees) == 0, nil
	}
	return false, searchNotEmulated("no:" + value)
}

func pullOnly(match func(p *pull, value string) bool) matcher {
	return func(_ *view, f hit, value string) (bool, error) { return f.Pull != nil && match(f.Pull, value), nil }
}

func (v *view) matchReview(f hit, value string) (bool, error) {
	if f.Pull == nil {
		return false, nil
	}
	all, err := reviews.list(v.tx, f.ID)
	if err != nil {
		return false, err
	}
	approved, changes := countVerdicts(all)
	switch value {
	case "none":
		return approved+changes == 0, nil
	case "approved":
		return approved > 0 && changes == 0, nil
	case "changes_requested":
		return changes > 0, nil
	case "required":
		return approved == 0 && changes == 0 && !f.Closed, nil
	}
	return false, badSearchValue("review", value)
}

// countVerdicts counts who approves, and who requests changes.
func countVerdicts(all []*review) (approved, changes int) {
	for _, w := range verdicts(all) {
		if w.State == "APPROVED" {
			approved++
		} else {
			changes++
		}
	}
	return approved, changes
}

// matchSHA finds the pull requests that have a commit, named by at least
// seven digits.
func (v *view) matchSHA(f hit, value string) (bool, error) {
	if f.Pull == nil || len(value) < 7 || !isHex(value) {
		return false, nil
	}
	var n int
	value = strings.ToLower(value)
	err := v.tx.sql.QueryRowContext(v.tx.ctx, "SELECT count(*) FROM pull_commit WHERE repo = ? AND issue = ? AND oid >= ? AND oid < ?",
		f.repo.ID, f.ID, value, value+"g").Scan(&n)
	if err != nil {
		return false, fmt.Errorf("looking for commit %s: %w", value, err)
	}
	return n > 0, nil
}

// byTime makes a matcher of a range of days or times.
func byTime(at func(hit) time.Time) matcher {
	return func(_ *view, f hit, value string) (bool, error) {
		t, bounds := at(f), parseSearchRange(value)
		if bounds.from != "" {
			from, until, err := searchTime(bounds.from)
			if err != nil {
				return false, badSearchValue("time", value)
			}
			if bounds.fromOut && t.Before(until) || t.Before(from) {
				return false, nil
			}
		}
		if bounds.to != "" {
			from, until, err := searchTime(bounds.to)
			if err != nil {
				return false, badSearchValue("time", value)
			}
			if bounds.toOut && !t.Before(from) || !t.Before(until) {
				return false, nil
			}
		}
		return !t.IsZero(), nil
	}
}

// searchTime reads a day, or a second, and returns where it begins and ends.
func searchTime(text string) (from, until time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, text); err == nil {
		return from, from.AddDate(0, 0, 1), nil
	}
	from, err = time.Parse(time.RFC3339, text)
	return from, from.Add(time.Second), err
}

func numberIn(n int, value string) (bool, error) {
	bounds := parseSearchRange(value)
	from, err := strconv.Atoi(cmp.Or(bounds.from, "0"))
	if err != nil {
		return false, badSearchValue("comments", value)
	}
	to, err := strconv.Atoi(cmp.Or(bounds.to, strconv.Itoa(1<<31)))
	if err != nil {
		return false, badSearchValue("comments", value)
	}
	return n >= from && n <= to && (!bounds.fromOut || n > from) && (!bounds.toOut || n < to), nil
}
