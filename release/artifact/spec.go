// SPDX-License-Identifier: Apache-2.0

// Package artifact builds, from one commit and before any tag exists, every
// file that a release publishes: archives, packages, an image, bills of
// materials, checksums, provenance and signatures.
//
// The files depend on the Spec alone (the commit, the version, the toolchain),
// never on the machine, the folder, the user, the clock or the forge that
// serves the commit: two builds give the same bytes, and a stranger's third
// build proves a release. It refuses to build with another toolchain than the
// one the release was planned with. It tags, uploads and publishes nothing.
//
// Packages below release may import it. A Spec and a Set are values; building
// into different folders is safe concurrently.
package artifact

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/plan"
)

// What the packages, the image and the bills of materials say of the product.
const (
	summary     = "Runtime threat detection for Linux"
	description = summary + ".\nLanner watches system calls through eBPF, matches them against rules and raises alerts."
	license     = "Apache-2.0"
	vendor      = "The Lanner Project"
	// GitHub's no-reply address of the organization: a package must name a
	// maintainer with an address, and the project has no mailbox.
	maintainer = vendor + " <lanner-project@users.noreply.github.com>"
)

// A Source is one commit of a repository on disk.
type Source struct {
	Repo   git.Repo
	Commit string    // full object id
	Tree   string    // of the commit
	Time   time.Time // committer's, the time of everything that is built
}

// Resolve finds the commit that rev names in repo.
func Resolve(ctx context.Context, repo git.Repo, rev string) (Source, error) {
	out, err := repo.Run(ctx, "log", "-1", "--no-show-signature", "--format=%H %T %ct", "--end-of-options", rev, "--")
	if err != nil {
		return Source{}, fmt.Errorf("resolve the commit to build: %w", err)
	}
	fields := strings.Fields(out)
	if len(fields) != 3 {
		return Source{}, fmt.Errorf("resolve the commit to build: %q is not one commit", rev)
	}
	seconds, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return Source{}, fmt.Errorf("resolve the commit to build: time of %s: %w", rev, err)
	}
	return Source{Repo: repo, Commit: fields[0], Tree: fields[1], Time: time.Unix(seconds, 0).UTC()}, nil
}

// A Target is an operating system and an architecture, in Go's words.
type Target struct {
	OS, Arch string
}

func (t Target) String() string { return t.OS + "/" + t.Arch }

// A Spec says what to build. Everything that is built follows from it.
type Spec struct {
	Source

	Module    string   // path of the Go module
	Command   string   // folder of the main package in the module
	Name      string   // of the binary and the packages
	Version   string   // "v0.1.0"
	Toolchain string   // what "go env GOVERSION" must say
	Targets   []Target // in the order of the files
	// Compat is the file of the commit that says which kernels the driver works
	// on; empty is none.
	Compat string

	// Recorded in the provenance and nowhere else: where the commit is
	// published, and the plan that was approved.
	SourceURL string
	Plan      plan.File
}

// Engine returns the Spec of the engine, the product that a release's version
// is that of.
func Engine(src Source, version, toolchain string) Spec {
	return Spec{
		Source:    src,
		Module:    "github.com/lanner-project/lanner",
		Command:   "engine/cmd/lanner",
		Name:      "lanner",
		Version:   version,
		Toolchain: toolchain,
		Targets:   []Target{{"linux", "amd64"}, {"linux", "arm64"}},
	}
}

// Names of files that do not carry the version: a verifier must know them
// before it knows anything.
const (
	Checksums = "checksums.txt"
	// uncompressed holds the sums of the tars inside the .tar.gz: gzip's bytes
	// may change with a release of Go, the tar's may not.
	uncompressed = "checksums-uncompressed.txt"
	// CompatFile says which kernels the driver of the release works on.
	CompatFile = "compat.json"
	// SignatureSuffix is that of a detached signature.
	SignatureSuffix = ".sig"
)

// Archive returns the name of the target's .tar.gz.
func (s Spec) Archive(t Target) string { return s.file(t, "tar.gz") }

// Package returns the name of the target's package, kind "deb" or "rpm". It
// is not what the distributions' own tools would call it: GitHub replaces
// characters such as "~" in the name of an asset by a dot.
func (s Spec) Package(t Target, kind string) string { return s.file(t, kind) }

// SBOM returns the name of the target's bill of materials.
func (s Spec) SBOM(t Target) string { return s.file(t, "cdx.json") }

// Image returns the name of the OCI image layout of all targets.
func (s Spec) Image() string { return s.stem() + "_oci.tar" }

// Provenance returns the name of the provenance.
func (s Spec) Provenance() string { return s.stem() + "_provenance.intoto.jsonl" }

// Files returns the names of all files that Build writes, in its order. Sign
// adds the provenance and two signatures.
func (s Spec) Files() []string {
	var names []string
	for _, t := range s.Targets {
		names = append(names, s.Archive(t), s.Package(t, "deb"), s.Package(t, "rpm"), s.SBOM(t))
	}
	names = append(names, s.Image())
	if s.Compat != "" {
		names = append(names, CompatFile)
	}
	return append(names, uncompressed, Checksums)
}

func (s Spec) stem() string { return s.Name + "_" + strings.TrimPrefix(s.Version, "v") }

func (s Spec) file(t Target, ending string) string {
	return s.stem() + "_" + t.OS + "_" + t.Arch + "." + ending
}

// homepage is where the module's path leads: not SourceURL, because a
// rehearsal against another forge must give the same bytes.
func (s Spec) homepage() string { return "https://" + s.Module }

var (
	objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	nameWord = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`) // what deb, rpm and OCI all take
)

// validate says what is missing or wrong, before an hour is spent on it.
func (s Spec) validate() error {
	if !semver.IsValid(s.Version) || semver.Canonical(s.Version) != s.Version {
		return fmt.Errorf("version %q: want vMAJOR.MINOR.PATCH, or with -rc.N; a +suffix is no Go module version", s.Version)
	}
	_, major, ok := module.SplitPathVersion(s.Module)
	if !ok || module.CheckPath(s.Module) != nil {
		return fmt.Errorf("module %q: not a module path", s.Module)
	}
	if err := module.CheckPathMajor(s.Version, major); err != nil {
		return fmt.Errorf("module %s at %s: %w; a new major version needs a module path that ends in it", s.Module, s.Version, err)
	}
	switch {
	case !objectID.MatchString(s.Commit) || !objectID.MatchString(s.Tree):
		return fmt.Errorf("commit %q, tree %q: want full object ids; use Resolve", s.Commit, s.Tree)
	case s.Time.IsZero():
		return fmt.Errorf("commit %s: no time; use Resolve", s.Commit)
	case !nameWord.MatchString(s.Name):
		return fmt.Errorf("name %q: want lower-case letters, digits, dots and dashes", s.Name)
	case s.Command == "" || path.Clean(s.Command) != s.Command || path.IsAbs(s.Command) || strings.HasPrefix(s.Command, ".."):
		return fmt.Errorf("command %q: want a folder below the module's root, such as engine/cmd/lanner", s.Command)
	case s.Toolchain == "":
		return fmt.Errorf("no toolchain given: the plan must name one, such as go1.26.8")
	case len(s.Targets) == 0:
		return fmt.Errorf("no targets given: want some, such as linux/amd64")
	}
	for _, t := range s.Targets {
		if t.OS != "linux" {
			return fmt.Errorf("target %s: packages and images are for linux", t)
		}
	}
	return nil
}
