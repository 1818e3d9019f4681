// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// An Entry is one regular file to put into an archive.
type Entry struct {
	Name string // slash-separated, relative
	Mode fs.FileMode
	Data []byte
}

// Tar returns a tar of entries and of the folders above them. Nothing of the
// machine gets in: names are sorted, everything belongs to root, and mtime is
// the time of every member.
func Tar(mtime time.Time, entries []Entry) ([]byte, error) {
	all, err := withFolders(entries)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range all {
		h := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     e.Name,
			Mode:     int64(e.Mode.Perm()),
			Size:     int64(len(e.Data)),
			ModTime:  mtime.UTC().Truncate(time.Second),
			// Left to itself the writer would choose the format by what it
			// has to express, and a later Go may choose differently.
			Format: tar.FormatUSTAR,
		}
		if e.Mode.IsDir() {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("tar member %q: %w", e.Name, err)
		}
		if _, err := w.Write(e.Data); err != nil {
			return nil, fmt.Errorf("tar member %q: %w", e.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("end of tar: %w", err)
	}
	return out.Bytes(), nil
}

// Gzip compresses data with an empty header: no name, no time, no operating
// system. The bytes depend on compress/flate, which Go may change in any
// release: whoever compares them must use the same toolchain.
func Gzip(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return out.Bytes(), nil
}

// withFolders returns entries and every folder above one of them, sorted by
// name, so that a folder comes before what is in it.
func withFolders(entries []Entry) ([]Entry, error) {
	seen := make(map[string]bool)
	var all []Entry
	for _, e := range entries {
		if !fs.ValidPath(e.Name) || e.Name == "." {
			return nil, fmt.Errorf("archive member %q: not a relative path without \"..\"", e.Name)
		}
		if seen[e.Name] {
			return nil, fmt.Errorf("archive member %q: given twice", e.Name)
		}
		seen[e.Name] = true
		all = append(all, e)
		for dir := path.Dir(e.Name); dir != "."; dir = path.Dir(dir) {
			if name := dir + "/"; !seen[name] {
				seen[name] = true
				all = append(all, Entry{Name: name, Mode: fs.ModeDir | 0o755})
			}
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}
