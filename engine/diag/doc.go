// SPDX-License-Identifier: Apache-2.0

// Package diag says what is wrong in a text that a person wrote: where, under
// which code, in one sentence, and what to write instead.
//
// It finds nothing by itself. A List is not safe for concurrent use; the rest
// is immutable.
package diag
