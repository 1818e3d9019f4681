// SPDX-License-Identifier: Apache-2.0

// Package check gives a condition its meaning: names become fields, constants
// become values of the field's kind, and what cannot be is reported with a
// code, a position and a suggestion.
//
// It evaluates nothing and reads no files. Its results are immutable and safe
// for concurrent use.
package check
