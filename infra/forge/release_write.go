// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

// releaseInput is what creating and updating a release take.
type releaseInput struct {
	Tag           *string `json:"tag_name"`
	Target        *string `json:"target_commitish"`
	Name, Body    *string
	Draft         *bool
	Prerelease    *bool
	MakeLatest    *string `json:"make_latest"`
	GenerateNotes bool    `json:"generate_release_notes"`
}

// apply sets what the input has.
func (in *releaseInput) apply(r *release) error {
	assign(&r.Tag, in.Tag)
	assign(&r.Target, in.Target)
	assign(&r.Draft, in.Draft)
	assign(&r.Prerelease, in.Prerelease)
	if in.Name != nil {
		r.Name = in.Name
	}
	if in.Body != nil {
		r.Body = in.Body
	}
	if r.Tag == "" {
		return invalid("Release", "tag_name", "missing_field")
	}
	if in.MakeLatest == nil {
		return nil
	}
	rule := latestRule(*in.MakeLatest)
	switch {
	case rule != latestTrue && rule != latestFalse && rule != latestLegacy:
		return invalid("Release", "make_latest", "invalid")
	case rule == latestTrue && (r.Draft || r.Prerelease):
		return invalidBecause("Release", "make_latest", "Latest release cannot be draft or prerelease")
	}
	return nil
}

func (c *call) createRelease() (reply, error) {
	repo, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in releaseInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	r := &release{Author: c.me().ID, Target: repo.DefaultBranch, Slug: untaggedSlug()}
	if err := in.apply(r); err != nil {
		return reply{}, err
	}
	if in.GenerateNotes {
		if err := c.generateInto(repo, r); err != nil {
			return reply{}, err
		}
	}
	publish, err := c.preparePublication(repo, r)
	if err != nil {
		return reply{}, err
	}
	if err := releases.insert(c.tx, repo.ID, r.key(), r); err != nil {
		return reply{}, releaseTaken(err)
	}
	if err := c.setLatest(repo, r, in.MakeLatest, !r.Draft); err != nil {
		return reply{}, err
	}
	if err := c.tellRelease(repo, r, "created", nil); err != nil {
		return reply{}, err
	}
	if !r.Draft {
		if err := c.tellPublished(repo, r); err != nil {
			return reply{}, err
		}
	}
	out, err := c.release(repo, r)
	if err != nil {
		return reply{}, err
	}
	if err := publish(); err != nil {
		return reply{}, err
	}
	return created(out)
}

// generateInto names the release, if it has no name, and adds the notes to its
// text.
func (c *call) generateInto(repo *repository, r *release) error {
	notes, err := c.notes(repo, notesInput{Tag: r.Tag, Target: r.Target})
	if err != nil {
		return err
	}
	if deref(r.Name) == "" {
		r.Name = &r.Tag
	}
	if text := deref(r.Body); text != "" {
		notes = text + "\n\n" + notes
	}
	r.Body = &notes
	return nil
}

// untaggedSlug makes what GitHub shows in place of a draft's tag.
func untaggedSlug() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return "untagged-" + hex.EncodeToString(b[:])
}

func releaseTaken(err error) error {
	if errors.Is(err, errTaken) {
		return invalid("Release", "tag_name", "already_exists")
	}
	return err
}

