// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

// A Proof is one thing that was shown, or that was not: Err says why.
type Proof struct {
	Name   string
	Detail string
	Err    error
}

// Inspect looks into the files of a set, without building or running
// anything, and holds them against each other and the Spec: whether the
// packages hold the binaries of the archives, whether these say that they are
// of this module and version, the bills of materials and the image.
func Inspect(set Set) []Proof {
	binaries, err := unpackAll(set)
	proofs := []Proof{{
		Name: "packages", Err: err,
		Detail: fmt.Sprintf("the .deb and .rpm of %d targets hold the binary of the .tar.gz", len(set.Spec.Targets)),
	}}
	if err != nil {
		return proofs
	}
	digest, err := checkImageFile(set, binaries)
	return append(
		proofs,
		Proof{
			Name: "build information", Err: checkBinaries(set, binaries),
			Detail: fmt.Sprintf("each binary says %s %s, %s, %s", set.Spec.Module, set.Spec.Version, set.ModuleSum, set.Spec.Toolchain),
		},
		Proof{
			Name: "bill of materials", Err: checkSBOMs(set, binaries),
			Detail: "each names exactly what is linked into its binary",
		},
		Proof{
			Name: "image", Err: err,
			Detail: fmt.Sprintf("%s has the same binaries; runs as user %s", digest, imageUser),
		},
	)
}

// unpackAll returns the binaries of the archives, and an error if those of the
// packages are others.
func unpackAll(set Set) (map[Target][]byte, error) {
	binaries := make(map[Target][]byte)
	for _, t := range set.Spec.Targets {
		var err error
		archived := set.Spec.Archive(t)
		if binaries[t], err = unpack(set, archived, set.Spec.Name); err != nil {
			return nil, err
		}
		for _, kind := range []string{"deb", "rpm"} {
			file := set.Spec.Package(t, kind)
			binary, err := unpack(set, file, set.Spec.binaryPath())
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(binary, binaries[t]) {
				return nil, fmt.Errorf("the binary in %s is not the one in %s", file, archived)
			}
		}
	}
	return binaries, nil
}

func unpack(set Set, file, member string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(set.Dir, file))
	if err != nil {
		return nil, err
	}
	members, err := archive.Members(file, data, maxUnpacked)
	if err != nil {
		return nil, err
	}
	binary, ok := archive.Find(members, member)
	if !ok {
		return nil, fmt.Errorf("%s has no %s", file, member)
	}
	return binary, nil
}

func checkBinaries(set Set, binaries map[Target][]byte) error {
	for _, t := range set.Spec.Targets {
		if _, err := set.Spec.checkBinary(binaries[t], set.ModuleSum); err != nil {
			return fmt.Errorf("%s: %w", set.Spec.Archive(t), err)
		}
	}
	return nil
}

func checkSBOMs(set Set, binaries map[Target][]byte) error {
	for _, t := range set.Spec.Targets {
		want, err := billOfMaterials(set.Spec, t, binaries[t])
		if err != nil {
			return err
		}
		name := set.Spec.SBOM(t)
		got, err := os.ReadFile(filepath.Join(set.Dir, name))
		if err != nil {
			return err
		}
		for _, d := range archive.Compare(name, want, got, maxUnpacked) {
			return fmt.Errorf("%s is not what the binary says of itself: %s", name, d)
		}
	}
	return nil
}

func checkImageFile(set Set, binaries map[Target][]byte) (digest string, err error) {
	data, err := os.ReadFile(filepath.Join(set.Dir, set.Spec.Image()))
	if err != nil {
		return "", err
	}
	return checkImage(set.Spec, data, binaries)
}

// checkImage holds a published image layout against the Spec and the binaries
// of the archives, and returns the digest of its index: each blob has the
// digest it is called by, each target has one image with the configuration
// that the Spec gives, and the binary in it is that of the archive.
func checkImage(spec Spec, tar []byte, binaries map[Target][]byte) (digest string, err error) {
	r, top, err := openLayout(tar)
	if err != nil {
		return "", err
	}
	var index v1.IndexManifest
	if err := r.blob(top, &index); err != nil {
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
	return top.String(), nil
}

// imageDigest returns the digest of the index in a published image layout.
func imageDigest(tar []byte) (string, error) {
	_, top, err := openLayout(tar)
	return top.String(), err
}

type layoutReader struct {
	members []archive.Member
}

// openLayout reads an image layout and the digest of the one index it holds.
func openLayout(tar []byte) (layoutReader, v1.Hash, error) {
	members, err := archive.Members("image.tar", tar, maxUnpacked)
	if err != nil {
		return layoutReader{}, v1.Hash{}, err
	}
	r := layoutReader{members: members}
	var top v1.IndexManifest
	if err := r.json("index.json", &top); err != nil {
		return r, v1.Hash{}, err
	}
	if len(top.Manifests) != 1 {
		return r, v1.Hash{}, fmt.Errorf("index.json names %d manifests, want 1", len(top.Manifests))
	}
	return r, top.Manifests[0].Digest, nil
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
