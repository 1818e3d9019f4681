// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"maps"
	"net/http"
	"strings"
)

// serveWeb answers what is not an interface for programs: git and downloads.
// It says no in plain text, which git shows to who pushes.
func (c *call) serveWeb() error {
	err := c.tryWeb()
	if err == nil {
		return nil
	}
	e := c.apiErrorOf(err)
	if e == nil {
		return nil
	}
	h := c.w.Header()
	maps.Copy(h, e.header)
	if e.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="GitHub"`)
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	c.writeBody(e.status, []byte(e.message+"\n"))
	return nil
}

func (c *call) tryWeb() error {
	path := c.r.URL.EscapedPath()
	c.route, c.params = c.srv.web.find(c.r.Method, path)
	if c.route == nil {
		return notEmulated(c.r.Method, path)
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	rep, err := c.run()
	if err != nil {
		return c.askWho(err)
	}
	return c.send(rep)
}

// askWho makes 401 of a "no" to a git that has not said who it is for: so it
// learns that it must ask for a password. A download is just not found.
func (c *call) askWho(err error) error {
	var e *apiError
	refused := errors.Is(err, errMissing) || errors.As(err, &e) && (e.status == http.StatusNotFound || e.status == http.StatusForbidden)
	if c.actor == nil && refused && strings.HasPrefix(c.route.operation, "git/") {
		return errSignIn
	}
	return err
}
