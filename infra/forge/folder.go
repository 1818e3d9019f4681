// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// folderLock holds the forge's folder for one Server.
type folderLock struct {
	server *os.File // held by the process alone
	pushes *os.File // held by each git that takes a push, too
}

// lockFolder takes the folder, or says that another forge has it. A forge that
// was killed leaves the git that was taking a push: that goes on, and moves
// references, for a moment. It inherited a lock which is waited for here, so
// that what it does is seen when the references are compared.
func lockFolder(dir string) (folderLock, error) {
	server, err := openLock(filepath.Join(dir, "lock"), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return folderLock{}, fmt.Errorf("another forge serves %s: stop it, or use another folder", dir)
	}
	if err != nil {
		return folderLock{}, err
	}
	pushes, err := openLock(filepath.Join(dir, "pushes.lock"), syscall.LOCK_EX)
	if err != nil {
		return folderLock{}, errors.Join(err, server.Close())
	}
	return folderLock{server: server, pushes: pushes}, nil
}

// close gives the folder up. The lock is given back by word, not by closing
// alone: a process that is being started this moment, between fork and exec,
// has a copy of the file, and would keep the lock a little longer.
func (l folderLock) close() error {
	return errors.Join(syscall.Flock(int(l.server.Fd()), syscall.LOCK_UN), l.server.Close(), l.pushes.Close())
}

// openLock opens a file and locks it. The lock belongs to the open file, not
// to the process: it is given up when the last process that has it closes it.
func openLock(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the forge's folder: %w", err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("locking %s: %w", name, err), f.Close())
	}
	return f, nil
}
