// SPDX-License-Identifier: Apache-2.0

package artifact_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
	"github.com/lanner-project/lanner/release/artifact/signature"
)

// TestOthersReadTheRelease gives one release to the tools that users have.
func TestOthersReadTheRelease(t *testing.T) {
	p := artifacttest.New(t)
	spec := p.Spec(t)
	set := sign(t, p, p.Build(t, spec))
	amd64 := spec.Targets[0]

	t.Run("sha256sum", func(t *testing.T) {
		artifacttest.Run(t, set.Dir, "sha256sum", "--check", "--strict", artifact.Checksums)
		dir := t.TempDir()
		for _, target := range spec.Targets {
			artifacttest.Run(t, set.Dir, "cp", spec.Archive(target), dir)
			artifacttest.Run(t, dir, "gunzip", spec.Archive(target))
		}
		artifacttest.Run(t, dir, "sha256sum", "--check", "--strict", filepath.Join(set.Dir, "checksums-uncompressed.txt"))
	})
	t.Run("ssh-keygen", func(t *testing.T) {
		signers := filepath.Join(p.Repo.Dir, "release/allowed_signers")
		for _, name := range []string{artifact.Checksums, spec.Provenance()} {
			artifacttest.Run(t, set.Dir, "sh", "-c",
				"ssh-keygen -Y verify -f '"+signers+"' -I alice@example.org -n "+signature.Namespace+" -s "+name+".sig <"+name)
		}
	})
	t.Run("tar", func(t *testing.T) {
		listing := artifacttest.Run(t, set.Dir, "tar", "--numeric-owner", "--utc", "--full-time", "-tvzf", spec.Archive(amd64))
		for _, want := range []string{"-rwxr-xr-x 0/0", "2026-11-22 10:00:00 lanner", " LICENSE", " README.md", " lanner.service", " lanner.yaml", " lanner.schema.json"} {
			if !strings.Contains(listing, want) {
				t.Errorf("no %q in\n%s", want, listing)
			}
		}
	})
	t.Run("dpkg", func(t *testing.T) { checkDeb(t, set, spec.Package(amd64, "deb")) })
	t.Run("rpm", func(t *testing.T) { checkRPM(t, set, spec.Package(amd64, "rpm")) })
	t.Run("skopeo", func(t *testing.T) { checkImage(t, set) })
	t.Run("rehearse", func(t *testing.T) {
		proofs, err := artifact.Rehearse(t.Context(), set, artifact.Options{Cache: artifacttest.Cache(t)})
		if err != nil {
			t.Fatal(err)
		}
		for _, proof := range proofs {
			t.Log(proof.Name+":", proof.Detail)
		}
		if len(proofs) != 7 {
			t.Errorf("%d proofs, want 7", len(proofs))
		}
	})
}

