// SPDX-License-Identifier: Apache-2.0

// Package decide is the bot's judgement: from the state of a pull request or
// an issue, it says what to do, and why a pull request is not merging.
//
// It does no I/O, reads no clock and tosses no coin: [Decide] is a function of
// its [Input]. It judges the state, not an event, so that webhooks which are
// lost, doubled or out of order change nothing: what counts is which remarks
// are there that were not answered yet, and [Memory] holds which were. After
// its actions are carried out, deciding again finds nothing to do.
//
// One file a feature: lgtm.go, approve.go, hold.go, release.go, unknown.go,
// merge.go; each sentence that people get to read is in say.go. The packages
// of bots may import it; all of it is safe concurrently.
package decide
