// SPDX-License-Identifier: Apache-2.0

// Package sink is where alerts go: standard output, files, syslog, programs,
// HTTP servers. Each sink has a queue and a goroutine of its own, so that one
// that is stuck holds up no other, and no alert disappears without a number
// that says so: what a full queue shed, what a receiver refused, what was still
// waiting when time was up. What passes between alerts and sinks, the limits on
// how often a rule may speak, is here as well.
//
// It decides on no alert, and it keeps nothing over a restart: who needs that
// sends to a file, or to a receiver that keeps what it took.
//
// A Set and a Limiter are for one caller at a time; what they say about
// themselves, and Set.Reopen, may be asked from anywhere. A Sink is called by
// its own goroutine alone.
package sink
