// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
)

func TestStart(t *testing.T) {
	t.Parallel()
	f := Start(t)
	ctx := context.Background()
	f.NewRepository("alice", "acme/widget")
	me, _, err := f.Client("alice").Users.Get(ctx, "")
	if err != nil || me.GetLogin() != "alice" {
		t.Fatalf("the user alice is %v, %v", me, err)
	}
	f.Restart()
	repo, _, err := f.Client("alice").Repositories.Get(ctx, "acme", "widget")
	if err != nil || repo.GetFullName() != "acme/widget" {
		t.Fatalf("after a restart the repository is %v, %v", repo, err)
	}
}

func TestIntercept(t *testing.T) {
	t.Parallel()
	f := Start(t)
	client := f.Client("alice")
	f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/api/v3/user" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	})
	if _, _, err := client.Users.Get(context.Background(), ""); !isStatus(err, http.StatusBadGateway) {
		t.Errorf("the intercepted request answered %v, want 502", err)
	}
	if _, _, err := client.Users.Get(context.Background(), "alice"); err != nil {
		t.Errorf("a request that was let through: %v", err)
	}
}

func TestRepositoryFromFiles(t *testing.T) {
	t.Parallel()
	f := Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\n# Widget\n-- a/b.txt --\nb\n")
	head := w.Branch("feature", "main", "Add c", "-- c.txt --\nc\n")
	again := f.Clone("bob", "acme/widget")
	if got := again.Git("rev-parse", "origin/feature"); got != head {
		t.Errorf("a second clone has feature at %s, want %s", got, head)
	}
}

// exchangeOf makes an exchange as the recorder would.
func exchangeOf(method, path, request string, status int, answer string) *exchange {
	return &exchange{
		method: method, path: path, requestHead: http.Header{}, requestBody: []byte(request),
		status: status, answerHead: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, answerBody: []byte(answer),
	}
}

func TestViolationsAreFound(t *testing.T) {
	t.Parallel()
	d, err := loadDescription()
	if err != nil {
		t.Fatal(err)
	}
	label := `{"id":1,"node_id":"x","url":"http://h/l","name":"bug","description":null,"color":"ededed","default":false}`
	for _, test := range []struct {
		name      string
		x         *exchange
		operation string
		bad       bool
	}{
		{"right", exchangeOf("POST", "/repos/o/r/labels", `{"name":"bug"}`, 201, label), "POST /repos/{owner}/{repo}/labels", false},
		{"request lacks the name", exchangeOf("POST", "/repos/o/r/labels", `{"color":"ededed"}`, 201, label), "POST /repos/{owner}/{repo}/labels", true},
		{"refused request", exchangeOf("POST", "/repos/o/r/labels", `{}`, 422, `{"message":"Validation Failed","documentation_url":"https://docs.github.com"}`), "POST /repos/{owner}/{repo}/labels", false},
		{"refusal without message", exchangeOf("POST", "/repos/o/r/labels", `{}`, 404, `{}`), "POST /repos/{owner}/{repo}/labels", true},
		{"answer lacks a field", exchangeOf("GET", "/repos/o/r/labels/bug", "", 200, `{"id":1}`), "GET /repos/{owner}/{repo}/labels/{name}", true},
		{"status of no answer", exchangeOf("POST", "/repos/o/r/labels", `{"name":"bug"}`, 200, label), "POST /repos/{owner}/{repo}/labels", true},
		{"slashes in a parameter", exchangeOf("GET", "/repos/o/r/git/matching-refs/heads/a/b", "", 200, `[]`), "GET /repos/{owner}/{repo}/git/matching-refs/{ref}", false},
		{"outside the slice", exchangeOf("GET", "/zen", "", 200, `"x"`), "", false},
	} {
		operation, violations := d.check(test.x)
		if operation != test.operation {
			t.Errorf("%s: operation %q, want %q", test.name, operation, test.operation)
		}
		if (len(violations) > 0) != test.bad {
			t.Errorf("%s: violations: %v", test.name, violations)
		}
	}
}

func TestWebhookViolationsAreFound(t *testing.T) {
	t.Parallel()
	schemas, err := loadWebhooks()
	if err != nil {
		t.Fatal(err)
	}
	for event, payload := range map[string]string{
		"push":   `{"ref":"refs/heads/main"}`,
		"issues": `{"action":"danced"}`,
		"zen":    `{}`,
		"label":  `no JSON`,
	} {
		if err := schemas.check(event, []byte(payload)); err == nil {
			t.Errorf("%s %s: no violation was found", event, payload)
		}
	}
}

func TestGraphQLViolationsAreFound(t *testing.T) {
	t.Parallel()
	schema, err := loadGraphQL()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, query, answer string
		bad                 bool
	}{
		{"right", `{viewer{login}}`, `{"data":{"viewer":{"login":"alice"}}}`, false},
		{"null where there is always a value", `{viewer{login}}`, `{"data":{"viewer":{"login":null}}}`, true},
		{"field not asked for", `{viewer{login}}`, `{"data":{"viewer":{"login":"a","id":"x"}}}`, true},
		{"field missing", `{viewer{login id}}`, `{"data":{"viewer":{"login":"a"}}}`, true},
		{"no such field", `{viewer{nose}}`, `{"data":{"viewer":{"nose":"a"}}}`, true},
		{"refused", `{viewer{nose}}`, `{"errors":[{"message":"no nose"}]}`, false},
		{"wrong enumeration", `{repository(owner:"o",name:"r"){pullRequest(number:1){state}}}`, `{"data":{"repository":{"pullRequest":{"state":"LOST"}}}}`, true},
		{"fragment of a union", `{search(type:ISSUE,first:1,query:"x"){nodes{... on PullRequest{number} ... on Issue{title}}}}`, `{"data":{"search":{"nodes":[{"number":1},{"title":"t"}]}}}`, false},
		{"mixed fragments", `{search(type:ISSUE,first:1,query:"x"){nodes{... on PullRequest{number} ... on Issue{title}}}}`, `{"data":{"search":{"nodes":[{"number":1,"title":"t"}]}}}`, true},
	} {
		x := exchangeOf("POST", "", `{"query":`+quoteJSON(t, test.query)+`}`, 200, test.answer)
		if err := checkGraphQL(schema, x); (err != nil) != test.bad {
			t.Errorf("%s: violation: %v", test.name, err)
		}
	}
}

func quoteJSON(t *testing.T, s string) string {
	t.Helper()
	quoted, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
