// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/artifact"
)

// githubRelease finds the release of r's tag, a draft included; nil if there
// is none. GitHub's lookup by tag does not see drafts, the list does.
func (r *Release) githubRelease(ctx context.Context, tag string) (*gh.RepositoryRelease, error) {
	releases, err := github.All(func(o gh.ListOptions) ([]*gh.RepositoryRelease, *gh.Response, error) {
		return r.cfg.GitHub.Repositories.ListReleases(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &o)
	})
	if err != nil {
		return nil, fmt.Errorf("listing releases: %w", err)
	}
	var found *gh.RepositoryRelease
	for _, rel := range releases {
		if rel.GetTagName() != tag {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("there are two releases for %s (ids %d and %d); delete the one that is not yours", tag, found.GetID(), rel.GetID())
		}
		found = rel
	}
	return found, nil
}

func (r *Release) stepDraft() Step {
	return Step{
		Name: "draft-release", Title: "make the draft release with the notes",
		Needs: []Permission{{"github", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			rel, err := r.githubRelease(ctx, r.plan.Tag)
			if err != nil || rel == nil {
				return "", false, err
			}
			if rel.GetBody() != r.releaseText() && rel.GetDraft() {
				return "", false, fmt.Errorf("the draft release %s has another text than the approved notes; delete the draft, then run again", r.plan.Tag)
			}
			return "notes as approved", true, nil
		},
		Do: func(ctx context.Context) error {
			commit, err := r.releaseCommit(ctx)
			if err != nil {
				return err
			}
			_, _, err = r.cfg.GitHub.Repositories.CreateRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.RepositoryRelease{
				TagName: &r.plan.Tag, TargetCommitish: &commit, Name: new("Lanner " + r.plan.Tag), Body: new(r.releaseText()),
				Draft: new(true), Prerelease: new(r.plan.Prerelease()), MakeLatest: new("false"),
			})
			return err
		},
	}
}

// releaseText is what the release says: the approved notes, and how to check.
func (r *Release) releaseText() string {
	return fmt.Sprintf("%s\n---\nAnyone can check this release: `release verify %s`. The plan that two maintainers approved is `%s`.\n",
		r.plan.Notes, r.plan.Version, r.plan.Path())
}

