// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// maxAsset is GitHub's limit for one file.
const maxAsset = 2 << 30

func (s *Server) assetFile(digest string) string {
	return filepath.Join(s.config.Dir, "assets", digest)
}

func assetTaken(err error) error {
	if errors.Is(err, errTaken) {
		return invalid("ReleaseAsset", "name", "already_exists")
	}
	return err
}

// uploadAsset takes the bytes of an asset. The name is taken first, so that of
// two uploads at once one is refused; then the bytes stream to a file; then the
// asset is complete. Whatever stops it in between leaves the starter.
func (c *call) uploadAsset() (reply, error) {
	a, err := c.beginUpload()
	if err != nil {
		return reply{}, err
	}
	body := &upload{body: http.MaxBytesReader(c.w, c.r.Body, maxAsset)}
	digest, size, err := c.srv.keepAsset(body)
	if body.err != nil {
		return reply{}, &apiError{status: http.StatusBadRequest, message: "the upload ended early: " + body.err.Error()}
	}
	if err != nil {
		return reply{}, err
	}
	var out object
	err = c.updating(func() error {
		repo, r, err := c.releaseOfPath(levelWrite)
		if err != nil {
			return err
		}
		// The starter may have been deleted, and its name taken again, meanwhile.
		if a, err = assets.get(c.tx, a.ID); err != nil {
			return err
		}
		a.State, a.Digest, a.Size = assetUploaded, digest, size
		if err := assets.put(c.tx, a); err != nil {
			return err
		}
		out, err = c.asset(repo, r, a)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return created(out)
}

// upload is a body that remembers what was wrong with it, to tell a client
// that hung up from a disk that is full.
type upload struct {
	body io.Reader
	err  error
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		u.err = err
	}
	return n, err
}

// beginUpload checks the request and adds the starter.
func (c *call) beginUpload() (*asset, error) {
	a := &asset{Name: assetName(c.query("name")), State: assetStarter, ContentType: c.r.Header.Get("Content-Type")}
	if label := c.query("label"); label != "" {
		a.Label = &label
	}
	err := c.updating(func() error {
		_, r, err := c.releaseOfPath(levelWrite)
		if err != nil {
			return err
		}
		switch {
		case a.Name == "":
			return invalid("ReleaseAsset", "name", "missing_field")
		case a.ContentType == "":
			return invalid("ReleaseAsset", "content_type", "missing_field")
		case c.r.ContentLength < 0:
			return &apiError{status: http.StatusLengthRequired, message: "Content-Length is required"}
		case c.r.ContentLength == 0:
			return &apiError{status: http.StatusBadRequest, message: "Bad Content-Length: an asset is not empty"}
		case c.r.ContentLength > maxAsset:
			return invalidBecause("ReleaseAsset", "size", "size must be less than 2147483648")
		}
		a.Uploader = c.me().ID
		return assetTaken(assets.insert(c.tx, r.ID, a.Name, a))
	})
	return a, err
}

// keepAsset streams bytes into the file named by their digest.
func (s *Server) keepAsset(body io.Reader) (digest string, size int64, err error) {
	f, err := os.CreateTemp(filepath.Join(s.config.Dir, "tmp"), "asset-")
	if err != nil {
		return "", 0, fmt.Errorf("keeping an asset: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(f, hash), body); err != nil {
		return "", 0, errors.Join(err, f.Close())
	}
	// Before the database says it is there, it is.
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", 0, fmt.Errorf("keeping an asset: %w", err)
	}
	digest = hex.EncodeToString(hash.Sum(nil))
	if err := os.Rename(f.Name(), s.assetFile(digest)); err != nil {
		return "", 0, fmt.Errorf("keeping an asset: %w", err)
	}
	return digest, size, nil
}

// sweepAssets removes the files that no asset needs. It runs while the forge
// opens: nobody uploads then.
func (s *Server) sweepAssets(tx *tx) error {
	all, err := assets.all(tx)
	if err != nil {
		return err
	}
	needed := make(map[string]bool)
	for _, a := range all {
		needed[a.Digest] = true
	}
	files, err := os.ReadDir(filepath.Join(s.config.Dir, "assets"))
	if err != nil {
		return fmt.Errorf("looking through the assets: %w", err)
	}
	for _, file := range files {
		if needed[file.Name()] {
			continue
		}
		if err := os.Remove(s.assetFile(file.Name())); err != nil {
			return fmt.Errorf("removing an asset that nobody needs: %w", err)
		}
	}
	return nil
}
