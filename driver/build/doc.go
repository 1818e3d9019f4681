// SPDX-License-Identifier: Apache-2.0

// Package build proves of one driver and one kernel, without booting it, that
// the driver's relocations resolve: that every member of a structure that the
// programs read is there, and that what they attach to is.
//
// The driver is compiled once (CO-RE): for each kernel its instructions get other
// offsets when it is loaded. A member that a kernel lacks is no error then: the
// instruction is poisoned, and the kernel refuses the program if it can be
// reached. That is what Check finds out, for every kernel whose types are at hand.
//
// It loads nothing into a kernel, and it cannot see what the kernel's verifier
// thinks of a program: kernels of one Class are alike in all that it sees, and one
// of each is booted (package machine). Packages of driver may import it. Its
// functions are safe concurrently.
package build
