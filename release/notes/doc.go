// SPDX-License-Identifier: Apache-2.0

// Package notes writes release notes from merged pull requests.
//
// It knows what a pull request says about itself: its kinds and areas (Prow's
// labels), the ```release-note``` block of its body, whether it takes another
// one back or was picked from another branch. It does no I/O: it asks neither
// git nor GitHub, and reads no clock. It never fails on what a contributor
// wrote: a malformed note is a Finding, with a place and what to do, and the
// rest of the document is made.
//
// All text of a pull request is untrusted. What comes out as Markdown has only
// the structure that this package made: code spans, code blocks, lists and
// http(s) links of a note survive, all else becomes escaped text. Nobody is
// mentioned but the contributors, no other issue is referenced.
//
// Any package under release may import it. All functions are pure and safe
// concurrently; the same input gives the same bytes.
package notes