// preparePublication checks the tag of a release that is, or is to be,
// published, and sets its dates. It returns what makes the tag if it is not
// there: git changes last.
func (c *call) preparePublication(repo *repository, r *release) (func() error, error) {
	nothing := func() error { return nil }
	if r.Draft {
		return nothing, nil
	}
	g := c.srv.git(repo)
	ref := "refs/tags/" + r.Tag
	if _, err := g.Run(c.tx.ctx, "check-ref-format", ref); err != nil {
		if git.ExitCode(err) < 0 {
			return nil, err
		}
		return nil, validation(
			fieldError{Resource: "Release", Field: "tag_name", Code: "custom", Message: "tag_name is not a valid tag"},
			fieldError{Resource: "Release", Code: "custom", Message: "Published releases must have a valid tag"})
	}
	tag := nothing
	commit, err := g.Run(c.tx.ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err = missingIf(err, ref); errors.Is(err, errMissing) {
		commit, err = resolveCommit(c.tx.ctx, g, r.Target)
		if errors.Is(err, errMissing) {
			return nil, invalid("Release", "target_commitish", "invalid")
		}
		tag = func() error {
			return c.moveRef(repo, refChange{Name: ref, Old: zeroOID, New: commit})
		}
	}
	if err != nil {
		return nil, err
	}
	seconds, err := g.Run(c.tx.ctx, "show", "--no-patch", "--format=%ct", commit)
	if err != nil {
		return nil, err
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the date of commit %s: %w", commit, err)
	}
	r.CommittedAt = time.Unix(unix, 0).UTC()
	if r.PublishedAt.IsZero() {
		r.PublishedAt = c.tx.now
	}
	return tag, nil
}

// setLatest makes r the latest, or says it is not. Without a word about it, a
// release becomes the latest when it is published.
func (c *call) setLatest(repo *repository, r *release, makeLatest *string, fresh bool) error {
	rule := latestTrue
	switch {
	case makeLatest != nil:
		rule = latestRule(*makeLatest)
	case !fresh || r.Prerelease:
		return nil
	}
	if r.Draft {
		return nil // said again, or not, when it is published
	}
	if rule == latestTrue {
		all, err := releases.list(c.tx, repo.ID)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.ID == r.ID || other.Latest != latestTrue {
				continue
			}
			other.Latest = latestLegacy
			if err := releases.put(c.tx, other); err != nil {
				return err
			}
		}
	}
	r.Latest = rule
	return releases.put(c.tx, r)
}

// tellPublished emits what GitHub sends of a publication.
func (c *call) tellPublished(repo *repository, r *release) error {
	if err := c.tellRelease(repo, r, "published", nil); err != nil {
		return err
	}
	if r.Prerelease {
		return c.tellRelease(repo, r, "prereleased", nil)
	}
	return c.tellRelease(repo, r, "released", nil)
}

func (c *call) updateRelease() (reply, error) {
	repo, r, err := c.releaseOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in releaseInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	before := *r
	if err := in.apply(r); err != nil {
		return reply{}, err
	}
	if r.Draft {
		r.PublishedAt = time.Time{}
	}
	publish, err := c.preparePublication(repo, r)
	if err != nil {
		return reply{}, err
	}
	r.Key = r.key()
	if err := releases.put(c.tx, r); err != nil {
		return reply{}, releaseTaken(err)
	}
	if err := c.setLatest(repo, r, in.MakeLatest, before.Draft && !r.Draft); err != nil {
		return reply{}, err
	}
	if err := c.tellReleaseChange(repo, &before, r); err != nil {
		return reply{}, err
	}
	out, err := c.release(repo, r)
	if err != nil {
		return reply{}, err
	}
	if err := publish(); err != nil {
		return reply{}, err
	}
	return ok(out)
}

func (c *call) tellReleaseChange(repo *repository, before, r *release) error {
	switch {
	case before.Draft && !r.Draft:
		return c.tellPublished(repo, r)
	case !before.Draft && r.Draft:
		return c.tellRelease(repo, r, "unpublished", nil)
	}
	changes := object{}
	for field, texts := range map[string][2]*string{"name": {before.Name, r.Name}, "body": {before.Body, r.Body}} {
		if deref(texts[0]) != deref(texts[1]) {
			changes[field] = object{"from": deref(texts[0])}
		}
	}
	if err := c.tellRelease(repo, r, "edited", object{"changes": changes}); err != nil {
		return err
	}
	if before.Prerelease && !r.Prerelease && !r.Draft {
		return c.tellRelease(repo, r, "released", nil)
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// deleteRelease deletes the release and its assets. The tag stays.
func (c *call) deleteRelease() (reply, error) {
	repo, r, err := c.releaseOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	if err := c.tellRelease(repo, r, "deleted", nil); err != nil {
		return reply{}, err
	}
	if err := releases.delete(c.tx, r.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
