// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/infra/github"
)

// collaborators is the answer to who of a login is one.
type collaborators struct {
	Edges []struct {
		Permission string
		Node       struct{ Login string }
	}
}

// someone reports whether a login can have a role: an App is no collaborator.
func someone(login string) bool { return login != "" && !strings.HasSuffix(login, "[bot]") }

// askRoles returns what a query must have to ask for the roles of some logins:
// the types of its variables, which are put into vars, and a field beside the
// others. Both are empty for nobody.
func askRoles(logins []string, vars map[string]any) (types, field string) {
	var declared, asked strings.Builder
	for i, login := range logins {
		if !someone(login) {
			continue
		}
		name := fmt.Sprintf("r%d", i)
		vars[name] = login
		fmt.Fprintf(&declared, ",$%s:String!", name)
		fmt.Fprintf(&asked, " %s:collaborators(login:$%s,first:1){edges{permission node{login}}}", name, name)
	}
	if asked.Len() == 0 {
		return "", ""
	}
	return declared.String(), " roles:repository(owner:$owner,name:$name){" + asked.String() + "}"
}

// rolesOf reads the answer to askRoles. Who was given no role may read what is
// public; an App has "".
func rolesOf(logins []string, answer map[string]collaborators, private bool) map[string]string {
	roles := make(map[string]string, len(logins))
	for i, login := range logins {
		if !someone(login) {
			roles[login] = ""
			continue
		}
		roles[login] = "read"
		if private {
			roles[login] = "none"
		}
		for _, e := range answer[fmt.Sprintf("r%d", i)].Edges {
			if strings.EqualFold(e.Node.Login, login) {
				roles[login] = strings.ToLower(e.Permission)
			}
		}
	}
	return roles
}

// plainRoles reports whether GraphQL tells all that a list of trusted roles
// asks for. It knows GitHub's own roles only, takes one that an organization
// made for the one that it is based on, and does not say who may read because
// everybody in an enterprise may.
func plainRoles(trusted []string) bool {
	return !slices.ContainsFunc(trusted, func(role string) bool {
		return !slices.Contains([]string{"admin", "maintain", "write", "triage"}, role)
	})
}

// refusal reports whether GraphQL calls something missing or forbidden. It tells
// roles to whom REST tells them, as far as is known; where it does not, REST is
// asked.
func refusal(err error) bool {
	status := github.StatusOf(err)
	return status == http.StatusForbidden || status == http.StatusNotFound
}

// fillRoles reads the roles of some logins that are not known yet.
func (g *reading) fillRoles(ctx context.Context, logins []string) error {
	plain := plainRoles(g.in.Settings.TrustedRoles)
	if !plain {
		clear(g.roles)
	}
	missing := g.strangers(logins)
	if _, untold := g.untold.Load(g.t.Repository()); plain && !untold {
		for chunk := range slices.Chunk(missing, most) {
			_, err := g.fetch(ctx, nil, chunk)
			if refusal(err) {
				g.untold.Store(g.t.Repository(), true)
				break
			}
			if err != nil {
				return fmt.Errorf("read the roles of %s: %w", strings.Join(chunk, ", "), err)
			}
		}
		missing = g.strangers(missing)
	}
	for _, login := range missing {
		role, err := g.role(ctx, g.t, login)
		if err != nil {
			return fmt.Errorf("read the role of %s: %w", login, err)
		}
		g.roles[login] = role
	}
	g.in.Roles = make(map[string]string, len(logins))
	for _, login := range logins {
		g.in.Roles[login] = g.roles[login]
	}
	return nil
}

// strangers returns those of some logins whose roles are not known yet.
func (g *reading) strangers(logins []string) []string {
	return slices.DeleteFunc(slices.Clone(logins), func(login string) bool {
		_, known := g.roles[login]
		return known || !someone(login)
	})
}

// role returns the role of a login in the repository, by its own name: "none"
// for a stranger, "" for nobody. go-github's type has no role_name.
func (r *Reader) role(ctx context.Context, t act.Target, login string) (string, error) {
	if !someone(login) {
		return "", nil // GitHub answers 404 or worse
	}
	req, err := r.GitHub.NewRequest("GET", fmt.Sprintf("repos/%s/%s/collaborators/%s/permission", t.Owner, t.Name, login), nil)
	if err != nil {
		return "", err
	}
	var answer struct {
		Permission string `json:"permission"`
		RoleName   string `json:"role_name"`
	}
	if _, err := r.GitHub.Do(ctx, req, &answer); err != nil {
		if github.IsNotFound(err) {
			return "", nil
		}
		return "", err
	}
	if answer.RoleName == "" {
		return answer.Permission, nil
	}
	return answer.RoleName, nil
}
