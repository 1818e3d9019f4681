// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cavaliergopher/cpio"

	"github.com/lanner-project/lanner/driver/kernel"
)

// A Guest is what runs in a machine: programs that are statically linked.
type Guest struct {
	Init, Tests []byte
}

// The packages that a guest is built from.
const (
	guestPackage = "github.com/lanner-project/lanner/driver/cmd/guest"
	testPackage  = "github.com/lanner-project/lanner/driver/probe"
)

// BuildGuest builds a guest with the go command, which it runs in dir, the root of
// this module. The object of the driver is in it: object, or if that is nil, the
// one of dir.
func BuildGuest(ctx context.Context, dir string, arch kernel.Arch, object []byte) (_ *Guest, err error) {
	out, err := os.MkdirTemp("", "lanner-guest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(out)) }()
	flags := []string{"-trimpath", "-ldflags=-s -w"}
	if object != nil {
		overlay, err := overlayObject(dir, out, arch, object)
		if err != nil {
			return nil, err
		}
		flags = append(flags, "-overlay="+overlay)
	}
	build := func(name string, args ...string) ([]byte, error) {
		file := filepath.Join(out, name)
		args = slices.Concat(args[:1], flags, []string{"-o", file}, args[1:])
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+string(arch), "GOFLAGS=-buildvcs=false")
		if text, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(text))
		}
		return os.ReadFile(file)
	}
	g := &Guest{}
	if g.Init, err = build("init", "build", guestPackage); err != nil {
		return nil, err
	}
	if g.Tests, err = build("probe.test", "test", "-c", testPackage); err != nil {
		return nil, err
	}
	return g, nil
}

// overlayObject writes what makes the go command take another object of the driver
// than the one that is in dir.
func overlayObject(dir, out string, arch kernel.Arch, object []byte) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	file := filepath.Join(out, "object.o")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, filepath.FromSlash(arch.Object())): file}})
	if err != nil {
		return "", err
	}
	list := filepath.Join(out, "overlay.json")
	return list, errors.Join(os.WriteFile(file, object, 0o600), os.WriteFile(list, overlay, 0o600))
}

// initramfs is the guest as the first file system of a kernel, with the arguments
// of the tests.
func (g *Guest) initramfs(args []string) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := cpio.NewWriter(z)
	for _, f := range []struct {
		name string
		mode fs.FileMode
		body []byte
	}{
		{"dev", 0o755 | fs.ModeDir, nil},
		{"init", 0o755, g.Init},
		{"probe.test", 0o755, g.Tests},
		{"args", 0o644, []byte(strings.Join(args, "\n"))},
	} {
		mode := cpio.FileMode(f.mode.Perm()) | cpio.TypeReg
		if f.mode.IsDir() {
			mode = cpio.FileMode(f.mode.Perm()) | cpio.TypeDir
		}
		if err := w.WriteHeader(&cpio.Header{Name: f.name, Mode: mode, Size: int64(len(f.body))}); err != nil {
			return nil, fmt.Errorf("the initramfs: %w", err)
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, fmt.Errorf("the initramfs: %w", err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return nil, fmt.Errorf("the initramfs: %w", err)
	}
	return b.Bytes(), nil
}
