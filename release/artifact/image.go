// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

// imageUser is "nonroot" of the distroless images, known to many cluster
// policies. Replaying captures and checking rules need no more; watching a
// kernel needs root or CAP_BPF, which whoever deploys it grants.
const imageUser = "65532:65532"

// maxUnpacked bounds what is unpacked of one of our own archives, or of what
// somebody offers as one.
const maxUnpacked = 1 << 30

// imageLayout returns an OCI image layout of all targets as a tar, and the
// digest of its index.
func (s Spec) imageLayout(binaries map[Target][]byte, docs documents, work string) (tar []byte, digest string, err error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, t := range s.Targets {
		image, err := s.image(t, binaries[t], docs)
		if err != nil {
			return nil, "", fmt.Errorf("image for %s: %w", t, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: t.OS, Architecture: t.Arch}},
		})
	}
	index, ok := mutate.Annotations(index, s.labels()).(v1.ImageIndex)
	if !ok {
		return nil, "", fmt.Errorf("image index: cannot be annotated")
	}
	hash, err := index.Digest()
	if err != nil {
		return nil, "", fmt.Errorf("image index: %w", err)
	}
	path, err := layout.Write(work, empty.Index)
	if err != nil {
		return nil, "", fmt.Errorf("image layout: %w", err)
	}
	name := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": s.Version})
	if err := path.AppendIndex(index, name); err != nil {
		return nil, "", fmt.Errorf("image layout: %w", err)
	}
	tar, err = s.tarFolder(work)
	return tar, hash.String(), err
}

// image returns the image of one target: the binary and its licence, on
// nothing.
func (s Spec) image(t Target, binary []byte, docs documents) (v1.Image, error) {
	plain, err := archive.Tar(s.Time, []archive.Entry{
		{Name: s.binaryPath(), Mode: 0o755, Data: binary},
		{Name: "usr/share/licenses/" + s.Name + "/LICENSE", Mode: 0o644, Data: docs.license},
	})
	if err != nil {
		return nil, err
	}
	packed, err := archive.Gzip(plain)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packed)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: s.Time}, CreatedBy: s.Command + " at " + s.Commit},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = t.OS, t.Arch
	config.Created = v1.Time{Time: s.Time}
	config.Config = s.imageConfig()
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, err
	}
	annotated, ok := mutate.Annotations(image, s.labels()).(v1.Image)
	if !ok {
		return nil, fmt.Errorf("cannot be annotated")
	}
	return annotated, nil
}

func (s Spec) imageConfig() v1.Config {
	return v1.Config{
		Entrypoint: []string{"/" + s.binaryPath()},
		User:       imageUser,
		WorkingDir: "/",
		Env:        []string{"PATH=/usr/bin"},
		Labels:     s.labels(),
	}
}

// labels are the annotations that the OCI image specification defines.
func (s Spec) labels() map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":         s.Name,
		"org.opencontainers.image.description":   summary,
		"org.opencontainers.image.licenses":      license,
		"org.opencontainers.image.vendor":        vendor,
		"org.opencontainers.image.url":           s.homepage(),
		"org.opencontainers.image.source":        s.homepage(),
		"org.opencontainers.image.documentation": s.homepage(),
		"org.opencontainers.image.version":       strings.TrimPrefix(s.Version, "v"),
		"org.opencontainers.image.revision":      s.Commit,
		"org.opencontainers.image.created":       s.Time.Format(time.RFC3339),
	}
}

// tarFolder returns a tar of the files below dir.
func (s Spec) tarFolder(dir string) ([]byte, error) {
	var entries []archive.Entry
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		entries = append(entries, archive.Entry{Name: path, Mode: 0o644, Data: data})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("image layout: %w", err)
	}
	return archive.Tar(s.Time, entries)
}

