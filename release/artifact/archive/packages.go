// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

var errTruncated = errors.New("ends too early")

// ar reads the outer archive of a Debian package: "!<arch>\n", then for each
// member a header of 60 text bytes and the body, padded to an even length.
// See deb(5) and ar(5).
func (r *reader) ar(data []byte, prefix string) error {
	const magic, headerSize = "!<arch>\n", 60
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return fmt.Errorf("ar: does not begin with %q", magic)
	}
	for len(rest) > 0 {
		if len(rest) < headerSize {
			return fmt.Errorf("ar: header %w", errTruncated)
		}
		field := func(from, to int) string { return strings.TrimRight(string(rest[from:to]), " ") }
		name := strings.TrimSuffix(field(0, 16), "/")
		size, err := strconv.ParseInt(field(48, 58), 10, 64)
		if err != nil || size < 0 || field(58, 60) != "`\n" {
			return fmt.Errorf("ar: bad header of member %q", name)
		}
		seconds, err := strconv.ParseInt(field(16, 28), 10, 64)
		if err != nil {
			return fmt.Errorf("ar: bad time of member %q", name)
		}
		rest = rest[headerSize:]
		if int64(len(rest)) < size {
			return fmt.Errorf("ar: member %q %w", name, errTruncated)
		}
		m := Member{Name: name, Mode: 0o644, ModTime: time.Unix(seconds, 0).UTC()}
		if m.Data, err = r.take(bytes.NewReader(rest[:size])); err != nil {
			return fmt.Errorf("ar: member %q: %w", name, err)
		}
		if err := r.add(m, prefix); err != nil {
			return err
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	return nil
}

// rpm splits an RPM into its signature, its header and its payload. See
// https://rpm-software-management.github.io/rpm/manual/format_v4.html
func (r *reader) rpm(data []byte, prefix string) error {
	const leadSize = 96
	if len(data) < leadSize || !bytes.HasPrefix(data, []byte{0xed, 0xab, 0xee, 0xdb}) {
		return errors.New("rpm: does not begin with a lead")
	}
	rest := data[leadSize:]
	for _, name := range []string{"signature", "header"} {
		size, err := rpmHeaderSize(rest)
		if err != nil {
			return fmt.Errorf("rpm %s: %w", name, err)
		}
		if name == "signature" {
			size += -size & 7 // only this one is padded, to 8 bytes
		}
		if size > len(rest) {
			return fmt.Errorf("rpm %s: %w", name, errTruncated)
		}
		m := Member{Name: name, Mode: 0o644}
		if m.Data, err = r.take(bytes.NewReader(rest[:size])); err != nil {
			return fmt.Errorf("rpm %s: %w", name, err)
		}
		if err := r.add(m, prefix); err != nil {
			return err
		}
		rest = rest[size:]
	}
	if !bytes.HasPrefix(rest, []byte{0x1f, 0x8b}) {
		return errors.New("rpm payload: not compressed by gzip, the only one read here")
	}
	plain, err := r.gunzip(rest)
	if err != nil {
		return fmt.Errorf("rpm payload: %w", err)
	}
	return r.cpio(plain, prefix+"payload!")
}

// rpmHeaderSize returns the length of the RPM header structure b begins with.
func rpmHeaderSize(b []byte) (int, error) {
	const intro, entry = 16, 16
	if len(b) < intro || !bytes.HasPrefix(b, []byte{0x8e, 0xad, 0xe8, 0x01}) {
		return 0, errors.New("no header magic")
	}
	entries, store := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	size := intro + int64(entries)*entry + int64(store)
	if size > int64(len(b)) {
		return 0, errTruncated
	}
	return int(size), nil
}

// cpio reads the "new ASCII" cpio format: headers of 110 bytes, thirteen hex
// fields after the magic, names and bodies padded to four bytes.
func (r *reader) cpio(data []byte, prefix string) error {
	const headerSize, trailer = 110, "TRAILER!!!"
	for off := 0; ; {
		if len(data)-off < headerSize {
			return fmt.Errorf("cpio: header %w", errTruncated)
		}
		h := data[off : off+headerSize]
		if magic := string(h[:6]); magic != "070701" && magic != "070702" {
			return fmt.Errorf("cpio: bad magic %q", magic)
		}
		var field [13]int
		for i := range field {
			v, err := strconv.ParseUint(string(h[6+8*i:14+8*i]), 16, 32)
			if err != nil {
				return fmt.Errorf("cpio: bad header field: %w", err)
			}
			field[i] = int(v)
		}
		mode, mtime, bodySize, nameSize := field[1], field[5], field[6], field[11]
		nameEnd := off + headerSize + nameSize
		body := nameEnd + -nameEnd&3
		if nameSize < 1 || body+bodySize > len(data) {
			return fmt.Errorf("cpio: member %w", errTruncated)
		}
		name := string(data[off+headerSize : nameEnd-1])
		if name == trailer {
			return nil
		}
		m := Member{
			Name: name, Mode: unixMode(mode), UID: field[2], GID: field[3],
			ModTime: time.Unix(int64(mtime), 0).UTC(), Data: data[body : body+bodySize],
		}
		if err := r.add(m, prefix); err != nil {
			return err
		}
		off = body + bodySize
		off += -off & 3
	}
}

// unixMode translates the mode bits of a stat structure.
func unixMode(mode int) fs.FileMode {
	perm := fs.FileMode(mode) & fs.ModePerm
	switch mode & 0o170000 {
	case 0o040000:
		return perm | fs.ModeDir
	case 0o120000:
		return perm | fs.ModeSymlink
	case 0o100000:
		return perm
	}
	return perm | fs.ModeIrregular
}
