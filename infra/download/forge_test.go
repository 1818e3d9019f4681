// SPDX-License-Identifier: Apache-2.0

package download_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// publishAsset publishes a release with one asset, as a maintainer would.
func publishAsset(t *testing.T, client *github.Client, version, name, text string) *github.RepositoryRelease {
	t.Helper()
	release, _, err := client.Repositories.CreateRelease(t.Context(), "lanner-project", "lanner", &github.RepositoryRelease{
		TagName: &version, Name: &version, Draft: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, _, err = client.Repositories.UploadReleaseAsset(t.Context(), "lanner-project", "lanner", release.GetID(),
		&github.UploadOptions{Name: name, MediaType: "application/gzip"}, file)
	if err != nil {
		t.Fatal(err)
	}
	// The address of an asset names its tag only once the release is published.
	release, _, err = client.Repositories.EditRelease(t.Context(), "lanner-project", "lanner", release.GetID(),
		&github.RepositoryRelease{Draft: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	if len(release.Assets) != 1 {
		t.Fatalf("the release has %d assets, want 1", len(release.Assets))
	}
	return release
}

// The whole way with a GitHub: a published release with its asset, the index
// on its branch, and the push that says so.
func TestSiteOfForge(t *testing.T) {
	t.Parallel()
	forge := forgetest.Start(t)
	work := forge.NewRepositoryFrom("alice", "lanner-project/lanner", "-- README.md --\nLanner\n")
	client := forge.Client("alice")
	const version, name, text = "v0.1.0", "lanner_0.1.0_linux_amd64.tar.gz", "an archive"

	release := publishAsset(t, client, version, name, text)
	asset := release.Assets[0]
	sum := sha256.Sum256([]byte(text))
	x, err := download.Index{}.WithRelease("lanner", download.Release{
		Version: version, Tag: version, Commit: work.Git("rev-parse", "main"),
		Date: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), URL: release.GetHTMLURL(),
		Files: []download.File{{
			Name: name, Size: int64(asset.GetSize()), SHA256: hex.EncodeToString(sum[:]),
			MediaType: asset.GetContentType(), URL: asset.GetBrowserDownloadURL(),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := x.Encode()
	if err != nil {
		t.Fatal(err)
	}
	hook := forge.Hook("alice", "lanner-project/lanner", "push")
	b := openSite(t, t.TempDir(), forge.URL+"/lanner-project/lanner")
	b.sync("") // there is no branch yet, which is no error
	b.want("/releases", http.StatusOK, "Nothing was released yet.")

	work.Branch("downloads", "main", "index", "-- index.json --\n"+string(data)+"-- index.json.sig --\na signature\n")
	hook.Wait("push")
	b.sync("")
	b.want("/releases/v0.1.0", http.StatusOK, "go install", `href="`+release.GetHTMLURL()+`"`)
	if _, got := b.get("/releases/index.json"); got != string(data) {
		t.Errorf("index.json: %q, want %q", got, data)
	}
	resp, got := b.get("/releases/v0.1.0/" + name)
	if got != text || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/gzip") {
		t.Errorf("%s: %q, %s", name, got, resp.Header.Get("Content-Type"))
	}

	// A forge that is away takes nothing down.
	forge.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
	b.sync("the index of " + forge.URL)
	b.want("/releases/v0.1.0/"+name, http.StatusOK, text)
	forge.Intercept(nil)
	b.sync("")
	b.want("/releases", http.StatusOK, "!may be out of date")
}
