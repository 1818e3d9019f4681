// SPDX-License-Identifier: Apache-2.0

package download_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/infra/git"
)

var update = flag.Bool("update", false, "rewrite the expected pages in testdata")

// An upstream is a repository with a branch of the index, served by git's own
// HTTP server, and the files of its releases.
type upstream struct {
	t    *testing.T
	url  string // of the repository
	repo git.Repo
	time time.Time // of the next release; moves on
	x    download.Index

	mu     sync.Mutex
	assets map[string]http.HandlerFunc // by path
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	root := t.TempDir()
	u := &upstream{
		t: t, repo: git.Repo{Dir: filepath.Join(root, "lanner-project", "lanner.git")},
		time: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), assets: make(map[string]http.HandlerFunc),
	}
	if err := os.MkdirAll(u.repo.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	u.git("init", "--quiet", "--bare")
	backend := &cgi.Handler{
		Path: filepath.Join(u.git("--exec-path"), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		asset := u.assets[r.URL.Path]
		u.mu.Unlock()
		switch {
		case asset != nil:
			asset(w, r)
		case strings.HasPrefix(r.URL.Path, "/lanner-project/lanner.git/"):
			backend.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	u.url = server.URL + "/lanner-project/lanner"
	return u
}

func (u *upstream) git(args ...string) string {
	u.t.Helper()
	out, err := u.repo.As("alice", "alice@example.com", u.time).Run(u.t.Context(), args...)
	if err != nil {
		u.t.Fatal(err)
	}
	return out
}

// push makes files the only content of the branch.
func (u *upstream) push(files map[string]string) {
	u.t.Helper()
	var tree strings.Builder
	for name, text := range files {
		blob, err := u.repo.RunInput(u.t.Context(), strings.NewReader(text), "hash-object", "-w", "--stdin")
		if err != nil {
			u.t.Fatal(err)
		}
		fmt.Fprintf(&tree, "100644 blob %s\t%s\n", blob, name)
	}
	id, err := u.repo.RunInput(u.t.Context(), strings.NewReader(tree.String()), "mktree")
	if err != nil {
		u.t.Fatal(err)
	}
	u.git("update-ref", "refs/heads/downloads", u.git("commit-tree", "-m", "index", id))
}

// publish pushes the index as it is now, with something for a signature: this
// site does not look at it.
func (u *upstream) publish() (index, sig string) {
	u.t.Helper()
	data, err := u.x.Encode()
	if err != nil {
		u.t.Fatal(err)
	}
	sig = fmt.Sprintf("-----BEGIN SSH SIGNATURE-----\n%x\n-----END SSH SIGNATURE-----\n", sha256.Sum256(data))
	u.push(map[string]string{"index.json": string(data), "index.json.sig": sig})
	return string(data), sig
}

// release adds a release with files, by name, and serves them.
func (u *upstream) release(version string, files map[string]string) {
	u.t.Helper()
	r := download.Release{
		Version: version, Tag: version, Commit: strings.Repeat("3f2a", 10), Date: u.time,
		Prerelease: strings.Contains(version, "-"), URL: "https://example.test/notes/" + version,
	}
	for _, name := range []string{"lanner_amd64.tar.gz", "lanner_amd64.deb", "lanner_amd64.rpm", "checksums.txt"} {
		text, found := files[name]
		if !found {
			continue
		}
		path := "/lanner-project/lanner/releases/download/" + version + "/" + name
		sum := sha256.Sum256([]byte(text))
		r.Files = append(r.Files, download.File{
			Name: name, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:]), MediaType: "application/gzip",
			URL: strings.TrimSuffix(u.url, "/lanner-project/lanner") + path,
		})
		u.serve(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	}
	u.time = u.time.Add(24 * time.Hour)
	var err error
	if u.x, err = u.x.WithRelease("lanner", r); err != nil {
		u.t.Fatal(err)
	}
}

func (u *upstream) serve(path string, h http.HandlerFunc) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.assets[path] = h
}

// A browser looks at a site.
type browser struct {
	t    *testing.T
	site *download.Site
	url  string
	log  *bytes.Buffer
}

func openSite(t *testing.T, dir, repository string) *browser {
	t.Helper()
	b := &browser{t: t, log: &bytes.Buffer{}}
	var err error
	b.site, err = download.OpenSite(t.Context(), download.Config{
		Dir: dir, Repository: repository, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.site)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *browser) sync(wantErr string) {
	b.t.Helper()
	err := b.site.Sync(b.t.Context())
	switch {
	case wantErr == "" && err != nil:
		b.t.Fatal(err)
	case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)):
		b.t.Fatalf("Sync: %v, want an error with %q", err, wantErr)
	case wantErr != "" && !strings.Contains(b.log.String(), "level=ERROR"):
		b.t.Errorf("nothing about %q in the log:\n%s", wantErr, b.log)
	}
}

