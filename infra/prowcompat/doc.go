// SPDX-License-Identifier: Apache-2.0

// Package prowcompat holds nothing but tests, which hold the bot's judgement
// against Prow's own packages.
//
// It is a module of its own, for Prow's packages come with a thousand others;
// go.work beside this file lets it see the module that it tests. Run it with
// "make prowcompat". Where the two differ on purpose, the tests say so, and
// why. Nothing imports it.
package prowcompat
