// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// apiError is an answer that says no, in GitHub's form.
type apiError struct {
	status  int
	message string
	docs    string // documentation_url; "" is the general one
	errors  []fieldError
	// sentences takes the place of errors where GitHub answers plain text.
	sentences []string
	header    http.Header
}

// fieldError is one thing wrong with the input. GitHub's codes: missing,
// missing_field, invalid, already_exists, unprocessable, custom (with a message).
type fieldError struct {
	Resource string `json:"resource,omitempty"`
	Field    string `json:"field,omitempty"`
	Code     string `json:"code"`
	Message  string `json:"message,omitempty"`
	Value    any    `json:"value,omitempty"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

var (
	errNotFound = &apiError{status: http.StatusNotFound, message: "Not Found"}
	errSignIn   = &apiError{status: http.StatusUnauthorized, message: "Requires authentication"}
)

func forbidden(message string) error {
	return &apiError{status: http.StatusForbidden, message: message}
}

func conflict(message string) error {
	return &apiError{status: http.StatusConflict, message: message}
}

// invalid refuses a field of the input.
func invalid(resource, field, code string) error {
	return validation(fieldError{Resource: resource, Field: field, Code: code})
}

// invalidBecause refuses a field of the input in words of its own.
func invalidBecause(resource, field, message string) error {
	return validation(fieldError{Resource: resource, Field: field, Code: "custom", Message: message})
}

func validation(errs ...fieldError) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: "Validation Failed", errors: errs}
}

// unprocessable refuses input which GitHub refuses with a sentence alone.
func unprocessable(message string) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: message}
}

// notEmulated says that GitHub may serve this, and the forge does not.
func notEmulated(method, path string) error {
	return &apiError{status: http.StatusNotImplemented, message: "not emulated: " + method + " " + path}
}

// apiErrorOf returns what is answered for err: nil where nobody listens.
func (c *call) apiErrorOf(err error) *apiError {
	var e *apiError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, errMissing):
		return errNotFound
	case c.r.Context().Err() != nil:
		return nil // the client hung up
	}
	c.srv.log.ErrorContext(c.r.Context(), "request failed", "method", c.r.Method, "path", c.r.URL.Path, "err", err)
	return &apiError{status: http.StatusInternalServerError, message: "Server Error: " + err.Error()}
}

// fail answers err.
func (c *call) fail(err error) {
	e := c.apiErrorOf(err)
	if e == nil {
		return
	}
	body := struct {
		Message string `json:"message"`
		Errors  any    `json:"errors,omitempty"`
		URL     string `json:"url,omitempty"` // where it is now
		Docs    string `json:"documentation_url"`
		Status  string `json:"status"`
	}{e.message, nil, e.header.Get("Location"), e.docs, strconv.Itoa(e.status)}
	if e.errors != nil {
		body.Errors = e.errors
	} else if e.sentences != nil {
		body.Errors = e.sentences
	}
	if body.Docs == "" {
		body.Docs = "https://docs.github.com/rest"
	}
	maps.Copy(c.w.Header(), e.header)
	c.writeJSON(e.status, body)
}

// writeJSON sends v. The status is out before an error could show, and the
// reader sees a cut body.
func (c *call) writeJSON(status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		c.srv.log.Error("encoding an answer", "path", c.r.URL.Path, "err", err)
		http.Error(c.w, `{"message":"Server Error"}`, http.StatusInternalServerError)
		return
	}
	c.writeBody(status, body)
}

func (c *call) writeBody(status int, body []byte) {
	h := c.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	if c.r.Method == http.MethodHead {
		return
	}
	if _, err := c.w.Write(body); err != nil {
		c.srv.log.Debug("client hung up", "path", c.r.URL.Path, "err", err)
	}
}

// stamp renders a time as GitHub does; the zero time is null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
