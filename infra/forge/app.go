// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var appRoutes = []route{
	{method: "GET", pattern: "/app", operation: "apps/get-authenticated", handle: (*call).getApp, app: true},
	{method: "GET", pattern: "/app/installations", operation: "apps/list-installations", handle: (*call).listAppInstallations, app: true},
	{method: "GET", pattern: "/app/installations/{installation_id}", operation: "apps/get-installation", handle: (*call).getInstallation, app: true},
	{method: "POST", pattern: "/app/installations/{installation_id}/access_tokens", operation: "apps/create-installation-access-token", handle: (*call).createInstallationToken, app: true},
	{method: "GET", pattern: "/repos/{owner}/{repo}/installation", operation: "apps/get-repo-installation", handle: (*call).getRepoInstallation, app: true},
	{method: "GET", pattern: "/orgs/{org}/installation", operation: "apps/get-org-installation", handle: (*call).getOrgInstallation, app: true},
	{method: "GET", pattern: "/installation/repositories", operation: "apps/list-repos-accessible-to-installation", handle: (*call).listInstallationRepos},
}

// app is a GitHub App. Key: its slug. GitHub registers apps in the browser;
// here the site administrator does, with POST /_forge/apps.
type app struct {
	meta
	Slug        string            `json:"slug"`
	Name        string            `json:"name"`
	Owner       int64             `json:"owner"`
	Bot         int64             `json:"bot"`        // its account, "slug[bot]"
	PublicKey   []byte            `json:"public_key"` // PKIX
	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
}

const apps kind[app, *app] = "app"

// installation is an app on an account. Parent: the account; key: the app's id.
type installation struct {
	meta
	App          int64   `json:"app"`
	Repositories []int64 `json:"repositories,omitempty"` // none: all
}

const installations kind[installation, *installation] = "installation"

