// SPDX-License-Identifier: Apache-2.0

// Package prowcompat holds nothing but tests, which hold the bot's judgement
// against Prow's own packages: who may approve what (owners_test.go), which
// lines of a comment are commands (commands_test.go), and what becomes of the
// labels, the assignees, the title and the state (labels_test.go). Of jobs they
// hold which configurations are taken, and with which defaults (jobs_test.go),
// when a periodic is next (crons_test.go), and what an event makes run, against
// Prow's plugin trigger (triggers_test.go).
//
// It is a module of its own, for Prow's packages come with a thousand others;
// go.work beside this file lets it see the module that it tests. Run it with
// "make prowcompat". Where the two differ on purpose, a table in the test says
// so, and why: readings, choices, automatic, stricter, laxer and odds. The tests
// count each reason, fail for a difference that has none, and for a reason that
// nothing needs any more.
//
// "make bench-bot" runs the two programs, ours and Prow's hook, on the same
// forge with the same comments (beside_test.go, rounds_test.go), behind a proxy
// that counts what they ask (meter_test.go). hook starts without a cluster: it
// makes clients from a kubeconfig that leads nowhere, and without the plugin
// trigger it uses none. It merges nothing: in a Prow tide does. Nothing imports
// the package.
package prowcompat
