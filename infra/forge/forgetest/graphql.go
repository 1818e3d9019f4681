// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// checkGraphQL holds a query and its answer against GitHub's schema. What the
// forge refused may be wrong; what it answered may not.
func checkGraphQL(schema *ast.Schema, x *exchange) error {
	if x.status >= 400 {
		return checkRefusal(x)
	}
	var question struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if err := json.Unmarshal(x.requestBody, &question); err != nil {
		return fmt.Errorf("%s: a question that is no JSON was answered: %w", x, err)
	}
	var answer struct {
		Data   map[string]any `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	decoder := json.NewDecoder(bytes.NewReader(x.answerBody))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return fmt.Errorf("%s: answer is no JSON: %w", x, err)
	}
	for i, e := range answer.Errors {
		if e.Message == "" {
			return fmt.Errorf("%s: error %d of the answer has no message", x, i)
		}
	}
	if answer.Data == nil {
		if len(answer.Errors) == 0 {
			return fmt.Errorf("%s: the answer has neither data nor errors: %.200s", x, x.answerBody)
		}
		return nil
	}
	doc, errs := gqlparser.LoadQueryWithRules(schema, question.Query, nil)
	if len(errs) > 0 {
		return fmt.Errorf("%s: the query was answered, but GitHub's schema refuses it: %w", x, errs)
	}
	operation := doc.Operations.ForName(question.OperationName)
	if operation == nil {
		return fmt.Errorf("%s: no operation %q in the query, and yet an answer", x, question.OperationName)
	}
	root := schema.Query
	if operation.Operation == ast.Mutation {
		root = schema.Mutation
	}
	c := answerChecker{schema: schema, vars: question.Variables, partial: len(answer.Errors) > 0}
	if err := c.object(root, operation.SelectionSet, answer.Data, "data"); err != nil {
		return fmt.Errorf("%s: answer: %w", x, err)
	}
	return nil
}

// answerChecker walks an answer along the query that asked for it.
type answerChecker struct {
	schema *ast.Schema
	vars   map[string]any
	// partial: the answer has errors too, and a field that failed is null
	// wherever null is allowed.
	partial bool
}

// object checks the fields of one object whose concrete type is def.
func (c *answerChecker) object(def *ast.Definition, set ast.SelectionSet, value map[string]any, at string) error {
	fields := map[string][]*ast.Field{}
	c.collect(def, set, fields)
	var errs []error
	for name, field := range fields {
		got, ok := value[name]
		if !ok {
			errs = append(errs, fmt.Errorf("%s.%s was asked for and is not there", at, name))
			continue
		}
		if field[0].Name == "__typename" {
			if got != def.Name {
				errs = append(errs, fmt.Errorf("%s.%s is %v, want %s", at, name, got, def.Name))
			}
			continue
		}
		var sub ast.SelectionSet
		for _, f := range field {
			sub = append(sub, f.SelectionSet...)
		}
		errs = append(errs, c.value(field[0].Definition.Type, sub, got, at+"."+name))
	}
	for name := range value {
		if fields[name] == nil {
			errs = append(errs, fmt.Errorf("%s.%s is there and was not asked for", at, name))
		}
	}
	return errors.Join(errs...)
}

// collect finds the fields that a selection asks of an object of type def;
// several with one name are merged, as GraphQL does.
func (c *answerChecker) collect(def *ast.Definition, set ast.SelectionSet, into map[string][]*ast.Field) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if c.included(s.Directives) {
				into[s.Alias] = append(into[s.Alias], s)
			}
		case *ast.InlineFragment:
			if c.included(s.Directives) && (s.TypeCondition == "" || c.is(def, s.TypeCondition)) {
				c.collect(def, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if c.included(s.Directives) && c.is(def, s.Definition.TypeCondition) {
				c.collect(def, s.Definition.SelectionSet, into)
			}
		}
	}
}

func (c *answerChecker) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "include" && d.Name != "skip" {
			continue
		}
		if on, _ := d.ArgumentMap(c.vars)["if"].(bool); on != (d.Name == "include") {
			return false
		}
	}
	return true
}

func (c *answerChecker) is(def *ast.Definition, condition string) bool {
	return def.Name == condition || slices.ContainsFunc(c.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == def.Name })
}

func (c *answerChecker) value(t *ast.Type, set ast.SelectionSet, value any, at string) error {
	if value == nil {
		if t.NonNull {
			return fmt.Errorf("%s is null, and of type %s", at, t)
		}
		return nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is %v, want a list", at, value)
		}
		var errs []error
		for i, v := range list {
			errs = append(errs, c.value(t.Elem, set, v, at+"["+strconv.Itoa(i)+"]"))
		}
		return errors.Join(errs...)
	}
	def := c.schema.Types[t.NamedType]
	if !def.IsCompositeType() {
		return leaf(def, value, at)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is %v, want an object of type %s", at, value, def.Name)
	}
	if !def.IsAbstractType() {
		return c.object(def, set, object, at)
	}
	return c.abstract(def, set, object, at)
}

// abstract checks an object of which the query may not tell the concrete
// type: it must be right as one of the possible ones.
func (c *answerChecker) abstract(def *ast.Definition, set ast.SelectionSet, object map[string]any, at string) error {
	var first error
	for _, possible := range c.schema.PossibleTypes[def.Name] {
		err := c.object(possible, set, object, at)
		if err == nil {
			return nil
		}
		if first == nil || object["__typename"] == possible.Name {
			first = err
		}
	}
	return fmt.Errorf("%s is none of the types that %s can be: %w", at, def.Name, first)
}

// leaf checks scalars and enumerations.
func leaf(def *ast.Definition, value any, at string) error {
	bad := fmt.Errorf("%s is %v, want %s", at, value, def.Name)
	if def.Kind == ast.Enum {
		s, ok := value.(string)
		if !ok || def.EnumValues.ForName(s) == nil {
			return bad
		}
		return nil
	}
	switch def.Name {
	case "Int":
		n, ok := value.(json.Number)
		if _, err := strconv.ParseInt(string(n), 10, 32); !ok || err != nil {
			return bad
		}
	case "Float":
		if _, ok := value.(json.Number); !ok {
			return bad
		}
	case "Boolean":
		if _, ok := value.(bool); !ok {
			return bad
		}
	case "DateTime", "GitTimestamp":
		s, _ := value.(string)
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return bad
		}
	case "GitObjectID":
		s, _ := value.(string)
		if len(s) != 40 && len(s) != 64 {
			return bad
		}
	default: // ID, String, URI, HTML and other texts
		if _, ok := value.(string); !ok {
			return bad
		}
	}
	return nil
}
