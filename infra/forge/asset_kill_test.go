// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"
)

// A forge that is killed while an asset comes in keeps the assets it said it
// has, and of this one the starter.
func TestKilledDuringUpload(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "forge")
	hook := httptest.NewServer(http.NotFoundHandler())
	defer hook.Close()
	m := startMortal(t, dir)
	secret := prepareMortal(t, m, dir, hook.URL)
	alice := (&running{url: m.url}).client(t, secret)
	r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "x", &github.RepositoryRelease{TagName: new("v1"), Draft: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	attach := func(name string, body io.Reader, size int64) error {
		req, err := alice.NewUploadRequest(assetsPath(r)+"?name="+name, body, size, "text/plain")
		if err != nil {
			t.Error(err)
			return err
		}
		_, err = alice.Do(context.WithoutCancel(ctx), req, nil)
		return err
	}
	if err := attach("whole.txt", strings.NewReader("whole"), 5); err != nil {
		t.Fatal(err)
	}
	slow, feed := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- attach("half.txt", slow, 1<<20) }()
	if _, err := feed.Write(make([]byte, 1<<19)); err != nil {
		t.Fatal(err)
	}
	waitForAssets(t, alice, r, []string{"half.txt starter", "whole.txt uploaded"})
	m.kill(t)
	if err := feed.CloseWithError(io.ErrUnexpectedEOF); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the upload succeeded though the forge was killed")
	}

	m = startMortal(t, dir)
	alice = (&running{url: m.url}).client(t, secret)
	waitForAssets(t, alice, r, []string{"half.txt starter", "whole.txt uploaded"})
	for _, folder := range []string{"tmp", "assets"} {
		files, err := os.ReadDir(filepath.Join(dir, folder))
		if want := map[string]int{"tmp": 0, "assets": 1}[folder]; err != nil || len(files) != want {
			t.Errorf("%s holds %d files, %v; want %d", folder, len(files), err, want)
		}
	}
	if err := attach("half.txt", strings.NewReader("half"), 4); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("uploading beside the starter: %v, want 422", err)
	}
	m.kill(t)
}

func assetsPath(r *github.RepositoryRelease) string {
	_, path, _ := strings.Cut(strings.TrimSuffix(r.GetUploadURL(), "{?name,label}"), "/api/uploads/")
	return path
}

// waitForAssets waits until a release has these assets.
func waitForAssets(t *testing.T, c *github.Client, r *github.RepositoryRelease, want []string) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		list, _, err := c.Repositories.ListReleaseAssets(t.Context(), "alice", "x", r.GetID(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, 0, len(list))
		for _, a := range list {
			got = append(got, a.GetName()+" "+a.GetState())
		}
		diff := cmp.Diff(want, got, sorted)
		if diff == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("assets (-want +got):\n%s", diff)
		}
	}
}

var sorted = cmp.Transformer("sorted", func(names []string) map[string]bool {
	set := make(map[string]bool)
	for _, name := range names {
		set[name] = true
	}
	return set
})
