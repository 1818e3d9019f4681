// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"syscall"
)

// peak returns how much memory a process had at most, in bytes.
func peak(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10 // Linux tells it in KiB
	}
	return 0
}
