// SPDX-License-Identifier: Apache-2.0

// Package extract reads the values of fields: from an event, and from what
// state knows of its thread and its file descriptor.
//
// It compares nothing and formats nothing. Extractors are made once, when rules
// are compiled, and allocate nothing when they are called. A Context belongs to
// one goroutine.
package extract
