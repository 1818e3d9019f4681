// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
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
