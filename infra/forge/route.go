// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"net/http"
	"net/url"
	"strings"
)

// handler answers one request.
type handler func(*call) (reply, error)

// route says who answers what. In a pattern, {name} is one part of the path
// and {name...} any number of them: GitHub puts file paths and references,
// slashes and all, into the middle of a path.
type route struct {
	method  string
	pattern string
	// operation is the operationId in GitHub's OpenAPI description, or a name
	// of the same form where it has none.
	operation string
	handle    handler
	// own: the handler streams, and opens its transactions itself.
	own bool
	// uploads: served at the upload host, below /api/uploads, and only there.
	uploads bool
	// app: asked by a GitHub App with its signed token, by nobody else.
	app bool
	// admin: asked by the site administrator.
	admin bool
}

// router finds the route of a request.
type router struct {
	routes []compiled
}

type compiled struct {
	route
	parts    []string
	literals int
}

func newRouter(routes []route) *router {
	r := &router{}
	for _, rt := range routes {
		c := compiled{route: rt, parts: split(rt.pattern)}
		for _, p := range c.parts {
			if !strings.HasPrefix(p, "{") {
				c.literals++
			}
		}
		r.routes = append(r.routes, c)
	}
	return r
}

// find returns the route for a request below an entry point: of those that
// match, the one with the most literal parts (releases/latest is no release
// id), and of these the first.
func (r *router) find(method, path string) (*route, map[string]string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	parts := split(path)
	var best *compiled
	var bestParams map[string]string
	for i := range r.routes {
		c := &r.routes[i]
		if c.method != method || best != nil && c.literals <= best.literals {
			continue
		}
		params := make(map[string]string)
		if match(c.parts, parts, params) {
			best, bestParams = c, params
		}
	}
	if best == nil {
		return nil, nil
	}
	return &best.route, bestParams
}

// match compares escaped parts of a path with a pattern. An escaped slash does
// not divide: a label "a/b" is one part, as a%2Fb.
func match(pattern, parts []string, params map[string]string) bool {
	if len(pattern) == 0 {
		return len(parts) == 0
	}
	name, variable := strings.CutPrefix(pattern[0], "{")
	if !variable {
		return len(parts) > 0 && pattern[0] == parts[0] && match(pattern[1:], parts[1:], params)
	}
	name = strings.TrimSuffix(name, "}")
	name, many := strings.CutSuffix(name, "...")
	if !many {
		return len(parts) > 0 && parts[0] != "" && bind(params, name, parts[:1]) && match(pattern[1:], parts[1:], params)
	}
	// What follows is short; the variable takes what is left.
	rest := len(pattern) - 1
	for n := len(parts) - rest; n >= 0; n-- {
		if match(pattern[1:], parts[n:], params) {
			return bind(params, name, parts[:n])
		}
	}
	return false
}

func bind(params map[string]string, name string, parts []string) bool {
	value, err := url.PathUnescape(strings.Join(parts, "/"))
	params[name] = value
	return err == nil
}

func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}
