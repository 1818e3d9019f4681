// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"runtime/debug"
)

// Of what an engine holds, little comes and goes: its tables stay, and alerts
// and chunks of captures are soon garbage. Collecting that at twice the size of
// the tables is what the Go runtime does by itself; at three times, it takes a
// tenth less processor time of a run with many alerts. The bound is what keeps
// that from doing harm where tables are large: their own limits end at 90 MB.
const (
	gcPercent   = 200
	loadPercent = 400       // while rules are read: 16 MB until the first collection
	memoryBound = 128 << 20 // for each worker, who has tables of its own
)

// roomToLoad lets rules be read without collecting what that leaves: mostly it is
// a few megabytes, and collecting them takes a fifth of the time. It ends with
// boundMemory.
func roomToLoad() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(loadPercent)
	}
}

// boundMemory tells the Go runtime how much memory to use, unless whoever
// started the process has told it.
func boundMemory(workers int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryBound * int64(workers))
	}
}
