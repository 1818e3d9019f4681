// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"regexp"
)

// siteRoutes are the site administrator's, of GitHub Enterprise Server, and
// what belongs to no account.
var siteRoutes = []route{
	{method: "GET", pattern: "/rate_limit", operation: "rate-limit/get", handle: (*call).getRateLimit},
	{method: "POST", pattern: "/admin/users", operation: "enterprise-admin/create-user", handle: (*call).createUser, admin: true},
	{method: "POST", pattern: "/admin/users/{username}/authorizations", operation: "enterprise-admin/create-impersonation-o-auth-token", handle: (*call).createAuthorization, admin: true},
	{method: "DELETE", pattern: "/admin/users/{username}/authorizations", operation: "enterprise-admin/delete-impersonation-o-auth-token", handle: (*call).deleteAuthorizations, admin: true},
	{method: "PUT", pattern: "/users/{username}/suspended", operation: "enterprise-admin/suspend-user", handle: (*call).suspendUser, admin: true},
	{method: "DELETE", pattern: "/users/{username}/suspended", operation: "enterprise-admin/unsuspend-user", handle: (*call).unsuspendUser, admin: true},
}

var userRoutes = []route{
	{method: "GET", pattern: "/user", operation: "users/get-authenticated", handle: (*call).getMe},
	{method: "PATCH", pattern: "/user", operation: "users/update-authenticated", handle: (*call).updateMe},
	{method: "GET", pattern: "/users/{username}", operation: "users/get-by-username", handle: (*call).getUser},
}

// validLogin is GitHub's rule for names of users and organizations.
var validLogin = regexp.MustCompile(`^[a-zA-Z0-9](?:-?[a-zA-Z0-9]){0,38}$`)

// addAccount makes an account, or says why not.
func (v *view) addAccount(a *account, resource string) error {
	if !validLogin.MatchString(a.Login) {
		return invalidBecause(resource, "login", "login may only contain alphanumeric characters or single hyphens, and cannot begin or end with a hyphen")
	}
	err := accounts.insert(v.tx, 0, fold(a.Login), a)
	if errors.Is(err, errTaken) {
		return validation(fieldError{Resource: resource, Field: "login", Code: "already_exists", Message: "login is already taken"})
	}
	return err
}

func (c *call) createUser() (reply, error) {
	var in struct{ Login, Email string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	a := &account{Login: in.Login, Email: in.Email, Type: "User"}
	if err := c.addAccount(a, "User"); err != nil {
		return reply{}, err
	}
	return created(c.user(a))
}

func (c *call) createAuthorization() (reply, error) {
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Scopes []string
		Note   string
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	secret := newToken("ghp_")
	t := &token{Scopes: in.Scopes, Note: in.Note}
	if err := tokens.insert(c.tx, a.ID, hashToken(secret), t); err != nil {
		return reply{}, err
	}
	if in.Scopes == nil {
		in.Scopes = []string{}
	}
	return created(object{
		"id": t.ID, "url": c.api("/authorizations/%d", t.ID), "scopes": in.Scopes,
		"token": secret, "token_last_eight": secret[len(secret)-8:], "hashed_token": t.Key,
		"app":  object{"name": "forge", "url": c.base, "client_id": "00000000000000000000"},
		"note": orNull(in.Note), "note_url": nil, "fingerprint": nil,
		"created_at": stamp(t.CreatedAt), "updated_at": stamp(t.UpdatedAt),
	})
}

func (c *call) deleteAuthorizations() (reply, error) {
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	all, err := tokens.list(c.tx, a.ID)
	if err != nil {
		return reply{}, err
	}
	for _, t := range all {
		if err := tokens.delete(c.tx, t.ID); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}

func (c *call) suspendUser() (reply, error)   { return c.setSuspended(true) }
func (c *call) unsuspendUser() (reply, error) { return c.setSuspended(false) }

func (c *call) setSuspended(suspended bool) (reply, error) {
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	a.Suspended = suspended
	if err := accounts.put(c.tx, a); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) getMe() (reply, error) {
	if c.me() == nil {
		return reply{}, errSignIn
	}
	if c.actor.token != nil && c.actor.token.Grant != nil {
		return reply{}, forbidden("Resource not accessible by integration")
	}
	u, err := c.fullUser(c.me())
	if err != nil {
		return reply{}, err
	}
	u["private_gists"], u["collaborators"], u["disk_usage"] = 0, 0, 0
	u["total_private_repos"], u["owned_private_repos"] = 0, 0
	u["two_factor_authentication"], u["user_view_type"] = false, "private"
	return ok(u)
}

func (c *call) updateMe() (reply, error) {
	var in struct{ Name, Email, Blog, Company, Location, Bio *string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	a, err := accounts.get(c.tx, c.me().ID)
	if err != nil {
		return reply{}, err
	}
	assign(&a.Name, in.Name)
	assign(&a.Email, in.Email)
	assign(&a.Blog, in.Blog)
	assign(&a.Company, in.Company)
	assign(&a.Location, in.Location)
	assign(&a.Bio, in.Bio)
	if err := accounts.put(c.tx, a); err != nil {
		return reply{}, err
	}
	c.actor.account = a
	return c.getMe()
}

// assign sets *to if the input has a value for it.
func assign[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

func (c *call) getUser() (reply, error) {
	a, err := findAccount(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	u, err := c.fullUser(a)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: u}, nil
}

// fullUser renders a user's public profile.
func (v *view) fullUser(a *account) (object, error) {
	repos, err := repositories.list(v.tx, a.ID)
	if err != nil {
		return nil, err
	}
	public := 0
	for _, r := range repos {
		if !r.Private {
			public++
		}
	}
	u := v.user(a)
	u["name"], u["company"], u["blog"] = orNull(a.Name), orNull(a.Company), a.Blog
	u["location"], u["email"], u["bio"] = orNull(a.Location), orNull(a.Email), orNull(a.Bio)
	u["hireable"], u["twitter_username"] = nil, nil
	u["public_repos"], u["public_gists"], u["followers"], u["following"] = public, 0, 0, 0
	u["created_at"], u["updated_at"], u["user_view_type"] = stamp(a.CreatedAt), stamp(a.UpdatedAt), "public"
	return u, nil
}
