// SPDX-License-Identifier: Apache-2.0

// Package doctor says whether this machine and this process can run the driver,
// and what to do where not.
//
// Examine decides, from facts alone; Gather collects the facts that are in
// files. Neither changes anything, loads a program, or asks for a right. What
// takes the kernel's word on programs and maps is given by the caller
// (driver/probe), so that this package links nothing of BPF. All is safe for
// concurrent use.
package doctor
