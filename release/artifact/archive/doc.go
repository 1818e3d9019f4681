// SPDX-License-Identifier: Apache-2.0

// Package archive writes archives that are the same to the byte on every
// machine, opens the kinds of archive a release publishes (tar, tar.gz, deb,
// rpm, OCI image layout), and says where two of them differ.
//
// It knows nothing of what is inside, builds nothing, and never writes a
// member to disk, so a hostile name or link in an archive can do no harm. It
// refuses to unpack more than it was told to hold. Packages below release may
// import it. All functions are pure and safe concurrently.
package archive
