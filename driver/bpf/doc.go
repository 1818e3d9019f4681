// SPDX-License-Identifier: Apache-2.0

// Package bpf is the driver's programs, compiled, with what Go needs to load
// them. "make generate" compiles them anew, with clang 16, to the same bytes.
//
// It loads and attaches nothing: package probe does.
package bpf

import _ "embed"

var (
	//go:embed lanner_x86_bpfel.o
	amd64 []byte
	//go:embed lanner_arm64_bpfel.o
	arm64 []byte
)

// Object returns the object for a machine as Go names it, whatever this one is;
// nil if there is none for it. It must not be changed.
func Object(arch string) []byte {
	switch arch {
	case "amd64":
		return amd64
	case "arm64":
		return arm64
	}
	return nil
}

// Attached are the names of the programs that have to be attached, those that
// tell of new processes first.
func Attached() []string {
	return []string{"lanner_fork", "lanner_free", "lanner_exit", "lanner_exec", "lanner_sys_exit"}
}

// Twins are the names of programs that are attached after those, in the same order,
// where a kernel would keep one from an event because it is running already.
func Twins() []string {
	twins := Attached()
	for i := range twins {
		twins[i] += "2"
	}
	return twins
}

// Lister is the name of the program that lists open descriptors. Where the kernel
// is too old for it, Go reads /proc instead.
const Lister = "lanner_files"
