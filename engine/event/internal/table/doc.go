// SPDX-License-Identifier: Apache-2.0

// Package table reads engine/event's events.txt and writes the Go files that
// hold the same.
//
// It is run by its own test ("go generate ./engine/event"), which also fails
// when the files are out of step with the table. Nothing imports it: programs
// start with the tables ready made and parse nothing.
package table
