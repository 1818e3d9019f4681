// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// exchange is one request and its answer, as they went over the wire.
type exchange struct {
	method      string
	path        string // escaped, below the entry point (/api/v3 or /api/uploads)
	query       string
	requestHead http.Header
	requestBody []byte
	upload      bool
	status      int
	answerHead  http.Header
	answerBody  []byte
}

func (x *exchange) String() string {
	s := x.method + " " + x.path
	if x.query != "" {
		s += "?" + x.query
	}
	return fmt.Sprintf("%s -> %d", s, x.status)
}

// refused says that the server did not do what was asked: what a test sends
// wrong on purpose is no violation, as long as the answer says so.
func (x *exchange) refused() bool { return x.status >= 400 }

// operation returns what GitHub's description calls this request, and its
// name in the coverage report; "" where the slice does not have it.
func (d *description) operation(x *exchange) (name string, input *openapi3filter.RequestValidationInput, err error) {
	u, err := url.Parse(x.path)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", x, err)
	}
	u.RawQuery = x.query
	method := x.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	req := &http.Request{Method: method, URL: u, Header: x.requestHead.Clone(), Body: http.NoBody}
	if len(x.requestBody) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(x.requestBody))
		req.ContentLength = int64(len(x.requestBody))
	}
	route, params, err := d.router.FindRoute(req)
	if err != nil {
		return "", nil, nil // outside the slice
	}
	return operationName(method, route.Path), &openapi3filter.RequestValidationInput{
		Request:    req,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError:            true,
			IncludeResponseStatus: true,
			SkipSettingDefaults:   true,
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		},
	}, nil
}

// check returns the operation's name ("" outside the slice) and everything
// about the exchange that GitHub's description does not allow.
func (d *description) check(x *exchange) (operation string, violations []error) {
	operation, input, err := d.operation(x)
	if err != nil {
		return "", []error{err}
	}
	if x.refused() {
		if err := checkRefusal(x); err != nil {
			violations = append(violations, fmt.Errorf("%s: answer: %w", x, err))
		}
	}
	if input == nil || x.method == http.MethodHead {
		return operation, violations
	}
	ctx := context.Background()
	if !x.refused() {
		if err := checkRequest(ctx, x, input); err != nil {
			violations = append(violations, fmt.Errorf("%s: the request was served, but GitHub's description refuses it: %w", x, err))
		}
	}
	if err := checkAnswer(ctx, x, input); err != nil {
		violations = append(violations, fmt.Errorf("%s: answer: %w", x, err))
	}
	return operation, violations
}

// allowed are the places where the description is known to be stricter than
// GitHub: an operation, and what of a violation's text is then no violation.
var allowed = []struct{ operation, reason, because string }{
	{
		"POST /repos/{owner}/{repo}/issues/{issue_number}/labels", "value must be an object",
		"the same description says in words that a list of names alone is taken, and go-github sends it",
	},
	{
		"POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", "is missing",
		"an answer needs in_reply_to and body alone, as the description of in_reply_to says",
	},
	{
		"GET /search/issues", "/body: Value is not nullable",
		"an issue without a text has null there on GitHub, as the schema of an issue by itself says",
	},
	{
		"GET /repos/{owner}/{repo}/pulls", "/description: Value is not nullable",
		"labels without a description have null there on GitHub, as the schema of a label by itself says",
	},
}

// isAllowed reports whether every reason of a violation is a known one.
func isAllowed(operation string, lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool {
		return !slices.ContainsFunc(allowed, func(a struct{ operation, reason, because string }) bool {
			return a.operation == operation && strings.Contains(line, a.reason)
		})
	})
}

func checkRequest(ctx context.Context, x *exchange, input *openapi3filter.RequestValidationInput) error {
	if x.upload {
		// The description knows one media type for all assets; GitHub takes any.
		input.Request.Header.Set("Content-Type", "application/octet-stream")
		input.Options.ExcludeRequestBody = true
	}
	// GitHub reads a body as JSON whatever it is called; some clients say
	// nothing, and go-github says application/json.
	if len(x.requestBody) > 0 && input.Request.Header.Get("Content-Type") == "" {
		input.Request.Header.Set("Content-Type", "application/json")
	}
	return shorten(input, openapi3filter.ValidateRequest(ctx, input))
}

func checkAnswer(ctx context.Context, x *exchange, input *openapi3filter.RequestValidationInput) error {
	documented := input.Route.Operation.Responses.Status(x.status) != nil
	if x.refused() && (!documented || x.status >= 500) {
		// Any operation may answer 401, 403, 404 or 429 on GitHub; the
		// description lists them by chance. checkRefusal has seen the body.
		return nil
	}
	if x.status < 400 && x.status >= 300 && !documented {
		return nil // moved, not modified: general rules of HTTP
	}
	if raw := x.answerHead.Get("Content-Type"); x.status == http.StatusOK && !isJSON(raw) && isRaw(x.requestHead.Get("Accept")) {
		return nil // asked for a media type that the description does not list (diff, patch, raw)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 x.status,
		Header:                 x.answerHead,
		Options:                input.Options,
	}
	answer.SetBodyBytes(x.answerBody)
	return shorten(input, openapi3filter.ValidateResponse(ctx, answer))
}

// checkRefusal holds an error to the form that all of GitHub's have.
func checkRefusal(x *exchange) error {
	if x.status >= 500 && x.status != http.StatusNotImplemented || x.method == http.MethodHead {
		return nil // GitHub's own front ends answer HTML there
	}
	var body struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(x.answerBody, &body); err != nil {
		return fmt.Errorf("an error of GitHub is a JSON object, this is %.100q", x.answerBody)
	}
	if body.Message == "" {
		return fmt.Errorf("an error of GitHub has a message, this has none: %.200s", x.answerBody)
	}
	return nil
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

func isRaw(accept string) bool {
	for _, word := range []string{"raw", "diff", "patch", "octet-stream", ".sha"} {
		if strings.Contains(accept, word) {
			return true
		}
	}
	return false
}

// shorten says of each violation where it is and why. kin-openapi prints the
// whole schema and the whole value each time, which hides both.
func shorten(input *openapi3filter.RequestValidationInput, err error) error {
	if err == nil {
		return nil
	}
	lines := reasons(err)
	if isAllowed(operationName(input.Request.Method, input.Route.Path), lines) {
		return nil
	}
	return errors.New(strings.Join(lines, "\n\t"))
}

func reasons(err error) []string {
	if many, ok := err.(openapi3.MultiError); ok {
		var all []string
		for _, e := range many {
			all = append(all, reasons(e)...)
		}
		return all
	}
	switch e := err.(type) {
	case *openapi3filter.RequestError:
		if e.Err != nil {
			where := "body: "
			if e.Parameter != nil {
				where = e.Parameter.In + " parameter " + e.Parameter.Name + ": "
			}
			return prefix(where, reasons(e.Err))
		}
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return reasons(e.Err)
		}
	case *openapi3.SchemaError:
		where := "/" + strings.Join(e.JSONPointer(), "/") + ": "
		if e.Origin != nil && e.Origin != err {
			return prefix(where, reasons(e.Origin))
		}
		reason, _, _ := strings.Cut(e.Reason, "\nSchema:")
		return []string{where + strings.TrimSpace(reason)}
	}
	reason, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return []string{strings.TrimSpace(reason)}
}

func prefix(p string, lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		out = append(out, p+line)
	}
	return out
}
