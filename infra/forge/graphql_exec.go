// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// node is an object of GraphQL; it knows the name of its type.
type node interface{ graphType() string }

// args are the arguments of a field, defaults included.
type args map[string]any

func (a args) text(name string) string {
	s, _ := a[name].(string)
	return s
}

// number returns an argument that is an Int, and whether it is there.
func (a args) number(name string) (int, bool) {
	switch n := a[name].(type) {
	case int64:
		return int(n), true
	case int:
		return n, true
	case float64: // from a variable
		return int(n), true
	}
	return 0, false
}

// texts returns an argument that is a list.
func (a args) texts(name string) []string {
	list, _ := a[name].([]any)
	var out []string
	for _, item := range list {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

// resolver gives the value of a field: nil, a scalar, a node, or a list.
type resolver func(q *query, of node, a args) (any, error)

// field makes a resolver for the fields of a type of node.
func field[T node](get func(q *query, of T, a args) (any, error)) resolver {
	return func(q *query, of node, a args) (any, error) { return get(q, of.(T), a) }
}

// plain is field for what is read off the node.
func plain[T node](get func(of T) any) resolver {
	return func(_ *query, of node, _ args) (any, error) { return get(of.(T)), nil }
}

// resolvers lists, for each type of the schema, who answers its fields.
func resolvers() map[string]map[string]resolver {
	return map[string]map[string]resolver{
		"Query": queryFields, "Mutation": mutationFields, "TransferIssuePayload": movedFields, "PinIssuePayload": movedFields,
		"UnpinIssuePayload": unpinnedFields, "TransferredEvent": transferredFields, "RateLimit": rateLimitFields, "PageInfo": pageInfoFields,
		"User": userFields, "Organization": organizationFields, "Bot": botFields, "Team": teamFields,
		"Repository": repositoryFields, "Ref": refFields, "Commit": commitFields, "Tree": objectFields, "Blob": blobFields,
		"Tag": tagFields, "GitActor": gitActorFields, "Issue": issueFields, "PullRequest": pullRequestFields,
		"PullRequestCommit": pullRequestCommitFields, "PullRequestChangedFile": changedFileFields,
		"PullRequestReview": reviewFields, "PullRequestReviewComment": reviewCommentFields,
		"RepositoryCollaboratorEdge": collaboratorEdgeFields, "TreeEntry": treeEntryFields,
		"ReviewRequest": reviewRequestFields, "IssueComment": issueCommentFields,
		"Label": labelFields, "Milestone": milestoneFields, "Release": releaseFields,
		"Status": statusFields, "StatusContext": statusContextFields, "StatusCheckRollup": rollupFields, "CheckRun": checkRunFields,
	}
}

// query is one GraphQL query being answered.
type query struct {
	*call
	schema *ast.Schema
	vars   map[string]any
	errors []*graphqlError
	nodes  int
	fields map[string]map[string]resolver
}

// errNull says that a value that may not be null is, and that the object
// around it is null therefore. The error itself has been noted.
var errNull = errors.New("a value that may not be null is null")

func (q *query) run(operation *ast.OperationDefinition) (map[string]any, error) {
	q.fields = resolvers()
	data, err := q.object(root{operation.Operation}, operation.SelectionSet, []any{})
	if errors.Is(err, errNull) {
		return nil, nil
	}
	return data, err
}

// root is the object that queries or mutations begin at.
type root struct{ of ast.Operation }

func (r root) graphType() string {
	if r.of == ast.Mutation {
		return "Mutation"
	}
	return "Query"
}

// object answers the selected fields of one object.
func (q *query) object(of node, set ast.SelectionSet, path []any) (map[string]any, error) {
	typ := of.graphType()
	def := q.schema.Types[typ]
	if def == nil {
		return nil, fmt.Errorf("GraphQL: no type %s in the schema", typ)
	}
	q.nodes++
	out := map[string]any{}
	for _, name := range q.collect(def, set, map[string][]*ast.Field{}) {
		asked := name.fields[0]
		if asked.Name == "__typename" {
			out[name.alias] = typ
			continue
		}
		value, err := q.field(of, typ, asked)
		if err == nil {
			var sub ast.SelectionSet
			for _, f := range name.fields {
				sub = append(sub, f.SelectionSet...)
			}
			value, err = q.complete(asked.Definition.Type, sub, value, append(path, name.alias))
		}
		if err = q.note(err, asked, append(path, name.alias)); err != nil {
			return nil, err
		}
		if value == nil && asked.Definition.Type.NonNull {
			return nil, errNull
		}
		out[name.alias] = value
	}
	return out, nil
}

// note takes an error that is for the client into the answer; the field is
// null then. Other errors fail the query.
func (q *query) note(err error, asked *ast.Field, path []any) error {
	if err == nil || errors.Is(err, errNull) {
		return nil // noted already, where the null came from
	}
	var e *graphqlError
	var refused *apiError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &refused):
		e = &graphqlError{Message: refused.message}
		if len(refused.errors) > 0 {
			e.Message = refused.errors[0].Message
		}
	default:
		return err
	}
	noted := *e
	noted.Path = slices.Clone(path)
	noted.Locations = []gqlerror.Location{{Line: asked.Position.Line, Column: asked.Position.Column}}
	q.errors = append(q.errors, &noted)
	return nil
}

