// SPDX-License-Identifier: Apache-2.0

// Package prowcompat holds nothing but tests, which hold the bot's judgement
// against Prow's own packages: who may approve what (owners_test.go), which
// lines of a comment are commands (commands_test.go), and what becomes of the
// labels, the assignees, the title and the state (labels_test.go).
//
// It is a module of its own, for Prow's packages come with a thousand others;
// go.work beside this file lets it see the module that it tests. Run it with
// "make prowcompat". Where the two differ on purpose, a table in the test says
// so, and why: readings, choices and automatic. The tests count each reason,
// fail for a difference that has none, and for a reason that nothing needs any
// more. Nothing imports it.
package prowcompat
