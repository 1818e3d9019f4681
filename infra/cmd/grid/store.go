// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/infra/grid"
)

// store is the folder with what was found out: DRIVER/check/PACKAGE.json,
// DRIVER/boot-LOADER/CLASS.json with CLASS.log, DRIVER/error/NAME, each name a
// digest. A file is whole or not there.
type store struct{ dir string }

// booted is the folder for what was found out by booting.
func booted(loader string) string { return "boot-" + loader[:12] }

// lock refuses a second run on the same folder. The kernel gives it back when the
// process ends, however it ends.
func (s store) lock() (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another run of the grid: wait for it, or give another --store", s.dir), f.Close())
	}
	return f, nil
}

func (s store) path(driver, kind, name string) string {
	return filepath.Join(s.dir, driver, kind, name)
}

// put writes a file at once.
func (s store) put(path string, b []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (s store) putJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return s.put(path, append(b, '\n'))
}

// fail notes why something is not known, and succeed that it is.
func (s store) fail(driver, name string, why error) error {
	return s.put(s.path(driver, "error", name), []byte(why.Error()+"\n"))
}

func (s store) succeed(driver, name string) error {
	if err := os.Remove(s.path(driver, "error", name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// evidence reads all that is known of some drivers, as a loader loads them.
func (s store) evidence(drivers map[kernel.Arch]string, loader string) (*grid.Evidence, error) {
	e := grid.NewEvidence()
	for _, driver := range drivers {
		if err := readAll(s.path(driver, "check", ""), e.Checks); err != nil {
			return nil, err
		}
		if err := readAll(s.path(driver, booted(loader), ""), e.Boots); err != nil {
			return nil, err
		}
		files, err := filepath.Glob(s.path(driver, "error", "*"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			e.Errors[filepath.Base(file)] = strings.TrimSpace(string(b))
		}
	}
	return e, nil
}

func readAll[T any](dir string, into map[string]*T) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		v := new(T)
		if err := json.Unmarshal(b, v); err != nil {
			return fmt.Errorf("%s: %w; remove it, and it is found out again", file, err)
		}
		into[strings.TrimSuffix(filepath.Base(file), ".json")] = v
	}
	return nil
}

// drivers are the digests of the drivers in the repository.
func (o *options) drivers() (map[kernel.Arch]string, error) {
	all := make(map[kernel.Arch]string)
	for _, a := range []kernel.Arch{kernel.AMD64, kernel.ARM64} {
		b, err := os.ReadFile(filepath.Join(o.source, filepath.FromSlash(a.Object())))
		if err != nil {
			return nil, fmt.Errorf("the driver: %w (--source is the folder of the repository)", err)
		}
		sum := sha256.Sum256(b)
		all[a] = hex.EncodeToString(sum[:])
	}
	return all, nil
}

// loaderFolders have what a machine runs beside the object: what loads and reads the
// driver, and its tests.
var loaderFolders = []string{
	"driver/bpf", "driver/calls", "driver/cmd/guest", "driver/decode", "driver/machine", "driver/machine/report", "driver/probe", "driver/procfs",
	"driver/ring", "engine/event",
}

// loader is the digest of the sources in those, and of the versions of libraries.
func (o *options) loader() (string, error) {
	h := sha256.New()
	add := func(file string) error {
		b, err := os.ReadFile(filepath.Join(o.source, filepath.FromSlash(file)))
		fmt.Fprintf(h, "%s %d\n%s", file, len(b), b)
		return err
	}
	files := []string{"go.mod"}
	for _, folder := range loaderFolders {
		entries, err := os.ReadDir(filepath.Join(o.source, filepath.FromSlash(folder)))
		if err != nil {
			return "", fmt.Errorf("what loads the driver: %w (--source is the folder of the repository)", err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && filepath.Ext(e.Name()) != ".o" {
				files = append(files, folder+"/"+e.Name())
			}
		}
	}
	for _, file := range files {
		if err := add(file); err != nil {
			return "", fmt.Errorf("what loads the driver: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// state is what is wanted and what is known.
type state struct {
	families []*grid.Family
	targets  []grid.Target
	drivers  map[kernel.Arch]string
	loader   string
	rows     []grid.Row
}

func (o *options) state() (*state, error) {
	files, err := o.families()
	if err != nil {
		return nil, err
	}
	s := &state{}
	s.families, s.targets = wanted(files)
	if s.drivers, err = o.drivers(); err != nil {
		return nil, err
	}
	if s.loader, err = o.loader(); err != nil {
		return nil, err
	}
	return s, s.judge(o)
}

// judge reads anew what is known.
func (s *state) judge(o *options) error {
	e, err := store{o.store}.evidence(s.drivers, s.loader)
	if err != nil {
		return err
	}
	s.rows = grid.Judge(s.targets, e)
	return nil
}
