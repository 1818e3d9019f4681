// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/therootcompany/xz"
)

// maxUnpacked is how large an image may be when it is unpacked.
const maxUnpacked = 1 << 30

// Fields of the header of x86's boot protocol, see the kernel's
// Documentation/arch/x86/boot.rst.
const (
	bootSectors     = 0x1f1
	bootMagic       = 0x202 // "HdrS"
	bootVersion     = 0x206
	bootPayload     = 0x248
	bootPayloadSize = 0x24c
	bootHeaderEnd   = 0x250
	sector          = 512
	payloadVersion  = 0x0208 // since it there is a payload
)

// armMagic is in the header of arm64's boot protocol, see the kernel's
// Documentation/arch/arm64/booting.rst.
const (
	armMagic   = "ARM\x64"
	armMagicAt = 0x38
)

func isX86(image []byte) bool {
	return len(image) >= bootHeaderEnd && string(image[bootMagic:bootMagic+4]) == "HdrS"
}

func isARM64(image []byte) bool {
	return len(image) > armMagicAt+4 && string(image[armMagicAt:armMagicAt+4]) == armMagic
}

func isELF(image []byte) bool { return bytes.HasPrefix(image, []byte("\x7fELF")) }

var errNoKernel = errors.New("neither a bzImage of x86 nor an Image of arm64")

// archOf says for which machine an image is. One of arm64 may be compressed as
// a whole.
func archOf(image []byte) (Arch, error) {
	switch {
	case isX86(image):
		return AMD64, nil
	case isARM64(image), bytes.HasPrefix(image, []byte("\x1f\x8b")):
		return ARM64, nil
	}
	return "", errNoKernel
}

// Unpack returns the kernel itself: of an x86 bzImage its payload, the ELF file
// vmlinux, which QEMU boots without the kernel's own unpacking; of arm64 the flat
// Image. What is unpacked already is returned as it is.
func Unpack(image []byte) ([]byte, error) {
	switch {
	case isELF(image), isARM64(image):
		return image, nil
	case isX86(image):
		payload, err := payloadOf(image)
		if err != nil {
			return nil, err
		}
		kernel, err := expand(payload)
		if err != nil {
			return nil, fmt.Errorf("the payload of the bzImage: %w", err)
		}
		if !isELF(kernel) {
			return nil, fmt.Errorf("the payload of the bzImage is no ELF file: it begins with %q", kernel[:min(4, len(kernel))])
		}
		return kernel, nil
	case bytes.HasPrefix(image, []byte("\x1f\x8b")):
		kernel, err := expand(image)
		if err != nil {
			return nil, fmt.Errorf("the compressed Image: %w", err)
		}
		if isARM64(kernel) {
			return kernel, nil
		}
	}
	return nil, fmt.Errorf("the image begins with %q: %w", image[:min(4, len(image))], errNoKernel)
}

// payloadOf cuts what is compressed out of a bzImage.
func payloadOf(image []byte) ([]byte, error) {
	if v := binary.LittleEndian.Uint16(image[bootVersion:]); v < payloadVersion {
		return nil, fmt.Errorf("the bzImage is of boot protocol %#x; %#x is the first that says where its payload is", v, payloadVersion)
	}
	sectors := int(image[bootSectors])
	if sectors == 0 {
		sectors = 4 // as the protocol has it
	}
	start := uint64(sectors+1)*sector + uint64(binary.LittleEndian.Uint32(image[bootPayload:]))
	size := uint64(binary.LittleEndian.Uint32(image[bootPayloadSize:]))
	if size < 8 || start+size > uint64(len(image)) {
		return nil, fmt.Errorf("the bzImage is cut: its payload is at bytes %d to %d of %d", start, start+size, len(image))
	}
	// Its last four bytes are the size that it unpacks to, for the kernel; gzip has
	// them as part of its own form.
	payload := image[start : start+size]
	if !bytes.HasPrefix(payload, []byte("\x1f\x8b")) {
		payload = payload[:size-4]
	}
	return payload, nil
}

// expand uncompresses by what the bytes begin with.
func expand(b []byte) ([]byte, error) {
	var (
		r   io.Reader
		err error
	)
	in := bytes.NewReader(b)
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		r, err = gzip.NewReader(in)
	case bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")):
		r, err = xz.NewReader(in, maxWindow)
	case bytes.HasPrefix(b, []byte("\x02\x21\x4c\x18")):
		r = lz4.NewReader(in)
	case bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow)); err == nil {
			defer z.Close()
		}
		r = z
	case bytes.HasPrefix(b, []byte("BZh")):
		r = bzip2.NewReader(in)
	default:
		return nil, fmt.Errorf("it is compressed in a way that is not known: it begins with %q", b[:min(6, len(b))])
	}
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err != nil {
		return nil, fmt.Errorf("unpacking it, after %d bytes: %w", len(out), err)
	}
	if len(out) > maxUnpacked {
		return nil, fmt.Errorf("it unpacks to more than %d bytes", maxUnpacked)
	}
	return out, nil
}

// banner is how the text begins that a kernel says of itself.
var banner = regexp.MustCompile(`Linux version ([0-9]+\.[0-9]+[-.+~A-Za-z0-9_]*) \(`)

// Banner returns the release that a kernel says it is, "" if it says none. It
// takes what Unpack returned.
func Banner(kernel []byte) string {
	if m := banner.FindSubmatch(kernel); m != nil {
		return string(m[1])
	}
	return ""
}
