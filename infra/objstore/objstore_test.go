// SPDX-License-Identifier: Apache-2.0

package objstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/objstore"
)

func artifact(name, text string) objstore.Artifact {
	sum := sha256.Sum256([]byte(text))
	return objstore.Artifact{Name: name, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}

func open(t *testing.T) (*objstore.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "objects")
	s, err := objstore.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func read(t *testing.T, s *objstore.Store, a objstore.Artifact) string {
	t.Helper()
	file, err := s.Get(a)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// files lists what is in the store, the temporary files included.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	a := artifact("lanner.tar.gz", "the bytes")
	if _, err := s.Get(a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get before Put: %v, want fs.ErrNotExist", err)
	}
	for range 2 { // to store again what is there is no mistake
		if err := s.Put(t.Context(), a, strings.NewReader("the bytes")); err != nil {
			t.Fatal(err)
		}
	}
	again, err := objstore.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, store := range []*objstore.Store{s, s, again} {
		if got := read(t, store, a); got != "the bytes" {
			t.Errorf("Get = %q", got)
		}
	}
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("the store holds %q, want one file", got)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	a := artifact("lanner.tar.gz", "the bytes")
	cut := errors.New("connection reset")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name     string
		ctx      context.Context
		artifact objstore.Artifact
		r        io.Reader
		want     string
		mismatch bool
	}{
		{name: "other bytes", artifact: a, r: strings.NewReader("the bytez"), want: "lanner.tar.gz has sha256 ", mismatch: true},
		{name: "too few", artifact: a, r: strings.NewReader("the"), want: "has 3 bytes, want 9: it was cut short", mismatch: true},
		{name: "too many", artifact: a, r: io.MultiReader(strings.NewReader("the bytes"), neverEnding{}), want: "more than the 9 bytes", mismatch: true},
		{name: "a broken connection", artifact: a, r: io.MultiReader(strings.NewReader("the"), failing{cut}), want: "connection reset"},
		{name: "an ended context", ctx: ended, artifact: a, r: strings.NewReader("the bytes"), want: "context canceled"},
		{name: "a path for a name", artifact: artifact("../x", ""), r: strings.NewReader(""), want: "plain file name"},
		{name: "no name", artifact: artifact("", ""), r: strings.NewReader(""), want: "plain file name"},
		{name: "a path for a digest", artifact: objstore.Artifact{Name: "x", SHA256: strings.Repeat("../", 21) + "x"}, r: strings.NewReader(""), want: "64 hexadecimal digits"},
		{name: "a negative size", artifact: objstore.Artifact{Name: "x", Size: -1, SHA256: a.SHA256}, r: strings.NewReader(""), want: "-1 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, dir := open(t)
			ctx := tt.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			err := s.Put(ctx, tt.artifact, tt.r)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Put: %v, want an error with %q", err, tt.want)
			}
			var mismatch *objstore.MismatchError
			if errors.As(err, &mismatch) != tt.mismatch {
				t.Errorf("Put: %v: a *MismatchError: %t, want %t", err, !tt.mismatch, tt.mismatch)
			}
			if left := files(t, dir); len(left) > 0 {
				t.Errorf("a refused Put left %q", left)
			}
		})
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

// A file that was damaged on disk is not handed out, not even after it was
// handed out before; and it can be stored anew.
func TestDamage(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	a := artifact("lanner.tar.gz", "the bytes")
	put := func() {
		t.Helper()
		if err := s.Put(t.Context(), a, strings.NewReader("the bytes")); err != nil {
			t.Fatal(err)
		}
	}
	put()
	read(t, s, a)
	if err := os.WriteFile(files(t, dir)[0], []byte("the bytez"), 0o644); err != nil {
		t.Fatal(err)
	}
	var mismatch *objstore.MismatchError
	if _, err := s.Get(a); !errors.As(err, &mismatch) {
		t.Fatalf("Get of a damaged file: %v, want a *MismatchError", err)
	}
	if _, err := s.Get(a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get after the damaged file was found: %v, want fs.ErrNotExist", err)
	}
	put()
	if got := read(t, s, a); got != "the bytes" {
		t.Errorf("Get = %q", got)
	}
}

// Open removes what a killed process left, but not what another is writing.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	_, dir := open(t)
	folder := filepath.Join(dir, strings.Repeat("a", 64))
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(folder, ".incoming-1"), filepath.Join(folder, ".incoming-2")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if _, err := objstore.Open(dir); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 1 || got[0] != young {
		t.Errorf("the store holds %q, want %q alone", got, young)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	text := strings.Repeat("0123456789abcdef", 1<<12)
	a := artifact("large", text)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := s.Put(t.Context(), a, bytes.NewReader([]byte(text))); err != nil {
				t.Error(err)
				return
			}
			file, err := s.Get(a)
			if err != nil {
				t.Error(err)
				return
			}
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("the store holds %q, want one file", got)
	}
}
