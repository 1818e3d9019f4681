// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

// built is what the work folder's manifest says: it is written last, so a
// folder without it is not finished, and every file is hashed again before it
// is believed.
type built struct {
	Commit string       `json:"commit"`
	Plan   string       `json:"plan"` // sha256
	Set    artifact.Set `json:"set"`
	// Rehearsed lists what was proved of exactly these files before the tag.
	Rehearsed []string `json:"rehearsed,omitempty"`
}

const manifest = "built.json"

func (r *Release) artifacts() artifact.Set { return r.built.Set }

func (r *Release) artifactDir() string {
	return filepath.Join(r.cfg.WorkDir, "artifacts", strings.ReplaceAll(r.plan.Tag, "/", "-"))
}

// Spec says what to build of the release commit.
func (r *Release) spec(ctx context.Context) (artifact.Spec, error) {
	commit, err := r.releaseCommit(ctx)
	if err != nil {
		return artifact.Spec{}, err
	}
	src, err := artifact.Resolve(ctx, r.repo, commit)
	if err != nil {
		return artifact.Spec{}, err
	}
	encoded, err := r.plan.Encode()
	if err != nil {
		return artifact.Spec{}, err
	}
	spec := specFor(r.plan)
	spec.Source = src
	spec.SourceURL = r.cfg.Place.Web
	spec.Plan = plan.File{Path: r.plan.Path(), SHA256: plan.Sum(encoded)}
	return spec, nil
}

func specFor(p plan.Plan) artifact.Spec {
	spec := artifact.Engine(artifact.Source{}, p.Version, p.Toolchain)
	spec.Compat = p.Compat()
	if len(p.Targets) > 0 {
		spec.Targets = nil
		for _, t := range p.Targets {
			system, arch, _ := strings.Cut(t, "/")
			spec.Targets = append(spec.Targets, artifact.Target{OS: system, Arch: arch})
		}
	}
	return spec
}

func (r *Release) stepBuild() Step {
	return Step{
		Name: "artifacts", Title: "build the artifacts twice, compare them, sign them",
		Needs: []Permission{{"local", "Go of the planned toolchain"}, {"local", "the signing key"}},
		Done: func(ctx context.Context) (string, bool, error) {
			commit, err := r.releaseCommit(ctx)
			if err != nil {
				return "", false, err
			}
			b, err := r.loadBuilt(commit)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errStale) {
				r.cfg.Log.Debug("artifacts must be built", "why", err)
				return "", false, nil
			}
			if err != nil {
				return "", false, err
			}
			r.built = b
			return fmt.Sprintf("%d files, built twice and equal, checksums.txt sha256:%s", len(b.Set.Files), b.checksums()), true, nil
		},
		Do: r.build,
	}
}

var errStale = errors.New("built of something else")

// loadBuilt reads the manifest and hashes every file it names.
func (r *Release) loadBuilt(commit string) (built, error) {
	data, err := os.ReadFile(filepath.Join(r.artifactDir(), manifest))
	if err != nil {
		return built{}, err
	}
	var b built
	if err := json.Unmarshal(data, &b); err != nil {
		return built{}, fmt.Errorf("%w: %s is cut", errStale, manifest)
	}
	encoded, err := r.plan.Encode()
	if err != nil {
		return built{}, err
	}
	if b.Commit != commit || b.Plan != plan.Sum(encoded) {
		return built{}, fmt.Errorf("%w: commit %s", errStale, b.Commit)
	}
	for _, f := range b.Set.Files {
		sum, err := hashFile(filepath.Join(r.artifactDir(), f.Name))
		if err != nil {
			return built{}, err
		}
		if sum != f.SHA256 {
			return built{}, fmt.Errorf("%w: %s has another digest", errStale, f.Name)
		}
	}
	return b, nil
}

func (b built) checksums() string {
	for _, f := range b.Set.Files {
		if f.Name == artifact.Checksums {
			return f.SHA256
		}
	}
	return ""
}

