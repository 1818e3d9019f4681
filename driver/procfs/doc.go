// SPDX-License-Identifier: Apache-2.0

// Package procfs tells what was there before the driver's first event: the
// machine, its users and networks, and each process with its threads and
// descriptors, as /proc has them.
//
// It follows no path that a process chose, opens nothing that a process has
// open, and waits for no process's memory: a hostile process can hide what is
// its own, and neither stop the reading nor make up what is another's. A
// process that ends while it is read is counted, not reported as an error.
// What may not be read stays empty, and is counted too.
//
// Numbers are in the bits of the capture format, as engine/event has them;
// texts are as the driver's own records have them (driver/bpf), cut at the same
// length. Every function may be called from any goroutine; a Snapshot gets its
// calls from that one.
package procfs
