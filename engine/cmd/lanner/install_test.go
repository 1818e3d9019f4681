// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
)

const modulePath = "github.com/lanner-project/lanner"

// TestBuildsTellTheirCommit builds this command in the ways people get it, and
// asks each binary what it is.
func TestBuildsTellTheirCommit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs the Go linker three times")
	}
	tree := moduleTree(t)
	git(t, tree, "init", "--quiet")
	git(t, tree, "add", ".")
	git(t, tree, "commit", "--quiet", "--message", "one")
	commit := git(t, tree, "rev-parse", "HEAD")

	t.Run("checkout", func(t *testing.T) {
		want := build{Version: "v0.0.0-20261122151617-" + commit[:12], Commit: commit, CommitSource: "checkout", Date: "2026-11-22T15:16:17Z"}
		checkBuild(t, want, goBuild(t, tree))
	})

	t.Run("changed checkout", func(t *testing.T) {
		extra := filepath.Join(tree, "engine", "cmd", "lanner", "extra.go")
		writeFile(t, extra, "package main\n")
		want := build{Version: "v0.0.0-20261122151617-" + commit[:12] + "+dirty", Commit: commit, CommitSource: "checkout", Date: "2026-11-22T15:16:17Z", Modified: true}
		checkBuild(t, want, goBuild(t, tree))
		if err := os.Remove(extra); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("released module", func(t *testing.T) {
		writeFile(t, filepath.Join(tree, "engine", "cmd", "lanner", "release.txt"),
			"version: v0.1.0\ncommit: "+commit+"\ndate: 2026-11-22T15:16:17Z\n")
		want := build{Version: "v0.1.0", Commit: commit, CommitSource: "release", Date: "2026-11-22T15:16:17Z"}
		checkBuild(t, want, goInstall(t, tree, "v0.1.0"))
	})
}

func checkBuild(t *testing.T, want build, binary string) {
	t.Helper()
	want.Go, want.Platform = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH
	var got build
	if err := json.Unmarshal([]byte(command(t, "", nil, binary, "version", "-o", "json")), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lanner version -o json (-want +got):\n%s", diff)
	}
}

// moduleTree lays what this command links of this module out as a module of
// its own: the same path, and of the requirements only those it links.
func moduleTree(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	tree := t.TempDir()
	linked := make(map[string]bool)
	const format = `{{with .Module}}{{.Path}} {{end}}{{if not .Standard}}{{.Dir}} {{join .GoFiles " "}} {{join .EmbedFiles " "}}{{end}}`
	for line := range strings.Lines(command(t, "", nil, "go", "list", "-deps", "-f", format, ".")) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue // the standard library
		}
		linked[words[0]] = true
		if words[0] != modulePath {
			continue
		}
		for _, name := range words[2:] {
			from := filepath.Join(words[1], name)
			to, err := filepath.Rel(root, from)
			if err != nil {
				t.Fatal(err)
			}
			copyFile(t, from, filepath.Join(tree, to))
		}
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(tree, "go.sum"))
	writeFile(t, filepath.Join(tree, "go.mod"), smallModfile(t, filepath.Join(root, "go.mod"), linked))
	return tree
}

// smallModfile is the file name with the requirements of linked modules alone.
func smallModfile(t *testing.T, name string, linked map[string]bool) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	small := &modfile.File{}
	if err := small.AddModuleStmt(modulePath); err != nil {
		t.Fatal(err)
	}
	if err := small.AddGoStmt(mod.Go.Version); err != nil {
		t.Fatal(err)
	}
	for _, require := range mod.Require {
		if linked[require.Mod.Path] {
			small.AddNewRequire(require.Mod.Path, require.Mod.Version, require.Indirect)
		}
	}
	if text, err = small.Format(); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goBuild builds a checkout and returns the binary.
func goBuild(t *testing.T, tree string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "lanner")
	// Some environments switch the stamp off in GOFLAGS.
	command(t, tree, nil, "go", "build", "-buildvcs=true", "-o", binary, "./engine/cmd/lanner")
	return binary
}

// goInstall serves the tree as version of the module from a folder, installs
// that version as a user does and returns the binary.
func goInstall(t *testing.T, tree, version string) string {
	t.Helper()
	proxy, gopath := t.TempDir(), t.TempDir()
	folder := filepath.Join(proxy, modulePath, "@v")
	copyFile(t, filepath.Join(tree, "go.mod"), filepath.Join(folder, version+".mod"))
	writeFile(t, filepath.Join(folder, version+".info"), `{"Version":"`+version+`","Time":"2026-11-22T15:16:17Z"}`)
	writeFile(t, filepath.Join(folder, "list"), version+"\n")
	zipModule(t, tree, filepath.Join(folder, version+".zip"), modulePath+"@"+version+"/")

	// The dependencies come from what is already downloaded; the version made
	// up here must not get in there, hence a module cache of its own.
	downloaded := filepath.Join(strings.TrimSpace(command(t, "", nil, "go", "env", "GOMODCACHE")), "cache", "download")
	env := []string{
		"GOPROXY=file://" + proxy + ",file://" + downloaded,
		"GONOSUMDB=*", "GOSUMDB=off", "GONOPROXY=", "GOPRIVATE=", "GOBIN=", "GOENV=off",
		"GOPATH=" + gopath, "GOMODCACHE=" + filepath.Join(gopath, "mod"),
		"GOFLAGS=-modcacherw",
	}
	command(t, t.TempDir(), env, "go", "install", modulePath+"/engine/cmd/lanner@"+version)
	return filepath.Join(gopath, "bin", "lanner")
}

func zipModule(t *testing.T, tree, target, prefix string) {
	t.Helper()
	file, err := os.Create(target)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for name := range strings.SplitSeq(git(t, tree, "ls-files"), "\n") {
		text, err := os.ReadFile(filepath.Join(tree, name))
		if err != nil {
			t.Fatal(err)
		}
		entry, err := w.Create(prefix + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return strings.TrimSpace(command(t, dir, []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=alice", "GIT_AUTHOR_EMAIL=alice@example.com", "GIT_AUTHOR_DATE=2026-11-22T15:16:17Z",
		"GIT_COMMITTER_NAME=alice", "GIT_COMMITTER_EMAIL=alice@example.com", "GIT_COMMITTER_DATE=2026-11-22T15:16:17Z",
	}, "git", args...))
}

func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, string(text))
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
