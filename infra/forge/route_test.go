// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindRoute(t *testing.T) {
	t.Parallel()
	r := newRouter(routes())
	for _, tc := range []struct {
		path, operation string
		params          map[string]string
	}{
		{"repos/o/r/releases/latest", "repos/get-latest-release", map[string]string{"owner": "o", "repo": "r"}},
		{"repos/o/r/releases/7", "repos/get-release", map[string]string{"owner": "o", "repo": "r", "release_id": "7"}},
		{"repos/o/r/contents/a/b%20c/d.md", "repos/get-content", map[string]string{"owner": "o", "repo": "r", "path": "a/b c/d.md"}},
		{"repos/o/r/contents", "repos/get-content", map[string]string{"owner": "o", "repo": "r", "path": ""}},
		{"repos/o/r/git/ref/heads/release/0.1", "git/get-ref", map[string]string{"owner": "o", "repo": "r", "ref": "heads/release/0.1"}},
		{"repos/o/r/commits/heads/release/0.1/status", "repos/get-combined-status-for-ref", map[string]string{"owner": "o", "repo": "r", "ref": "heads/release/0.1"}},
		{"repos/o/r/commits/release%2F0.1", "repos/get-commit", map[string]string{"owner": "o", "repo": "r", "ref": "release/0.1"}},
		{"repos/o/r/branches/release/0.1/protection", "repos/get-branch-protection", map[string]string{"owner": "o", "repo": "r", "branch": "release/0.1"}},
		{"gists", "", nil},
		{"repos/o//releases", "", nil},
	} {
		got, params := r.find(http.MethodGet, tc.path)
		operation := ""
		if got != nil {
			operation = got.operation
		}
		if operation != tc.operation {
			t.Errorf("%s is %q, want %q", tc.path, operation, tc.operation)
		}
		if diff := cmp.Diff(tc.params, params); diff != "" {
			t.Errorf("%s: parameters (-want +got):\n%s", tc.path, diff)
		}
	}
}

// Two routes of one shape would hide each other.
func TestRoutesAreDistinct(t *testing.T) {
	t.Parallel()
	variable := regexp.MustCompile(`\{\w+(\.\.\.)?\}`)
	for _, table := range [][]route{routes(), webRoutes()} {
		seen := make(map[string]string)
		for _, r := range table {
			shape := r.method + " " + variable.ReplaceAllString(r.pattern, "{}")
			if other := seen[shape]; other != "" {
				t.Errorf("%s and %s are both %s", other, r.operation, shape)
			}
			seen[shape] = r.operation
			if r.handle == nil || !strings.HasPrefix(r.pattern, "/") {
				t.Errorf("%s %q: no handler, or no path", r.operation, r.pattern)
			}
		}
	}
}

func FuzzFindRoute(f *testing.F) {
	for _, path := range []string{"repos/o/r/contents/a%2Fb", "repos/o/r/commits/a/b/status", "%", "repos/%zz/r", "//"} {
		f.Add(path)
	}
	r := newRouter(slices.Concat(routes(), webRoutes()))
	f.Fuzz(func(t *testing.T, path string) {
		found, params := r.find(http.MethodGet, path)
		if found == nil {
			return
		}
		for name, value := range params {
			if !strings.Contains(found.pattern, "{"+name+"}") && !strings.Contains(found.pattern, "{"+name+"...}") {
				t.Errorf("%q: %s has no parameter %s", path, found.pattern, name)
			}
			if plain, err := url.PathUnescape(path); err != nil || !strings.Contains(plain, strings.Trim(value, "/")) {
				t.Errorf("%q: %s is %q, which is not in it", path, name, value)
			}
		}
	})
}

func FuzzAssetName(f *testing.F) {
	for _, name := range []string{"lanner_0.1.0~rc1_amd64.deb", "..", "a/b", "ü.tar.gz", "-rf", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := assetName(name)
		if again := assetName(got); again != got {
			t.Errorf("%q becomes %q, then %q", name, got, again)
		}
		if strings.ContainsAny(got, "/\\ ~%?#\x00") || strings.HasPrefix(got, ".") {
			t.Errorf("%q becomes %q", name, got)
		}
	})
}

func FuzzCredentials(f *testing.F) {
	for _, header := range []string{"token x", "Bearer a.b.c", "Basic eDp5", "basic !", "digest x", "token"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		secret, err := credentials(&http.Request{Header: http.Header{"Authorization": {header}}})
		if err != nil && secret != "" {
			t.Errorf("%q is refused, and %q is its secret", header, secret)
		}
	})
}

func FuzzParseCommit(f *testing.F) {
	f.Add("tree 1\nparent 2\nauthor A <a@b> 1 +0100\ncommitter A <a@b> 1 +0100\ngpgsig x\n y\n z\nencoding latin1\n\nmessage\n")
	f.Add("tree 1\ngpgsig \n\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCommit(text)
		if err != nil {
			return
		}
		if len(c.signature) > len(text) || !strings.HasSuffix(text, c.message) {
			t.Errorf("%q: signature %q, message %q", text, c.signature, c.message)
		}
		if c.signature == "" && strings.Contains(strings.Split(text, "\n\n")[0], "\ngpgsig -") {
			t.Errorf("%q: its signature was lost", text)
		}
	})
}
