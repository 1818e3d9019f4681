// SPDX-License-Identifier: Apache-2.0

// Package download is the download site: the signed index of what was
// released, and the pages and files that it serves from it.
//
// It serves no byte whose digest is not in the index, and it signs nothing:
// the index arrives signed. The Index is a value and pure; release/cut makes
// new ones, release/verify reads them. A Site is safe for concurrent use; two
// processes may not share its folder.
package download
