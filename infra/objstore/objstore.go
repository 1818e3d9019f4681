// SPDX-License-Identifier: Apache-2.0

// Package objstore keeps artifacts by name and digest in a folder.
//
// It never holds bytes under a digest that is not theirs: Put refuses them, and
// Get looks again before it hands out a file that this process has not seen or
// that changed since. It does not decide what to keep: callers remove nothing,
// and an artifact that is stored once stays. Any package of infra may import
// it. A Store is safe for concurrent use; two processes may share its folder.
package objstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// An Artifact is what a Store is asked for.
type Artifact struct {
	Name   string // one element of a path: lanner_0.1.0_linux_amd64.tar.gz
	Size   int64  // bytes
	SHA256 string // 64 hexadecimal digits
}

// MismatchError is bytes that are not the artifact they should be.
type MismatchError struct {
	Want Artifact
	Got  Artifact // what the bytes are; Size is a lower bound if they were too many
}

func (e *MismatchError) Error() string {
	switch {
	case e.Got.Size < e.Want.Size:
		return fmt.Sprintf("%s has %d bytes, want %d: it was cut short", e.Want.Name, e.Got.Size, e.Want.Size)
	case e.Got.Size > e.Want.Size:
		return fmt.Sprintf("%s has more than the %d bytes it should have", e.Want.Name, e.Want.Size)
	default:
		return fmt.Sprintf("%s has sha256 %s, want %s", e.Want.Name, e.Got.SHA256, e.Want.SHA256)
	}
}

// Store is a folder of artifacts, laid out as SHA256/NAME.
type Store struct {
	dir string

	mu       sync.Mutex
	verified map[Artifact]stamp
}

// A stamp changes when somebody writes to a file.
type stamp struct {
	size    int64
	changed time.Time
}

const temporary = ".incoming-"

// Open opens the store in dir, which it makes if need be.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("artifact store: %w", err)
	}
	if err := sweep(dir); err != nil {
		return nil, fmt.Errorf("artifact store: %w", err)
	}
	return &Store{dir: dir, verified: make(map[Artifact]stamp)}, nil
}

// sweep removes what a process that was killed in Put left behind. A day is
// longer than any Put: another process may be in the middle of one.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*", temporary+"*"))
	if err != nil {
		return err
	}
	for _, name := range left {
		info, err := os.Stat(name)
		if err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			err = os.Remove(name)
		}
		if ignore(err, fs.ErrNotExist) != nil {
			return err
		}
	}
	return nil
}

var (
	reName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~+-]*$`)
	reSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// path returns where a is kept. The checks make it impossible that a name or a
// digest from outside leads out of the folder.
func (s *Store) path(a Artifact) (string, error) {
	if !reName.MatchString(a.Name) || !reSHA256.MatchString(a.SHA256) || a.Size < 0 {
		return "", fmt.Errorf("artifact %q of %d bytes with sha256 %q: want a plain file name and 64 hexadecimal digits", a.Name, a.Size, a.SHA256)
	}
	return filepath.Join(s.dir, a.SHA256, a.Name), nil
}

// Put stores what r yields, if it is a: otherwise it stores nothing and returns
// a *MismatchError. When Put returns nil, the artifact survives a power cut.
func (s *Store) Put(ctx context.Context, a Artifact, r io.Reader) (err error) {
	target, err := s.path(a)
	if err != nil {
		return err
	}
	folder := filepath.Dir(target)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	// In the same folder, for a rename is atomic only within a file system.
	file, err := os.CreateTemp(folder, temporary+"*")
	if err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignore(file.Close(), fs.ErrClosed), ignore(os.Remove(file.Name()), fs.ErrNotExist))
		}
	}()
	// One byte more than expected is enough to know that there are too many.
	got, err := digest(a.Name, io.TeeReader(io.LimitReader(contextReader{ctx, r}, a.Size+1), file))
	if err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	if got != a {
		return &MismatchError{Want: a, Got: got}
	}
	if err := errors.Join(file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	// The new name, and the folder's own name in its parent, are data of the
	// folders: without these a power cut may forget the file.
	if err := errors.Join(syncDir(folder), syncDir(s.dir)); err != nil {
		return fmt.Errorf("store %s: %w", a.Name, err)
	}
	return nil
}

// Get opens a. The error is fs.ErrNotExist if it is not there, and a
// *MismatchError if what is there was damaged on disk; the damaged file is
// removed, so that it can be stored anew.
//
// Preconditions: the caller closes the file, and does not write to it.
func (s *Store) Get(a Artifact) (*os.File, error) {
	path, err := s.path(a)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("artifact %s: %w", a.Name, err)
	}
	if err := s.verify(a, file); err != nil {
		var mismatch *MismatchError
		if errors.As(err, &mismatch) {
			err = errors.Join(err, ignore(os.Remove(path), fs.ErrNotExist))
		}
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// verify reads the file unless this process has and it is as it was then. It
// leaves the file at its start.
func (s *Store) verify(a Artifact, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	now := stamp{size: info.Size(), changed: info.ModTime()}
	s.mu.Lock()
	then, seen := s.verified[a]
	s.mu.Unlock()
	if seen && then == now {
		return nil
	}
	got, err := digest(a.Name, file)
	if err != nil {
		return err
	}
	if got != a {
		return &MismatchError{Want: a, Got: got}
	}
	s.mu.Lock()
	s.verified[a] = now
	s.mu.Unlock()
	_, err = file.Seek(0, io.SeekStart)
	return err
}

func digest(name string, r io.Reader) (Artifact, error) {
	hash := sha256.New()
	size, err := io.Copy(hash, r)
	return Artifact{Name: name, Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// contextReader ends a copy when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
