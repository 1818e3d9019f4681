// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
)

// NewFile makes a sink that appends to a file. The file is opened at once, so
// that a wrong path is told at the start; it is opened again when Reopen is
// called, and when the path leads to another file or none: a file that was
// moved away by log rotation, or deleted, must not go on growing unseen.
func NewFile(path string) (Sink, error) {
	f := &file{path: path}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

type file struct {
	path   string
	f      *os.File
	info   os.FileInfo
	reopen atomic.Bool
	buf    []byte
	torn   bool
}

// Reopen makes the next Send open the file again. It is safe for concurrent
// use.
func (f *file) Reopen() { f.reopen.Store(true) }

func (f *file) Send(_ context.Context, records []Record) (int, error) {
	if err := f.follow(); err != nil {
		return 0, err
	}
	return writeLines(f.f, &f.buf, &f.torn, records)
}

// follow makes sure that f.f is the file that the path names.
func (f *file) follow() error {
	again := f.reopen.Swap(false)
	if f.f != nil && !again {
		info, err := os.Stat(f.path)
		if err == nil && os.SameFile(info, f.info) {
			return nil
		}
	}
	if f.f != nil {
		old := f.f
		f.f = nil
		if err := old.Close(); err != nil {
			return err // of what was written before; the next try opens the new one
		}
	}
	return f.open()
}

func (f *file) open() error {
	// Alerts hold command lines, and those hold secrets: the owner alone reads.
	opened, err := os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := opened.Stat()
	if err != nil {
		return errors.Join(err, opened.Close())
	}
	f.f, f.info, f.torn = opened, info, false
	return nil
}

func (f *file) Close(context.Context) error {
	if f.f == nil {
		return nil
	}
	return f.f.Close()
}
