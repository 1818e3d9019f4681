// SPDX-License-Identifier: Apache-2.0

package program

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
)

// A test asks one thing of one operand. Exactly one of its forms is used: an
// index's bit, a predicate, another operand, or, with none, whether there is a
// value at all.
type test struct {
	operand int32
	index   int32 // -1: none
	bit     uint32
	holds   predicate
	other   int32 // -1: none
	op      check.Op
	every   bool // of several values, all have to hold; otherwise one
}

// An operand is what tests look at: it is read at most once for each event.
type operand struct {
	extract.Extractor
	family family
	cost   float32
}

// A builder turns conditions into lits of one graph.
type builder struct {
	graph    *graph
	tests    []test
	operands []operand
	wanted   []indexed // by test: what it asks of an index; zero for others

	knownTests    map[string]lit
	knownOperands map[string]int32
	keyBuffer     []byte
}

// indexed is what a test asks for where an index could answer.
type indexed struct {
	how   how
	texts []string // the test holds for any of them
	nums  []uint64
}

// how names the kinds of index.
type how uint8

const (
	byNone how = iota
	byText
	byNumber
	byPrefix
	bySuffix
	bySubstring
	byFoldedSubstring
	byPath
)

func newBuilder() *builder {
	return &builder{graph: newGraph(nil), knownTests: make(map[string]lit), knownOperands: make(map[string]int32)}
}

func (b *builder) expr(x check.Expr) (lit, error) {
	switch x := x.(type) {
	case check.And:
		lits, err := b.exprs(x)
		return b.graph.and(lits...), err
	case check.Or:
		lits, err := b.exprs(x)
		return b.graph.or(lits...), err
	case check.Not:
		l, err := b.expr(x.X)
		return l.not(), err
	case *check.Test:
		return b.test(x)
	}
	return litFalse, fmt.Errorf("a condition has a part of type %T, which is not known here", x)
}

func (b *builder) exprs(xs []check.Expr) ([]lit, error) {
	lits := make([]lit, len(xs))
	for i, x := range xs {
		l, err := b.expr(x)
		if err != nil {
			return nil, err
		}
		lits[i] = l
	}
	return lits, nil
}

// operand finds or makes the operand.
func (b *builder) operand(op *check.Operand) (int32, error) {
	key := operandKey(nil, op)
	if id, ok := b.knownOperands[string(key)]; ok {
		return id, nil
	}
	x, err := extract.Compile(*op)
	if err != nil {
		return 0, err
	}
	id := int32(len(b.operands))
	b.operands = append(b.operands, operand{Extractor: x, family: familyOf(op.Kind), cost: costOfReading(op)})
	b.knownOperands[string(key)] = id
	return id, nil
}

// operandKey appends what tells operands apart.
func operandKey(key []byte, op *check.Operand) []byte {
	key = binary.LittleEndian.AppendUint16(key, uint16(op.Field))
	key = append(key, byte(op.Transform), byte(op.Kind))
	if op.Arg.Set {
		key = binary.LittleEndian.AppendUint32(append(key, '['), uint32(op.Arg.Index))
		key = appendText(key, op.Arg.Key)
	}
	for _, a := range op.Args {
		key = append(key, '(')
		if a.Operand != nil {
			key = operandKey(key, a.Operand)
		}
		for _, v := range a.Values {
			key = appendText(append(key, ','), v.Text)
		}
		key = append(key, ')')
	}
	return key
}

// appendText appends a text so that what follows cannot be taken for a part of it.
func appendText(key []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(key, uint32(len(s))), s...)
}

// costOfReading guesses how long it takes to read an operand, in the time of
// the simplest test.
func costOfReading(op *check.Operand) float32 {
	if op.Transform != check.NoTransform {
		cost := float32(10)
		for _, a := range op.Args {
			if a.Operand != nil {
				cost += costOfReading(a.Operand)
			}
		}
		return cost
	}
	switch op.Field {
	case event.FieldEvtArgs, event.FieldEvtInfo, event.FieldProcEnv, event.FieldProcAncestorEnv:
		return 40
	case event.FieldEvtArg: // printed, then compared
		return 15
	}
	if op.Any || op.List {
		return 15
	}
	switch op.Field.Field().Kind {
	case event.KindString, event.KindBytes, event.KindIP, event.KindIPNet:
		return 3
	}
	return 1
}

