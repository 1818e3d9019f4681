// SPDX-License-Identifier: Apache-2.0

// Package version says which version comes next, and why.
//
// It decides from merged pull requests and existing tags alone; it does no
// I/O. Prose decides nothing: kind labels do, then the "action required" of a
// release note, then, where there is no kind label, the conventional form of
// the subject. Any package under release, bots and website may import it. All
// functions are pure and safe for concurrent use.
//
// The kinds and what they bump:
//
//	kind/breaking, kind/api-change     major; minor before 1.0
//	"action required" in the note,     major; minor before 1.0
//	  its origin's, or as a label
//	kind/feature, kind/deprecation     minor
//	any other, none                    patch
//	feat!: …, BREAKING CHANGE: footer  as kind/breaking, without a kind label
//	feat: …                            as kind/feature, without a kind label
//
// What a bot made, and what touches vendored code alone, is never a major,
// whatever it says.
package version