func (b *browser) get(path string, header ...string) (*http.Response, string) {
	b.t.Helper()
	return b.do(http.MethodGet, path, header...)
}

func (b *browser) do(method, path string, header ...string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range header {
		key, value, _ := strings.Cut(h, ": ")
		req.Header.Set(key, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp, string(body)
}

// want checks a page's status and that it says each of the texts; one that
// starts with "!" it must not say.
func (b *browser) want(path string, status int, texts ...string) {
	b.t.Helper()
	resp, body := b.get(path)
	if resp.StatusCode != status {
		b.t.Errorf("GET %s: %s, want %d", path, resp.Status, status)
	}
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "!")
		if strings.Contains(body, text) == not {
			b.t.Errorf("GET %s: says %q: %t\n%s", path, text, not, body)
		}
	}
}

// golden compares a page, without what differs between runs, with testdata.
func (b *browser) golden(path, name, upstream string) {
	b.t.Helper()
	_, body := b.get(path)
	body = strings.NewReplacer(b.url, "http://site.test", upstream, "http://upstream.test/lanner-project/lanner").Replace(body)
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(body), 0o666); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), body); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestNothingReleased(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	b := openSite(t, t.TempDir(), u.url)
	for range 2 { // before and after the first Sync
		b.want("/releases", http.StatusOK, "Nothing was released yet.", "!index.json")
		b.want("/releases/index.json", http.StatusNotFound, "no index")
		b.want("/releases/index.json.sig", http.StatusNotFound)
		b.want("/releases/latest", http.StatusNotFound, "no stable release")
		b.want("/releases/v0.1.0", http.StatusNotFound, `There is no release &#34;v0.1.0&#34;.`)
		b.want("/releases/v0.1.0/lanner_amd64.deb", http.StatusNotFound)
		b.sync("")
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	files := map[string]string{
		"lanner_amd64.tar.gz": "an archive", "lanner_amd64.deb": "a package",
		"lanner_amd64.rpm": "another", "checksums.txt": "sums",
	}
	u.release("v0.1.0", files)
	u.release("v0.2.0-rc.1", map[string]string{"checksums.txt": strings.Repeat("long ", 1000)})
	index, sig := u.publish()
	b := openSite(t, t.TempDir(), u.url)
	b.sync("")

	if _, got := b.get("/releases/index.json"); got != index {
		t.Errorf("index.json: %s", cmp.Diff(index, got))
	}
	if _, got := b.get("/releases/index.json.sig"); got != sig {
		t.Errorf("index.json.sig: %s", cmp.Diff(sig, got))
	}
	for name, text := range files {
		if _, got := b.get("/releases/v0.1.0/" + name); got != text {
			t.Errorf("%s: %q, want %q", name, got, text)
		}
	}
	b.want("/releases/v0.1.0/nothing", http.StatusNotFound, "has no file")
	b.want("/releases/v0.1.0/..%2f..%2findex.json", http.StatusNotFound, "has no file")
	b.want("/releases/v0.2.0-rc.1", http.StatusOK, "pre-release", "4.9 KiB")
	if resp, _ := b.get("/releases/latest"); resp.Header.Get("Location") != "/releases/v0.1.0" {
		t.Errorf("/releases/latest: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp, _ := b.get("/releases/"); resp.Header.Get("Location") != "/releases" {
		t.Errorf("/releases/: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp, _ := b.do(http.MethodPost, "/releases"); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST /releases: %s", resp.Status)
	}
	b.golden("/releases", "releases.html", u.url)
	b.golden("/releases/v0.1.0", "release.html", u.url)
	b.golden("/releases/v9", "notfound.html", u.url)
}

func TestDownload(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.release("v0.1.0", map[string]string{"lanner_amd64.tar.gz": "0123456789"})
	u.publish()
	b := openSite(t, t.TempDir(), u.url)
	b.sync("")
	const path = "/releases/v0.1.0/lanner_amd64.tar.gz"
	sum := sha256.Sum256([]byte("0123456789"))
	tag := `"sha256:` + hex.EncodeToString(sum[:]) + `"`

	resp, body := b.get(path)
	want := map[string]string{
		"Content-Type": "application/gzip", "Content-Length": "10", "Accept-Ranges": "bytes", "Etag": tag,
		"Content-Disposition": `attachment; filename="lanner_amd64.tar.gz"`, "X-Content-Type-Options": "nosniff",
		"Cache-Control": "public, max-age=31536000, immutable", "Last-Modified": "Sun, 22 Nov 2026 09:00:00 GMT",
	}
	for key, value := range want {
		if got := resp.Header.Get(key); got != value {
			t.Errorf("%s: %q, want %q", key, got, value)
		}
	}
	if body != "0123456789" {
		t.Errorf("GET: %q", body)
	}
	for _, tt := range []struct {
		method, header string
		status         int
		body           string
	}{
		{http.MethodGet, "Range: bytes=3-5", http.StatusPartialContent, "345"},
		{http.MethodGet, "Range: bytes=-2", http.StatusPartialContent, "89"},
		{http.MethodGet, "Range: bytes=20-", http.StatusRequestedRangeNotSatisfiable, ""},
		{http.MethodGet, "If-None-Match: " + tag, http.StatusNotModified, ""},
		{http.MethodGet, `If-None-Match: "other"`, http.StatusOK, "0123456789"},
		{http.MethodHead, "Accept: */*", http.StatusOK, ""},
	} {
		resp, body := b.do(tt.method, path, tt.header)
		if resp.StatusCode != tt.status || tt.body != "" && body != tt.body {
			t.Errorf("%s with %q: %s %q, want %d %q", tt.method, tt.header, resp.Status, body, tt.status, tt.body)
		}
	}
	resp, _ = b.get("/releases/index.json")
	if again, _ := b.get("/releases/index.json", "If-None-Match: "+resp.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("index.json asked for again: %s", again.Status)
	}
}

// What upstream does not have, or has wrong, is not served, is said, and heals.
func TestBadAsset(t *testing.T) {
	t.Parallel()
	const name = "lanner_amd64.tar.gz"
	faults := map[string]struct {
		answer http.HandlerFunc
		says   string // on the page; details of this machine are not for it
	}{
		"corrupt": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "an archivE") }, "lanner_amd64.tar.gz has sha256"},
		"short":   {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "an") }, "has 2 bytes, want 10: it was cut short"},
		"long":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "an archive and more") }, "more than the 10 bytes"},
		"missing": {http.NotFound, "404 Not Found"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "an ar")
			panic(http.ErrAbortHandler)
		}, "it could not be fetched"},
	}
	for fault, tt := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			u := newUpstream(t)
			u.release("v0.1.0", map[string]string{name: "an archive", "checksums.txt": "sums"})
			u.publish()
			path := "/lanner-project/lanner/releases/download/v0.1.0/" + name
			u.mu.Lock()
			good := u.assets[path]
			u.mu.Unlock()
			u.serve(path, tt.answer)

			b := openSite(t, t.TempDir(), u.url)
			b.sync(name + " of v0.1.0")
			b.want("/releases", http.StatusOK, "Files that are not served", tt.says, "!curl -fLO")
			b.want("/releases/v0.1.0", http.StatusOK, "not served", tt.says, "!"+`href="/releases/v0.1.0/`+name)
			b.want("/releases/v0.1.0/"+name, http.StatusServiceUnavailable, "is not served", "!an archiv")
			b.want("/releases/v0.1.0/checksums.txt", http.StatusOK, "sums")

			u.serve(path, good)
			b.sync("")
			b.want("/releases", http.StatusOK, "!not served", "curl -fLO")
			b.want("/releases/v0.1.0/"+name, http.StatusOK, "an archive")
		})
	}
}

