// SPDX-License-Identifier: Apache-2.0

package diag

// A Pos is a place in a file. Line and Col count from 1, Col in bytes; a zero
// Line means that the place is not known.
type Pos struct {
	File      string
	Line, Col int
	Offset    int // in bytes from the file's start
}