func (r *Release) stepUpload() Step {
	return Step{
		Name: "upload", Title: "upload the artifacts to the draft",
		Needs: []Permission{{"github", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			missing, _, err := r.compareAssets(ctx)
			if err != nil {
				return "", false, err
			}
			return fmt.Sprintf("%d assets", len(r.expected())), len(missing) == 0, nil
		},
		Do: func(ctx context.Context) error {
			missing, wrong, err := r.compareAssets(ctx)
			if err != nil {
				return err
			}
			rel, err := r.githubRelease(ctx, r.plan.Tag)
			if err != nil {
				return err
			}
			if !rel.GetDraft() {
				return fmt.Errorf("release %s is published and has no asset %s; a published release is not changed", r.plan.Tag, missing[0].Name)
			}
			for _, asset := range wrong {
				if _, err := r.cfg.GitHub.Repositories.DeleteReleaseAsset(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, asset.GetID()); err != nil && !github.IsNotFound(err) {
					return fmt.Errorf("deleting the half-uploaded asset %s: %w", asset.GetName(), err)
				}
			}
			for _, f := range missing {
				if err := r.upload(ctx, rel.GetID(), f); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// compareAssets tells which artifacts the release lacks, and which assets
// stand in their way: cut uploads, which GitHub keeps in state "starter", and
// assets of another size or digest.
func (r *Release) compareAssets(ctx context.Context) (missing []artifact.File, wrong []*gh.ReleaseAsset, err error) {
	have, err := r.assets(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range r.expected() {
		asset, ok := have[f.Name]
		if ok && asset.GetState() == "uploaded" && (f.Size == unknown || int64(asset.GetSize()) == f.Size) {
			continue
		}
		missing = append(missing, f)
		if ok {
			wrong = append(wrong, asset)
		}
	}
	return missing, wrong, nil
}

// unknown is the size of an artifact that was not built here.
const unknown = -1

// expected lists the artifacts: as built, or, where this machine has built
// none and only shows the status, by the plan's names.
func (r *Release) expected() []artifact.File {
	if files := r.artifacts().Files; len(files) > 0 {
		return files
	}
	var files []artifact.File
	for _, name := range r.plan.Artifacts {
		files = append(files, artifact.File{Name: name, Size: unknown})
	}
	return files
}

func (r *Release) assets(ctx context.Context) (map[string]*gh.ReleaseAsset, error) {
	rel, err := r.githubRelease(ctx, r.plan.Tag)
	if err != nil {
		return nil, err
	}
	have := map[string]*gh.ReleaseAsset{}
	if rel == nil {
		return have, nil
	}
	list, err := github.All(func(o gh.ListOptions) ([]*gh.ReleaseAsset, *gh.Response, error) {
		return r.cfg.GitHub.Repositories.ListReleaseAssets(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, rel.GetID(), &o)
	})
	if err != nil {
		return nil, fmt.Errorf("listing the assets of %s: %w", r.plan.Tag, err)
	}
	for _, a := range list {
		have[a.GetName()] = a
	}
	return have, nil
}

func (r *Release) upload(ctx context.Context, release int64, f artifact.File) error {
	file, err := os.Open(filepath.Join(r.artifactDir(), f.Name))
	if err != nil {
		return err
	}
	defer file.Close()
	u := fmt.Sprintf("repos/%s/%s/releases/%d/assets?name=%s", r.cfg.Place.Owner, r.cfg.Place.Name, release, url.QueryEscape(f.Name))
	body := &counted{reader: file, total: f.Size, report: func(done, total int64) { r.cfg.Report.Progress("upload "+f.Name, done, total) }}
	req, err := r.cfg.GitHub.NewUploadRequest(u, body, f.Size, f.MediaType)
	if err != nil {
		return err
	}
	var asset gh.ReleaseAsset
	if _, err := r.cfg.GitHub.Do(ctx, req, &asset); err != nil {
		return fmt.Errorf("uploading %s (%d bytes): %w; run the same command again, it goes on from here", f.Name, f.Size, err)
	}
	return nil
}

type counted struct {
	reader      io.Reader
	done, total int64
	report      func(done, total int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	c.done += int64(n)
	c.report(c.done, c.total)
	return n, err
}

func (r *Release) stepVerifyUpload() Step {
	return Step{
		Name: "verify-upload", Title: "download every asset and compare it",
		Needs: []Permission{{"github", "contents: read"}},
		Done: func(context.Context) (string, bool, error) {
			return fmt.Sprintf("%d assets downloaded and equal", len(r.artifacts().Files)), r.verified, nil
		},
		Do: func(ctx context.Context) error {
			have, err := r.assets(ctx)
			if err != nil {
				return err
			}
			var total, done int64
			for _, f := range r.artifacts().Files {
				total += f.Size
			}
			for _, f := range r.artifacts().Files {
				if err := r.verifyAsset(ctx, have[f.Name], f); err != nil {
					return err
				}
				done += f.Size
				r.cfg.Report.Progress("verify uploads", done, total)
			}
			r.verified = true
			return nil
		},
	}
}

// verifyAsset downloads one asset and compares it. A corrupt asset of a draft
// is deleted, so that running again uploads it anew.
func (r *Release) verifyAsset(ctx context.Context, asset *gh.ReleaseAsset, f artifact.File) error {
	if asset == nil {
		return fmt.Errorf("asset %s is not on the release; run the same command again to upload it", f.Name)
	}
	rc, _, err := r.cfg.GitHub.Repositories.DownloadReleaseAsset(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, asset.GetID(), r.cfg.GitHub.Client.Client())
	if err != nil {
		return fmt.Errorf("downloading %s: %w", f.Name, err)
	}
	defer rc.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(rc, f.Size+1))
	if err != nil {
		return fmt.Errorf("downloading %s stopped after %d of %d bytes: %w", f.Name, n, f.Size, err)
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if sum == f.SHA256 {
		return nil
	}
	problem := fmt.Errorf("asset %s has sha256 %s, the built artifact %s", f.Name, sum, f.SHA256)
	rel, err := r.githubRelease(ctx, r.plan.Tag)
	if err != nil || rel == nil || !rel.GetDraft() {
		return errors.Join(fmt.Errorf("%w; the release is published: withdraw it with `release yank %s`", problem, r.plan.Version), err)
	}
	if _, err := r.cfg.GitHub.Repositories.DeleteReleaseAsset(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, asset.GetID()); err != nil {
		return errors.Join(problem, err)
	}
	return fmt.Errorf("%w; it is deleted from the draft: run the same command again to upload it", problem)
}

func (r *Release) stepPublish() Step {
	return Step{
		Name: "publish", Title: "publish the release; latest only if it is the highest stable version",
		Needs: []Permission{{"github", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			rel, err := r.githubRelease(ctx, r.plan.Tag)
			if err != nil || rel == nil || rel.GetDraft() {
				return "", false, err
			}
			highest, err := r.highest(ctx)
			if err != nil {
				return "", false, err
			}
			latest, _, err := r.cfg.GitHub.Repositories.GetLatestRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name)
			if err != nil && !github.IsNotFound(err) {
				return "", false, err
			}
			if highest && latest.GetTagName() != r.plan.Tag {
				return "", false, nil
			}
			if highest {
				return rel.GetHTMLURL() + ", latest", true, nil
			}
			return rel.GetHTMLURL(), true, nil
		},
		Do: func(ctx context.Context) error {
			rel, err := r.githubRelease(ctx, r.plan.Tag)
			if err != nil {
				return err
			}
			highest, err := r.highest(ctx)
			if err != nil {
				return err
			}
			_, _, err = r.cfg.GitHub.Repositories.EditRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, rel.GetID(), &gh.RepositoryRelease{
				Draft: new(false), MakeLatest: new(fmt.Sprint(highest)),
			})
			return err
		},
	}
}

// highest reports whether r's version is what a newcomer should install: only
// then GitHub's latest pointer is moved. The download index makes that rule.
func (r *Release) highest(ctx context.Context) (bool, error) {
	if r.plan.Tag != r.plan.Version {
		return false, nil // of a component: the pointers are the engine's
	}
	index, err := r.index(ctx)
	if err != nil {
		return false, err
	}
	latest, err := index.LatestWith(r.plan.Version)
	return latest.Stable == r.plan.Version, err
}
