// SPDX-License-Identifier: Apache-2.0

// Package probe loads and attaches the driver's programs, and gives what they
// record as events.
//
// It decides nothing about events: which ones are wanted comes from the caller,
// what they are made of from driver/calls. A Probe is used by one goroutine,
// but for Want, Stop and the counters.
package probe
