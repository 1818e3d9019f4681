// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// TestCoverageReport walks past every operation, and reports which of those
// that GitHub describes are served, exercised and invalid. Where
// FORGE_COVERAGE_DIR names a folder, what other tests left there counts as
// well. COVERAGE_OUT names a folder to leave the report in.
func TestCoverageReport(t *testing.T) {
	dir := os.Getenv("FORGE_COVERAGE_DIR")
	if dir == "" {
		dir = t.TempDir()
		t.Setenv("FORGE_COVERAGE_DIR", dir)
	}
	// The forge of the walk writes what it counted when its test ends.
	t.Run("walk", walk)
	c, err := forgetest.ReadCoverage(dir)
	if err != nil {
		t.Fatal(err)
	}
	report := c.Report(forge.Served())
	t.Log("\n" + report)
	if out := os.Getenv("COVERAGE_OUT"); out != "" {
		if err := os.WriteFile(filepath.Join(out, "forge-operations.txt"), []byte(report), 0o644); err != nil {
			t.Error(err)
		}
	}
	if len(c.Invalid) > 0 {
		t.Errorf("operations with exchanges that GitHub's description refuses: %v", c.Invalid)
	}
	if strings.Contains(report, "served, not exercised") {
		t.Error("testdata/walk.txt passes by operations that are served: add a step for each")
	}
}

// walker goes along testdata/walk.txt.
type walker struct {
	t      *testing.T
	f      *forgetest.Forge
	tokens map[string]string
	values map[string]string
}

var variable = regexp.MustCompile(`\$[a-z]+`)

func walk(t *testing.T) {
	f := forgetest.Start(t)
	receiver := forgetest.NewReceiver(t)
	w := &walker{t: t, f: f, tokens: map[string]string{}, values: map[string]string{"receiver": receiver.URL, "secret": receiver.Secret}}
	for _, login := range []string{"alice", "bob", "carol"} {
		w.tokens[login] = f.Token(login)
	}
	admin, err := os.ReadFile(filepath.Join(f.Dir, "admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	w.tokens["admin"] = string(bytes.TrimSpace(admin))
	if _, _, err := f.Admin().Admin.CreateOrg(t.Context(), &github.Organization{Login: new("acme")}, "alice"); err != nil {
		t.Fatal(err)
	}
	w.registerApp()
	text, err := os.ReadFile("testdata/walk.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for n := 0; n < len(lines); n++ {
		if lines[n] == "" || strings.HasPrefix(lines[n], "#") {
			continue
		}
		step := lines[n]
		var keeps []string
		for n+1 < len(lines) && strings.HasPrefix(lines[n+1], "  ") {
			n++
			keeps = append(keeps, strings.TrimSpace(lines[n]))
		}
		w.step(step, keeps)
	}
}

// registerApp makes the actors "app" and "inst".
func (w *walker) registerApp() {
	w.t.Helper()
	answer, _ := w.request("admin", "POST", w.f.URL+"/_forge/apps",
		`{"name":"Falconer","owner":"acme","permissions":{"checks":"write"},"installations":[{"account":"acme"}]}`)
	id, err := strconv.ParseInt(pick(answer, "id"), 10, 64)
	if err != nil {
		w.t.Fatalf("registering an app: %v", answer)
	}
	w.tokens["app"] = appToken(w.t, pick(answer, "pem"), id, time.Now().Add(5*time.Minute))
	installations, _ := w.request("app", "GET", w.f.URL+"/api/v3/app/installations", "")
	made, _ := w.request("app", "POST", w.f.URL+"/api/v3/app/installations/"+pick(installations, "0.id")+"/access_tokens", "{}")
	w.tokens["inst"] = pick(made, "token")
}

// step sends a request until its answer has what is to be kept.
func (w *walker) step(line string, keeps []string) {
	w.t.Helper()
	line = variable.ReplaceAllStringFunc(line, func(name string) string {
		value, known := w.values[name[1:]]
		if !known {
			w.t.Fatalf("%s: nothing was kept as %s", line, name)
		}
		return value
	})
	parts := strings.SplitN(line, " ", 5)
	if len(parts) < 4 {
		w.t.Fatalf("%s: want who, method, path and status", line)
	}
	who, method, path, body := parts[0], parts[1], parts[2], ""
	if len(parts) == 5 {
		body = parts[4]
	}
	target := w.f.URL + "/api/v3" + path
	if upload, is := strings.CutPrefix(path, "uploads:"); is {
		target = w.f.URL + "/api/uploads" + upload
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		answer, status := w.request(who, method, target, body)
		if strconv.Itoa(status) != parts[3] {
			w.t.Fatalf("%s: status %d: %v", line, status, answer)
		}
		missing := ""
		for _, keep := range keeps {
			name, at, _ := strings.Cut(keep, " = ")
			if w.values[name] = pick(answer, at); w.values[name] == "" {
				missing = at
			}
		}
		if missing == "" {
			return
		}
		if method != http.MethodGet || time.Now().After(deadline) {
			w.t.Fatalf("%s: the answer has no %s: %v", line, missing, answer)
		}
	}
}

func (w *walker) request(who, method, target, body string) (answer any, status int) {
	w.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, target, in)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.tokens[who])
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(text) > 0 {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&answer); err != nil {
			w.t.Fatalf("%s %s: %v: %.200s", method, target, err, text)
		}
	}
	return answer, resp.StatusCode
}

// pick returns a value inside of an answer, "" if there is none.
func pick(answer any, at string) string {
	for part := range strings.SplitSeq(at, ".") {
		switch inside := answer.(type) {
		case map[string]any:
			answer = inside[part]
		case []any:
			n, err := strconv.Atoi(part)
			if err != nil || n >= len(inside) {
				return ""
			}
			answer = inside[n]
		default:
			return ""
		}
	}
	if answer == nil {
		return ""
	}
	return fmt.Sprint(answer)
}
