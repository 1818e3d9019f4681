// SPDX-License-Identifier: Apache-2.0

// Package program makes one program of all rules and matches events with it.
//
// How it is fast, from the outside in:
//
//   - What a type of event decides is worked out when its first event comes:
//     conditions become shorter, rules that ask for other types vanish (class.go).
//   - What hangs on the thread alone is remembered with the thread, what hangs
//     on fd.name alone with its text: one bit for each rule
//     (program.go, memo.go). Both together leave few rules for an event.
//   - A condition that many rules share is looked at before the rules (class.go).
//   - Of many rules that each need one of many tests, only those are looked at
//     whose test holds (access.go).
//   - Equal tests and conditions are the same node, computed once for an event
//     (dag.go, build.go, eval.go); cheap and telling ones come first.
//   - All constants that one operand is compared with are found in one look at
//     its value (sieve.go; exact.go, affix.go, substring.go, paths.go).
//
// It does no I/O and formats nothing. Names and types are checked before, by
// engine/check; values come from engine/extract. A Program is immutable but for
// classes made when they are first needed, and safe for concurrent use; each
// goroutine matches with a Matcher of its own. Naive evaluates the same rules
// the obvious way: it is what tests hold the Program against, and it can explain.
package program
