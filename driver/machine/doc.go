// SPDX-License-Identifier: Apache-2.0

// Package machine boots a kernel in a virtual machine and runs the driver's
// own tests in it.
//
// The machine is emulated by QEMU without the processor's help, so that it runs
// anywhere and alike; it has no disk, no network and no clock that could be
// relied on, and everything in it is two files, which BuildGuest makes. What a
// kernel does to the driver there is the truth about that kernel; how long it
// takes is not.
//
// It does not judge kernels that it did not boot: package build does. It does not
// know where kernels come from. Packages of driver may import it. Machines are
// independent of each other: as many may run as there is memory for, 256 MiB each.
package machine
