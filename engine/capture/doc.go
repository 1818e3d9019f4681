// SPDX-License-Identifier: Apache-2.0

// Package capture reads and writes recorded events: .scap files, plain or
// compressed with gzip.
//
// It reads every version of the format, and by default hands out events in their
// newest form (see capture/upgrade). It keeps no state of the machine and
// opens no files. Its memory does not grow with the file. It trusts no length
// that a file states: what cannot be is counted and stepped over, and what is
// cut off is an error that says where.
//
// A Reader, a Cursor and a Writer each belong to one goroutine. A Chunk does not
// change until it is recycled, and many may read it.
package capture
