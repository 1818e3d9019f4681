// SPDX-License-Identifier: Apache-2.0

package artifact_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
)

// TestModuleIsWhatTheTagGives holds the module made of the untagged commit
// against the one that the go command itself makes of the tag later.
func TestModuleIsWhatTheTagGives(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	spec := p.Spec(t)
	before, err := artifact.ModuleProxy(t.Context(), spec, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.Tag(t, p.Release)

	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", spec.Module+"@"+spec.Version)
	cmd.Dir = t.TempDir()
	cmd.Env = append(
		cmd.Environ(),
		"GOPATH="+t.TempDir(), "GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw",
		"GOPROXY=direct", "GOSUMDB=off", "GOVCS=*:git", "GIT_ALLOW_PROTOCOL=file:https",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+p.Repo.Dir+".insteadOf", "GIT_CONFIG_VALUE_0=https://"+spec.Module,
	)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod download: %v\n%s", err, out)
	}
	var after struct{ Version, Sum string }
	if err := json.Unmarshal(out, &after); err != nil {
		t.Fatal(err)
	}
	if after.Version != spec.Version || after.Sum != before.Sum {
		t.Errorf("before the tag %s, from the tag %s %s", before.Sum, after.Version, after.Sum)
	}
}

func TestModuleProxyRefuses(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	base := p.Git(t, "show", "HEAD:go.mod") + "\n"
	for _, tt := range []struct{ gomod, want string }{
		{base + "replace golang.org/x/mod => ../mod\n", "has a replace or exclude line"},
		{strings.Replace(base, "lanner-project/lanner", "else/lanner", 1), "is not of module github.com/lanner-project/lanner"},
		{"modul x\n", "go.mod:1: unknown directive: modul"},
	} {
		p.Write(t, "go.mod", tt.gomod)
		p.Release = p.Commit(t, "lanner: spoil go.mod")
		if _, err := artifact.ModuleProxy(t.Context(), p.Spec(t), t.TempDir()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}

// TestModuleProxyRefusesNamesThatDifferInCase: such a module is refused by
// every go command, so it must be found before the tag.
func TestModuleProxyRefusesNamesThatDifferInCase(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	p.Write(t, "bots/OWNERS", "approvers: []\n")
	p.Write(t, "bots/owners/owners.go", "package owners\n")
	p.Release = p.Commit(t, "bots: name a package as a file is named")
	_, err := artifact.ModuleProxy(t.Context(), p.Spec(t), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), `case-insensitive file name collision: "bots/OWNERS" and "bots/owners"`) {
		t.Errorf("got %v", err)
	}
}

// TestBuildHoldsDependenciesAgainstGoSum gives the build a go.sum with the sum
// of another content.
func TestBuildHoldsDependenciesAgainstGoSum(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	var spoilt []string
	for line := range strings.Lines(p.Git(t, "show", "HEAD:go.sum")) {
		if path, rest, _ := strings.Cut(line, " "); path == "golang.org/x/mod" && !strings.Contains(rest, "/go.mod") {
			version, _, _ := strings.Cut(rest, " ")
			line = path + " " + version + " h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		}
		spoilt = append(spoilt, line)
	}
	p.Write(t, "go.sum", strings.Join(spoilt, ""))
	p.Release = p.Commit(t, "lanner: spoil go.sum")
	_, err := artifact.Build(t.Context(), p.Spec(t), filepath.Join(t.TempDir(), "out"), artifact.Options{Cache: artifacttest.Cache(t)})
	if err == nil || !strings.Contains(err.Error(), "SECURITY ERROR") {
		t.Errorf("got %v, want go's security error", err)
	}
}
