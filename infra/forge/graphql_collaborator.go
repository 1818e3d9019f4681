// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"slices"
	"strings"
)

// collaboratorConnection lists who was given a level in a repository. What
// everybody may do in a public one makes nobody a collaborator.
func (q *query) collaboratorConnection(r *repository, a args) (any, error) {
	if !q.isIntegration() {
		may, err := q.hasLevel(r, levelWrite)
		if err != nil {
			return nil, err
		}
		if !may {
			return nil, &graphqlError{Type: "FORBIDDEN", Message: "Must have push access to view repository collaborators."}
		}
	}
	all, err := q.candidates(r)
	if err != nil {
		return nil, err
	}
	var failed error
	all = slices.DeleteFunc(all, func(one *account) bool {
		if login := a.text("login"); login != "" && fold(login) != fold(one.Login) {
			return true
		}
		given, err := q.givenLevel(r, one)
		if err != nil {
			failed = err
		}
		return given == levelNone
	})
	if failed != nil {
		return nil, failed
	}
	page, err := pageOf("RepositoryCollaboratorConnection", all, func(one *account) string { return idKey(one.ID) },
		func(one *account) (any, error) { return one, nil }, a)
	if err != nil {
		return nil, err
	}
	for n := range page.edges {
		page.edges[n].of = r
	}
	return page, nil
}

var collaboratorEdgeFields = map[string]resolver{
	"permission": field(func(q *query, e edge, _ args) (any, error) {
		given, err := q.givenLevel(e.of.(*repository), e.node.(*account))
		return strings.ToUpper(given.String()), err
	}),
}
