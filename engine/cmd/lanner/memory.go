// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"runtime/debug"
)

// Of what an engine holds, little comes and goes: its tables stay, and alerts
// and chunks of captures are soon garbage. Collecting that at twice the size of
// the tables is what the Go runtime does by itself. A daemon does it at three
// times: that takes a tenth less processor time where there are many alerts. A
// command that ends does it at five times, and not before there are 16 MB:
// reading rules leaves ten, and collecting those takes a tenth of the start. The
// bound is what keeps that from doing harm where tables are large: their own
// limits end at 90 MB.
const (
	daemonPercent  = 200
	commandPercent = 400
	memoryBound    = 128 << 20 // for each worker, who has tables of its own
)

// roomToLoad lets rules be read without collecting what that leaves.
func roomToLoad() { collectAt(commandPercent) }

// collectAt tells the Go runtime how much may be there beside what is used, in
// percent of it, unless whoever started the process has told it.
func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// boundMemory tells the Go runtime how much memory to use, unless whoever
// started the process has told it.
func boundMemory(workers int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryBound * int64(workers))
	}
}
