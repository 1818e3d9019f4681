// SPDX-License-Identifier: Apache-2.0

// Package bpf is the driver's programs, compiled, with what Go needs to load
// them. "make generate" compiles them anew, with clang 16, to the same bytes.
//
// It loads and attaches nothing: package probe does.
package bpf
