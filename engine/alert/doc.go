// SPDX-License-Identifier: Apache-2.0

// Package alert is what the engine says when a rule matches: an alert's
// content, how a rule's output is filled in for an event, and the two forms in
// which alerts leave the process, text and JSON. Both are those of the
// reference, byte for byte, so that what reads its alerts reads ours.
//
// It parses no formats (engine/check does), decides on no alert and sends none.
// A Printer and an Encoding are immutable and safe for concurrent use. An Alert
// belongs to whoever fills it in, and keeps its memory for the next one; Clone
// makes one that can be kept.
package alert
