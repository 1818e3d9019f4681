// SPDX-License-Identifier: Apache-2.0

package artifact_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
)

// TestBuildIsReproducible builds one commit twice, in everything but the
// commit as differently as a machine allows.
func TestBuildIsReproducible(t *testing.T) {
	p := artifacttest.New(t)
	spec := p.Spec(t)
	first := p.Build(t, spec)

	// Another clone, user, time zone, permissions and cold caches.
	elsewhere := filepath.Join(t.TempDir(), "deep", "er", "and a blank")
	artifacttest.Run(t, "", "git", "clone", "--quiet", p.Repo.Dir, elsewhere)
	past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, name := range []string{"LICENSE", "README.md"} {
		if err := os.Chtimes(filepath.Join(elsewhere, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	modules := strings.TrimSpace(artifacttest.Run(t, "", "go", "env", "GOMODCACHE"))
	for key, value := range map[string]string{
		"HOME": t.TempDir(), "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8",
		"SOURCE_DATE_EPOCH": "1000000000", "TMPDIR": t.TempDir(),
		"GOFLAGS": "-race -tags=elsewhere", "GOAMD64": "v3", "GOEXPERIMENT": "", "GODEBUG": "x509sha1=1", "CGO_ENABLED": "1",
		"GOMODCACHE": modules, // with another HOME it would be empty, and need a network
	} {
		t.Setenv(key, value)
	}
	defer syscall.Umask(syscall.Umask(0o077))
	spec.Source.Repo.Dir = elsewhere
	second, err := artifact.Build(t.Context(), spec, filepath.Join(t.TempDir(), "out"), artifact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	diffs, err := artifact.Compare(first, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		t.Error(d)
	}
	if len(first.Files) != 11 {
		t.Errorf("%d files, want 11: %v", len(first.Files), first.Files)
	}
	if first.ModuleSum == "" || first.ModuleSum != second.ModuleSum || first.Image != second.Image {
		t.Errorf("module sums %q and %q, images %q and %q", first.ModuleSum, second.ModuleSum, first.Image, second.Image)
	}
}
