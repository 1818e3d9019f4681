// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// account is a user, an organization or the bot user of an app. They share
// one space of names, and one of ids.
type account struct {
	meta
	Login     string `json:"login"`
	Type      string `json:"type"` // User, Organization, Bot
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Company   string `json:"company,omitempty"`
	Blog      string `json:"blog,omitempty"`
	Location  string `json:"location,omitempty"`
	Bio       string `json:"bio,omitempty"` // an organization's description
	SiteAdmin bool   `json:"site_admin,omitempty"`
	Suspended bool   `json:"suspended,omitempty"`
	// Org holds what only an organization has.
	Org *orgSettings `json:"org,omitempty"`
}

type orgSettings struct {
	BillingEmail string `json:"billing_email,omitempty"`
	// BasePermission is what each member may in each repository: none, read,
	// write or admin.
	BasePermission   string `json:"base_permission"`
	MembersCanCreate bool   `json:"members_can_create"`
}

const accounts kind[account, *account] = "account"

// adminLogin is the account behind the site-admin token.
const adminLogin = "site-admin"

func (a *account) isOrg() bool { return a.Type == "Organization" }

// findAccount returns the account with this login, in any case.
func findAccount(tx *tx, login string) (*account, error) {
	return accounts.find(tx, 0, fold(login))
}

// findUser is findAccount for who can sign in or comment.
func findUser(tx *tx, login string) (*account, error) {
	a, err := findAccount(tx, login)
	if err == nil && a.isOrg() {
		err = fmt.Errorf("%s is an organization: %w", login, errMissing)
	}
	return a, err
}

// nodeID makes the id that GraphQL and REST share. It is of GitHub's older
// form, which says the type: "04:User7" in base64.
func nodeID(typ string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%02d:%s%d", len(typ), typ, id))
}

// parseNodeID is the inverse of nodeID.
func parseNodeID(node string) (typ string, id int64, ok bool) {
	plain, err := base64.StdEncoding.DecodeString(node)
	if err != nil {
		return "", 0, false
	}
	length, rest, found := strings.Cut(string(plain), ":")
	n, err := strconv.Atoi(length)
	if !found || err != nil || n <= 0 || n >= len(rest) {
		return "", 0, false
	}
	id, err = strconv.ParseInt(rest[n:], 10, 64)
	return rest[:n], id, err == nil && id > 0
}

// user renders GitHub's "simple user", which an organization has too.
func (v *view) user(a *account) object {
	if a == nil {
		return nil
	}
	// A bot's login holds brackets, which a URL escapes.
	login := strings.NewReplacer("[", "%5B", "]", "%5D").Replace(a.Login)
	u := v.api("/users/%s", login)
	html := v.web("/%s", login)
	if a.Type == "Bot" {
		html = v.web("/apps/%s", strings.TrimSuffix(a.Login, "[bot]"))
	}
	return object{
		"login": a.Login, "id": a.ID, "node_id": nodeID(a.Type, a.ID),
		"avatar_url": v.web("/avatars/u/%d", a.ID), "gravatar_id": "",
		"url": u, "html_url": html,
		"followers_url": u + "/followers", "following_url": u + "/following{/other_user}",
		"gists_url": u + "/gists{/gist_id}", "starred_url": u + "/starred{/owner}{/repo}",
		"subscriptions_url": u + "/subscriptions", "organizations_url": u + "/orgs",
		"repos_url": u + "/repos", "events_url": u + "/events{/privacy}",
		"received_events_url": u + "/received_events",
		"type":                a.Type, "site_admin": a.SiteAdmin,
	}
}

// nullableUser renders an account by its id; null when it is 0 or gone.
func (v *view) userByID(id int64) (object, error) {
	if id == 0 {
		return nil, nil
	}
	a, err := accounts.get(v.tx, id)
	if err != nil {
		return nil, err
	}
	return v.user(a), nil
}

// orNull renders "" as null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
