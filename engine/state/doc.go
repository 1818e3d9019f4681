// SPDX-License-Identifier: Apache-2.0

// Package state keeps what the events of a machine say about it: its threads
// and their ancestors, open file descriptors, users, groups and containers.
//
// It asks the machine nothing: what a source did not say is missing, and a
// Reason says why. It evaluates no fields: engine/extract reads the tables.
// Memory is bounded by Limits; what is evicted to stay inside is counted.
//
// A Table and everything in it belongs to one goroutine. What it hands out is
// to be read only, and is valid until the next event is applied.
package state
