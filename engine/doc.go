// SPDX-License-Identifier: Apache-2.0

// Package engine is the loop: events from a source, the state that they
// change, the rules that they match, and the alerts that follow.
//
// It reads no files, opens no connections and knows no kernel: sources of
// events and takers of alerts are given to it. Any package may import it.
//
// An Engine belongs to the goroutine that calls Run or RunSplit, but for Swap,
// which may be called from anywhere at any time. A Ruleset is immutable and may
// be shared.
package engine
