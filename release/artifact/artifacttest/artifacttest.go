// SPDX-License-Identifier: Apache-2.0

// Package artifacttest makes small projects to release in tests: a real git
// repository with the module's path, a tiny command, a release commit and a
// signing key.
//
// It is for tests alone; product code may not import it. A Project belongs to
// the test that made it; its methods are not safe concurrently.
package artifacttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/plan"
)

// Version is the one that a Project's release commit is for.
const Version = "v0.1.0"

// When is the time of a Project's release commit.
var When = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// A Project is a repository about to release Version.
type Project struct {
	Repo    git.Repo
	Base    string // commit that the plan was made from
	Release string // commit that adds the plan, the changelog and the stamp
	KeyFile string // private key that the project's allowed_signers names
	Signers string // content of that allowed_signers file
}

// New makes a Project. It needs git and ssh-keygen.
func New(t testing.TB) *Project {
	t.Helper()
	p := &Project{
		Repo:    git.Repo{Dir: t.TempDir()}.As("Alice", "alice@example.org", When.Add(-time.Hour)),
		KeyFile: filepath.Join(t.TempDir(), "key"),
	}
	Run(t, "", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", p.KeyFile)
	public, err := os.ReadFile(p.KeyFile + ".pub")
	check(t, err)
	p.Signers = `alice@example.org namespaces="git,lanner-release" ` + string(public)
	p.Git(t, "init", "--quiet")
	for name, text := range baseFiles(t) {
		p.Write(t, name, text)
	}
	p.Write(t, "release/allowed_signers", p.Signers)
	p.Base = p.Commit(t, "lanner: begin")
	p.Repo = p.Repo.As("Alice", "alice@example.org", When)
	p.writeRelease(t)
	p.Release = p.Commit(t, "release: v0.1.0")
	return p
}

// Spec returns what to build of the release commit.
func (p *Project) Spec(t testing.TB) artifact.Spec {
	t.Helper()
	src, err := artifact.Resolve(t.Context(), p.Repo, p.Release)
	check(t, err)
	spec := artifact.Engine(src, Version, runtime.Version())
	spec.SourceURL = "https://example.org/lanner-project/lanner"
	path := plan.Path("engine", Version)
	spec.Plan = plan.File{Path: path, SHA256: plan.Sum([]byte(p.Git(t, "show", p.Release+":"+path) + "\n"))}
	return spec
}

// Tag makes the signed tag of Version at the commit, as its release does last.
func (p *Project) Tag(t testing.TB, commit string) {
	t.Helper()
	signing := p.Repo.WithConfig("gpg.format", "ssh").WithConfig("user.signingKey", p.KeyFile)
	_, err := signing.Run(t.Context(), "tag", "--sign", "--force", "--message", "Lanner "+Version, Version, commit)
	check(t, err)
}

// Write writes a file of the work tree.
func (p *Project) Write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(p.Repo.Dir, filepath.FromSlash(name))
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, []byte(text), 0o644))
}

// Commit commits the whole work tree and returns the commit's id.
func (p *Project) Commit(t testing.TB, message string) string {
	t.Helper()
	p.Git(t, "add", "--all")
	p.Git(t, "commit", "--quiet", "--message", message)
	return p.Git(t, "rev-parse", "HEAD")
}

// Git runs git in the repository and returns what it prints.
func (p *Project) Git(t testing.TB, args ...string) string {
	t.Helper()
	out, err := p.Repo.Run(t.Context(), args...)
	check(t, err)
	return out
}

// writeRelease adds the three files of a release commit.
func (p *Project) writeRelease(t testing.TB) {
	t.Helper()
	what := plan.Plan{
		Schema: plan.Schema, Kind: plan.KindRelease, Component: "engine", Version: Version, Tag: Version,
		Base:   plan.Base{Commit: p.Base, Tree: p.Git(t, "rev-parse", p.Base+"^{tree}"), Time: When.Add(-time.Hour)},
		Branch: "release/0.1", Toolchain: runtime.Version(), Lead: "alice",
		Notes: "The first release.\n", Steps: []string{"build"},
	}
	add := func(path string, data []byte) {
		p.Write(t, path, string(data))
		what.Files = append(what.Files, plan.File{Path: path, SHA256: plan.Sum(data)})
	}
	add(plan.StampPath, plan.Stamp(Version, what.Base))
	add(plan.ChangelogPath, []byte("# Changelog\n\n## "+Version+"\n\nThe first release.\n"))
	data, err := what.Encode()
	check(t, err)
	p.Write(t, what.Path(), string(data))
}

// Build builds the project's release into a new folder with the user's build
// cache, which is quick.
func (p *Project) Build(t testing.TB, spec artifact.Spec) artifact.Set {
	t.Helper()
	set, err := artifact.Build(t.Context(), spec, t.TempDir(), artifact.Options{Cache: Cache(t)})
	check(t, err)
	return set
}

// Cache returns the user's build cache.
func Cache(t testing.TB) string {
	t.Helper()
	return strings.TrimSpace(Run(t, "", "go", "env", "GOCACHE"))
}

// Run runs a program in the folder dir and returns all it prints. Where
// everything must be tested (CI) a program that is missing fails the test;
// elsewhere the test is skipped.
func Run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	out, err := TryRun(t, dir, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// TryRun is Run for a program that may fail.
func TryRun(t testing.TB, dir, name string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is needed and not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// baseFiles are those of the first commit. The command has one dependency, a
// module that this project requires anyway and so needs no network.
func baseFiles(t testing.TB) map[string]string {
	t.Helper()
	const dependency = "golang.org/x/mod"
	root := moduleRoot(t)
	gomod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	check(t, err)
	parsed, err := modfile.Parse("go.mod", gomod, nil)
	check(t, err)
	version := ""
	for _, r := range parsed.Require {
		if r.Mod.Path == dependency {
			version = r.Mod.Version
		}
	}
	gosum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	check(t, err)
	return map[string]string{
		"go.mod":                              "module " + parsed.Module.Mod.Path + "\n\ngo " + parsed.Go.Version + "\n\nrequire " + dependency + " " + version + "\n",
		"go.sum":                              string(gosum),
		"LICENSE":                             "The licence.\n",
		"README.md":                           "# Lanner\n",
		"engine/packaging/lanner.service":     "[Unit]\nDescription=Lanner\n",
		"engine/packaging/lanner.yaml":        "# The configuration.\n",
		"engine/packaging/lanner.schema.json": "{}\n",
		".gitattributes":                      "README.md export-ignore\n*.txt export-subst\n",
		"engine/cmd/lanner/release.txt":       "development\n",
		"engine/cmd/lanner/main.go": `package main

import (
	_ "embed"
	"os"
	"runtime/debug"

	"golang.org/x/mod/semver"
)

//go:embed release.txt
var stamp string

func main() {
	info, ok := debug.ReadBuildInfo()
	if !ok || len(os.Args) != 2 || os.Args[1] != "version" {
		os.Exit(2)
	}
	os.Stdout.WriteString("lanner " + semver.Canonical(info.Main.Version) + "\n" + stamp)
}
`,
	}
}

// moduleRoot returns the folder of this module's go.mod, above the test's.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	check(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
