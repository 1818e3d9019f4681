// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrNoBTF is wrapped by the error of BTF for a kernel that was built without.
var ErrNoBTF = errors.New("the kernel has no BTF: it was built without CONFIG_DEBUG_INFO_BTF")

// btfHeader is how BTF begins in a little-endian kernel: the magic number,
// version 1, no flags, a header of 24 bytes. See the kernel's
// Documentation/bpf/btf.rst.
const btfHeader = "\x9f\xeb\x01\x00\x18\x00\x00\x00"

const btfHeaderSize = 24

// BTF returns the type information of a kernel that Unpack returned.
func BTF(kernel []byte) ([]byte, error) {
	if isELF(kernel) {
		return elfBTF(kernel)
	}
	// An Image of arm64 has no sections: what looks like BTF and is whole, is.
	for at := 0; ; {
		i := bytes.Index(kernel[at:], []byte(btfHeader))
		if i < 0 {
			return nil, ErrNoBTF
		}
		at += i
		if b, ok := wholeBTF(kernel[at:]); ok {
			return b, nil
		}
		at += len(btfHeader)
	}
}

func elfBTF(kernel []byte) ([]byte, error) {
	f, err := elf.NewFile(bytes.NewReader(kernel))
	if err != nil {
		return nil, fmt.Errorf("the kernel: %w", err)
	}
	s := f.Section(".BTF")
	if s == nil {
		return nil, ErrNoBTF
	}
	b, err := s.Data()
	if err != nil {
		return nil, fmt.Errorf("the kernel's section .BTF: %w", err)
	}
	whole, ok := wholeBTF(b)
	if !ok {
		return nil, fmt.Errorf("the kernel's section .BTF is damaged: no BTF is in its %d bytes", len(b))
	}
	return whole, nil
}

// wholeBTF cuts BTF off at its end: the types and then the strings follow the
// header, and the first string is empty.
func wholeBTF(b []byte) ([]byte, bool) {
	if len(b) < btfHeaderSize || string(b[:len(btfHeader)]) != btfHeader {
		return nil, false
	}
	field := func(at int) uint64 { return uint64(binary.LittleEndian.Uint32(b[at:])) }
	types, typesSize, text, textSize := field(8), field(12), field(16), field(20)
	end := btfHeaderSize + text + textSize
	// Those of a module or of a test are small; a kernel's are megabytes.
	if types != 0 || typesSize == 0 || typesSize > text || textSize == 0 || end > uint64(len(b)) || b[btfHeaderSize+text] != 0 || b[end-1] != 0 {
		return nil, false
	}
	return b[:end], true
}
