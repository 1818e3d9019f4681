// SPDX-License-Identifier: Apache-2.0

// Package local is for running jobs on this machine. What it has is how what
// is to be tested gets there: [Clone] makes the same merge, with the same
// commit, wherever and whenever it runs.
//
// It starts git, and nothing else yet. It refuses to touch a folder that is
// there already, and paths that lead out of the folder it is given. It hides
// how git is called. Packages of infra may import it. Clones into different
// folders are safe concurrently.
package local
