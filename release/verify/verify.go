// SPDX-License-Identifier: Apache-2.0

// Package verify proves a published release to a stranger, who needs the URL
// of the repository and that of the files and nothing else: that a signed tag,
// signed files and the project's signed index of releases belong together, that
// the commit is the planned one, and, by building the tag again, that the files
// are the source to the byte.
//
// It says what it did not prove as plainly as what it did. It believes no file
// before its signature is checked, executes nothing that it downloaded but the
// compiler's input, and changes nothing outside its work folder. Packages in
// release may import it. Verify is safe concurrently, each call with a folder
// of its own.
package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

// Options say which release to verify, and how.
type Options struct {
	Version    string // "v0.1.0"
	Repository string // URL that git fetches from
	// Site is the URL of a download site: the files and the index of releases
	// are taken from it. Empty: from the repository and its host.
	Site string
	// Assets is the URL of the folder of the files. Empty: where the site, or
	// the repository's host, keeps the files of a release.
	Assets string
	// AllowedSigners is a file with the keys to trust, got by other means than
	// from the repository. Empty: the one in the tagged commit.
	AllowedSigners string
	// Dir is the work folder, empty or absent. What was downloaded and built
	// stays in it.
	Dir string
	// Cache is the build cache for the rebuild, as GOCACHE. Empty: a new one.
	Cache       string
	SkipRebuild bool
	HTTP        *http.Client                       // nil: a default one
	Progress    func(what string)                  // may be nil
	Rebuild     func(done, total int, what string) // progress of the rebuild; may be nil
}

// Verify checks one release. The error is for what keeps it from checking at
// all (a bad option, a full disk, the context's end); what is wrong with the
// release is in the Report.
func Verify(ctx context.Context, opts Options) (Report, error) {
	if semver.Canonical(opts.Version) != opts.Version || !semver.IsValid(opts.Version) {
		return Report{}, fmt.Errorf("version %q: want the tag of a release, such as v0.1.0", opts.Version)
	}
	if opts.Repository == "" || opts.Dir == "" {
		return Report{}, errors.New("verify needs the URL of the repository and a work folder")
	}
	opts.Site = strings.TrimSuffix(opts.Site, "/")
	if opts.Assets == "" && opts.Site != "" {
		opts.Assets = opts.Site + "/releases/" + opts.Version
	}
	if opts.Assets == "" {
		opts.Assets = strings.TrimSuffix(opts.Repository, ".git") + "/releases/download/" + opts.Version
	}
	if entries, err := os.ReadDir(opts.Dir); err == nil && len(entries) > 0 {
		return Report{}, fmt.Errorf("work folder %s: is not empty (it has %s); give a new one", opts.Dir, entries[0].Name())
	}
	v := &verifier{Options: opts, report: Report{Version: opts.Version}, files: filepath.Join(opts.Dir, "files")}
	if err := os.MkdirAll(v.files, 0o755); err != nil {
		return Report{}, fmt.Errorf("work folder: %w", err)
	}
	v.verify(ctx)
	v.unprovable()
	return v.report, ctx.Err()
}

// verifier is the state of one Verify. Each step may use what the steps
// before it found, and is left out if they did not.
type verifier struct {
	Options
	report Report
	files  string // folder of the downloaded files

	repo    git.Repo
	source  artifact.Source // of the tag
	tagged  time.Time
	signers *signature.AllowedSigners
	plan    plan.Plan
	stated  artifact.Provenance // by the signed provenance
	sums    map[string]string   // sha256 by name, as checksums.txt says; nil if it cannot be read
	spec    artifact.Spec
}

