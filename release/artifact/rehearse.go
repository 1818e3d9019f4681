// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

// Rehearse does with the set what users will do with the release, before any
// tag exists: "go install" from a module proxy and a run of the result, a push
// and a pull of the image, unpacking each archive and package. It returns what
// it found so far also with an error. Options.Cache may be that of the build.
func Rehearse(ctx context.Context, set Set, opts Options) (_ []Proof, err error) {
	work, err := os.MkdirTemp("", "lanner-rehearse-*")
	if err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(work); e != nil && err == nil {
			err = fmt.Errorf("rehearse: remove the work folder: %w", e)
		}
	}()
	proofs := Inspect(set)
	for _, p := range proofs {
		if p.Err != nil {
			return proofs, fmt.Errorf("rehearse: %s: %w", p.Name, p.Err)
		}
	}
	r := rehearsal{set: set, work: work, opts: opts}
	if r.binaries, err = unpackAll(set); err != nil {
		return proofs, fmt.Errorf("rehearse: %w", err)
	}
	steps := []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"go install", r.install},
		{"run", r.run},
		{"registry", r.registry},
	}
	for i, s := range steps {
		if opts.Progress != nil {
			opts.Progress(i, len(steps), "rehearse "+s.name)
		}
		detail, err := s.do(ctx)
		if err != nil {
			return append(proofs, Proof{Name: s.name, Err: err}), fmt.Errorf("rehearse %s: %w", s.name, err)
		}
		proofs = append(proofs, Proof{Name: s.name, Detail: detail})
	}
	return proofs, nil
}

type rehearsal struct {
	set      Set
	work     string
	opts     Options
	binaries map[Target][]byte // from the .tar.gz
}

// install does what the README tells users to do, for each target.
func (r rehearsal) install(ctx context.Context) (string, error) {
	module, err := ModuleProxy(ctx, r.set.Spec, filepath.Join(r.work, "proxy"))
	if err != nil {
		return "", err
	}
	cache := r.opts.Cache
	if cache == "" {
		cache = filepath.Join(r.work, "cache")
	}
	tc, err := newToolchain(ctx, module, r.work, cache)
	if err != nil {
		return "", err
	}
	command := r.set.Spec.Module + "/" + r.set.Spec.Command + "@" + r.set.Spec.Version
	for _, t := range r.set.Spec.Targets {
		if err := tc.run(ctx, tc.dir, t, append(append([]string{"install"}, buildFlags...), command)...); err != nil {
			return "", err
		}
		bin := filepath.Join(r.work, "gopath", "bin")
		if t.OS != runtime.GOOS || t.Arch != runtime.GOARCH {
			bin = filepath.Join(bin, t.OS+"_"+t.Arch)
		}
		installed, err := os.ReadFile(filepath.Join(bin, r.set.Spec.Name))
		if err != nil {
			return "", err
		}
		if !bytes.Equal(installed, r.binaries[t]) {
			return "", fmt.Errorf("%s for %s gives another binary (sha256 %s) than %s has (%s)",
				command, t, sha256Hex(installed), r.set.Spec.Archive(t), sha256Hex(r.binaries[t]))
		}
	}
	return fmt.Sprintf("go install %s from an untagged module proxy gives the same bytes for %d targets (module %s)", command, len(r.set.Spec.Targets), module.Sum), nil
}

// run runs the shipped binary of this machine's own kind.
func (r rehearsal) run(ctx context.Context) (string, error) {
	binary, ok := r.binaries[Target{runtime.GOOS, runtime.GOARCH}]
	if !ok {
		return "nothing: no target is for " + runtime.GOOS + "/" + runtime.GOARCH, nil
	}
	path := filepath.Join(r.work, r.set.Spec.Name)
	if err := os.WriteFile(path, binary, 0o755); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.Dir = r.work
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s version: %w: %s", r.set.Spec.Name, err, bytes.TrimSpace(out))
	}
	if !strings.Contains(string(out), r.set.Spec.Version) {
		return "", fmt.Errorf("%s version does not say %s: %s", r.set.Spec.Name, r.set.Spec.Version, bytes.TrimSpace(out))
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return fmt.Sprintf("%s version says: %s", r.set.Spec.Name, first), nil
}

// registry pushes the image to a registry on the loopback and pulls it back.
func (r rehearsal) registry(ctx context.Context) (_ string, err error) {
	data, err := os.ReadFile(filepath.Join(r.set.Dir, r.set.Spec.Image()))
	if err != nil {
		return "", err
	}
	index, err := r.unpackLayout(data)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{
		Handler:           registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		ReadHeaderTimeout: time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		err = errors.Join(err, server.Close())
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
	}()
	ref, err := name.NewTag(listener.Addr().String()+"/"+r.set.Spec.Name+":"+r.set.Spec.Version, name.Insecure)
	if err != nil {
		return "", err
	}
	if err := remote.WriteIndex(ref, index, remote.WithContext(ctx)); err != nil {
		return "", fmt.Errorf("push: %w", err)
	}
	pulled, err := remote.Index(ref, remote.WithContext(ctx))
	if err != nil {
		return "", fmt.Errorf("pull: %w", err)
	}
	got, err := pulled.Digest()
	if err != nil {
		return "", fmt.Errorf("pull: %w", err)
	}
	if got.String() != r.set.Image {
		return "", fmt.Errorf("the registry has %s, the build made %s", got, r.set.Image)
	}
	return fmt.Sprintf("the image, pushed and pulled back as %s, is %s", r.set.Spec.Version, got), nil
}

// unpackLayout writes the image layout to disk, where the library that pushes
// wants it, and returns the index of all targets.
func (r rehearsal) unpackLayout(tar []byte) (v1.ImageIndex, error) {
	members, err := archive.Members("image.tar", tar, maxUnpacked)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(r.work)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		// The files in the layers are not part of the layout.
		if !m.Mode.IsRegular() || strings.Contains(m.Name, "!") {
			continue
		}
		file := filepath.Join("layout", filepath.FromSlash(m.Name))
		if err := root.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, errors.Join(err, root.Close())
		}
		if err := root.WriteFile(file, m.Data, 0o644); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	if err := root.Close(); err != nil {
		return nil, err
	}
	top, err := layout.ImageIndexFromPath(filepath.Join(r.work, "layout"))
	if err != nil {
		return nil, err
	}
	manifest, err := top.IndexManifest()
	if err != nil {
		return nil, err
	}
	return top.ImageIndex(manifest.Manifests[0].Digest)
}
