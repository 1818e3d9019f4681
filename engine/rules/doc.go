// SPDX-License-Identifier: Apache-2.0

// Package rules reads rules files: lists, macros, rules, exceptions, appends
// and overrides, in the format that Falco's rulesets are written in. What comes
// out is the same for one file or many: each item as it is after the last
// change to it, its condition parsed, lists put in, macros known by name.
//
// It knows the shape of items and no field: whether a condition means anything
// is engine/check's question. Mistakes are collected, all of them, with the
// place in the file where the wrong character stands, however the YAML around
// it folds and escapes. Read is the only function that touches files.
//
// A Set belongs to one goroutine: looking up places fills caches. It holds the
// files' bytes, which must not change.
package rules
