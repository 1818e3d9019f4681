// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// actor is who a request comes from.
type actor struct {
	account *account // nil for an app's own token
	token   *token   // nil for the site administrator
	app     *app     // set for an app's own token, and nothing else is
	// siteAdmin holds the site-admin token.
	siteAdmin bool
}

// token is a secret that speaks for an account. Only its hash is kept, as key.
type token struct {
	meta
	Scopes    []string  `json:"scopes,omitempty"`
	Note      string    `json:"note,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Grant limits the token of an app's installation.
	Grant *grant `json:"grant,omitempty"`
}

// grant is what an installation token may do, and where.
type grant struct {
	Installation int64             `json:"installation"`
	Repositories []int64           `json:"repositories,omitempty"` // empty: all of the account
	Permissions  map[string]string `json:"permissions"`
}

const tokens kind[token, *token] = "token"

func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

var errBadCredentials = &apiError{status: http.StatusUnauthorized, message: "Bad credentials"}

// authenticate finds the actor of the request, and says in the answer's header
// what it may. Without credentials the actor stays nil.
func (c *call) authenticate() error {
	h := c.w.Header()
	h.Set("X-GitHub-Request-Id", requestID())
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-GitHub-Api-Version-Selected", "2022-11-28")
	secret, err := credentials(c.r)
	if err != nil || secret == "" {
		return err
	}
	if err := c.reading(func() error { return c.identify(secret) }); err != nil {
		return err
	}
	if c.actor.token != nil && c.actor.token.Grant == nil {
		h.Set("X-OAuth-Scopes", strings.Join(c.actor.token.Scopes, ", "))
		h.Set("X-Accepted-OAuth-Scopes", "repo")
	}
	return nil
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return strings.ToUpper(hex.EncodeToString(b[:]))
}

// credentials returns the secret that a request carries: as a token, as a
// bearer, or as either half of basic authentication (git asks for a user name
// and GitHub takes the token in its place, too).
func credentials(r *http.Request) (string, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", nil
	}
	scheme, value, _ := strings.Cut(header, " ")
	value = strings.TrimSpace(value)
	switch strings.ToLower(scheme) {
	case "token", "bearer":
		return value, nil
	case "basic":
		plain, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return "", errBadCredentials
		}
		user, password, _ := strings.Cut(string(plain), ":")
		if password == "" || password == "x-oauth-basic" {
			return user, nil
		}
		return password, nil
	}
	return "", errBadCredentials
}

// identify sets the actor that secret belongs to.
func (c *call) identify(secret string) error {
	if strings.Count(secret, ".") == 2 {
		app, err := c.appOfToken(secret)
		c.actor = &actor{app: app}
		return err
	}
	if sameSecret(secret, c.srv.admin) {
		admin, err := accounts.find(c.tx, 0, adminLogin)
		c.actor = &actor{account: admin, siteAdmin: true}
		return err
	}
	t, err := findToken(c.tx, hashToken(secret))
	if errors.Is(err, errMissing) {
		return errBadCredentials
	}
	if err != nil {
		return err
	}
	if !t.ExpiresAt.IsZero() && !c.tx.now.Before(t.ExpiresAt) {
		return errBadCredentials
	}
	owner, err := accounts.get(c.tx, t.Parent)
	if err != nil {
		return err
	}
	if owner.Suspended {
		return forbidden("Sorry. Your account was suspended.")
	}
	c.actor = &actor{account: owner, token: t}
	return nil
}

// findToken finds a token by its hash, whosoever it is.
func findToken(tx *tx, hash string) (*token, error) {
	return tokens.one(tx, "kind = ? AND key = ?", string(tokens), hash)
}

func (v *view) isSiteAdmin() bool {
	return v.actor != nil && (v.actor.siteAdmin || v.actor.account != nil && v.actor.account.SiteAdmin)
}

// hasScope reports whether the actor's token may use any of the scopes.
// Installation tokens have permissions in place of scopes.
func (v *view) hasScope(scopes ...string) bool {
	if v.actor == nil {
		return false
	}
	if v.actor.token == nil || v.actor.token.Grant != nil {
		return true
	}
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(v.actor.token.Scopes, s) })
}
