// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

// index reads the download index of origin; before the first release it is
// empty.
func (r *Release) index(ctx context.Context) (download.Index, error) {
	tip, err := r.ref(ctx, "refs/heads/"+download.IndexBranch)
	if err != nil || tip == "" {
		return download.Index{}, err
	}
	data, ok, err := r.read(ctx, tip, download.IndexFile)
	if err != nil {
		return download.Index{}, err
	}
	if !ok {
		return download.Index{}, fmt.Errorf("branch %s has no %s", download.IndexBranch, download.IndexFile)
	}
	return download.ParseIndex(download.IndexBranch+":"+download.IndexFile, data)
}

func (r *Release) stepIndex() Step {
	return Step{
		Name: "download-index", Title: "sign the download index with this release",
		Needs: []Permission{{"git", "contents: write"}, {"local", "the signing key"}},
		Done: func(ctx context.Context) (string, bool, error) {
			have, err := r.index(ctx)
			if err != nil {
				return "", false, err
			}
			if entry := have.Find(r.plan.Version); entry != nil && len(r.artifacts().Files) == 0 {
				return "listed; the artifacts are not built here, so their digests were not compared", true, nil
			}
			want, err := r.nextIndex(ctx, have)
			if err != nil {
				return "", false, err
			}
			a, errA := have.Encode()
			b, errB := want.Encode()
			if errB != nil {
				return "", false, errB
			}
			if errA != nil || !bytes.Equal(a, b) {
				return "", false, nil
			}
			return fmt.Sprintf("index.json sha256:%s, latest is %s", plan.Sum(b), orNothing(have.Latest.Stable)), true, nil
		},
		Do: r.pushIndex,
	}
}

// nextIndex is the index with what r's plan does to it.
func (r *Release) nextIndex(ctx context.Context, have download.Index) (download.Index, error) {
	commit, err := r.releaseCommit(ctx)
	if err != nil {
		return download.Index{}, err
	}
	when, err := r.commitTime(ctx, commit)
	if err != nil {
		return download.Index{}, err
	}
	if r.plan.Kind == plan.KindYank {
		return have.WithYank(r.plan.Yank.Version, download.Yanked{Reason: r.plan.Yank.Reason, Date: when, RetractedBy: r.plan.Version})
	}
	entry := download.Release{
		Version: r.plan.Version, Tag: r.plan.Tag, Commit: commit, Date: when, Prerelease: r.plan.Prerelease(),
		URL: r.cfg.Place.Web + "/releases/tag/" + url.PathEscape(r.plan.Tag),
	}
	for _, f := range r.artifacts().Files {
		entry.Files = append(entry.Files, download.File{
			Name: f.Name, Size: f.Size, SHA256: f.SHA256, MediaType: f.MediaType,
			URL: r.cfg.Place.Web + "/releases/download/" + url.PathEscape(r.plan.Tag) + "/" + url.PathEscape(f.Name),
		})
	}
	return have.WithRelease(r.cfg.Place.Name, entry)
}

func (r *Release) sign(ctx context.Context, data []byte) ([]byte, error) {
	key, err := signature.OpenKey(ctx, r.cfg.SigningKey, r.cfg.AgentSocket)
	if err != nil {
		return nil, err
	}
	sig, err := signature.Sign(key, data)
	return sig, errors.Join(err, key.Close())
}

// pushIndex compares and swaps, so two releases don't lose each other's line.
func (r *Release) pushIndex(ctx context.Context) error {
	// Another component's release may push in between: then the swap fails and
	// the index is made again from what is there.
	for range 5 {
		err := r.tryPushIndex(ctx)
		if !errors.Is(err, errMoved) {
			return err
		}
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("branch %s kept moving; run the same command again", download.IndexBranch)
}

func (r *Release) tryPushIndex(ctx context.Context) error {
	have, err := r.index(ctx)
	if err != nil {
		return err
	}
	next, err := r.nextIndex(ctx, have)
	if err != nil {
		return err
	}
	data, err := next.Encode()
	if err != nil {
		return err
	}
	sig, err := r.sign(ctx, data)
	if err != nil {
		return fmt.Errorf("signing the download index: %w", err)
	}
	old, err := r.ref(ctx, "refs/heads/"+download.IndexBranch)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("downloads: %s\n", r.plan.Tag)
	commit, err := r.commitFiles(ctx, old, map[string][]byte{download.IndexFile: data, download.IndexSignatureFile: sig}, message, next.Updated.Truncate(time.Second))
	if err != nil {
		return err
	}
	if err := r.push(ctx, "refs/heads/"+download.IndexBranch, commit, old); err != nil {
		return err
	}
	return r.fetch(ctx)
}
