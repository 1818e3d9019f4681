// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// newRepo makes alice/falcon with one commit on main.
func newRepo(t *testing.T, f *forgetest.Forge) *github.Client {
	t.Helper()
	alice := f.Client("alice")
	_, _, err := alice.Repositories.Create(context.Background(), "", &github.Repository{Name: new("falcon"), AutoInit: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	return alice
}

// upload uploads an asset by go-github, which closes the file.
func upload(t *testing.T, c *github.Client, id int64, name, content string) (*github.ReleaseAsset, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "asset")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := c.Repositories.UploadReleaseAsset(context.Background(), "alice", "falcon", id, &github.UploadOptions{Name: name, MediaType: "text/plain"}, f)
	return a, err
}

func TestReleaseFromDraftToLatest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice, bob := newRepo(t, f), f.Client("bob")

	draft, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{
		TagName: new("v0.1.0"), Name: new("First"), Draft: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.Repositories.GetRelease(ctx, "alice", "falcon", draft.GetID()); statusOf(err) != http.StatusNotFound {
		t.Errorf("a stranger asks for a draft: %v, want 404", err)
	}
	if list, _, err := bob.Repositories.ListReleases(ctx, "alice", "falcon", nil); err != nil || len(list) != 0 {
		t.Errorf("a stranger lists %d releases, %v; want none", len(list), err)
	}
	if _, _, err := alice.Repositories.GetReleaseByTag(ctx, "alice", "falcon", "v0.1.0"); statusOf(err) != http.StatusNotFound {
		t.Errorf("a draft by its tag: %v, want 404", err)
	}
	if _, _, err := alice.Git.GetRef(ctx, "alice", "falcon", "tags/v0.1.0"); err == nil {
		t.Error("a draft has made its tag")
	}
	if _, err := upload(t, alice, draft.GetID(), "a.txt", "bytes"); err != nil {
		t.Fatal(err)
	}
	published, _, err := alice.Repositories.EditRelease(ctx, "alice", "falcon", draft.GetID(), &github.RepositoryRelease{Draft: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	if published.PublishedAt == nil || !strings.HasSuffix(published.GetHTMLURL(), "/releases/tag/v0.1.0") {
		t.Errorf("published at %v, %s", published.PublishedAt, published.GetHTMLURL())
	}
	latest, _, err := bob.Repositories.GetLatestRelease(ctx, "alice", "falcon")
	if err != nil || latest.GetTagName() != "v0.1.0" || len(latest.Assets) != 1 {
		t.Errorf("latest = %v, %v", latest, err)
	}
	_, _, err = alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v0.1.0")})
	if statusOf(err) != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "already_exists") {
		t.Errorf("a second release of a tag: %v, want 422 already_exists", err)
	}
	if _, _, err := bob.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v9")}); statusOf(err) != http.StatusForbidden {
		t.Errorf("a stranger releases: %v, want 403", err)
	}
	if _, err := alice.Repositories.DeleteRelease(ctx, "alice", "falcon", draft.GetID()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.GetLatestRelease(ctx, "alice", "falcon"); statusOf(err) != http.StatusNotFound {
		t.Errorf("the latest of no releases: %v, want 404", err)
	}
}

func TestMakeLatest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	release := func(tag, makeLatest string, prerelease bool) *github.RepositoryRelease {
		t.Helper()
		in := &github.RepositoryRelease{TagName: &tag, Prerelease: &prerelease}
		if makeLatest != "" {
			in.MakeLatest = &makeLatest
		}
		r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", in)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	latest := func(want string) {
		t.Helper()
		r, _, err := alice.Repositories.GetLatestRelease(ctx, "alice", "falcon")
		if err != nil || r.GetTagName() != want {
			t.Errorf("latest is %q, %v; want %q", r.GetTagName(), err, want)
		}
	}
	release("v1.0.0", "", false)
	two := release("v2.0.0", "", false)
	latest("v2.0.0")
	release("v3.0.0-rc.1", "", true)
	latest("v2.0.0")
	release("v1.0.1", "false", false)
	latest("v2.0.0")
	release("v1.2.0", "legacy", false)
	latest("v2.0.0")
	if _, err := alice.Repositories.DeleteRelease(ctx, "alice", "falcon", two.GetID()); err != nil {
		t.Fatal(err)
	}
	latest("v1.2.0")
	_, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{
		TagName: new("v4.0.0-rc.1"), Prerelease: new(true), MakeLatest: new("true"),
	})
	if statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("a prerelease as the latest: %v, want 422", err)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v1.0.0")})
	if err != nil {
		t.Fatal(err)
	}
	content := strings.Repeat("falcon ", 1000)
	a, err := upload(t, alice, r.GetID(), "falcon_1.0.0~rc1 x.deb", content)
	if err != nil {
		t.Fatal(err)
	}
	if a.GetName() != "falcon_1.0.0.rc1.x.deb" || a.GetState() != "uploaded" || a.GetSize() != len(content) {
		t.Errorf("asset = %s, %s, %d bytes", a.GetName(), a.GetState(), a.GetSize())
	}
	if _, err := upload(t, alice, r.GetID(), a.GetName(), "other"); statusOf(err) != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "already_exists") {
		t.Errorf("a second asset of a name: %v, want 422 already_exists", err)
	}
	var answer struct{ Digest string }
	req, err := alice.NewRequest("GET", fmt.Sprintf("repos/alice/falcon/releases/assets/%d", a.GetID()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Do(ctx, req, &answer); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	if want := "sha256:" + hex.EncodeToString(sum[:]); answer.Digest != want {
		t.Errorf("digest %q, want %q", answer.Digest, want)
	}
	body, _, err := alice.Repositories.DownloadReleaseAsset(ctx, "alice", "falcon", a.GetID(), http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err != nil || string(got) != content {
		t.Errorf("downloaded %d bytes, %v", len(got), err)
	}
	f.Restart()
	checkDownload(t, a.GetBrowserDownloadURL(), content)
	checkDownload(t, f.URL+"/alice/falcon/releases/latest/download/"+a.GetName(), content)
	if _, err := alice.Repositories.DeleteReleaseAsset(ctx, "alice", "falcon", a.GetID()); err != nil {
		t.Fatal(err)
	}
	f.Restart()
	if files, err := os.ReadDir(filepath.Join(f.Dir, "assets")); err != nil || len(files) != 0 {
		t.Errorf("%d files are kept of a deleted asset, %v", len(files), err)
	}
}

// checkDownload gets a public URL: whole, in part, and its head.
func checkDownload(t *testing.T, url, content string) {
	t.Helper()
	for _, tc := range []struct {
		method, span string
		status       int
		want         string
	}{
		{"GET", "", http.StatusOK, content},
		{"GET", "bytes=7-12", http.StatusPartialContent, content[7:13]},
		{"HEAD", "", http.StatusOK, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tc.span != "" {
			req.Header.Set("Range", tc.span)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != tc.status || string(body) != tc.want {
			t.Errorf("%s %s %q: %d, %d bytes; want %d, %d bytes", tc.method, url, tc.span, resp.StatusCode, len(body), tc.status, len(tc.want))
		}
		if tc.method == "HEAD" && resp.ContentLength != int64(len(content)) {
			t.Errorf("HEAD %s: Content-Length %d, want %d", url, resp.ContentLength, len(content))
		}
	}
}

// An upload whose connection breaks leaves a starter that holds the name.
func TestCutUploadLeavesStarter(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v1.0.0"), Draft: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	ten, none := int64(10), int64(0)
	f.Faults(forge.Faults{Requests: []forge.RequestFault{{Method: "POST", Path: "/api/uploads/*", Times: 1, CutRequestAfter: &ten}}})
	if _, err := upload(t, alice, r.GetID(), "a.txt", strings.Repeat("x", 1<<16)); err == nil {
		t.Fatal("the upload succeeded over a cut line")
	}
	list, _, err := alice.Repositories.ListReleaseAssets(ctx, "alice", "falcon", r.GetID(), nil)
	if err != nil || len(list) != 1 || list[0].GetState() != "starter" {
		t.Fatalf("assets = %v, %v; want one starter", list, err)
	}
	if _, err := upload(t, alice, r.GetID(), "a.txt", "again"); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("uploading beside a starter: %v, want 422", err)
	}
	if _, err := alice.Repositories.DeleteReleaseAsset(ctx, "alice", "falcon", list[0].GetID()); err != nil {
		t.Fatal(err)
	}
	if _, err := upload(t, alice, r.GetID(), "a.txt", "again"); err != nil {
		t.Errorf("uploading after the starter was deleted: %v", err)
	}
	// Done, and the answer lost: the client must find out by looking.
	f.Faults(forge.Faults{Requests: []forge.RequestFault{{Method: "POST", Path: "/api/uploads/*", Times: 1, CutResponseAfter: &none}}})
	if _, err := upload(t, alice, r.GetID(), "b.txt", "b"); err == nil {
		t.Fatal("the upload was answered over a cut line")
	}
	list, _, err = alice.Repositories.ListReleaseAssets(ctx, "alice", "falcon", r.GetID(), nil)
	var states []string
	for _, a := range list {
		states = append(states, a.GetName()+" "+a.GetState())
	}
	if diff := cmp.Diff([]string{"a.txt uploaded", "b.txt uploaded"}, states); err != nil || diff != "" {
		t.Errorf("assets, %v (-want +got):\n%s", err, diff)
	}
}
