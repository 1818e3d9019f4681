// SPDX-License-Identifier: Apache-2.0

package program

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// A comparison is an operator on an operand, for whatever constants.
type comparison struct {
	*builder
	left *check.Operand
	id   int32
	op   check.Op
}

// single is the test with all constants of an operator without modifier.
func (c comparison) single(right []check.Value) lit {
	fam := c.operands[c.id].family
	if c.op == check.NotEqual && (!c.left.Any || twoSided(c.left.Field)) {
		// True where there are values and none is equal.
		c.op = check.Equal
		return c.graph.and(c.exists(c.id), c.single(right).not())
	}
	if c.op == check.In && c.left.List {
		return c.everyIn(right)
	}
	ask := indexed{}
	switch c.op {
	case check.Equal, check.In, check.Intersects:
		switch fam {
		case text:
			ask = indexed{how: byText, texts: texts(right)}
		case address:
			ask = indexed{how: byText, texts: addresses(right)}
		case signed, unsigned:
			ask = indexed{how: byNumber, nums: numbers(right)}
		}
	case check.Glob:
		return c.glob(right)
	case check.StartsWith, check.BStartsWith:
		ask = indexed{how: byPrefix, texts: texts(right)}
	case check.EndsWith:
		ask = indexed{how: bySuffix, texts: texts(right)}
	case check.Contains, check.BContains:
		ask = indexed{how: bySubstring, texts: texts(right)}
	case check.IContains:
		ask = indexed{how: byFoldedSubstring, texts: []string{foldText(right[0].Text)}}
	case check.PMatch:
		ask = indexed{how: byPath, texts: texts(right)}
	}
	return c.ask(ask, right)
}

// glob makes the test of a pattern. What a text has to start with, to end with
// and to contain for it, indexes find faster; it may be all that there is to it.
func (c comparison) glob(right []check.Value) lit {
	parts := partsOf(right[0].Text)
	if parts.plain {
		c.op = check.Equal
		return c.single(right)
	}
	var lits []lit
	for _, need := range []struct {
		op   check.Op
		text string
	}{{check.StartsWith, parts.start}, {check.EndsWith, parts.end}, {check.Contains, parts.middle}} {
		if need.text != "" {
			c.op = need.op
			lits = append(lits, c.single([]check.Value{{Text: need.text}}))
		}
	}
	if !parts.whole {
		c.op = check.Glob
		lits = append(lits, c.ask(indexed{}, right))
	} else if len(lits) == 0 {
		return c.exists(c.id)
	}
	return c.graph.and(lits...)
}

// ask makes the test that an index may answer, or a direct one.
func (c comparison) ask(ask indexed, right []check.Value) lit {
	if ask.how == byNone {
		if len(right) == 0 {
			return litFalse
		}
		var p predicate
		if c.operands[c.id].family == network {
			p = newNetworkSet(prefixes(right))
		} else if p = c.predicate(&right[0]); len(right) > 1 {
			all := &countOf{mod: check.AnyOf}
			for i := range right {
				all.of = append(all.of, c.predicate(&right[i]))
			}
			p = all
		}
		return c.direct(formDirect, right, p, false)
	}
	slices.Sort(ask.texts)
	ask.texts = slices.Compact(ask.texts)
	slices.Sort(ask.nums)
	ask.nums = slices.Compact(ask.nums)
	switch {
	case len(ask.texts)+len(ask.nums) == 0:
		return litFalse
	case ask.how >= byPrefix && ask.how <= byFoldedSubstring && ask.texts[0] == "":
		return c.exists(c.id) // every text has it
	}
	key := c.key(formIndexed, c.id, byte(ask.how))
	for _, s := range ask.texts {
		key = appendText(key, s)
	}
	for _, n := range ask.nums {
		key = binary.LittleEndian.AppendUint64(key, n)
	}
	odds := min(0.5, 0.03*float32(len(ask.texts)+len(ask.nums)))
	if ask.how == byNumber && c.left.Kind == event.KindBool {
		odds = 0.4
	}
	return c.add(key, test{operand: c.id, index: -1, other: -1}, ask, 2, odds)
}

// direct makes a test that looks at the values itself.
func (c comparison) direct(form byte, right []check.Value, p predicate, every bool) lit {
	key := c.key(form, c.id, byte(c.op))
	for i := range right {
		v := &right[i]
		key = binary.LittleEndian.AppendUint64(appendText(key, v.Text), v.Num)
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v.Float))
		key = appendText(key, v.Prefix.String())
	}
	cost, odds := float32(1), float32(0.4)
	switch c.op {
	case check.Regex:
		cost, odds = 60, 0.1
	case check.Glob, check.IGlob:
		cost, odds = 6, 0.1
	case check.Greater, check.GreaterEqual: // of most numbers it is asked whether they are one at all
		odds = 0.8
	}
	return c.add(key, test{operand: c.id, index: -1, other: -1, holds: p, every: every}, indexed{}, cost*float32(max(1, len(right))), odds)
}

// everyIn is "in" for a list: each of its values has to be in the set.
func (c comparison) everyIn(right []check.Value) lit {
	var p predicate
	switch c.operands[c.id].family {
	case text:
		p = newTextSet(texts(right))
	case address:
		p = newTextSet(addresses(right))
	case network:
		p = newNetworkSet(prefixes(right))
	default:
		set := numberSet{make(map[uint64]bool)}
		for _, n := range numbers(right) {
			set.numbers[n] = true
		}
		p = set
	}
	return c.direct(formEvery, right, p, true)
}

func newTextSet(all []string) textSet {
	set := textSet{make(map[string]bool, len(all))}
	for _, s := range all {
		set.texts[s] = true
	}
	return set
}

// predicate is the operator with one constant, for one value.
func (c comparison) predicate(v *check.Value) predicate {
	fam := c.operands[c.id].family
	switch c.op {
	case check.NotEqual:
		c.op = check.Equal
		return negation{c.predicate(v)}
	case check.Equal, check.In, check.Intersects:
		switch fam {
		case text:
			return textIs{v.Text}
		case address:
			return textIs{addressText(v.Prefix.Addr())}
		case network:
			return newNetworkSet(prefixes([]check.Value{*v}))
		}
		return &order{op: check.Equal, family: fam, num: v.Num, float: v.Float}
	case check.StartsWith, check.BStartsWith:
		return textStarts{v.Text}
	case check.EndsWith:
		return textEnds{v.Text}
	case check.Contains, check.BContains:
		return textContains{[]byte(v.Text)}
	case check.IContains:
		return textFolded{foldText(v.Text)}
	case check.Glob, check.IGlob:
		return &textGlob{glob{pattern: v.Text, fold: c.op == check.IGlob}}
	case check.Regex:
		return textRegexp{v.Regexp}
	}
	return &order{op: c.op, family: fam, text: v.Text, num: v.Num, float: v.Float}
}

func foldText(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		folded[i] = lower(c)
	}
	return string(folded)
}

func texts(vs []check.Value) []string {
	all := make([]string, len(vs))
	for i := range vs {
		all[i] = vs[i].Text
	}
	return all
}

func addresses(vs []check.Value) []string {
	all := make([]string, len(vs))
	for i := range vs {
		all[i] = addressText(vs[i].Prefix.Addr())
	}
	return all
}

func numbers(vs []check.Value) []uint64 {
	all := make([]uint64, len(vs))
	for i := range vs {
		all[i] = vs[i].Num
	}
	return all
}

func prefixes(vs []check.Value) []netip.Prefix {
	all := make([]netip.Prefix, len(vs))
	for i := range vs {
		all[i] = vs[i].Prefix
	}
	return all
}
