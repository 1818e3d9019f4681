// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
)

var releaseRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases", operation: "repos/list-releases", handle: (*call).listReleases},
	{method: "POST", pattern: "/repos/{owner}/{repo}/releases", operation: "repos/create-release", handle: (*call).createRelease},
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases/latest", operation: "repos/get-latest-release", handle: (*call).getLatestRelease},
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases/tags/{tag...}", operation: "repos/get-release-by-tag", handle: (*call).getReleaseByTag},
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases/{release_id}", operation: "repos/get-release", handle: (*call).getRelease},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/releases/{release_id}", operation: "repos/update-release", handle: (*call).updateRelease},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/releases/{release_id}", operation: "repos/delete-release", handle: (*call).deleteRelease},
}

// release is a release of a repository, or the draft of one. Parent: the
// repository; key: its tag once it is published, for many drafts may want the
// same one.
type release struct {
	meta
	Tag         string    `json:"tag"`
	Target      string    `json:"target"` // where the tag is made if it is not there
	Name        *string   `json:"name,omitempty"`
	Body        *string   `json:"body,omitempty"`
	Draft       bool      `json:"draft,omitempty"`
	Prerelease  bool      `json:"prerelease,omitempty"`
	Author      int64     `json:"author"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	// CommittedAt is the date of the tag's commit, which GitHub calls the
	// created_at of a published release.
	CommittedAt time.Time `json:"committed_at,omitzero"`
	// Slug stands for the tag in the URLs of a draft.
	Slug   string     `json:"slug"`
	Latest latestRule `json:"latest,omitempty"`
}

const releases kind[release, *release] = "release"

// latestRule is what make_latest said.
type latestRule string

const (
	latestTrue   latestRule = "true"   // it is the latest, until another is
	latestFalse  latestRule = "false"  // it never becomes the latest by itself
	latestLegacy latestRule = "legacy" // its date and version decide
)

// key is the one a release is stored under.
func (r *release) key() string {
	if r.Draft {
		return ""
	}
	return r.Tag
}

// urlTag is what stands for the tag in URLs.
func (r *release) urlTag() string {
	if r.Draft {
		return r.Slug
	}
	return url.PathEscape(r.Tag)
}

// latestRelease returns the release that is shown as the latest, or
// errMissing: the one that was made it, else the youngest by its commit's
// date, and of the same date the highest version.
func (v *view) latestRelease(repo *repository) (*release, error) {
	all, err := releases.list(v.tx, repo.ID)
	if err != nil {
		return nil, err
	}
	var best *release
	for _, r := range all {
		switch {
		case r.Draft || r.Prerelease || r.Latest == latestFalse:
		case r.Latest == latestTrue:
			return r, nil
		case best == nil || younger(best, r) < 0:
			best = r
		}
	}
	if best == nil {
		return nil, fmt.Errorf("the latest release of repository %d: %w", repo.ID, errMissing)
	}
	return best, nil
}

// younger orders releases by date, then by version.
func younger(a, b *release) int {
	if c := a.CommittedAt.Compare(b.CommittedAt); c != 0 {
		return c
	}
	va, errA := semver.NewVersion(a.Tag)
	vb, errB := semver.NewVersion(b.Tag)
	if errA != nil || errB != nil {
		return cmp.Compare(a.ID, b.ID)
	}
	return va.Compare(vb)
}

// release renders a release.
func (v *view) release(repo *repository, r *release) (object, error) {
	full, err := v.fullName(repo)
	if err != nil {
		return nil, err
	}
	author, err := v.userByID(r.Author)
	if err != nil {
		return nil, err
	}
	all, err := assets.list(v.tx, r.ID)
	if err != nil {
		return nil, err
	}
	rendered := []object{}
	for _, a := range all {
		o, err := v.asset(repo, r, a)
		if err != nil {
			return nil, err
		}
		rendered = append(rendered, o)
	}
	u := v.api("/repos/%s/releases/%d", full, r.ID)
	out := object{
		"url": u, "id": r.ID, "node_id": nodeID("Release", r.ID), "assets_url": u + "/assets",
		"upload_url": v.web("/api/uploads/repos/%s/releases/%d/assets{?name,label}", full, r.ID),
		"html_url":   v.web("/%s/releases/tag/%s", full, r.urlTag()),
		"tag_name":   r.Tag, "target_commitish": r.Target, "name": r.Name, "body": r.Body,
		"draft": r.Draft, "prerelease": r.Prerelease, "immutable": false, "author": author, "assets": rendered,
		"created_at": stamp(r.CreatedAt), "updated_at": stamp(r.UpdatedAt), "published_at": stamp(r.PublishedAt),
		"tarball_url": v.api("/repos/%s/tarball/%s", full, url.PathEscape(r.Tag)),
		"zipball_url": v.api("/repos/%s/zipball/%s", full, url.PathEscape(r.Tag)),
	}
	if r.Draft {
		out["tarball_url"], out["zipball_url"] = nil, nil
	} else {
		out["created_at"] = stamp(r.CommittedAt)
	}
	return out, nil
}

// tellRelease emits a release event. Webhooks are older than some fields.
func (v *view) tellRelease(repo *repository, r *release, action string, extra object) error {
	out, err := v.release(repo, r)
	if err != nil {
		return err
	}
	delete(out, "updated_at")
	delete(out, "immutable")
	told := []object{}
	for _, a := range out["assets"].([]object) {
		if a["state"] == assetUploaded {
			delete(a, "digest")
			told = append(told, a)
		}
	}
	out["assets"] = told
	for _, field := range []string{"name", "body"} {
		if text := out[field].(*string); text == nil {
			out[field] = ""
		}
	}
	payload := object{"release": out}
	maps.Copy(payload, extra)
	return v.emit(event{name: "release", action: action, repo: repo, payload: payload})
}

// releaseOfPath returns the release that the path names by its id. A draft
// does not exist for who may not push.
func (c *call) releaseOfPath(need level) (*repository, *release, error) {
	repo, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	id, err := c.idParam("release_id")
	if err != nil {
		return nil, nil, err
	}
	r, err := releases.get(c.tx, id)
	if err != nil {
		return nil, nil, err
	}
	return repo, r, c.seesRelease(repo, r)
}

func (c *call) seesRelease(repo *repository, r *release) error {
	if r.Parent != repo.ID {
		return errNotFound
	}
	if !r.Draft {
		return nil
	}
	pushes, err := c.hasLevel(repo, levelWrite)
	if err == nil && !pushes {
		err = errNotFound
	}
	return err
}

func (c *call) answerRelease(repo *repository, r *release, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return show(c.release(repo, r))
}

// listReleases lists drafts first, then the youngest publication.
func (c *call) listReleases() (reply, error) {
	repo, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := releases.list(c.tx, repo.ID)
	if err != nil {
		return reply{}, err
	}
	var seen []*release
	for _, r := range all {
		err := c.seesRelease(repo, r)
		if errors.Is(err, errNotFound) {
			continue
		}
		if err != nil {
			return reply{}, err
		}
		seen = append(seen, r)
	}
	slices.SortStableFunc(seen, func(a, b *release) int {
		switch {
		case a.Draft != b.Draft && a.Draft:
			return -1
		case a.Draft != b.Draft:
			return 1
		}
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(b.ID, a.ID))
	})
	return paged(c, seen, func(r *release) (object, error) { return c.release(repo, r) })
}

func (c *call) getRelease() (reply, error) {
	repo, r, err := c.releaseOfPath(levelRead)
	return c.answerRelease(repo, r, err)
}

func (c *call) getLatestRelease() (reply, error) {
	repo, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	r, err := c.latestRelease(repo)
	return c.answerRelease(repo, r, err)
}

// getReleaseByTag finds what is published; nobody finds a draft by its tag.
func (c *call) getReleaseByTag() (reply, error) {
	repo, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	r, err := releases.find(c.tx, repo.ID, c.param("tag"))
	return c.answerRelease(repo, r, err)
}