func TestAssetElsewhere(t *testing.T) {
	t.Parallel()
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(other.Close)
	for _, place := range []string{other.URL + "/secret", "/../../../../secret", "/%2e%2e/secret"} {
		u := newUpstream(t)
		u.release("v0.1.0", map[string]string{"checksums.txt": "sums"})
		f := &u.x.Releases[0].Files[0]
		if strings.HasPrefix(place, "/") {
			place = u.url + "/releases/download/v0.1.0" + place
		}
		f.URL = place
		u.publish()
		b := openSite(t, t.TempDir(), u.url)
		if strings.Contains(place, "%2e") {
			b.sync("404") // a server does as it likes with this; it stays with the same server
			continue
		}
		b.sync("outside the repository's releases")
	}
	if asked {
		t.Error("the index could send the site's request to another server")
	}
}

// An index that is not one does not replace one that is.
func TestBadIndex(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.release("v0.1.0", map[string]string{"checksums.txt": "sums"})
	older, olderSig := u.publish()
	u.release("v0.2.0", map[string]string{"checksums.txt": "more sums"})
	good, sig := u.publish()
	dir := t.TempDir()
	b := openSite(t, dir, u.url)
	b.sync("")
	for wantErr, files := range map[string]map[string]string{
		"unexpected EOF":            {"index.json": good[:len(good)/2], "index.json.sig": sig},
		"not in canonical form":     {"index.json": good + "\n", "index.json.sig": sig},
		"has no index.json.sig":     {"index.json": good},
		"has no index.json":         {"README": "gone"},
		"more than 16777216":        {"index.json": strings.Repeat(" ", 17<<20), "index.json.sig": sig},
		"went back to 2026-11-22":   {"index.json": older, "index.json.sig": olderSig},
		"schema 2; this program re": {"index.json": strings.Replace(good, `"schema": 1`, `"schema": 2`, 1), "index.json.sig": sig},
	} {
		u.push(files)
		b.sync(wantErr)
		b.want("/releases", http.StatusOK, "may be out of date", "v0.2.0")
		if _, got := b.get("/releases/index.json"); got != good {
			t.Errorf("after %q, index.json: %s", wantErr, cmp.Diff(good, got))
		}
	}
	u.git("update-ref", "-d", "refs/heads/downloads")
	b.sync("branch downloads is gone")

	// What was accepted last is what a new process serves; it needs no network.
	again := openSite(t, dir, "http://127.0.0.1:1/lanner-project/lanner")
	if _, got := again.get("/releases/index.json"); got != good {
		t.Errorf("after a restart, index.json: %s", cmp.Diff(good, got))
	}
	again.want("/releases/v0.2.0/checksums.txt", http.StatusOK, "more sums")
	again.sync("127.0.0.1")
	again.want("/releases", http.StatusOK, "may be out of date", "!127.0.0.1:1/")

	u.publish()
	b.sync("")
	b.want("/releases", http.StatusOK, "!may be out of date")
}

