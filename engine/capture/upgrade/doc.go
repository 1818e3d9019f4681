// SPDX-License-Identifier: Apache-2.0

// Package upgrade brings events of old captures to the newest schema.
//
// Old sources told of a syscall twice, when it began and when it ended, and
// every few versions an event got more parameters, or another type. The newest
// schema has the end alone, which carries everything. An Upgrader drops begins
// and gives their parameters to the ends, so that all that comes after it knows
// one form of each event.
//
// It reads no files and keeps no state of the machine but the begins that wait
// for their ends, within limits. No event makes it fail: what it cannot know is
// empty, and counted. engine/capture imports it; any package of the engine may.
//
// An Upgrader belongs to one goroutine.
package upgrade
