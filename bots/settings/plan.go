// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Verb is what a change does.
type Verb string

// The verbs. A rename is an update of what has another name so far.
const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete"
)

// Change is one difference between what is and what is to be. One of the four
// kinds is set, in Before for what is (nil when it is created) and in After for
// what is to be (nil when it is deleted).
type Change struct {
	Verb   Verb
	Before any // a Label, Milestone, Branch or Team
	After  any
}

// Name returns what is changed: "label kind/bug".
func (c Change) Name() string {
	v := c.After
	if v == nil {
		v = c.Before
	}
	kind, name := describe(v)
	if c.Before != nil && c.After != nil {
		if _, old := describe(c.Before); old != name {
			return kind + " " + old + " → " + name
		}
	}
	return kind + " " + name
}

// Fields returns what an update changes, as "color: ededed → d73a4a".
func (c Change) Fields() []string {
	if c.Verb != Update {
		return nil
	}
	before, after := reflect.ValueOf(c.Before), reflect.ValueOf(c.After)
	var fields []string
	for i := range before.NumField() {
		name := before.Type().Field(i).Tag.Get("json")
		x, y := before.Field(i).Interface(), after.Field(i).Interface()
		if name == "-" || same(x, y) {
			continue
		}
		fields = append(fields, fmt.Sprintf("%s: %s → %s", name, show(x), show(y)))
	}
	return fields
}

func show(v any) string {
	if words, ok := v.([]string); ok {
		return "[" + strings.Join(words, ", ") + "]"
	}
	if s, ok := v.(string); ok && s == "" {
		return "nothing"
	}
	return fmt.Sprint(v)
}

func same(x, y any) bool {
	if a, ok := x.([]string); ok {
		b, _ := y.([]string)
		return slices.Equal(a, b)
	}
	return reflect.DeepEqual(x, y)
}

// MarshalJSON writes a change for tools.
func (c Change) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"verb": c.Verb, "what": c.Name(), "fields": c.Fields(), "before": c.Before, "after": c.After})
}

func describe(v any) (kind, name string) {
	switch v := v.(type) {
	case Label:
		return "label", v.Name
	case Milestone:
		return "milestone", v.Title
	case Branch:
		return "protection of branch", v.Name
	case Team:
		return "team", v.Slug
	}
	return "", ""
}

// TooMuchError is a plan that removes more than the limit of the file.
type TooMuchError struct {
	Kind          string
	Removed, Have int
	Limit         float64
}

func (e *TooMuchError) Error() string {
	return fmt.Sprintf("it would remove %d of %d %s, and the limit is %d%%", e.Removed, e.Have, e.Kind, int(math.Round(e.Limit*100)))
}

// Plan returns the changes that turn have into want, in the order in which they
// are made: nothing is deleted before all else is done. The errors are
// *TooMuchError, one for each kind of which too much would go; the changes are
// returned all the same, to be shown.
func Plan(want, have Settings) ([]Change, []error) {
	var changes []Change
	var errs []error
	limit := func(kind string, removed, count int) {
		if float64(removed) > want.Limit*float64(count) {
			errs = append(errs, &TooMuchError{Kind: kind, Removed: removed, Have: count, Limit: want.Limit})
		}
	}
	if want.Labels != nil {
		changes = append(changes, plan(want.Labels, have.Labels, func(l Label) []string {
			names := []string{strings.ToLower(l.Name)}
			for _, p := range l.Previously {
				names = append(names, strings.ToLower(p))
			}
			return names
		}, func(a, b Label) bool { return a.Name == b.Name && a.Color == b.Color && a.Description == b.Description }, limit, "labels")...)
	}
	if want.Milestones != nil {
		changes = append(changes, plan(want.Milestones, have.Milestones, func(m Milestone) []string { return []string{m.Title} },
			sameMilestone, limit, "milestones")...)
	}
	if want.Branches != nil {
		changes = append(changes, plan(want.Branches, have.Branches, func(b Branch) []string { return []string{b.Name} },
			func(a, b Branch) bool { return len(Change{Verb: Update, Before: b, After: a}.Fields()) == 0 }, limit, "protected branches")...)
	}
	if want.Teams != nil {
		changes = append(changes, plan(want.Teams, have.Teams, func(t Team) []string { return []string{t.Slug} },
			func(a, b Team) bool { return len(Change{Verb: Update, Before: b, After: a}.Fields()) == 0 }, limit, "teams")...)
		removed, count := membership(want.Teams, have.Teams)
		limit("memberships of teams", removed, count)
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		del := func(c Change) int {
			if c.Verb == Delete {
				return 1
			}
			return 0
		}
		return del(a) - del(b)
	})
	return changes, errs
}

func sameMilestone(want, have Milestone) bool {
	have.Number = want.Number
	if want.Due == "" {
		have.Due = ""
	}
	return want == have
}

// plan compares one kind. keys are the names that something may have had, its
// present one first.
func plan[T any](want, have *Section[T], keys func(T) []string, equal func(want, have T) bool, limit func(string, int, int), kind string) []Change {
	var there []T
	if have != nil {
		there = have.Items
	}
	used := make(map[int]bool)
	find := func(v T) int {
		for _, key := range keys(v) {
			if i := slices.IndexFunc(there, func(h T) bool { return keys(h)[0] == key }); i >= 0 && !used[i] {
				return i
			}
		}
		return -1
	}
	var changes []Change
	for _, v := range want.Items {
		i := find(v)
		if i < 0 {
			changes = append(changes, Change{Verb: Create, After: v})
			continue
		}
		used[i] = true
		if !equal(v, there[i]) {
			changes = append(changes, Change{Verb: Update, Before: there[i], After: v})
		}
	}
	removed := 0
	for i, h := range there {
		if want.Delete && !used[i] {
			removed++
			changes = append(changes, Change{Verb: Delete, Before: h})
		}
	}
	limit(kind, removed, len(there))
	return changes
}

// membership counts who would leave a team that stays.
func membership(want, have *Section[Team]) (removed, count int) {
	if have == nil {
		return 0, 0
	}
	for _, h := range have.Items {
		i := slices.IndexFunc(want.Items, func(t Team) bool { return t.Slug == h.Slug })
		for _, login := range slices.Concat(h.Maintainers, h.Members) {
			count++
			if i >= 0 && !slices.Contains(want.Items[i].Maintainers, login) && !slices.Contains(want.Items[i].Members, login) {
				removed++
			}
		}
	}
	return removed, count
}
