// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// get gets a URL as a stranger.
func get(t *testing.T, url string) (int, []byte) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

func TestSourceArchives(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "alice/falcon", "-- a.txt --\none\n-- docs/b.txt --\ntwo\n")
	w.Git("tag", "v1.2.3")
	w.Git("push", "-q", "origin", "v1.2.3")
	want := []string{"falcon-1.2.3/a.txt", "falcon-1.2.3/docs/b.txt"}

	link, _, err := f.Client("alice").Repositories.GetArchiveLink(ctx, "alice", "falcon", github.Tarball, &github.RepositoryContentGetOptions{Ref: "v1.2.3"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, body := get(t, link.String())
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			got = append(got, h.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tar.gz (-want +got):\n%s", diff)
	}
	_, body = get(t, f.URL+"/alice/falcon/archive/refs/tags/v1.2.3.zip")
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, file := range r.File {
		if !strings.HasSuffix(file.Name, "/") {
			got = append(got, file.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("zip (-want +got):\n%s", diff)
	}
	for path, want := range map[string]int{
		"/alice/falcon/raw/v1.2.3/docs/b.txt":       http.StatusOK,
		"/alice/falcon/raw/v1.2.3/docs/c.txt":       http.StatusNotFound,
		"/alice/falcon/archive/refs/tags/v9.tar.gz": http.StatusNotFound,
	} {
		if status, body := get(t, f.URL+path); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
}

// A signed URL is good for one asset, and not for long.
func TestObjectURLs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v1"), Draft: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := upload(t, alice, r.GetID(), "a.txt", "secret")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, secret.GetBrowserDownloadURL()); status != http.StatusNotFound {
		t.Errorf("a stranger downloads a draft's asset: %d %s, want 404", status, body)
	}
	_, location, err := alice.Repositories.DownloadReleaseAsset(ctx, "alice", "falcon", secret.GetID(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, location); status != http.StatusOK || string(body) != "secret" {
		t.Errorf("a signed URL: %d %s", status, body)
	}
	if status, body := get(t, strings.Replace(location, "expires=", "expires=9", 1)); status != http.StatusForbidden {
		t.Errorf("a signed URL made longer: %d %s, want 403", status, body)
	}
}
