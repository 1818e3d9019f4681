// SPDX-License-Identifier: Apache-2.0

// Package decode turns the records that the programs in driver/bpf make into
// events: it checks them, and says in the numbers of event's tables what the
// kernel said in its own.
//
// It is pure and believes nothing: a record that is no such thing is an error.
// A Decoder belongs to one goroutine.
package decode
