// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// ErrTooLarge is in the error of an archive that unpacks to more than the
// limit.
var ErrTooLarge = errors.New("unpacks to more than allowed")

// A Member is one member of an archive. Inside a member that is itself an
// archive (data.tar.gz of a deb, a layer of an image) the names are joined by
// "!": "data.tar.gz!usr/bin/lanner".
type Member struct {
	Name    string
	Mode    fs.FileMode // with the type bits of a folder or a symbolic link
	UID     int
	GID     int
	ModTime time.Time
	Link    string // target of a symbolic link
	Data    []byte
}

// Members reads the archive in data, which name's ending says the kind of
// (.tar, .tar.gz, .deb, .rpm), and the archives in it. It returns no members
// and no error for a name of another kind. Limit bounds the sum of all
// unpacked bytes.
func Members(name string, data []byte, limit int64) ([]Member, error) {
	r := &reader{left: limit}
	if err := r.read(name, data, ""); err != nil {
		return nil, fmt.Errorf("read %s: %w", path.Base(name), err)
	}
	return r.members, nil
}

// Find returns the content of the member called name, its leading "./" or "/"
// put aside, at whatever depth: "usr/bin/lanner" finds it in a tar, in a deb,
// an rpm and an image.
func Find(members []Member, name string) ([]byte, bool) {
	for _, m := range members {
		_, inner, _ := cutLast(m.Name, "!")
		if strings.TrimPrefix(strings.TrimPrefix(inner, "./"), "/") == name && m.Mode.IsRegular() {
			return m.Data, true
		}
	}
	return nil, false
}

// Within returns the members of the archive that is itself the member called
// name.
func Within(members []Member, name string) []Member {
	var inner []Member
	for _, m := range members {
		if strings.HasPrefix(m.Name, name+"!") {
			inner = append(inner, m)
		}
	}
	return inner
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

type reader struct {
	members []Member
	left    int64
}

// read dispatches by name; prefix is what stands before the names of members.
func (r *reader) read(name string, data []byte, prefix string) error {
	switch {
	case strings.HasSuffix(name, ".tar.gz"):
		plain, err := r.gunzip(data)
		if err != nil {
			return err
		}
		return r.tar(plain, prefix)
	case strings.HasSuffix(name, ".tar"):
		return r.tar(data, prefix)
	case strings.HasSuffix(name, ".deb"):
		return r.ar(data, prefix)
	case strings.HasSuffix(name, ".rpm"):
		return r.rpm(data, prefix)
	}
	return nil
}

// add records a member and descends into it if it is an archive itself.
func (r *reader) add(m Member, prefix string) error {
	m.Name = prefix + m.Name
	r.members = append(r.members, m)
	if !m.Mode.IsRegular() || strings.Count(m.Name, "!") > 2 {
		return nil
	}
	inner := m.Name
	// The layers of an image layout are files called by their digest only.
	if path.Base(path.Dir(m.Name)) == "sha256" && bytes.HasPrefix(m.Data, []byte{0x1f, 0x8b}) {
		inner += ".tar.gz"
	}
	if err := r.read(inner, m.Data, m.Name+"!"); err != nil {
		return fmt.Errorf("member %s: %w", m.Name, err)
	}
	return nil
}

// take reads all of src, no more than is left of the limit.
func (r *reader) take(src io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(src, r.left+1))
	if err != nil {
		return nil, err
	}
	if r.left -= int64(len(data)); r.left < 0 {
		return nil, ErrTooLarge
	}
	return data, nil
}

func (r *reader) gunzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bufio.NewReader(bytes.NewReader(data)))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	plain, err := r.take(z)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return plain, nil
}

func (r *reader) tar(data []byte, prefix string) error {
	t := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("tar: %w", err)
		}
		body, err := r.take(t)
		if err != nil {
			return fmt.Errorf("tar member %q: %w", h.Name, err)
		}
		m := Member{
			Name: h.Name, Mode: h.FileInfo().Mode(), UID: h.Uid, GID: h.Gid,
			ModTime: h.ModTime.UTC(), Link: h.Linkname, Data: body,
		}
		if err := r.add(m, prefix); err != nil {
			return err
		}
	}
}
