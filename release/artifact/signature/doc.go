// SPDX-License-Identifier: Apache-2.0

// Package signature signs release files with the SSH key that signs the tags,
// and checks such signatures against an allowed_signers file.
//
// Two forms: a detached SSH signature, which "ssh-keygen -Y verify" reads, and
// a DSSE envelope, which in-toto tools read. It takes ed25519 keys alone,
// because their signatures are deterministic: a release that is built again
// has the same signature files. It never stores, prints or logs a private key,
// and trusts nobody by itself: who may sign is always the caller's list.
// Packages below release may import it. All calls are safe concurrently.
package signature

// Namespace is the domain of signatures over release files. SSH signatures
// carry one, so that a signature of a tag (namespace "git") can never be shown
// as that of a file.
const Namespace = "lanner-release"
