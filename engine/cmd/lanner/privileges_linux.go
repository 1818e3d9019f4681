// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kept are the capabilities that are needed after the driver is attached: to
// read its counters, and to read what /proc says of other users' processes.
var kept = []uint{unix.CAP_BPF, unix.CAP_SYS_PTRACE, unix.CAP_DAC_READ_SEARCH}

// leastPrivilege gives all other capabilities up once the driver is attached,
// for good: what comes from there on are names and texts of strangers.
func leastPrivilege(open openLive) openLive {
	return func(ctx context.Context, cfg liveConfig) (live, error) {
		src, err := open(ctx, cfg)
		if err != nil {
			return nil, err
		}
		switch err := dropCapabilities(kept); {
		case errors.Is(err, syscall.ENOTSUP):
			cfg.Log.Warn("capabilities are kept: a program that is linked with C cannot give them up for all its threads")
		case err != nil:
			return nil, errors.Join(err, src.Close())
		}
		return src, nil
	}
}

// dropCapabilities gives up, in all threads, what is not to be kept.
func dropCapabilities(keep []uint) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var have [2]unix.CapUserData
	if err := unix.Capget(&header, &have[0]); err != nil {
		return fmt.Errorf("capget: %w", err)
	}
	var left [2]unix.CapUserData
	for _, c := range keep {
		left[c/32].Permitted |= have[c/32].Permitted & (1 << (c % 32))
		left[c/32].Effective |= have[c/32].Effective & (1 << (c % 32))
	}
	// What root executes would have them all again without this.
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		return fmt.Errorf("prctl: %w", errno)
	}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&left[0])), 0)
	if errno != 0 {
		return fmt.Errorf("capset: %w", errno)
	}
	return nil
}
