// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"strings"

	"golang.org/x/sys/unix"
)

// An overlay is a mounted file system of layers; the zero value is a mount that
// is none.
type overlay struct {
	root, point []byte // what of it is mounted, and where
	upper       string // folder of the machine that has the upper layer; "": none
	layered     bool
}

// layer reports which layer of an overlay a file is in: the upper one has all
// that was written. Both are false where it is in no overlay, or in one whose
// folders cannot be looked at.
//
// No links are followed in the folder, and nothing there is opened: a container
// may write it.
func (s *scan) layer(at folder, st *unix.Statx_t, path []byte) (upper, lower bool) {
	if st.Mask&unix.STATX_MNT_ID == 0 {
		return false, false // before Linux 5.8
	}
	o, known := s.overlays[st.Mnt_id]
	if !known {
		var err error
		if s.text, err = at.readTable("mountinfo", s.text[:0]); err != nil {
			return false, false
		}
		o = parseMount(s.text, st.Mnt_id)
		s.overlays[st.Mnt_id] = o
	}
	if !o.layered {
		return false, false
	}
	if o.upper == "" {
		return false, true // read only: all is in lower ones
	}
	name, ok := o.name(path)
	if !ok {
		return false, false
	}
	dir, err := openFolder(unix.AT_FDCWD, s.cfg.Host+o.upper)
	if err != nil {
		return false, false
	}
	defer func() { _ = dir.close() }() // nothing was written
	fd, err := again(func() (int, error) {
		return unix.Openat2(int(dir), name, &unix.OpenHow{
			Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
		})
	})
	switch err {
	case nil:
		_ = unix.Close(fd) // nothing was written
		return true, false
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP:
		return false, true
	}
	return false, false
}

// name is what a path is called in the overlay's layers.
func (o *overlay) name(path []byte) (string, bool) {
	rest, ok := bytes.CutPrefix(path, bytes.TrimSuffix(o.point, slash))
	if !ok || len(rest) < 2 || rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(string(o.root)+string(rest), "/"), true
}

// parseMount looks for a mount in a mountinfo file.
func parseMount(b []byte, id uint64) (o overlay) {
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, newline)
		word, rest := nextWord(line)
		if n, ok := decimal(word); !ok || n != id {
			continue
		}
		head, tail, ok := bytes.Cut(rest, []byte(" - "))
		kind, rest := nextWord(tail)
		_, rest = nextWord(rest)
		options, _ := nextWord(rest)
		if !ok || string(kind) != "overlay" {
			return o
		}
		_, head = nextWord(head) // the mount above
		_, head = nextWord(head) // device
		root, head := nextWord(head)
		point, _ := nextWord(head)
		o = overlay{root: unescape(bytes.TrimSuffix(root, slash)), point: unescape(point), layered: true}
		for len(options) > 0 {
			var option []byte
			option, options, _ = bytes.Cut(options, []byte{','})
			if dir, ok := bytes.CutPrefix(option, []byte("upperdir=")); ok {
				o.upper = string(withoutBackslashes(unescape(dir)))
			}
		}
		if o.upper != "" && o.upper[0] != '/' {
			o.layered = false // named from a folder that nobody knows any more
		}
		return o
	}
	return o
}

// unescape returns a copy of a word without what the kernel does to blanks and
// such: \040.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+3 < len(b) && octal(b[i+1]) && octal(b[i+2]) && octal(b[i+3]) {
			out = append(out, (b[i+1]-'0')<<6|(b[i+2]-'0')<<3|(b[i+3]-'0'))
			i += 3
			continue
		}
		out = append(out, b[i])
	}
	return out
}

// withoutBackslashes undoes what whoever mounted an overlay had to do to commas
// in the names of its folders.
func withoutBackslashes(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

func octal(c byte) bool { return c >= '0' && c <= '7' }
