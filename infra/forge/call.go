// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// object is a JSON object to be sent.
type object = map[string]any

// view is one moment of the forge, and who looks at it. All JSON is rendered
// by its methods.
type view struct {
	srv   *Server
	tx    *tx
	base  string // the URL which the URLs in answers begin with
	actor *actor // nil is nobody
}

// me returns the account that asks, or nil.
func (v *view) me() *account {
	if v.actor == nil {
		return nil
	}
	return v.actor.account
}

// api returns a URL of the REST interface. Arguments are put in as they are:
// escape names that may hold a slash with url.PathEscape.
func (v *view) api(format string, args ...any) string {
	return v.base + "/api/v3" + fmt.Sprintf(format, args...)
}

// web returns a URL outside the REST interface.
func (v *view) web(format string, args ...any) string {
	return v.base + fmt.Sprintf(format, args...)
}

// call is one request: a view, and the request itself.
type call struct {
	view
	w      http.ResponseWriter
	r      *http.Request
	route  *route
	params map[string]string
	found  *repository    // by repo
	limit  *window        // which this call counts to
	after  []func() error // run once the transaction is committed
}

// reply is what a handler answers, once its transaction is committed.
type reply struct {
	status int
	body   any // nil sends none
	header http.Header
	// send, if set, writes the answer itself: a redirect, bytes of a file.
	send func(http.ResponseWriter, *http.Request) error
}

func ok(v any) (reply, error)      { return reply{status: http.StatusOK, body: v}, nil }
func created(v any) (reply, error) { return reply{status: http.StatusCreated, body: v}, nil }
func noContent() (reply, error)    { return reply{status: http.StatusNoContent}, nil }

// show answers what a render function returned, or its error.
func show(v any, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return ok(v)
}

// showNew is show for what the request made.
func showNew(v any, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return created(v)
}

// param returns a variable part of the path, unescaped.
func (c *call) param(name string) string { return c.params[name] }

// idParam returns a part of the path that is a number. What is none is not found.
func (c *call) idParam(name string) (int64, error) {
	id, err := strconv.ParseInt(c.params[name], 10, 64)
	if err != nil || id <= 0 {
		return 0, errNotFound
	}
	return id, nil
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// maxBody is how much JSON is read; GitHub refuses more than 25 MB of content
// in one call, base64 adds a third.
const maxBody = 36 << 20

// decode reads the JSON body into v. An empty body changes nothing.
func (c *call) decode(v any) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return &apiError{status: http.StatusRequestEntityTooLarge, message: "the body is too large"}
	}
	if err != nil {
		return &apiError{status: http.StatusBadRequest, message: "reading the body: " + err.Error()}
	}
	if len(body) == 0 {
		return nil
	}
	err = json.Unmarshal(body, v)
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return unprocessable(fmt.Sprintf("Invalid request.\n\nFor 'properties/%s', %s is not a %s.", wrong.Field, wrong.Value, wrong.Type))
	}
	if err != nil {
		return &apiError{status: http.StatusBadRequest, message: "Problems parsing JSON"}
	}
	return nil
}

// serve finds out what is asked, and by whom, and answers.
func (c *call) serve() error {
	path := c.r.URL.EscapedPath()
	rest, uploads := strings.CutPrefix(path, "/api/uploads/")
	api := uploads
	if !uploads {
		rest, api = strings.CutPrefix(path, "/api/v3/")
	}
	switch {
	case path == "/api/graphql":
		rest = "graphql"
	case path == "/api/v3":
		rest = ""
	case strings.HasPrefix(path, "/_forge/"):
		rest = path
	case !api && strings.HasPrefix(path, "/api/"), strings.HasPrefix(rest, "_forge/"):
		return notEmulated(c.r.Method, path)
	case !api:
		return c.serveWeb()
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	c.route, c.params = c.srv.routes.find(c.r.Method, rest)
	if c.route == nil || c.route.uploads != uploads {
		return notEmulated(c.r.Method, "/"+rest)
	}
	if err := c.countRequest(); err != nil {
		return err
	}
	if err := c.allowed(); err != nil {
		return err
	}
	rep, err := c.run()
	if err != nil {
		return err
	}
	return c.send(rep)
}

// allowed refuses who has no business at the route at all.
func (c *call) allowed() error {
	reading := c.r.Method == http.MethodGet || c.r.Method == http.MethodHead
	switch {
	case c.route.app:
		if c.actor == nil || c.actor.app == nil {
			return &apiError{status: http.StatusUnauthorized, message: "A JSON web token could not be decoded"}
		}
	case c.actor == nil && !reading:
		return errSignIn
	case c.actor != nil && c.actor.app != nil:
		return forbidden("This endpoint takes no GitHub App token; ask for an installation access token")
	case c.route.admin && !c.isSiteAdmin():
		return errNotFound
	}
	return nil
}

// run runs the handler, in a transaction if the route does not open its own.
func (c *call) run() (rep reply, err error) {
	if c.route.own {
		return c.route.handle(c)
	}
	handle := func() error {
		rep, err = c.route.handle(c)
		return err
	}
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		err = c.reading(handle)
		return rep, err
	}
	unlock, err := c.lockRepo()
	if err != nil {
		return reply{}, err
	}
	defer unlock()
	if err := c.updating(handle); err != nil {
		return reply{}, err
	}
	for _, fn := range c.after {
		if err := fn(); err != nil {
			return reply{}, err
		}
	}
	return rep, nil
}

// reading runs fn with c.tx a reading transaction.
func (c *call) reading(fn func() error) error {
	defer func() { c.tx = nil }()
	return c.srv.store.viewTx(c.r.Context(), func(tx *tx) error {
		c.tx = tx
		return fn()
	})
}

// updating runs fn with c.tx the writing transaction.
func (c *call) updating(fn func() error) error {
	defer func() { c.tx = nil }()
	return c.srv.updateAt(c.r.Context(), c.base, c.actor, func(v *view) error {
		c.tx = v.tx
		return fn()
	})
}

// lockRepo locks the repository of the path, if it has one, against pushes
// and other changes.
func (c *call) lockRepo() (unlock func(), err error) {
	owner, name := c.params["owner"], c.params["repo"]
	if owner == "" || name == "" {
		return func() {}, nil
	}
	var id int64
	err = c.reading(func() error {
		r, err := findRepo(c.tx, owner, name)
		if err != nil {
			return err
		}
		id = r.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.srv.repos.lock(id), nil
}

// send writes the answer. A JSON answer to a GET has an ETag, and "not
// modified" costs nothing of the rate limit.
func (c *call) send(rep reply) error {
	maps.Copy(c.w.Header(), rep.header)
	if rep.send != nil {
		return rep.send(c.w, c.r)
	}
	if rep.body == nil {
		c.w.WriteHeader(rep.status)
		return nil
	}
	body, isBytes := rep.body.([]byte)
	if !isBytes {
		var err error
		if body, err = json.Marshal(rep.body); err != nil {
			return fmt.Errorf("encoding the answer: %w", err)
		}
	}
	if rep.status == http.StatusOK && (c.r.Method == http.MethodGet || c.r.Method == http.MethodHead) {
		sum := sha256.Sum256(body)
		etag := `W/"` + hex.EncodeToString(sum[:]) + `"`
		h := c.w.Header()
		h.Set("ETag", etag)
		h.Set("Cache-Control", "private, max-age=60, s-maxage=60")
		h.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
		if matchesETag(c.r.Header.Get("If-None-Match"), etag) {
			c.giveBack()
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	c.writeBody(rep.status, body)
	return nil
}

// matchesETag compares weakly, as caching does.
func matchesETag(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
