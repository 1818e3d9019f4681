// SPDX-License-Identifier: Apache-2.0

// Package calls knows what the driver records: which syscalls and notices of
// the kernel, the parameters of each in the order of its event, and which of
// them a set of rules needs.
//
// It is pure: two tables (calls.txt, numbers.txt) and what follows from them.
// The programs in driver/bpf carry the operations out, driver/probe loads the
// plan into the kernel, driver/decode reads the records. All is safe for
// concurrent use; nobody may change what is returned.
package calls
