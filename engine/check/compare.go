// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/syntax"
)

// operators are the operators by their words.
var operators = map[string]Op{
	"exists": Exists, "=": Equal, "==": Equal, "!=": NotEqual, "<": Less, "<=": LessEqual, ">": Greater,
	">=": GreaterEqual, "contains": Contains, "icontains": IContains, "bcontains": BContains,
	"startswith": StartsWith, "bstartswith": BStartsWith, "endswith": EndsWith, "glob": Glob, "iglob": IGlob,
	"regex": Regex, "in": In, "intersects": Intersects, "pmatch": PMatch,
}

// String returns the operator's word.
func (op Op) String() string {
	for word, other := range operators {
		if other == op && word != "==" {
			return word
		}
	}
	return ""
}

var modifiers = map[string]Modifier{"": Single, "anyof": AnyOf, "allof": AllOf, "oneof": OneOf}

// Which operators the values of a kind allow, beside exists.
var (
	listOps    = []Op{In, Intersects}
	truthOps   = []Op{Equal, NotEqual, In, Intersects}
	addressOps = truthOps
	numberOps  = []Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, In, Intersects}
	bytesOps   = []Op{Equal, NotEqual, Contains, In, StartsWith, EndsWith, Intersects, BContains, BStartsWith}
	textOps    = []Op{
		Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, IContains, In, StartsWith, EndsWith, Glob,
		IGlob, Regex, PMatch, Intersects,
	}
)

// opsOf returns the operators that an operand allows; nil where its values
// cannot be compared.
func opsOf(op *Operand) []Op {
	switch k := op.Kind; {
	case op.List:
		return listOps
	case k.IsString():
		return textOps
	case k == event.KindBytes:
		return bytesOps
	case k == event.KindBool:
		return truthOps
	case k == event.KindIP, k == event.KindIPNet, k == event.KindIPv4, k == event.KindIPv6, k == event.KindIPv4Net, k == event.KindIPv6Net:
		return addressOps
	case k.IsNumber():
		return numberOps
	}
	return nil
}

// test checks a test. What is wrong is in problems; the test is nil then.
func (c *checker) test(t *syntax.Test) (test *Test, r reach, problems []*problem) {
	r = everything()
	left, err := c.operand(t.Left)
	if err != nil {
		return nil, r, []*problem{err}
	}
	out := &Test{Left: left, Op: operators[t.Op], Mod: modifiers[t.Mod]}
	if !c.diags.ErrorsOnly {
		c.at[out] = t.At
	}
	if err := c.operator(out, t); err != nil {
		return nil, r, []*problem{err}
	}
	c.deprecated(&left, t.Left)
	switch {
	case out.Op == Exists:
		if isTypeField(&left) && left.Field == event.FieldEvtType {
			r.no = TypeSet{} // all events have a type
		}
		return out, r, nil
	case t.Right.Operand != nil:
		if err := c.rightOperand(out, t); err != nil {
			return nil, r, []*problem{err}
		}
		return out, r, nil
	}
	if problems := c.values(out, t); problems != nil {
		return nil, r, problems
	}
	if isTypeField(&left) && namesTypes(out.Op) {
		r = reachOf(out.Op, out.Mod, t.Right.Values)
	}
	return out, r, nil
}

// operator checks that the operator fits the operand.
func (c *checker) operator(out *Test, t *syntax.Test) *problem {
	f := event.Field{}
	if out.Left.Transform == NoTransform {
		f = *out.Left.Field.Field()
	}
	if f.NoFilter {
		return fail(diag.NotInConditions, t.Left.At, "", "field %s is for outputs only", f.Name)
	}
	if out.Op == Exists {
		return nil
	}
	if out.Left.Transform != NoTransform && namesTypes(out.Op) && hasTypeField(&out.Left) {
		return fail(diag.EventTypeOperand, t.Left.At, "compare evt.type itself", "the type of events cannot be transformed")
	}
	ops := opsOf(&out.Left)
	if ops == nil {
		return fail(diag.OperatorType, t.OpAt, "use exists, or evt.arg for its text", "%s cannot be compared, being %s",
			syntax.PrintOperand(t.Left), article(&out.Left))
	}
	if !slices.Contains(ops, out.Op) {
		return fail(diag.OperatorType, t.OpAt, operatorHint(out, ops), "operator %s does not fit %s, which is %s",
			t.Op, syntax.PrintOperand(t.Left), article(&out.Left))
	}
	return nil
}

// operatorHint says which operators fit, the likely one first.
func operatorHint(t *Test, ops []Op) string {
	instead := map[Op]Op{
		BContains: Contains, BStartsWith: StartsWith, IContains: Contains, Equal: In, Glob: Contains, Regex: Contains,
		PMatch: StartsWith,
	}
	if op, ok := instead[t.Op]; ok && slices.Contains(ops, op) {
		return fmt.Sprintf("use %s", op)
	}
	words := make([]string, 0, len(ops))
	for _, op := range ops {
		words = append(words, op.String())
	}
	return "use one of " + strings.Join(words, " ")
}