func (v *verifier) verify(ctx context.Context) {
	if !v.fetchTag(ctx) || !v.trust(ctx) {
		v.skip("files", "without a tag and a list of keys there is nothing to hold them against")
		return
	}
	v.tagSignature(ctx)
	if !v.readPlan(ctx) {
		v.skip("files", "without a plan it is not known which toolchain built them")
		return
	}
	v.planBase(ctx)
	complete := v.download(ctx)
	v.checksums()
	same := v.provenance(ctx)
	v.index(ctx)
	switch {
	case !complete:
		v.skip("contents", "files are missing")
		v.skip("rebuild", "files are missing")
	case !same:
		v.skip("contents", "the files are not proven to be of the tag's commit")
		v.skip("rebuild", "the files are not proven to be of the tag's commit")
	default:
		v.contents(ctx)
		v.rebuild(ctx)
	}
}

// step tells the caller what begins.
func (v *verifier) step(what string) {
	if v.Progress != nil {
		v.Progress(what)
	}
}

// contents looks into the files.
func (v *verifier) contents(ctx context.Context) {
	v.step("look into the files")
	set, err := artifact.Load(ctx, v.spec, v.files)
	if err != nil {
		v.fail("contents", err.Error(), adviceDamaged)
		return
	}
	for _, c := range []struct{ what, got, want string }{
		{"module sum", v.stated.ModuleSum, set.ModuleSum},
		{"sum of go.sum", v.stated.GoSum, set.GoSum},
		{"image", "sha256:" + v.stated.Subjects["image-index"], set.Image},
	} {
		if c.got != c.want {
			v.fail("contents", fmt.Sprintf("the provenance states the %s %q, here it is %q", c.what, c.got, c.want), adviceReport)
		}
	}
	for _, p := range artifact.Inspect(set) {
		if p.Err != nil {
			v.fail(p.Name, p.Err.Error(), adviceReport)
		} else {
			v.prove(p.Name, p.Detail)
		}
	}
}

// rebuild builds the tag and compares.
func (v *verifier) rebuild(ctx context.Context) {
	if v.SkipRebuild {
		v.skip("rebuild", "not asked for: the files are what the signers signed, not proven to be the source")
		return
	}
	if err := artifact.CheckToolchain(ctx, v.spec); err != nil {
		v.skip("rebuild", err.Error())
		return
	}
	v.step("build " + v.Version + " again from the tag")
	began := time.Now()
	opts := artifact.Options{Cache: v.Cache, Progress: v.Rebuild}
	ours, err := artifact.Build(ctx, v.spec, filepath.Join(v.Dir, "rebuild"), opts)
	if err != nil {
		v.fail("rebuild", err.Error(), "if the source cannot be built here, nothing is proven; is Go "+v.plan.Toolchain+" complete?")
		return
	}
	published := artifact.Set{Spec: v.spec, Dir: v.files}
	for _, name := range v.spec.Files() {
		published.Files = append(published.Files, artifact.File{Name: name})
	}
	diffs, err := artifact.Compare(published, ours)
	if err != nil {
		v.fail("rebuild", err.Error(), adviceDamaged)
		return
	}
	for i, d := range diffs {
		if i == maxDifferences {
			v.fail("rebuild", fmt.Sprintf("and %d more differences", len(diffs)-i), "compare "+v.files+" with "+ours.Dir)
			break
		}
		v.fail("rebuild", d.String(), "the published file is not what the source gives: "+adviceReport)
	}
	if len(diffs) == 0 {
		cache := "with an empty build cache"
		if v.Cache != "" {
			cache = "with the build cache " + v.Cache
		}
		v.prove("rebuild", fmt.Sprintf("%d files built again from commit %s by %s are the same to the byte (%s, %s)",
			len(ours.Files), short(v.source.Commit), v.plan.Toolchain, cache, time.Since(began).Round(time.Second)))
	}
}

// maxDifferences bounds what the report lists of one rebuild.
const maxDifferences = 10

// unprovable says what no such check can show.
func (v *verifier) unprovable() {
	v.skip("key holder", "a signature shows which key signed, not who held it; allowed_signers says whose it should be")
	v.skip("toolchain", "two builds with one Go release share its faults; build Go itself from source to trust less")
	v.skip("behaviour", "the files are the source; whether the source is good is for its readers and reviewers to say")
}
