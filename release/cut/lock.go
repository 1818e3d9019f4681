// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The lock of a release is a ref on origin, made by a compare-and-swap push:
// of two people one wins, and the ref's commit says who. A run that was killed
// leaves the ref behind; the same machine may take it over once the file lock
// that the run held is free, which the kernel sees to however it died.

// holder is the message of the lock's commit.
type holder struct {
	Who     string    `json:"who"`
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
	ID      string    `json:"id"` // names the file lock on the holder's machine
}

// HeldError is a release that somebody else is cutting.
type HeldError struct {
	Who, Version string
	Since        time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being cut by %s since %s", e.Version, e.Who, e.Since.UTC().Format("2006-01-02 15:04:05 MST"))
}

func (r *Release) lockRef() string { return "refs/lanner/release-lock/" + r.plan.Component }

// lock takes the lock and returns how to give it back.
func (r *Release) lock(ctx context.Context) (func(context.Context) error, error) {
	mine := holder{Who: r.me, Version: r.plan.Version, Since: time.Now().UTC().Truncate(time.Second), ID: rand.Text()}
	file, err := lockFile(r.cfg.LockDir, mine.ID)
	if err != nil {
		return nil, err
	}
	release := func() error {
		return errors.Join(os.Remove(file.Name()), file.Close())
	}
	object, err := r.pushLock(ctx, mine)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return func(ctx context.Context) error {
		if err := r.push(ctx, r.lockRef(), "", object); err != nil {
			return errors.Join(fmt.Errorf("giving the release lock back: %w", err), release())
		}
		return release()
	}, nil
}

// Sweep gives back the lock that a run of this machine left behind when it was
// killed. Another's lock is left alone.
func (r *Release) Sweep(ctx context.Context) error {
	object, other, err := r.readLock(ctx)
	if err != nil || object == "" || !r.abandoned(other) {
		return err
	}
	return r.push(ctx, r.lockRef(), "", object)
}

func (r *Release) pushLock(ctx context.Context, mine holder) (string, error) {
	message, err := json.Marshal(mine)
	if err != nil {
		return "", err
	}
	object, err := r.commitFiles(ctx, "", nil, string(message), mine.Since)
	if err != nil {
		return "", err
	}
	err = r.push(ctx, r.lockRef(), object, "")
	if !errors.Is(err, errMoved) {
		return object, err
	}
	old, other, err := r.readLock(ctx)
	if err != nil {
		return "", err
	}
	if old != "" && !r.cfg.TakeOver && !r.abandoned(other) {
		return "", &HeldError{Who: other.Who, Version: other.Version, Since: other.Since}
	}
	r.cfg.Log.Info("taking over the release lock", "from", other.Who, "since", other.Since)
	if err := r.push(ctx, r.lockRef(), object, old); err != nil {
		return "", fmt.Errorf("taking over the release lock of %s: %w", other.Who, err)
	}
	return object, nil
}

// readLock reads who holds the lock; object is "" if nobody does.
func (r *Release) readLock(ctx context.Context) (object string, h holder, err error) {
	object, err = r.lookup(ctx, r.lockRef())
	if err != nil || object == "" {
		return object, h, err
	}
	repo, err := r.remote(ctx)
	if err != nil {
		return "", h, err
	}
	if _, err := repo.Run(ctx, "fetch", "--quiet", "--no-write-fetch-head", r.cfg.Remote, r.lockRef()); err != nil {
		return "", h, fmt.Errorf("reading the release lock: %w", err)
	}
	message, err := r.repo.Run(ctx, "show", "-s", "--format=%B", object)
	if err != nil {
		return "", h, err
	}
	if err := json.Unmarshal([]byte(message), &h); err != nil {
		return "", h, fmt.Errorf("the release lock %s on %s is not one that this tool wrote (%w); look at it with `git fetch origin %s`", short(object), r.lockRef(), err, r.lockRef())
	}
	return object, h, nil
}

// abandoned reports whether h's run was one of this machine that has died.
func (r *Release) abandoned(h holder) bool {
	if h.ID == "" || strings.ContainsAny(h.ID, "/\\.") {
		return false
	}
	name := filepath.Join(r.cfg.LockDir, h.ID)
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return false // of another machine
	}
	defer file.Close()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false // alive
	}
	if err := os.Remove(name); err != nil {
		r.cfg.Log.Warn("old lock file stays", "file", name, "err", err)
	}
	return true
}

func lockFile(dir, id string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock file %s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}
