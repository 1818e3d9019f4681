// SPDX-License-Identifier: Apache-2.0

package program

import (
	"encoding/binary"
	"fmt"

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
		if a.List {
			key = append(key, '(')
		}
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
