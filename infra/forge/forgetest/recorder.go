// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// maxRecorded bounds what is kept of one body. Larger JSON is not GitHub's.
const maxRecorded = 64 << 20

// recorder keeps a copy of the answer on its way to the client.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.body.Len()+len(p) <= maxRecorded {
		r.body.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// record serves r by next and returns the exchange; nil if it is none of the
// interfaces that have a description (git, downloads, the forge's own pages),
// or if the connection was cut.
func record(w http.ResponseWriter, r *http.Request, next http.Handler) *exchange {
	entry := entryPoint(r.URL.Path)
	if entry == "" {
		next.ServeHTTP(w, r)
		return nil
	}
	x := &exchange{
		method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), entry), query: r.URL.RawQuery,
		requestHead: r.Header.Clone(), upload: entry == "/api/uploads",
	}
	if !x.upload {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRecorded))
		if err != nil {
			// The client went away: the forge sees the same cut.
			r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		} else {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		x.requestBody = body
	}
	rec := &recorder{ResponseWriter: w}
	next.ServeHTTP(rec, r) // a panic to cut the connection passes through: nothing to check then
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	x.status, x.answerHead, x.answerBody = rec.status, w.Header().Clone(), rec.body.Bytes()
	if r.Context().Err() != nil {
		return nil // the client hung up, the answer may be half
	}
	return x
}

// entryPoint is the part of a path that says which interface it belongs to.
func entryPoint(path string) string {
	for _, entry := range []string{"/api/v3", "/api/uploads", "/api/graphql"} {
		if path == entry || strings.HasPrefix(path, entry+"/") {
			return entry
		}
	}
	return ""
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
