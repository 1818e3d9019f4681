// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// signersPath is the file of the repository that says whose keys may sign tags
// and artifacts.
const signersPath = "release/allowed_signers"

func (r *Release) stepTag() Step {
	return Step{
		Name: "tag", Title: "push the signed, annotated tag",
		Needs: []Permission{{"git", "contents: write"}, {"local", "the signing key"}},
		Done: func(ctx context.Context) (string, bool, error) {
			commit, err := r.releaseCommit(ctx)
			if err != nil {
				return "", false, err
			}
			object, err := r.ref(ctx, "refs/tags/"+r.plan.Tag)
			if err != nil || object == "" {
				return "", false, err
			}
			at, err := r.ref(ctx, object+"^{commit}")
			if err != nil {
				return "", false, err
			}
			if at != commit {
				return "", false, fmt.Errorf("tag %s exists at %s, and the release commit is %s; a tag never moves: release the next version", r.plan.Tag, short(at), short(commit))
			}
			if err := r.verifyTag(ctx, object, commit); err != nil {
				return "", false, fmt.Errorf("tag %s: %w; a tag never moves: release the next version", r.plan.Tag, err)
			}
			return fmt.Sprintf("tag object %s at %s, signature good", object, commit), true, nil
		},
		Do: func(ctx context.Context) error {
			commit, err := r.releaseCommit(ctx)
			if err != nil {
				return err
			}
			object, err := r.makeTag(ctx, commit)
			if err != nil {
				return err
			}
			if err := r.verifyTag(ctx, object, commit); err != nil {
				return fmt.Errorf("the tag that was just made does not verify, and was not pushed: %w", err)
			}
			if err := r.push(ctx, "refs/tags/"+r.plan.Tag, object, ""); err != nil {
				return err
			}
			return r.fetch(ctx)
		},
	}
}

// makeTag makes the tag object in the work repository. Its date is the
// commit's, and ed25519 signs without randomness: made twice it is the same
// object.
func (r *Release) makeTag(ctx context.Context, commit string) (string, error) {
	when, err := r.commitTime(ctx, commit)
	if err != nil {
		return "", err
	}
	message, err := r.tagMessage()
	if err != nil {
		return "", err
	}
	key, err := filepath.Abs(r.cfg.SigningKey)
	if err != nil {
		return "", err
	}
	// The name is part of the object. In the work repository the tag's ref is
	// only a copy of origin's, so it is removed again until it is pushed.
	repo := r.repo.As(r.me, github.Email(r.me), when).
		WithConfig("gpg.format", "ssh").WithConfig("user.signingKey", key)
	if _, err := repo.Run(ctx, "tag", "--sign", "--cleanup=verbatim", "-m", message, r.plan.Tag, commit); err != nil {
		return "", fmt.Errorf("signing the tag with %s: %w", r.cfg.SigningKey, err)
	}
	object, err := r.ref(ctx, "refs/tags/"+r.plan.Tag)
	if err != nil {
		return "", err
	}
	_, err = r.repo.Run(ctx, "update-ref", "-d", "refs/tags/"+r.plan.Tag, object)
	return object, err
}

// tagMessage binds the approved plan and the artifacts to the tag.
func (r *Release) tagMessage() (string, error) {
	encoded, err := r.plan.Encode()
	if err != nil {
		return "", err
	}
	var message strings.Builder
	message.WriteString(fmt.Sprintf("Lanner %s\n\nPlan: %s sha256:%s\n", r.plan.Tag, r.plan.Path(), plan.Sum(encoded)))
	for _, f := range r.artifacts().Files {
		if f.Name == "checksums.txt" {
			message.WriteString(fmt.Sprintf("Checksums: %s sha256:%s\n", f.Name, f.SHA256))
		}
	}
	return message.String(), nil
}

// verifyTag checks that object is an annotated tag of commit which a key signed
// that the release commit allows.
func (r *Release) verifyTag(ctx context.Context, object, commit string) error {
	if kind, err := r.repo.Run(ctx, "cat-file", "-t", object); err != nil || kind != "tag" {
		return fmt.Errorf("it is a %q, not an annotated tag: %w", kind, errors.Join(err, errMissing))
	}
	signers, ok, err := r.read(ctx, commit, signersPath)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("commit %s has no %s", short(commit), signersPath)
	}
	file, err := os.CreateTemp(r.cfg.WorkDir, "signers-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(signers)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, err = r.repo.WithConfig("gpg.format", "ssh").WithConfig("gpg.ssh.allowedSignersFile", file.Name()).Run(ctx, "verify-tag", object)
	if err != nil {
		return fmt.Errorf("its signature is not by a key of %s: %w", signersPath, err)
	}
	return nil
}