func TestYanked(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.release("v0.1.0", map[string]string{"checksums.txt": "sums"})
	u.release("v0.2.0", map[string]string{"checksums.txt": "more sums"})
	var err error
	u.x, err = u.x.WithYank("v0.2.0", download.Yanked{Reason: "it <b>loses</b> events.", Date: u.time, RetractedBy: "v0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	u.publish()
	b := openSite(t, t.TempDir(), u.url)
	b.sync("")
	b.want("/releases", http.StatusOK, `The latest release is <a href="/releases/v0.1.0">`, "withdrawn", "it &lt;b&gt;loses&lt;/b&gt; events.")
	b.want("/releases/v0.2.0", http.StatusOK, "This release was withdrawn", "events. v0.2.1 retracts it", "!go install", `Use <a href="/releases/v0.1.0">`)
	b.want("/releases/v0.2.0/checksums.txt", http.StatusOK, "more sums")
}

// A file that was damaged on the site's own disk is not served either.
func TestDamagedStore(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.release("v0.1.0", map[string]string{"checksums.txt": "sums"})
	u.publish()
	dir := t.TempDir()
	b := openSite(t, dir, u.url)
	b.sync("")
	b.want("/releases/v0.1.0/checksums.txt", http.StatusOK, "sums")
	stored, err := filepath.Glob(filepath.Join(dir, "objects", "*", "checksums.txt"))
	if err != nil || len(stored) != 1 {
		t.Fatalf("stored: %q, %v", stored, err)
	}
	if err := os.WriteFile(stored[0], []byte("evil"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.want("/releases/v0.1.0/checksums.txt", http.StatusServiceUnavailable, "!evil")
	b.sync("")
	b.want("/releases/v0.1.0/checksums.txt", http.StatusOK, "sums")
}

// The pages allow no script and no foreign content, and their own style passes.
func TestPolicy(t *testing.T) {
	t.Parallel()
	b := openSite(t, t.TempDir(), "http://127.0.0.1:1/lanner-project/lanner")
	resp, body := b.get("/releases")
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("Content-Security-Policy is %q, want %q in it", policy, want)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, ` style="`) {
		t.Errorf("the page has what its policy forbids:\n%s", body)
	}
}

func TestOpenSiteRefuses(t *testing.T) {
	t.Parallel()
	for _, repository := range []string{"", "lanner-project/lanner", "file:///lanner", "javascript:alert(1)"} {
		if _, err := download.OpenSite(t.Context(), download.Config{Dir: t.TempDir(), Repository: repository}); err == nil {
			t.Errorf("a site of repository %q was opened", repository)
		}
	}
}
