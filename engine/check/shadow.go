// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
)

// maxShadowed bounds how many pairs of rules are compared.
const maxShadowed = 200_000

// A need is what a rule's condition asks for at least: all of these parts, of
// an event of one of these types.
type need struct {
	rule  *Rule
	parts map[string]bool
	types TypeSet
}

// shadowed warns about rules that never get an event, because by default an
// event is reported by the first rule that matches it alone: an earlier rule
// asks for nothing that this one does not ask for, too.
func (c *checker) shadowed(all []Rule) {
	byPart := make(map[string][]*need) // earlier rules, by one of their parts
	var bare []*need                   // those without any
	compared := 0
	for i := range all {
		r := &all[i]
		if !r.Enabled {
			continue
		}
		n := c.needOf(r)
		covers := func(earlier *need) bool {
			compared++
			return compared <= maxShadowed && earlier.covers(n)
		}
		i := slices.IndexFunc(bare, covers)
		by := bare
		for _, part := range slices.Sorted(maps.Keys(n.parts)) {
			if i < 0 {
				by = byPart[part]
				i = slices.IndexFunc(by, covers)
			}
		}
		if i >= 0 {
			c.shadowedBy(by[i].rule, r)
		}
		if compared > maxShadowed {
			return
		}
		// Under its rarest part, so that few later rules have to look at it.
		rarest, ok := "", false
		for part := range n.parts {
			if !ok || len(byPart[part]) < len(byPart[rarest]) || len(byPart[part]) == len(byPart[rarest]) && part < rarest {
				rarest, ok = part, true
			}
		}
		if !ok {
			bare = append(bare, n)
			continue
		}
		byPart[rarest] = append(byPart[rarest], n)
	}
}

// covers reports whether whatever n needs is more than this.
func (n *need) covers(other *need) bool {
	if len(n.parts) > len(other.parts) {
		return false
	}
	if extra := other.types.without(n.types); extra.Len() > 0 {
		return false
	}
	for part := range n.parts {
		if !other.parts[part] {
			return false
		}
	}
	return true
}

// needOf takes a rule's condition apart. Tests of the event's type are in the
// types alone, where these say all that there is to say.
func (c *checker) needOf(r *Rule) *need {
	n := &need{rule: r, parts: make(map[string]bool), types: r.Types}
	parts, ok := r.Condition.(And)
	if !ok {
		parts = And{r.Condition}
	}
	for _, p := range parts {
		if t, ok := p.(*Test); ok && isEquality(t) && isTypeField(&t.Left) && !namesGeneric(t) {
			continue
		}
		n.parts[c.exprKey(p)] = true
	}
	return n
}

// namesGeneric reports whether a test names a syscall that shares its type with
// others.
func namesGeneric(t *Test) bool {
	for i := range t.Right {
		if s, _ := typesNamed(t.Right[i].Text); s.Has(event.GenericExit) {
			return true
		}
	}
	return false
}

func (c *checker) shadowedBy(earlier, r *Rule) {
	c.diags.Add(diag.Diagnostic{
		Severity: diag.Warning, Code: diag.Shadowed, Pos: r.Pos,
		Message: fmt.Sprintf("rule %s never gets an event: rule %s comes first and matches whenever it does", r.Name, earlier.Name),
		Hint:    "put it before the other, or run with --rule-matching all",
		Related: []diag.Related{{Pos: earlier.Pos, Message: "the other rule"}},
		Context: []diag.Place{{Kind: "rule", Name: r.Name, Pos: r.Pos}},
	})
}
