// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// A Package is what is read of a kernel's package.
type Package struct {
	Release string
	Arch    Arch
	// Image is the file that boots, as it is in the package: see Unpack.
	Image []byte
	// Config is the configuration it was built with; nil is none.
	Config []byte
}

// Limits of what is taken from a package. The largest image that Debian has is
// under 20 MiB; unpacked they are under 100.
const (
	maxImage  = 256 << 20
	maxConfig = 4 << 20
	maxWindow = 256 << 20
)

// ErrNoImage is wrapped by the error of ReadPackage for a package that has no
// kernel: since Linux 6.19 Debian's linux-image is an empty one, and the kernel
// is in linux-binary.
var ErrNoImage = errors.New("no kernel is in it")

// ReadPackage reads a Debian package. It knows the layouts of all kernels since
// 5.10: /boot/vmlinuz-RELEASE, and since 7.2 /usr/lib/modules/RELEASE/vmlinuz.
func ReadPackage(r io.Reader) (*Package, error) {
	data, err := member(r, "data.tar")
	if err != nil {
		return nil, err
	}
	p := &Package{}
	files := tar.NewReader(data)
	for p.Image == nil || p.Config == nil {
		h, err := files.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the package's files: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := p.take(path.Clean("/"+h.Name), h.Size, files); err != nil {
			return nil, err
		}
	}
	if p.Image == nil {
		return nil, fmt.Errorf("the package: %w; is it linux-image or linux-binary?", ErrNoImage)
	}
	if _, err := ParseSeries(p.Release); err != nil {
		return nil, fmt.Errorf("the package's kernel: %w", err)
	}
	if p.Arch, err = archOf(p.Image); err != nil {
		return nil, fmt.Errorf("the kernel %s: %w", p.Release, err)
	}
	return p, nil
}

// take keeps a file if it is one that is wanted.
func (p *Package) take(name string, size int64, r io.Reader) (err error) {
	switch kind, rel := fileOf(name); {
	case kind == "vmlinuz" && p.Image == nil:
		p.Release = rel
		p.Image, err = readFile(name, size, maxImage, r)
	case kind == "config" && p.Config == nil:
		p.Config, err = readFile(name, size, maxConfig, r)
	}
	return err
}

// fileOf tells an image and a configuration from other files, and of which
// release they are.
func fileOf(name string) (kind, release string) {
	dir, base := path.Split(name)
	if dir == "/boot/" {
		kind, release, _ = strings.Cut(base, "-")
		return kind, release
	}
	for _, modules := range []string{"/usr/lib/modules/", "/lib/modules/"} {
		if rest, ok := strings.CutPrefix(dir, modules); ok {
			if rel := strings.TrimSuffix(rest, "/"); !strings.Contains(rel, "/") {
				return base, rel
			}
		}
	}
	return "", ""
}

func readFile(name string, size, limit int64, r io.Reader) ([]byte, error) {
	if size > limit {
		return nil, fmt.Errorf("%s has %d bytes; at most %d are read", name, size, limit)
	}
	b, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// The form of an ar archive, see ar(5): a line, then for each member a header
// of 60 bytes and its bytes, which end at an even offset.
const (
	arMagic      = "!<arch>\n"
	arHeaderSize = 60
	arTail       = "`\n"
)

// member finds a member of an ar archive by how its name begins, and uncompresses
// it by how its name ends.
func member(r io.Reader, want string) (io.Reader, error) {
	magic := make([]byte, len(arMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != arMagic {
		return nil, fmt.Errorf("it is no Debian package: it begins with %q and not with %q", bytes.TrimRight(magic, "\x00"), arMagic)
	}
	for at := int64(len(arMagic)); ; {
		var h [arHeaderSize]byte
		if _, err := io.ReadFull(r, h[:]); err == io.EOF {
			return nil, fmt.Errorf("the package has no %s", want)
		} else if err != nil {
			return nil, fmt.Errorf("the package's header at byte %d: %w", at, err)
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(h[48:58])), 10, 64)
		if err != nil || size < 0 || string(h[58:]) != arTail {
			return nil, fmt.Errorf("the package is damaged: no header is at byte %d", at)
		}
		name := strings.TrimSuffix(strings.TrimSpace(string(h[:16])), "/")
		if strings.HasPrefix(name, want) {
			return uncompressed(name, io.LimitReader(r, size))
		}
		size += size & 1
		if _, err := io.CopyN(io.Discard, r, size); err != nil {
			return nil, fmt.Errorf("the package's member %s: %w", name, err)
		}
		at += arHeaderSize + size
	}
}

func uncompressed(name string, r io.Reader) (io.Reader, error) {
	switch path.Ext(name) {
	case ".tar":
		return r, nil
	case ".gz":
		return gzip.NewReader(r)
	case ".xz":
		return xz.NewReader(r, maxWindow)
	case ".zst":
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	}
	return nil, fmt.Errorf("the package's member %s is compressed in a way that is not known: want gz, xz or zst", name)
}