// field asks the field's resolver.
func (q *query) field(of node, typ string, asked *ast.Field) (any, error) {
	get := q.fields[typ][asked.Name]
	if page, is := of.(*connection); is && get == nil {
		get = page.resolver(asked.Name)
	}
	if e, is := of.(edge); is && get == nil {
		get = e.resolver(asked.Name)
	}
	if get == nil {
		return nil, &graphqlError{Message: fmt.Sprintf("not emulated: field %s of %s", asked.Name, typ)}
	}
	return get(q, of, args(asked.ArgumentMap(q.vars)))
}

// complete turns what a resolver gave into what is sent.
func (q *query) complete(t *ast.Type, set ast.SelectionSet, value any, path []any) (any, error) {
	if isNil(value) {
		return nil, nil
	}
	if t.Elem != nil {
		list := reflect.ValueOf(value)
		out := make([]any, 0, list.Len())
		for i := range list.Len() {
			item, err := q.complete(t.Elem, set, list.Index(i).Interface(), append(path, i))
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
		return out, nil
	}
	if n, is := value.(node); is && q.schema.Types[t.NamedType].IsCompositeType() {
		data, err := q.object(n, set, path)
		if errors.Is(err, errNull) || err == nil && data == nil {
			return nil, nil
		}
		return data, err
	}
	return value, nil
}

func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Map) && v.IsNil()
}

// selected is a name in the answer and the fields that are asked for under it.
type selected struct {
	alias  string
	fields []*ast.Field
}

// collect finds what a selection asks of an object, in the order of the query.
func (q *query) collect(def *ast.Definition, set ast.SelectionSet, seen map[string][]*ast.Field) []selected {
	var order []string
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if !q.included(s.Directives) {
					continue
				}
				if seen[s.Alias] == nil {
					order = append(order, s.Alias)
				}
				seen[s.Alias] = append(seen[s.Alias], s)
			case *ast.InlineFragment:
				if q.included(s.Directives) && (s.TypeCondition == "" || q.is(def, s.TypeCondition)) {
					walk(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if q.included(s.Directives) && q.is(def, s.Definition.TypeCondition) {
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
	out := make([]selected, 0, len(order))
	for _, alias := range order {
		out = append(out, selected{alias, seen[alias]})
	}
	return out
}

func (q *query) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		on, _ := d.ArgumentMap(q.vars)["if"].(bool)
		if d.Name == "include" && !on || d.Name == "skip" && on {
			return false
		}
	}
	return true
}

func (q *query) is(def *ast.Definition, condition string) bool {
	return def.Name == condition ||
		slices.ContainsFunc(q.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == def.Name })
}
