// SPDX-License-Identifier: Apache-2.0

package bpf

// The objects are committed, so that "go install" needs no compiler for eBPF;
// the flags leave nothing of the machine in them that they are built on.
//go:generate go run github.com/cilium/ebpf/cmd/bpf2go@v0.22.0 -cc clang-16 -strip llvm-strip-16 -target amd64,arm64 -type op -type header -type descriptor -type tally -type cause -type notice -type spec_flags -type unseen -type want -type scope -type spec -type record_flags Lanner lanner.bpf.c -- -O2 -mcpu=v3 -g -Wall -Werror -Wno-visibility -fdebug-prefix-map=../..=. -fdebug-compilation-dir=.
