// SPDX-License-Identifier: Apache-2.0

package local

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/job/run"
)

// The files of a run's own folder.
const (
	specFile   = "spec.json"   // what it is: taskFile
	statusFile = "status.json" // how far it is; written whole, and last of all
	lockFile   = "lock"        // whoever has it supervises the run
	alive      = "alive"       // a pipe: its end is that of the supervisor; what comes says that the status is another
	control    = "control"     // a pipe: what comes says that abort is there
	abortFile  = "abort"       // why it is to end
	groupFile  = "cgroup.json" // what it was put into
	resultsDir = "results"
	workDir    = "work"
)

// task is what a supervisor is to do.
type task struct {
	Spec   run.Spec `json:"spec"`
	Config Config   `json:"config"`
}

// readJSON reads a file into v.
func readJSON(name string, v any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// writeJSON writes a file so that it is there whole or not at all, also after a
// loss of power.
func writeJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	temporary := name + ".new"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

func syncFolder(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// lock takes the lock of a run, or of the folder of all runs; nil if somebody
// has it. It lasts as long as the file is open, in whatever process.
func lock(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return file, nil
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = nil
	}
	return nil, errors.Join(err, file.Close())
}

// openPipe opens a named pipe for both, which never waits.
func openPipe(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDWR|unix.O_NONBLOCK, 0)
}

// poke says to whoever reads a pipe that there is news. A full pipe says so
// already.
func poke(pipe *os.File) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	var wrote error
	err = raw.Control(func(fd uintptr) { _, wrote = unix.Write(int(fd), []byte{'\n'}) })
	if errors.Is(wrote, unix.EAGAIN) {
		wrote = nil
	}
	return errors.Join(err, wrote)
}
