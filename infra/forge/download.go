// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// downloadRoutes are outside the REST interface. GitHub sends downloads on to
// another host, by a URL that is signed and soon void; clients must follow, and
// must not take their token along. So does the forge.
var downloadRoutes = []route{
	{method: "GET", pattern: "/{owner}/{repo}/releases/download/{tag}/{name}", operation: "web/download-asset", handle: (*call).downloadAsset, own: true},
	{method: "GET", pattern: "/{owner}/{repo}/releases/latest/download/{name}", operation: "web/download-latest-asset", handle: (*call).downloadLatest},
	{method: "GET", pattern: "/{owner}/{repo}/archive/{ref...}", operation: "web/download-archive", handle: (*call).downloadArchive, own: true},
	{method: "GET", pattern: "/_objects/{asset_id}", operation: "web/object", handle: (*call).sendObject, own: true},
}

// archiveRoutes are the REST interface's way to the same archives.
var archiveRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/tarball/{ref...}", operation: "repos/download-tarball-archive", handle: (*call).redirectToTarball},
	{method: "GET", pattern: "/repos/{owner}/{repo}/zipball/{ref...}", operation: "repos/download-zipball-archive", handle: (*call).redirectToZipball},
}

// objectURLLife is how long a signed URL is good for.
const objectURLLife = 5 * time.Minute

func found(location string) (reply, error) {
	return reply{status: http.StatusFound, header: http.Header{"Location": {location}}}, nil
}

// downloadAsset counts, and sends to where the bytes are.
func (c *call) downloadAsset() (rep reply, err error) {
	handle := func() error {
		repo, err := c.repo(levelRead)
		if err != nil {
			return err
		}
		r, err := c.releaseByURLTag(repo, c.param("tag"))
		if err != nil {
			return err
		}
		a, err := assets.find(c.tx, r.ID, c.param("name"))
		if err != nil {
			return err
		}
		if c.r.Method == http.MethodGet && a.State == assetUploaded {
			a.Downloads++
			if err := assets.keep(c.tx, a); err != nil {
				return err
			}
		}
		rep, err = c.redirectToBytes(a)
		return err
	}
	if c.r.Method == http.MethodGet {
		err = c.updating(handle)
	} else {
		err = c.reading(handle)
	}
	return rep, err
}

// releaseByURLTag finds a release as its URLs name it.
func (c *call) releaseByURLTag(repo *repository, tag string) (*release, error) {
	if !strings.HasPrefix(tag, "untagged-") {
		return releases.find(c.tx, repo.ID, tag)
	}
	all, err := releases.list(c.tx, repo.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Draft && r.Slug == tag {
			return r, c.seesRelease(repo, r)
		}
	}
	return nil, errNotFound
}

func (c *call) downloadLatest() (reply, error) {
	repo, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	r, err := c.latestRelease(repo)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(repo)
	if err != nil {
		return reply{}, err
	}
	return found(c.web("/%s/releases/download/%s/%s", full, r.urlTag(), url.PathEscape(c.param("name"))))
}

// redirectToBytes sends to the signed URL of an asset's bytes.
func (c *call) redirectToBytes(a *asset) (reply, error) {
	if a.State != assetUploaded {
		return reply{}, errNotFound
	}
	expires := c.tx.now.Add(objectURLLife).Unix()
	q := url.Values{"expires": {strconv.FormatInt(expires, 10)}, "signature": {c.srv.signObject(a.ID, expires)}}
	return found(c.web("/_objects/%d?%s", a.ID, q.Encode()))
}

// signObject signs the URL of an asset's bytes. The site-admin token is secret,
// and stays when the forge is restarted: it makes the key.
func (s *Server) signObject(id, expires int64) string {
	mac := hmac.New(sha256.New, []byte("object url\x00"+s.admin))
	fmt.Fprintf(mac, "%d %d", id, expires) // a hash never fails to write
	return hex.EncodeToString(mac.Sum(nil))
}

// sendObject sends an asset's bytes, or the range of them that is asked for.
func (c *call) sendObject() (reply, error) {
	id, err := c.idParam("asset_id")
	if err != nil {
		return reply{}, err
	}
	expires, err := strconv.ParseInt(c.query("expires"), 10, 64)
	if err != nil || !hmac.Equal([]byte(c.query("signature")), []byte(c.srv.signObject(id, expires))) {
		return reply{}, forbidden("the signature of this URL is wrong")
	}
	if c.srv.config.Clock().Unix() > expires {
		return reply{}, forbidden("this URL has expired: ask for the asset again")
	}
	var a *asset
	err = c.reading(func() error {
		a, err = assets.get(c.tx, id)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	f, err := os.Open(c.srv.assetFile(a.Digest))
	if err != nil {
		return reply{}, fmt.Errorf("reading asset %d: %w", a.ID, err)
	}
	return reply{send: func(w http.ResponseWriter, r *http.Request) error {
		defer c.close(f)
		h := w.Header()
		h.Set("Content-Type", a.ContentType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
		h.Set("ETag", `"`+a.Digest+`"`)
		http.ServeContent(w, r, a.Name, a.UpdatedAt, f)
		return nil
	}}, nil
}

func (c *call) redirectToTarball() (reply, error) { return c.redirectToArchive(".tar.gz") }
func (c *call) redirectToZipball() (reply, error) { return c.redirectToArchive(".zip") }

func (c *call) redirectToArchive(extension string) (reply, error) {
	repo, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	ref := c.param("ref")
	if ref == "" {
		ref = repo.DefaultBranch
	}
	full, err := c.fullName(repo)
	if err != nil {
		return reply{}, err
	}
	return found(c.web("/%s/archive/%s%s", full, (&url.URL{Path: ref}).EscapedPath(), extension))
}

// downloadArchive sends a commit's files.
func (c *call) downloadArchive() (reply, error) {
	repo, err := c.gitRepo(levelRead)
	if err != nil {
		return reply{}, err
	}
	ref, format, contentType := c.param("ref"), "", ""
	switch {
	case strings.HasSuffix(ref, ".tar.gz"):
		ref, format, contentType = strings.TrimSuffix(ref, ".tar.gz"), "tar.gz", "application/x-gzip"
	case strings.HasSuffix(ref, ".zip"):
		ref, format, contentType = strings.TrimSuffix(ref, ".zip"), "zip", "application/zip"
	default:
		return reply{}, errNotFound
	}
	g := c.srv.git(repo)
	commit, err := resolveCommit(c.r.Context(), g, ref)
	if err != nil {
		return reply{}, err
	}
	short := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(ref, "refs/tags/"), "refs/heads/"), "/", "-")
	if len(short) > 1 && short[0] == 'v' && short[1] >= '0' && short[1] <= '9' {
		short = short[1:] // the folder of tag v1.2.3 is name-1.2.3
	}
	name := repo.Name + "-" + short
	rep := c.gitAnswer(contentType, func(w io.Writer) error {
		return g.Stream(c.r.Context(), nil, w, "archive", "--format="+format, "--prefix="+name+"/", commit)
	})
	rep.header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + format}))
	return rep, nil
}