// CheckImage holds a published image layout against the Spec and the binaries
// of the archives, and returns the digest of its index: each blob has the
// digest it is called by, each target has one image with the configuration
// that the Spec gives, and the binary in it is that of the archive.
func CheckImage(spec Spec, tar []byte, binaries map[Target][]byte) (digest string, err error) {
	members, err := archive.Members("image.tar", tar, maxUnpacked)
	if err != nil {
		return "", err
	}
	r := layoutReader{members: members}
	var top, index v1.IndexManifest
	if err := r.json("index.json", &top); err != nil {
		return "", err
	}
	if len(top.Manifests) != 1 {
		return "", fmt.Errorf("index.json names %d manifests, want 1", len(top.Manifests))
	}
	if err := r.blob(top.Manifests[0].Digest, &index); err != nil {
		return "", err
	}
	if len(index.Manifests) != len(spec.Targets) {
		return "", fmt.Errorf("the image index has %d images, want %d", len(index.Manifests), len(spec.Targets))
	}
	for i, t := range spec.Targets {
		if p := index.Manifests[i].Platform; p == nil || p.OS != t.OS || p.Architecture != t.Arch {
			return "", fmt.Errorf("image %d of the index is for %v, want %s", i+1, p, t)
		}
		if err := r.checkTarget(spec, t, index.Manifests[i].Digest, binaries[t]); err != nil {
			return "", fmt.Errorf("image for %s: %w", t, err)
		}
	}
	return top.Manifests[0].Digest.String(), nil
}

type layoutReader struct {
	members []archive.Member
}

func (r layoutReader) checkTarget(spec Spec, t Target, digest v1.Hash, binary []byte) error {
	var manifest v1.Manifest
	if err := r.blob(digest, &manifest); err != nil {
		return err
	}
	var got v1.ConfigFile
	if err := r.blob(manifest.Config.Digest, &got); err != nil {
		return err
	}
	if len(manifest.Layers) != 1 {
		return fmt.Errorf("has %d layers, want 1", len(manifest.Layers))
	}
	layer := manifest.Layers[0].Digest
	if err := r.blob(layer, nil); err != nil {
		return err
	}
	inner := archive.Within(r.members, "blobs/sha256/"+layer.Hex)
	if shipped, ok := archive.Find(inner, spec.binaryPath()); !ok || !bytes.Equal(shipped, binary) {
		return fmt.Errorf("its %s is not the binary of the archive", spec.binaryPath())
	}
	// By way of JSON, so that an empty and an absent list are the same.
	want, err := json.Marshal(spec.imageConfig())
	if err != nil {
		return fmt.Errorf("image configuration: %w", err)
	}
	have, err := json.Marshal(got.Config)
	if err != nil {
		return fmt.Errorf("image configuration: %w", err)
	}
	if !bytes.Equal(have, want) || got.OS != t.OS || got.Architecture != t.Arch || !got.Created.Equal(spec.Time) {
		return fmt.Errorf("configuration is %s for %s/%s of %s, want %s for %s of %s",
			have, got.OS, got.Architecture, got.Created, want, t, spec.Time)
	}
	return nil
}

func (r layoutReader) json(name string, into any) error {
	data, ok := archive.Find(r.members, name)
	if !ok {
		return fmt.Errorf("image layout: %s is missing", name)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("image layout: %s: %w", name, err)
	}
	return nil
}

// blob checks the digest of a blob, and decodes it unless into is nil.
func (r layoutReader) blob(digest v1.Hash, into any) error {
	name := filepath.ToSlash(filepath.Join("blobs", "sha256", digest.Hex))
	data, ok := archive.Find(r.members, name)
	if !ok {
		return fmt.Errorf("image layout: %s is missing", name)
	}
	got, _, err := v1.SHA256(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("image layout: %s: %w", name, err)
	}
	if got != digest {
		return fmt.Errorf("image layout: %s has the content of %s", name, got)
	}
	if into == nil {
		return nil
	}
	return r.json(name, into)
}
