// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"net/http"
	"net/url"
	"strings"
)

var assetRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases/{release_id}/assets", operation: "repos/list-release-assets", handle: (*call).listAssets},
	{method: "POST", pattern: "/repos/{owner}/{repo}/releases/{release_id}/assets", operation: "repos/upload-release-asset", handle: (*call).uploadAsset, own: true, uploads: true},
	{method: "GET", pattern: "/repos/{owner}/{repo}/releases/assets/{asset_id}", operation: "repos/get-release-asset", handle: (*call).getAsset},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/releases/assets/{asset_id}", operation: "repos/update-release-asset", handle: (*call).updateAsset},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/releases/assets/{asset_id}", operation: "repos/delete-release-asset", handle: (*call).deleteAsset},
}

// asset is a file of a release. Parent: the release; key: its name. Its bytes
// are in a file named by their digest.
type asset struct {
	meta
	Name        string  `json:"name"`
	Label       *string `json:"label,omitempty"`
	State       string  `json:"state"`
	ContentType string  `json:"content_type"`
	Size        int64   `json:"size"`
	Digest      string  `json:"digest,omitempty"` // SHA-256, in hexadecimal
	Downloads   int64   `json:"downloads,omitempty"`
	Uploader    int64   `json:"uploader"`
}

const assets kind[asset, *asset] = "asset"

// An upload that is cut leaves a starter behind, which holds the name until it
// is deleted: https://docs.github.com/rest/releases/assets#upload-a-release-asset
const (
	assetStarter  = "starter"
	assetUploaded = "uploaded"
)

// assetName turns a name as GitHub does: what is no letter, digit or one of
// "-_.+@" becomes a dot, and none stands at an end. A Debian version's ~ is
// lost in this way, to the surprise of many.
func assetName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.+@", r):
			return r
		}
		return '.'
	}, name)
	return strings.Trim(name, ".")
}

// asset renders an asset.
func (v *view) asset(repo *repository, r *release, a *asset) (object, error) {
	full, err := v.fullName(repo)
	if err != nil {
		return nil, err
	}
	uploader, err := v.userByID(a.Uploader)
	if err != nil {
		return nil, err
	}
	out := object{
		"url":                  v.api("/repos/%s/releases/assets/%d", full, a.ID),
		"browser_download_url": v.web("/%s/releases/download/%s/%s", full, r.urlTag(), url.PathEscape(a.Name)),
		"id":                   a.ID, "node_id": nodeID("ReleaseAsset", a.ID), "name": a.Name, "label": a.Label, "state": a.State,
		"content_type": a.ContentType, "size": a.Size, "digest": nil, "download_count": a.Downloads,
		"created_at": stamp(a.CreatedAt), "updated_at": stamp(a.UpdatedAt), "uploader": uploader,
	}
	if a.Digest != "" {
		out["digest"] = "sha256:" + a.Digest
	}
	return out, nil
}

// assetOfPath returns the asset that the path names by its id.
func (c *call) assetOfPath(need level) (repo *repository, r *release, a *asset, err error) {
	if repo, err = c.repo(need); err != nil {
		return nil, nil, nil, err
	}
	id, err := c.idParam("asset_id")
	if err != nil {
		return nil, nil, nil, err
	}
	if a, err = assets.get(c.tx, id); err != nil {
		return nil, nil, nil, err
	}
	if r, err = releases.get(c.tx, a.Parent); err != nil {
		return nil, nil, nil, err
	}
	return repo, r, a, c.seesRelease(repo, r)
}

func (c *call) listAssets() (reply, error) {
	repo, r, err := c.releaseOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := assets.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(a *asset) (object, error) { return c.asset(repo, r, a) })
}

// getAsset tells about an asset, or sends who accepts bytes to where they are.
func (c *call) getAsset() (reply, error) {
	repo, r, a, err := c.assetOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	if strings.Contains(c.r.Header.Get("Accept"), "application/octet-stream") {
		return c.redirectToBytes(a)
	}
	return show(c.asset(repo, r, a))
}

func (c *call) updateAsset() (reply, error) {
	repo, r, a, err := c.assetOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Name, Label *string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name != nil {
		a.Name = assetName(*in.Name)
		if a.Name == "" {
			return reply{}, invalid("ReleaseAsset", "name", "missing_field")
		}
		a.Key = a.Name
	}
	if in.Label != nil {
		a.Label = in.Label
	}
	if err := assets.put(c.tx, a); err != nil {
		return reply{}, assetTaken(err)
	}
	return show(c.asset(repo, r, a))
}

// deleteAsset forgets an asset. Its bytes go when the forge is opened again
// and no other asset has the same.
func (c *call) deleteAsset() (reply, error) {
	_, _, a, err := c.assetOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	if err := assets.delete(c.tx, a.ID); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, nil
}