func sign(t *testing.T, p *artifacttest.Project, set artifact.Set) artifact.Set {
	t.Helper()
	key, err := signature.OpenKey(t.Context(), p.KeyFile, "")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := artifact.Sign(t.Context(), set, key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func checkDeb(t *testing.T, set artifact.Set, name string) {
	t.Helper()
	control := artifacttest.Run(t, set.Dir, "dpkg-deb", "--info", name)
	for _, want := range []string{"Package: lanner", "Version: 0.1.0-1", "Architecture: amd64", "Homepage: https://github.com/lanner-project/lanner", "Maintainer: The Lanner Project <"} {
		if !strings.Contains(control, want) {
			t.Errorf("no %q in\n%s", want, control)
		}
	}
	// An installation in a system of its own, down to the package database.
	root := t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	artifacttest.Run(t, set.Dir, "dpkg", "--root="+root, "--force-not-root", "--force-script-chrootless", "--log=/dev/null", "--install", name)
	if out := artifacttest.Run(t, root, filepath.Join(root, "usr/bin/lanner"), "version"); !strings.HasPrefix(out, "lanner v0.1.0\nversion: v0.1.0\n") {
		t.Errorf("the installed binary says %q", out)
	}
	listed := artifacttest.Run(t, set.Dir, "dpkg", "--root="+root, "--listfiles", "lanner")
	for _, want := range []string{"/usr/share/doc/lanner/copyright", "/usr/lib/systemd/system/lanner.service", "/usr/share/lanner/lanner.schema.json"} {
		if !strings.Contains(listed, want) {
			t.Errorf("no %s among the installed files:\n%s", want, listed)
		}
	}
	checkConfiguration(t, set, name, root)
	artifacttest.Run(t, set.Dir, "dpkg", "--root="+root, "--force-not-root", "--force-script-chrootless", "--log=/dev/null", "--purge", "lanner")
	for _, gone := range []string{"usr/bin/lanner", "etc/lanner"} {
		if _, err := os.Stat(filepath.Join(root, gone)); err == nil {
			t.Errorf("%s outlives dpkg --purge", gone)
		}
	}
}

// checkConfiguration wants what an administrator wrote to outlive another
// installation, and nothing to be enabled by one.
func checkConfiguration(t *testing.T, set artifact.Set, name, root string) {
	t.Helper()
	config := filepath.Join(root, "etc/lanner/lanner.yaml")
	if err := os.WriteFile(config, []byte("watch: false\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	artifacttest.Run(t, set.Dir, "dpkg", "--root="+root, "--force-not-root", "--force-script-chrootless", "--log=/dev/null", "--install", name)
	if text, err := os.ReadFile(config); err != nil || string(text) != "watch: false\n" {
		t.Errorf("the configuration after another installation: %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(root, "etc/systemd")); err == nil {
		t.Error("the installation enabled something")
	}
}

func checkRPM(t *testing.T, set artifact.Set, name string) {
	t.Helper()
	if out := artifacttest.Run(t, set.Dir, "rpm", "--checksig", name); !strings.Contains(out, "digests OK") {
		t.Errorf("rpm --checksig: %s", out)
	}
	out := artifacttest.Run(t, set.Dir, "rpm", "--query", "--package", name, "--queryformat",
		"%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{LICENSE} %{URL} %{BUILDHOST} %{BUILDTIME}")
	if want := "lanner 0.1.0 1 x86_64 Apache-2.0 https://github.com/lanner-project/lanner reproducible 1795341600"; out != want {
		t.Errorf("rpm says %q, want %q", out, want)
	}
	listing := artifacttest.Run(t, set.Dir, "rpm", "--query", "--package", "--list", "--verbose", name)
	for _, want := range []string{"-rwxr-xr-x", "/usr/bin/lanner", "/usr/share/licenses/lanner/LICENSE", "/usr/share/doc/lanner/README.md"} {
		if !strings.Contains(listing, want) {
			t.Errorf("no %q in\n%s", want, listing)
		}
	}
	if out := artifacttest.Run(t, set.Dir, "rpm", "--query", "--package", "--configfiles", name); out != "/etc/lanner/lanner.yaml\n" {
		t.Errorf("configuration files: %q", out)
	}
	db := t.TempDir()
	artifacttest.Run(t, set.Dir, "rpm", "--dbpath", db, "--root", t.TempDir(), "--install", "--nodeps", "--ignorearch", name)
}

func checkImage(t *testing.T, set artifact.Set) {
	t.Helper()
	ref := "oci-archive:" + filepath.Join(set.Dir, set.Spec.Image())
	for _, target := range set.Spec.Targets {
		out := artifacttest.Run(t, "", "skopeo", "--override-os", target.OS, "--override-arch", target.Arch, "inspect", ref)
		var image struct {
			Architecture, Os, Created string
			Labels                    map[string]string
			Layers                    []string
		}
		if err := json.Unmarshal([]byte(out), &image); err != nil {
			t.Fatalf("skopeo inspect: %v\n%s", err, out)
		}
		if image.Architecture != target.Arch || image.Created != "2026-11-22T10:00:00Z" || len(image.Layers) != 1 {
			t.Errorf("skopeo inspect for %s:\n%s", target, out)
		}
		if image.Labels["org.opencontainers.image.revision"] != set.Spec.Commit {
			t.Errorf("labels: %v", image.Labels)
		}
	}
	raw := artifacttest.Run(t, "", "skopeo", "inspect", "--raw", ref)
	if !strings.Contains(raw, "application/vnd.oci.image.index.v1+json") {
		t.Errorf("not an index: %s", raw)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	artifacttest.Run(t, "", "skopeo", "--insecure-policy", "copy", "--quiet", "--all", ref, "dir:"+copied)
}