// registerApp makes an app with a fresh key, and installs it.
func (c *call) registerApp() (reply, error) {
	var in struct {
		Name, Owner   string
		Permissions   map[string]string
		Events        []string
		Installations []struct {
			Account      string
			Repositories []string
		}
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	owner, err := findAccount(c.tx, in.Owner)
	if err != nil {
		return reply{}, invalid("App", "owner", "missing")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return reply{}, fmt.Errorf("making the app's key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return reply{}, fmt.Errorf("encoding the app's key: %w", err)
	}
	slug := slugOf(in.Name)
	bot := &account{Login: slug + "[bot]", Type: "Bot"}
	if err := accounts.insert(c.tx, 0, fold(bot.Login), bot); err != nil {
		return reply{}, invalid("App", "name", "already_exists")
	}
	a := &app{Slug: slug, Name: in.Name, Owner: owner.ID, Bot: bot.ID, PublicKey: public, Permissions: in.Permissions, Events: in.Events}
	if a.Permissions == nil {
		a.Permissions = map[string]string{}
	}
	a.Permissions["metadata"] = "read"
	if err := apps.insert(c.tx, 0, slug, a); err != nil {
		return reply{}, err
	}
	for _, target := range in.Installations {
		if err := c.install(a, target.Account, target.Repositories); err != nil {
			return reply{}, err
		}
	}
	rendered, err := c.renderApp(a)
	if err != nil {
		return reply{}, err
	}
	rendered["pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	return created(rendered)
}

func (c *call) install(a *app, login string, names []string) error {
	target, err := findAccount(c.tx, login)
	if err != nil {
		return invalid("Installation", "account", "missing")
	}
	inst := &installation{App: a.ID}
	for _, name := range names {
		r, err := repositories.find(c.tx, target.ID, fold(name))
		if err != nil {
			return invalid("Installation", "repositories", "missing")
		}
		inst.Repositories = append(inst.Repositories, r.ID)
	}
	return installations.insert(c.tx, target.ID, idKey(a.ID), inst)
}

// appOfToken checks the token that an app signed for itself: RS256, issued by
// the app's id, for ten minutes at most.
func (c *call) appOfToken(jwt string) (*app, error) {
	refused := func(why string) error {
		return &apiError{status: http.StatusUnauthorized, message: why}
	}
	parts := strings.Split(jwt, ".")
	var header struct{ Alg string }
	var claims struct {
		Iss any
		Iat int64
		Exp int64
	}
	if !decodeSegment(parts[0], &header) || !decodeSegment(parts[1], &claims) || header.Alg != "RS256" {
		return nil, refused("A JSON web token could not be decoded")
	}
	issuer := fmt.Sprint(claims.Iss)
	if n, isNumber := claims.Iss.(float64); isNumber {
		issuer = strconv.FormatInt(int64(n), 10)
	}
	id, err := strconv.ParseInt(issuer, 10, 64)
	if err != nil {
		return nil, refused("'Issuer' claim ('iss') must be an Integer")
	}
	a, err := apps.get(c.tx, id)
	if errors.Is(err, errMissing) {
		return nil, refused("Integration not found")
	}
	if err != nil {
		return nil, err
	}
	public, err := x509.ParsePKIXPublicKey(a.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("reading the key of app %s: %w", a.Slug, err)
	}
	key, isRSA := public.(*rsa.PublicKey)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || !isRSA || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return nil, refused("A JSON web token could not be decoded")
	}
	now := c.srv.config.Clock().Unix()
	switch {
	case claims.Exp <= now:
		return nil, refused("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case claims.Exp > now+600:
		return nil, refused("'Expiration time' claim ('exp') is too far in the future")
	case claims.Iat > now+60:
		return nil, refused("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	}
	return a, nil
}

func decodeSegment(segment string, v any) bool {
	plain, err := base64.RawURLEncoding.DecodeString(segment)
	return err == nil && json.Unmarshal(plain, v) == nil
}

// sameSecret compares without telling how much was right.
func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (v *view) renderApp(a *app) (object, error) {
	owner, err := v.userByID(a.Owner)
	if err != nil {
		return nil, err
	}
	events := a.Events
	if events == nil {
		events = []string{}
	}
	return object{
		"id": a.ID, "slug": a.Slug, "node_id": nodeID("App", a.ID), "owner": owner, "name": a.Name, "description": nil,
		"external_url": v.base, "html_url": v.web("/apps/%s", a.Slug), "permissions": a.Permissions, "events": events,
		"created_at": stamp(a.CreatedAt), "updated_at": stamp(a.UpdatedAt),
	}, nil
}

func (v *view) installation(inst *installation) (object, error) {
	a, err := apps.get(v.tx, inst.App)
	if err != nil {
		return nil, err
	}
	target, err := accounts.get(v.tx, inst.Parent)
	if err != nil {
		return nil, err
	}
	events := a.Events
	if events == nil {
		events = []string{}
	}
	selection := "all"
	if len(inst.Repositories) > 0 {
		selection = "selected"
	}
	return object{
		"id": inst.ID, "account": v.user(target), "repository_selection": selection,
		"access_tokens_url": v.api("/app/installations/%d/access_tokens", inst.ID), "repositories_url": v.api("/installation/repositories"),
		"html_url": v.web("/settings/installations/%d", inst.ID), "app_id": a.ID, "app_slug": a.Slug,
		"target_id": target.ID, "target_type": target.Type, "permissions": a.Permissions, "events": events,
		"created_at": stamp(inst.CreatedAt), "updated_at": stamp(inst.UpdatedAt),
		"single_file_name": nil, "suspended_by": nil, "suspended_at": nil,
	}, nil
}

func (c *call) getApp() (reply, error) {
	out, err := c.renderApp(c.actor.app)
	if err != nil {
		return reply{}, err
	}
	all, err := c.installationsOf(c.actor.app)
	if err != nil {
		return reply{}, err
	}
	out["installations_count"] = len(all)
	return ok(out)
}

func (c *call) installationsOf(a *app) ([]*installation, error) {
	all, err := installations.all(c.tx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(i *installation) bool { return i.App != a.ID }), nil
}

func (c *call) listAppInstallations() (reply, error) {
	all, err := c.installationsOf(c.actor.app)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, c.installation)
}

// ownInstallation returns an installation of the app that asks.
func (c *call) ownInstallation() (*installation, error) {
	id, err := c.idParam("installation_id")
	if err != nil {
		return nil, err
	}
	inst, err := installations.get(c.tx, id)
	if err == nil && inst.App != c.actor.app.ID {
		err = errNotFound
	}
	return inst, err
}

func (c *call) getInstallation() (reply, error) {
	inst, err := c.ownInstallation()
	if err != nil {
		return reply{}, err
	}
	return show(c.installation(inst))
}

func (c *call) getRepoInstallation() (reply, error) {
	r, err := findRepo(c.tx, c.param("owner"), c.param("repo"))
	if err != nil {
		return reply{}, err
	}
	inst, err := installations.find(c.tx, r.Parent, idKey(c.actor.app.ID))
	if err != nil {
		return reply{}, err
	}
	if len(inst.Repositories) > 0 && !slices.Contains(inst.Repositories, r.ID) {
		return reply{}, errNotFound
	}
	return show(c.installation(inst))
}

func (c *call) getOrgInstallation() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	inst, err := installations.find(c.tx, org.ID, idKey(c.actor.app.ID))
	if err != nil {
		return reply{}, err
	}
	return show(c.installation(inst))
}

// createInstallationToken gives an hour's token, for no more than the app has.
func (c *call) createInstallationToken() (reply, error) {
	inst, err := c.ownInstallation()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Repositories  []string
		RepositoryIDs []int64 `json:"repository_ids"`
		Permissions   map[string]string
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	g := &grant{Installation: inst.ID, Repositories: in.RepositoryIDs, Permissions: maps.Clone(c.actor.app.Permissions)}
	for _, name := range in.Repositories {
		r, err := repositories.find(c.tx, inst.Parent, fold(name))
		if err != nil {
			return reply{}, unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
		g.Repositories = append(g.Repositories, r.ID)
	}
	for _, id := range g.Repositories {
		if len(inst.Repositories) > 0 && !slices.Contains(inst.Repositories, id) {
			return reply{}, unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
	}
	if in.Permissions != nil {
		for name, want := range in.Permissions {
			if have := g.Permissions[name]; have == "" || have == "read" && want != "read" {
				return reply{}, unprocessable("The permissions requested are not granted to this installation.")
			}
		}
		g.Permissions = in.Permissions
	}
	secret := newToken("ghs_")
	t := &token{Grant: g, ExpiresAt: c.tx.now.Add(time.Hour)}
	if err := tokens.insert(c.tx, c.actor.app.Bot, hashToken(secret), t); err != nil {
		return reply{}, err
	}
	selection := "all"
	if len(g.Repositories) > 0 || len(inst.Repositories) > 0 {
		selection = "selected"
	}
	return created(object{"token": secret, "expires_at": stamp(t.ExpiresAt), "permissions": g.Permissions, "repository_selection": selection})
}

func (c *call) listInstallationRepos() (reply, error) {
	if c.actor == nil || c.actor.token == nil || c.actor.token.Grant == nil {
		return reply{}, forbidden("You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	inst, err := installations.get(c.tx, c.actor.token.Grant.Installation)
	if err != nil {
		return reply{}, err
	}
	all, err := repositories.list(c.tx, inst.Parent)
	if err != nil {
		return reply{}, err
	}
	chosen := c.actor.token.Grant.Repositories
	if len(chosen) == 0 {
		chosen = inst.Repositories
	}
	if len(chosen) > 0 {
		all = slices.DeleteFunc(all, func(r *repository) bool { return !slices.Contains(chosen, r.ID) })
	}
	page, header := cut(c, all)
	list := []object{}
	for _, r := range page {
		o, err := c.repository(r)
		if err != nil {
			return reply{}, err
		}
		list = append(list, o)
	}
	return reply{status: http.StatusOK, header: header, body: object{"total_count": len(all), "repositories": list}}, nil
}
