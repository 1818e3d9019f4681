// SPDX-License-Identifier: Apache-2.0

package explain

import (
	"fmt"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
)

// A Node is a part of a condition, and what became of it for an event.
type Node struct {
	Op   string  `json:"op"`             // "and", "or", "not", or "test"
	True bool    `json:"true"`           // whether it holds
	Kids []*Node `json:"kids,omitempty"` // of and, or, not

	Test  string `json:"test,omitempty"`  // of a test: as a rule would write it
	Value string `json:"value,omitempty"` // of a test: what its left side was
	Right string `json:"right,omitempty"` // of a test with another field on the right: what that was
	Why   string `json:"why,omitempty"`   // of a test whose side has no value: the reason
}

// An Explainer evaluates the conditions of rules part by part.
type Explainer struct {
	rules []check.Rule
	naive *program.Naive
	sides map[*check.Operand]extract.Extractor
}

// New prepares to explain rules.
func New(rules []check.Rule) (*Explainer, error) {
	naive, err := program.NewNaive(rules)
	if err != nil {
		return nil, err
	}
	return &Explainer{rules: rules, naive: naive, sides: make(map[*check.Operand]extract.Extractor)}, nil
}

// Rule explains a rule, by its number, for the context's event.
func (x *Explainer) Rule(ctx *extract.Context, rule int) (*Node, error) {
	return x.node(ctx, x.rules[rule].Condition)
}

func (x *Explainer) node(ctx *extract.Context, e check.Expr) (*Node, error) {
	switch e := e.(type) {
	case check.And:
		return x.many(ctx, "and", e, true)
	case check.Or:
		return x.many(ctx, "or", e, false)
	case check.Not:
		kid, err := x.node(ctx, e.X)
		if err != nil {
			return nil, err
		}
		return &Node{Op: "not", True: !kid.True, Kids: []*Node{kid}}, nil
	case *check.Test:
		return x.test(ctx, e)
	}
	return nil, fmt.Errorf("a condition cannot have a %T", e)
}

// many explains and (all have to hold) and or (one has to).
func (x *Explainer) many(ctx *extract.Context, op string, parts []check.Expr, all bool) (*Node, error) {
	n := &Node{Op: op, True: all}
	for _, part := range parts {
		kid, err := x.node(ctx, part)
		if err != nil {
			return nil, err
		}
		if kid.True != all {
			n.True = !all
		}
		n.Kids = append(n.Kids, kid)
	}
	return n, nil
}

func (x *Explainer) test(ctx *extract.Context, t *check.Test) (*Node, error) {
	trace := x.naive.Eval(ctx, t)
	n := &Node{Op: "test", True: trace.True, Test: TestText(t)}
	left, err := x.text(ctx, &t.Left)
	if err != nil {
		return nil, err
	}
	n.Value = left
	if len(trace.Left) == 0 {
		n.Why = trace.LeftWhy.String()
		return n, nil
	}
	if t.Field == nil {
		return n, nil
	}
	if n.Right, err = x.text(ctx, t.Field); err != nil {
		return nil, err
	}
	if len(trace.Right) == 0 {
		n.Why = trace.RightWhy.String()
	}
	return n, nil
}

// text is an operand's value as an output would print it; "<NA>" without one.
func (x *Explainer) text(ctx *extract.Context, op *check.Operand) (string, error) {
	side, made := x.sides[op]
	if !made {
		var err error
		if side, err = extract.Compile(*op); err != nil {
			return "", err
		}
		x.sides[op] = side
	}
	b, ok := side.AppendText(nil, ctx)
	if !ok {
		return "<NA>", nil
	}
	return string(b), nil
}

// FirstFalse returns the part to look at when a condition does not hold: the
// first test, in the order of the rule, that had to hold and did not. Of parts
// of which one had to hold, it is in the one that came furthest: the others were
// about something else. It is nil where the condition holds.
func (n *Node) FirstFalse() *Node { return n.deciding(true) }

// deciding returns the first test because of which n is not what was wanted.
func (n *Node) deciding(want bool) *Node {
	if n.True == want {
		return nil
	}
	if n.Op == "test" {
		return n
	}
	if n.Op == "or" && want && len(n.Kids) > 0 {
		furthest := n.Kids[0]
		for _, kid := range n.Kids {
			if kid.progress() > furthest.progress() {
				furthest = kid
			}
		}
		return furthest.deciding(true)
	}
	for _, kid := range n.Kids {
		if found := kid.deciding(want != (n.Op == "not")); found != nil {
			return found
		}
	}
	return n
}

// progress is how many parts of a condition hold before the first that does not.
func (n *Node) progress() int {
	held := 0
	switch n.Op {
	case "and":
		for held < len(n.Kids) && n.Kids[held].True {
			held++
		}
	case "or":
		for _, kid := range n.Kids {
			held = max(held, kid.progress())
		}
	}
	return held
}
