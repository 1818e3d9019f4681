// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Editors and configuration management change files in several steps: write
// another, rename it, set its permissions. A reload waits until nothing has
// happened for quiet, but not for longer than patient.
const (
	quietTime   = 200 * time.Millisecond
	patientTime = 2 * time.Second
)

// A fileWatch says when files change. Names are watched, not files: in each
// folder on the way to a file, the name that leads further. So a file that is
// renamed over another is seen, and so is a link that is set to another folder,
// which is how Kubernetes changes all files of a ConfigMap at once.
type fileWatch struct {
	w     *fsnotify.Watcher
	log   *slog.Logger
	names map[string]bool // that matter
	dirs  map[string]bool // of which all rules files matter
	on    []string        // folders that are watched
}

func newFileWatch(log *slog.Logger) (*fileWatch, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &fileWatch{w: w, log: log}, nil
}

// follow watches what leads to paths from now on, and reports whether that is
// anything that was not watched before.
func (f *fileWatch) follow(paths []string) bool {
	f.names, f.dirs = make(map[string]bool), make(map[string]bool)
	var folders []string
	for _, path := range paths {
		for _, name := range namesOnTheWay(path) {
			f.names[name] = true
			folders = append(folders, filepath.Dir(name))
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			continue // what is there of it is watched; the rest may come
		}
		if info, err := os.Stat(real); err == nil && info.IsDir() {
			f.dirs[real] = true
			folders = append(folders, real)
			entries, _ := os.ReadDir(real) // who reads the rules says what is wrong
			for _, e := range entries {
				if e.Type()&os.ModeSymlink == 0 || !isRules(e.Name()) {
					continue
				}
				for _, name := range namesOnTheWay(filepath.Join(real, e.Name())) {
					f.names[name] = true
					folders = append(folders, filepath.Dir(name))
				}
			}
		}
	}
	slices.Sort(folders)
	return f.watch(slices.Compact(folders))
}

// watch makes the watched folders those.
func (f *fileWatch) watch(folders []string) (more bool) {
	for _, old := range f.on {
		if !slices.Contains(folders, old) {
			if err := f.w.Remove(old); err != nil && !errors.Is(err, fsnotify.ErrNonExistentWatch) {
				f.log.Debug("watch", "folder", old, "error", err)
			}
		}
	}
	var on []string
	already := f.w.WatchList()
	for _, folder := range folders {
		// Who watches a removed folder has stopped to, so that one made anew
		// under its name is not in the list.
		if err := f.w.Add(folder); err != nil {
			if !errors.Is(err, os.ErrNotExist) {
				f.log.Warn("changes in this folder will not be seen; SIGHUP reloads", "folder", folder, "error", err)
			}
			continue
		}
		more = more || !slices.Contains(already, folder)
		on = append(on, folder)
	}
	f.on = on
	return more
}

// matters reports whether a name of which something happened leads to a file
// that is watched.
func (f *fileWatch) matters(name string) bool {
	return f.names[name] || f.dirs[filepath.Dir(name)] && isRules(name)
}

func isRules(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name))
}

// namesOnTheWay returns the names by which a path leads to a file: its own, and
// of each link on the way the link's and what it leads to.
func namesOnTheWay(path string) []string {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	var names []string
	at := "/"
	rest := strings.Split(strings.Trim(path, "/"), "/")
	const deepest = 255 // more links than the kernel follows
	for links := 0; len(rest) > 0 && links < deepest; {
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		target, err := os.Readlink(next)
		if err != nil {
			if len(rest) == 0 || !exists(next) {
				return append(names, next)
			}
			at = next
			continue
		}
		links++
		names = append(names, next)
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(strings.Trim(target, "/"), "/"), rest...)
	}
	return names
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// run tells of changes, one after the other, until ctx ends. Before each call
// of changed, paths are asked for anew.
func (f *fileWatch) run(ctx context.Context, paths func() []string, changed func()) {
	var first time.Time
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	touch := func() {
		now := time.Now()
		if first.IsZero() {
			first = now
		}
		timer.Reset(max(0, min(quietTime, first.Add(patientTime).Sub(now))))
	}
	f.follow(paths())
	touch() // for what changed between when it was read and now
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-f.w.Events:
			if open && f.matters(event.Name) {
				f.log.Debug("changed", "event", event.String())
				touch()
			}
		case err := <-f.w.Errors:
			// Events are missing: there is no telling which.
			f.log.Warn("changes of files may have been missed", "error", err)
			touch()
		case <-timer.C:
			first = time.Time{}
			changed()
			// What a new folder held may have changed between when it was read
			// and now that it is watched.
			if f.follow(paths()) {
				touch()
			}
		}
	}
}
