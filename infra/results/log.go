// SPDX-License-Identifier: Apache-2.0

// Package results writes down what a run of a job leaves: its log, with an end
// however much is printed, and its artifacts, without secrets and without what
// leads out of their folder.
//
// What it reads was written by a job, and a job is a stranger: no link is
// followed, no device is opened, and every size has a limit. What is left out
// is said. It decides neither where results are kept nor what they are called:
// that is infra/job/run. Packages of infra may import it. A Log is safe
// concurrently; the functions are, in different folders.
package results

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"

	"github.com/lanner-project/lanner/infra/censor"
)

// tail is how much of the end of a log that is too long is kept, in bytes, and
// at most a quarter of all.
const tail = 1 << 20

// Log is the log of a run. It begins with the beginning of what was printed and
// ends with the end of it; in the middle it says how much it left out.
type Log struct {
	mu      sync.Mutex
	file    *os.File
	censor  *censor.Writer
	room    int64  // bytes that may still be written at the front
	ring    []byte // what came last, from at on, once there is no room
	at      int
	wrapped bool
	dropped int64 // bytes that went out of the ring
}

// CreateLog makes a log of no more than limit bytes and a line. It is readable
// while it is written, but for a few bytes that may be the beginning of a
// secret, and for the end of one that is too long.
func CreateLog(name string, c *censor.Censor, limit int64) (*Log, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	end := min(int64(tail), limit/4)
	l := &Log{file: file, room: limit - end, ring: make([]byte, 0, end)}
	l.censor = c.Writer(keeper{l})
	return l, nil
}

// Write takes all of p, or fails as the disk did.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.censor.Write(p)
}

// Close writes the end. The log is on the disk when it returns nil.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.censor.Close()
	if l.dropped > 0 {
		_, more := fmt.Fprintf(l.file, "\n[%d bytes are left out here: the log is too long]\n", l.dropped)
		err = errors.Join(err, more)
	}
	var more error
	if l.wrapped {
		_, more = l.file.Write(l.ring[l.at:])
		err = errors.Join(err, more)
	}
	_, more = l.file.Write(l.ring[:l.at])
	return errors.Join(err, more, l.file.Sync(), l.file.Close())
}

// keeper gets what is without secrets.
type keeper struct{ *Log }

func (k keeper) Write(p []byte) (int, error) {
	all := len(p)
	if k.room > 0 {
		n := int(min(k.room, int64(len(p))))
		if _, err := k.file.Write(p[:n]); err != nil {
			return 0, err
		}
		k.room -= int64(n)
		p = p[n:]
	}
	k.last(p)
	return all, nil
}

// last keeps the end of what did not fit.
func (l *Log) last(p []byte) {
	size := cap(l.ring)
	l.ring = l.ring[:size]
	for len(p) > 0 && size > 0 {
		if l.wrapped {
			l.dropped += int64(min(len(p), size-l.at))
		}
		n := copy(l.ring[l.at:], p)
		p = p[n:]
		if l.at += n; l.at == size {
			l.at, l.wrapped = 0, true
		}
	}
	l.dropped += int64(len(p))
}

// Follow writes a file that another process may be writing, from its start,
// until over is closed and all that was written before that is read.
func Follow(ctx context.Context, name string, over <-chan struct{}, to io.Writer) (err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, watcher.Close()) }()
	// Of the folder: the file need not be there yet.
	if err := watcher.Add(filepath.Dir(name)); err != nil {
		return err
	}
	var file *os.File
	defer func() {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	for last := false; ; {
		if file == nil {
			if file, err = os.Open(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if file != nil {
			if _, err := io.Copy(to, file); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			last = true
		case err := <-watcher.Errors:
			return err
		case <-watcher.Events:
		}
	}
}
