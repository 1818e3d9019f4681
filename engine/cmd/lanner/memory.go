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
	memoryBound = 128 << 20 // for each worker, who has tables of its own
)

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