// rightOperand checks a field or transformer on the right.
func (c *checker) rightOperand(out *Test, t *syntax.Test) *problem {
	right, err := c.operand(t.Right.Operand)
	if err != nil {
		return err
	}
	c.deprecated(&right, t.Right.Operand)
	switch {
	case isTypeField(&out.Left) && namesTypes(out.Op):
		return fail(diag.EventTypeOperand, t.Right.At, "write the names of events", "the type of events is compared with names only")
	case out.Op == Regex || out.Op == PMatch:
		return fail(diag.RightOperator, t.OpAt, "", "operator %s compares with constants only", t.Op)
	case singleSided(&out.Left) || singleSided(&right):
		return fail(diag.RightOperator, t.Right.At, "", "%s is compared with constants only", oneSided(out, t))
	case out.Left.List != right.List || !sameKind(out.Left.Kind, right.Kind):
		return fail(diag.RightType, t.At, "", "%s is %s, and %s %s", syntax.PrintOperand(t.Left), article(&out.Left),
			syntax.PrintOperand(t.Right.Operand), article(&right))
	}
	out.Field = &right
	return nil
}

// singleSided reports whether an operand is compared with constants only: one
// with several values of which one has to match, or one whose values are not
// what it is compared with, as addresses and networks.
func singleSided(op *Operand) bool {
	if op.Transform == Val {
		return singleSided(op.Args[0].Operand)
	}
	return op.Any || op.Transform == NoTransform && op.Field.Field().NoTransform
}

func oneSided(out *Test, t *syntax.Test) string {
	if singleSided(&out.Left) {
		return syntax.PrintOperand(t.Left)
	}
	return syntax.PrintOperand(t.Right.Operand)
}

// sameKind reports whether values of two kinds can be compared with each other.
func sameKind(a, b event.Kind) bool { return a == b || a.IsString() && b.IsString() }

// A listUse is a list's values, and what decides how they are read. Many tests
// share a list.
type listUse struct {
	first *syntax.Value
	count int
	op    Op
	kind  event.Kind
	types bool
}

// values reads the constants of a test.
func (c *checker) values(out *Test, t *syntax.Test) []*problem {
	var problems []*problem
	use := listUse{count: len(t.Right.Values), op: out.Op, kind: out.Left.Kind, types: isTypeField(&out.Left)}
	if use.count > 1 {
		use.first = &t.Right.Values[0]
		if known, ok := c.lists[use]; ok {
			out.Right = known
			return nil
		}
	}
	out.Right = make([]Value, 0, len(t.Right.Values))
	for i := range t.Right.Values {
		sv := &t.Right.Values[i]
		if p := c.checkText(out, t, sv); p != nil {
			problems = append(problems, p)
			continue
		}
		v, bad := value(out.Op, out.Left.Kind, sv.Text)
		if bad != nil {
			problems = append(problems, &problem{code: bad.code, at: sv.At, message: bad.message, hint: bad.hint})
			continue
		}
		c.suspicious(out, sv)
		out.Right = append(out.Right, v)
	}
	if use.first != nil && problems == nil {
		c.lists[use] = out.Right
	}
	return problems
}

// checkText checks what does not hang on the kind of values.
func (c *checker) checkText(out *Test, t *syntax.Test, v *syntax.Value) *problem {
	switch {
	case syntax.IsOrder(t.Op) && (v.Quoted || !syntax.IsNumber(v.Text)):
		return fail(diag.ExpectedValue, v.At, "another field is written val(field)", "expected a number after %s, found %q", t.Op, v.Text)
	case isTypeField(&out.Left) && namesTypes(out.Op):
		if _, ok := typesNamed(v.Text); !ok {
			p := fail(diag.UnknownEventType, v.At, c.didYouMean(v.Text, typeNames()), "unknown event type %s", v.Text)
			p.unknown = true
			return p
		}
	}
	return nil
}

// suspicious warns about constants that are allowed but hardly meant.
func (c *checker) suspicious(out *Test, v *syntax.Value) {
	switch {
	case v.Text == "<NA>" && slices.Contains([]Op{Equal, NotEqual, In, Intersects, PMatch}, out.Op):
		c.warn(diag.ComparesUnset, v.At, "ask with exists whether there is a value", "a missing value is printed as <NA>, and not equal to it")
	case out.Op == Regex && isSimple(v.Text):
		c.warn(diag.SimplerRegex, v.At, "use =, contains, startswith or endswith", "this expression needs no regular expressions")
	}
	switch {
	case !v.Quoted && strings.Contains(v.Text, "."):
		o, n, err := syntax.ParseOperand(v.Text, 0)
		if err != nil || n != len(v.Text) {
			return
		}
		if _, err := (operands{c.noSuggestion}).operand(o); err == nil {
			c.warn(diag.FieldAsText, v.At, fmt.Sprintf("write val(%s) for its value, or put quotes around the text", v.Text),
				"%s is a field and compared as text", v.Text)
		}
	case strings.HasSuffix(v.Text, ")"):
		word := withoutBlanks(v.Text)
		for _, name := range syntax.Transformers() {
			if strings.HasPrefix(word, name+"(") {
				c.warn(diag.TransformerAsText, v.At, "", "%s looks like a transformer and is compared as text", word)
			}
		}
	}
}

func withoutBlanks(s string) string {
	if strings.IndexFunc(s, unicode.IsSpace) < 0 {
		return s
	}
	return strings.Join(strings.Fields(s), "")
}

// isSimple reports whether a regular expression has no special characters but
// anchors and "any text" at its ends.
func isSimple(text string) bool {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
	for _, wild := range []string{".*", ".+", ".?"} {
		text = strings.TrimPrefix(text, wild)
		text = strings.TrimSuffix(text, wild)
	}
	return !strings.ContainsAny(text, `.+*?^$()[]{}|\`)
}
