// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/infra/download"
)

// TestVerifyIndex verifies a release by the index of the repository and by
// that of a download site, then spoils the index as who may push could.
func TestVerifyIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.released()
	verify := func(args ...string) result {
		return w.release("dave", append([]string{"verify", "v0.1.0", "--skip-rebuild", "--repository", w.forge.URL + "/" + place}, args...)...)
	}
	const listed = "with the digests of checksums.txt; latest is v0.1.0; not withdrawn"
	if r := verify(); r.code != 0 || !strings.Contains(r.stdout, listed) || !strings.Contains(r.stdout, "index.json of branch downloads, of ") {
		t.Errorf("a good release: %v", r)
	}
	site, err := download.OpenSite(t.Context(), download.Config{Dir: t.TempDir(), Repository: w.forge.URL + "/" + place})
	w.check(err)
	w.check(site.Sync(t.Context()))
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	if r := verify("--site", server.URL); r.code != 0 || !strings.Contains(r.stdout, listed) || !strings.Contains(r.stdout, server.URL+"/releases/index.json, of ") {
		t.Errorf("a good release of a download site: %v", r)
	}

	w.work.Git("fetch", "-q", "origin", "downloads")
	w.work.Git("checkout", "-q", "-b", "downloads", "FETCH_HEAD")
	file := filepath.Join(w.work.Dir, download.IndexFile)
	good, err := os.ReadFile(file)
	w.check(err)
	sums, err := download.ParseIndex(file, good)
	w.check(err)
	digest := sums.Releases[0].Files[0].SHA256
	spoil := func(data, what string) result {
		w.check(os.WriteFile(file, []byte(data), 0o600))
		w.work.Git("add", "--all")
		w.work.Git("commit", "-q", "--allow-empty", "-m", "downloads: "+what)
		w.work.Git("push", "-q", "origin", "HEAD:downloads")
		return verify()
	}
	r := spoil(strings.Replace(string(good), digest, strings.Repeat("0", 64), 1), "change a digest")
	if r.code != 1 || !strings.Contains(r.stdout, "FAILED      index signature") || !strings.Contains(r.stdout, "does not fit the content") {
		t.Errorf("a changed digest: %v", r)
	}
	keygen := func(args ...string) {
		if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	stranger := filepath.Join(w.dir, "stranger")
	keygen("-q", "-t", "ed25519", "-N", "", "-f", stranger)
	w.check(os.WriteFile(file, good, 0o600))
	w.check(os.Remove(file + ".sig"))
	keygen("-Y", "sign", "-q", "-n", "lanner-release", "-f", stranger, file)
	r = spoil(string(good), "sign with another key")
	if r.code != 1 || !strings.Contains(r.stdout, "FAILED      index signature") || !strings.Contains(r.stdout, "is not in release/allowed_signers") {
		t.Errorf("a signature by another key: %v", r)
	}
}
