// SPDX-License-Identifier: Apache-2.0

// Package ring takes records out of the kernel's BPF ring buffers: several at
// once, in the order of their times, without an allocation for a record.
//
// Under load it looks for records by itself, about a thousand times a second, and
// the kernel wakes nobody up: a wake-up for each record would cost the traced
// processes ten times what recording costs. When nothing comes it goes to sleep
// and says so in memory that the programs share; the first record then wakes it.
//
// A Reader belongs to one goroutine, but for Stop.
package ring