func (r *Release) build(ctx context.Context) error {
	spec, err := r.spec(ctx)
	if err != nil {
		return err
	}
	dir := r.artifactDir()
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	second, err := os.MkdirTemp(r.cfg.WorkDir, "second-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(second)
	set, err := r.buildTwice(ctx, spec, dir, second)
	if err != nil {
		return err
	}
	key, err := signature.OpenKey(ctx, r.cfg.SigningKey, r.cfg.AgentSocket)
	if err != nil {
		return err
	}
	set, err = artifact.Sign(ctx, set, key)
	if err := errors.Join(err, key.Close()); err != nil {
		return err
	}
	return r.saveBuilt(spec, set)
}

// buildTwice builds into two folders at a time and returns the first set, if
// the second is the same to the byte.
func (r *Release) buildTwice(ctx context.Context, spec artifact.Spec, dirs ...string) (artifact.Set, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sets := make([]artifact.Set, len(dirs))
	var building sync.WaitGroup
	for i, dir := range dirs {
		building.Go(func() {
			what := fmt.Sprintf("build %d of %d", i+1, len(dirs))
			var err error
			if sets[i], err = artifact.Build(ctx, spec, dir, r.buildOptions(what, i+1)); err != nil {
				cancel(fmt.Errorf("%s: %w", what, err)) // the first to fail stops the other
			}
		})
	}
	building.Wait()
	if err := context.Cause(ctx); err != nil {
		return artifact.Set{}, err
	}
	diffs, err := artifact.Compare(sets[0], sets[1])
	if err != nil {
		return artifact.Set{}, err
	}
	if len(diffs) > 0 {
		return artifact.Set{}, fmt.Errorf("the two builds differ, so nobody could prove this release: %v", diffs[0])
	}
	return sets[0], nil
}

// buildOptions gives the second build a compile cache of its own: it must not
// be told by the first what the compiler would say.
func (r *Release) buildOptions(what string, nth int) artifact.Options {
	cache := r.cfg.Cache
	if nth == 2 {
		cache = r.cfg.SecondCache
	}
	return artifact.Options{
		Cache: cache,
		Progress: func(done, total int, part string) {
			r.cfg.Report.Progress(what+": "+part, int64(done), int64(total))
		},
	}
}

func (r *Release) saveBuilt(spec artifact.Spec, set artifact.Set) error {
	set.Spec, set.Dir = artifact.Spec{}, "" // follow from the plan and the work folder
	b := built{Commit: spec.Commit, Plan: spec.Plan.SHA256, Set: set}
	var names []string
	for _, f := range b.Set.Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if planned := slices.Sorted(slices.Values(r.plan.Artifacts)); !slices.Equal(names, planned) {
		return fmt.Errorf("built %s, planned %s", strings.Join(names, " "), strings.Join(planned, " "))
	}
	r.built = b
	return r.writeManifest()
}

func (r *Release) writeManifest() error {
	data, err := json.Marshal(r.built)
	if err != nil {
		return err
	}
	name := filepath.Join(r.artifactDir(), manifest)
	tmp, err := os.CreateTemp(r.artifactDir(), manifest+"-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

func (r *Release) stepRehearse() Step {
	return Step{
		Name: "rehearsal", Title: "install the release from local places, before it exists",
		Needs: []Permission{{"local", "a loopback port"}},
		Done: func(context.Context) (string, bool, error) {
			return strings.Join(r.built.Rehearsed, "; "), len(r.built.Rehearsed) > 0, nil
		},
		Do: func(ctx context.Context) error {
			spec, err := r.spec(ctx)
			if err != nil {
				return err
			}
			set := r.built.Set
			set.Spec, set.Dir = spec, r.artifactDir()
			proofs, err := artifact.Rehearse(ctx, set, r.buildOptions("rehearsal", 1))
			if err != nil {
				return fmt.Errorf("the rehearsal failed, and nothing was published: %w", err)
			}
			for _, p := range proofs {
				r.built.Rehearsed = append(r.built.Rehearsed, p.Name)
			}
			return r.writeManifest()
		},
	}
}

// checkKey: the key that will sign must be one that the planned commit allows.
func (r *Release) checkKey(ctx context.Context) ([]Finding, error) {
	fix := fmt.Sprintf("make one with ssh-keygen -t ed25519, add its public half to %s by a pull request, and give --signing-key", signersPath)
	if r.cfg.SigningKey == "" {
		return []Finding{{Code: "no-signing-key", Message: "no signing key is given", Fix: fix, Final: true}}, nil
	}
	key, err := signature.OpenKey(ctx, r.cfg.SigningKey, r.cfg.AgentSocket)
	if err != nil {
		return []Finding{{Code: "bad-signing-key", Message: err.Error(), Fix: fix, Final: true}}, nil
	}
	defer key.Close()
	data, ok, err := r.read(ctx, r.plan.Base.Commit, signersPath)
	if err != nil {
		return nil, err
	}
	if !ok {
		return []Finding{{Code: "no-allowed-signers", Message: fmt.Sprintf("commit %s has no %s", short(r.plan.Base.Commit), signersPath), Fix: fix, Final: true}}, nil
	}
	signers, err := signature.ParseAllowedSigners(signersPath, data)
	if err != nil { // it names nobody yet, or has a mistake
		return []Finding{{Code: "bad-allowed-signers", Message: err.Error(), Fix: fix, Final: true}}, nil
	}
	probe := []byte("may this key sign a release?\n")
	sig, err := signature.Sign(key, probe)
	if err != nil {
		return nil, err
	}
	if _, err := signers.Verify(probe, sig, r.plan.Base.Time); err != nil {
		return []Finding{{Code: "unknown-signing-key", Message: fmt.Sprintf("key %s may not sign: %v", key.Fingerprint(), err), Fix: fix, Final: true}}, nil
	}
	return nil, nil
}

func (r *Release) checkToolchain(ctx context.Context) ([]Finding, error) {
	if err := artifact.CheckToolchain(ctx, specFor(r.plan)); err != nil {
		return []Finding{{Code: "toolchain", Message: err.Error(), Fix: "use that Go, or plan again with this one", Final: true}}, nil
	}
	return nil, nil
}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