// The forms of tests, for their keys.
const (
	formExists byte = iota
	formField
	formIndexed
	formDirect
	formEvery
	formCount // and the modifier
)

// key starts a test's key.
func (b *builder) key(form byte, operand int32, op byte) []byte {
	b.keyBuffer = append(binary.LittleEndian.AppendUint32(b.keyBuffer[:0], uint32(operand)), form, op)
	return b.keyBuffer
}

// add finds or makes a test. The key tells tests apart.
func (b *builder) add(key []byte, t test, ask indexed, cost, odds float32) lit {
	b.keyBuffer = key
	if l, ok := b.knownTests[string(key)]; ok {
		return l
	}
	d := dependence(b.operands[t.operand].Need)
	cost += b.operands[t.operand].cost
	if t.other >= 0 {
		d |= dependence(b.operands[t.other].Need)
		cost += b.operands[t.other].cost
	}
	l := b.graph.add(node{test: int32(len(b.tests)), deps: d, cost: cost, odds: odds, slot: -1})
	b.tests = append(b.tests, t)
	b.wanted = append(b.wanted, ask)
	b.knownTests[string(key)] = l
	return l
}

func dependence(n event.Need) deps {
	switch n {
	case event.NeedNothing:
		return onType
	case event.NeedThread:
		return onThread
	case event.NeedName:
		return onName
	}
	return onEvent
}

// test turns a comparison into a lit: what several operators have in common is
// said by the same test.
func (b *builder) test(x *check.Test) (lit, error) {
	id, err := b.operand(&x.Left)
	if err != nil {
		return litFalse, err
	}
	if x.Op == check.Exists {
		return b.exists(id), nil
	}
	if x.Field != nil {
		return b.fieldTest(id, x)
	}
	c := comparison{b, &x.Left, id, x.Op}
	several := x.Left.Any || x.Left.List
	switch {
	case x.Mod == check.Single:
		return c.single(x.Right), nil
	case x.Mod == check.AnyOf && (!several || x.Op != check.NotEqual):
		var lits []lit
		for i := range x.Right {
			lits = append(lits, c.single(x.Right[i:i+1]))
		}
		return b.graph.or(lits...), nil
	case x.Mod == check.AllOf && !several && len(x.Right) > 0:
		var lits []lit
		for i := range x.Right {
			lits = append(lits, c.single(x.Right[i:i+1]))
		}
		return b.graph.and(lits...), nil
	}
	count := &countOf{mod: x.Mod}
	for i := range x.Right {
		count.of = append(count.of, c.predicate(&x.Right[i]))
	}
	return c.direct(formCount+byte(x.Mod), x.Right, count, x.Op == check.NotEqual && twoSided(x.Left.Field)), nil
}

// twoSided reports whether a field has the value of both ends of a connection:
// "!=" asks both to differ. Of the other fields with several values, those of
// the ancestors, "!=" asks that one differs, as any operator.
func twoSided(f event.FieldID) bool {
	switch f {
	case event.FieldFDIP, event.FieldFDPort, event.FieldFDProto, event.FieldFDNet:
		return true
	}
	return false
}

func (b *builder) exists(id int32) lit {
	return b.add(b.key(formExists, id, 0), test{operand: id, index: -1, other: -1}, indexed{}, 0, 0.9)
}

func (b *builder) fieldTest(id int32, x *check.Test) (lit, error) {
	other, err := b.operand(x.Field)
	if err != nil {
		return litFalse, err
	}
	t := test{operand: id, index: -1, other: other, op: x.Op, every: x.Op == check.In && x.Left.List}
	key := binary.LittleEndian.AppendUint32(b.key(formField, id, byte(x.Op)), uint32(other))
	return b.add(key, t, indexed{}, 3, 0.3), nil
}

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
		if isPlain(right[0].Text) {
			c.op = check.Equal
			ask = indexed{how: byText, texts: texts(right)}
		}
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
