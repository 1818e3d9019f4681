// SPDX-License-Identifier: Apache-2.0

package table

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated files anew")

// The files that programs are built with say what the table says.
func TestGenerated(t *testing.T) {
	folder := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(folder, "events.txt"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	files, err := table.Write()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		path := filepath.Join(folder, name)
		if *update {
			if err := os.WriteFile(path, want, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, want) {
			t.Errorf("%s is not what events.txt says; run go generate ./engine/event", name)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"evnt 0", `events.txt:1: unknown word "evnt"`},
		{"# one\nevent 1 A a syscall file", "events.txt:2: event wants the next number, which is 0"},
		{"event 0 A a syscal file", `unknown source "syscal"`},
		{"event 0 A a syscall fil", `unknown category "fil"`},
		{"event 0 A a syscall file olds", `unknown flag "olds"`},
		{"event 0 A a syscall file : fd", `parameter "fd" is not NAME:KIND`},
		{"event 0 A a syscall file : fd:fdd", `unknown kind "fdd"`},
		{"event 0 A a syscall file : name:relpath(dirfd)", `no parameter "dirfd" before it`},
		{"event 0 A a syscall file : f:flags8(nope)", `no flags or variants "nope"`},
		{"flags x A=z", "flag A:"},
		{"flags x", "flags wants a name and values"},
		{"variants x fdd", `unknown kind "fdd"`},
		{"syscalls 7 read", "syscalls wants the next number, which is 0"},
	} {
		_, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q) = %v, want %q", c.text, err, c.want)
		}
	}
}
