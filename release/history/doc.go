// SPDX-License-Identifier: Apache-2.0

// Package history reads what was merged since the last release: commits from
// git in one pass, and the pull requests they came by from GitHub in pages.
//
// It judges nothing: notes and version do. It never asks GitHub once for each
// commit, and it works without GitHub, from the commits alone. The packages of
// release may import it. Its functions keep no state and are safe for
// concurrent use.
package history
