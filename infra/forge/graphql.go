// SPDX-License-Identifier: Apache-2.0

package forge

import (
	_ "embed" // the schema
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

var graphqlRoutes = []route{
	// Every query is a POST, whether it reads or writes: it opens its own
	// transaction.
	{method: "POST", pattern: "/graphql", operation: "graphql", handle: (*call).graphql, own: true},
}

//go:embed graphql/schema.graphql
var graphqlSchema string

// loadGraphQLSchema parses the schema once, when it is first needed.
var loadGraphQLSchema = sync.OnceValues(func() (*ast.Schema, error) {
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "graphql/schema.graphql", Input: graphqlSchema})
	if err != nil {
		return nil, err
	}
	return schema, nil
})

// graphqlError is an error as GitHub's GraphQL answers it, always with 200.
type graphqlError struct {
	Type       string              `json:"type,omitempty"`
	Path       []any               `json:"path,omitempty"`
	Extensions map[string]any      `json:"extensions,omitempty"`
	Locations  []gqlerror.Location `json:"locations,omitempty"`
	Message    string              `json:"message"`
}

func (e *graphqlError) Error() string { return e.Message }

// question is the body of a GraphQL request.
type question struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

func (c *call) graphql() (reply, error) {
	var in question
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if strings.TrimSpace(in.Query) == "" {
		return reply{}, &apiError{status: http.StatusBadRequest, message: "A query attribute must be specified and must be a string."}
	}
	schema, err := loadGraphQLSchema()
	if err != nil {
		return reply{}, err
	}
	doc, refused := readQuery(schema, in.Query)
	if refused != nil {
		return ok(object{"errors": refused})
	}
	operation := doc.Operations.ForName(in.OperationName)
	if operation == nil {
		return ok(object{"errors": []graphqlError{{Message: "An operation name is required, or there is no operation named " + in.OperationName}}})
	}
	vars, err := validator.VariableValues(schema, operation, in.Variables)
	if err != nil {
		return ok(object{"errors": []graphqlError{{Message: "Variable of the query: " + err.Error()}}})
	}
	q := &query{call: c, schema: schema, vars: vars}
	var data map[string]any
	within := c.reading
	if operation.Operation == ast.Mutation {
		within = c.updating
	}
	err = within(func() error {
		data, err = q.run(operation)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	answer := object{"data": data}
	if data == nil {
		answer["data"] = nil
	}
	if len(q.errors) > 0 {
		answer["errors"] = q.errors
	}
	return ok(answer)
}

// readQuery parses a query and checks it against what is served.
func readQuery(schema *ast.Schema, text string) (*ast.QueryDocument, []graphqlError) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, []graphqlError{{Message: err.Error()}}
	}
	for _, operation := range doc.Operations {
		if operation.Operation == ast.Subscription {
			return nil, []graphqlError{{Message: "not emulated: a GraphQL " + string(operation.Operation)}}
		}
	}
	var refused []graphqlError
	for _, e := range validator.ValidateWithRules(schema, doc, nil) {
		refused = append(refused, graphqlError{Message: refusal(e), Locations: e.Locations, Extensions: map[string]any{"code": e.Rule}})
	}
	return doc, refused
}

// refusal says of an unknown name that it is not served, rather than that
// GitHub does not have it.
func refusal(e *gqlerror.Error) string {
	switch e.Rule {
	case "FieldsOnCorrectType", "KnownTypeNames", "KnownArgumentNames", "ValuesOfCorrectType", "PossibleFragmentSpreads", "KnownDirectives":
		return "not emulated, or no part of GitHub's schema: " + e.Message
	}
	return e.Message
}

// decodeInto converts an argument that is an object.
func decodeInto(value, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
