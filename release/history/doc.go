// SPDX-License-Identifier: Apache-2.0

// Package history reads what was merged between two releases: the commits from
// git, the pull requests that brought them from GitHub.
//
// It walks the commits once and asks GitHub in pages, never once a commit.
// GitHub may be left out: then the messages of the commits tell which pull
// request they are. It refuses to judge what it reads (that is what packages
// notes and version do), and it writes nothing, neither to the repository nor
// to GitHub.
//
// What came to a branch is what its first parents say. A commit inside a
// merged pull request is not a change of its own; a merge that no pull request
// made is none either, but what it brought is.
//
// Release and its commands may import it. All functions are safe concurrently.
package history
