// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, list := Parse("x.test", text)
	for _, d := range list.Diagnostics {
		t.Errorf("%d:%d: %s", d.Pos.Line, d.Pos.Col, d.Message)
	}
	return f
}

func TestParse(t *testing.T) {
	t.Parallel()
	f := parse(t, `load a.yaml # the rules
load "with blank.yaml"
test "it works"
  matching first
  100 openat fd=3 name=/etc/shadow
    -> "A rule" fd.name=/etc/shadow proc.aname[1]="a b" output="x y"
test "with a capture"
  capture x.scap
    -> 12 "A rule"
`)
	if len(f.Loads) != 2 || f.Loads[1].Path != "with blank.yaml" || len(f.Tests) != 2 {
		t.Fatalf("%+v", f)
	}
	first := f.Tests[0]
	if !first.First || first.Name != "it works" || len(first.World.Events) != 1 || len(first.Expect) != 1 {
		t.Fatalf("%+v", first)
	}
	e := first.Expect[0]
	if e.Rule != "A rule" || e.Event != 1 || e.Output != "x y" || len(e.Fields) != 2 || e.Fields[1].Name != "proc.aname[1]" || e.Fields[1].Value != "a b" {
		t.Errorf("%+v", e)
	}
	if f.Tests[1].Capture != "x.scap" || f.Tests[1].Expect[0].Event != 12 {
		t.Errorf("%+v", f.Tests[1])
	}
}

// shown prints an event's parameters as the tests below read them.
func shown(ev *event.Event) string {
	var out strings.Builder
	info := ev.Type.Info()
	for i := range info.Params {
		if b := ev.Param(i); strings.Trim(string(b), "\x00") != "" {
			fmt.Fprintf(&out, "%s=%q ", info.Params[i].Name, b)
		}
	}
	return strings.TrimSpace(out.String())
}

func TestEvents(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		typ        event.Type
		want       string
	}{
		{
			"names of flags", "100 openat fd=3 name=/a flags=O_RDWR|O_CREAT mode=0644", event.OpenatExit,
			`fd="\x03\x00\x00\x00\x00\x00\x00\x00" dirfd="\x9c\xff\xff\xff\xff\xff\xff\xff" name="/a\x00" flags="\a\x00\x00\x00" mode="\xa4\x01\x00\x00"`,
		},
		{"an error", "100 open fd=ENOENT name=x", event.OpenExit, `fd="\xfe\xff\xff\xff\xff\xff\xff\xff" name="x\x00"`},
		{"the begin of a syscall", "100 >open name=x", event.OpenEnter, `name="x\x00"`},
		{
			"a connection", "100 connect tuple=10.0.0.1:256->10.0.0.2:80 addr=[::1]:1", event.ConnectExit,
			`tuple="\x02\n\x00\x00\x01\x00\x01\n\x00\x00\x02P\x00" addr="\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00"`,
		},
		{"bytes", `100 read res=2 data="a\x00"`, event.ReadExit, `res="\x02\x00\x00\x00\x00\x00\x00\x00" data="a\x00"`},
		{"bytes as hex", "100 write data=hex:0a00ff", event.WriteExit, `data="\n\x00\xff"`},
		{"a dead process", "100 procexit status=9", event.Procexit, `status="\t\x00\x00\x00\x00\x00\x00\x00"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := parse(t, "test x\n"+tt.line).Tests[0].World
			ev := &w.Events[0]
			if ev.Type != tt.typ {
				t.Errorf("type %d %s, want %d", ev.Type, ev.Type, tt.typ)
			}
			if diff := cmp.Diff(tt.want, shown(ev)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is known of a thread need not be said again.
func TestKnown(t *testing.T) {
	t.Parallel()
	w := parse(t, `test x
  proc 100 exepath=/usr/bin/nginx uid=33 container=3ad7b26ded6d
  200 clone ptid=100
  +1s 200 execve exepath=/bin/a-name-that-is-too-long args=[-c "id x"]
  200 chdir path=/tmp
`).Tests[0].World
	clone, exec := &w.Events[0], &w.Events[1]
	for _, want := range []string{`comm="nginx\x00"`, `uid="!\x00\x00\x00"`, `ptid="d\x00\x00\x00\x00\x00\x00\x00"`, `tid="\xc8\x00\x00\x00\x00\x00\x00\x00"`, "/docker/3ad7b26ded6d"} {
		if got := shown(clone); !strings.Contains(got, want) {
			t.Errorf("clone has no %s: %s", want, got)
		}
	}
	for _, want := range []string{`comm="a-name-that-is-\x00"`, `exe="/bin/a-name-that-is-too-long\x00"`, `args="-c\x00id x\x00"`, `uid="!\x00\x00\x00"`, "/docker/3ad7b26ded6d"} {
		if got := shown(exec); !strings.Contains(got, want) {
			t.Errorf("execve has no %s: %s", want, got)
		}
	}
	if exec.Time-clone.Time != 1e9 || clone.Num != 1 || exec.Num != 2 {
		t.Errorf("times %d and %d", clone.Time, exec.Time)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"100 opennat fd=3":                `2:5: there is no event "opennat"`,
		"100 openat fd=x":                 `2:12: fd: "x" is neither a number nor the name of an error such as ENOENT`,
		"100 openat flags=O_READ":         `2:12: flags: "O_READ" is not one of `,
		"100 openat nme=x":                `2:12: openat has no parameter "nme"; it has fd, dirfd, name`,
		"100 openat mode=0x100000000":     `2:12: mode: 0x100000000 does not fit into 4 bytes`,
		"100 openat name=[a b]":           `2:12: name: this parameter has one value, not a list`,
		`100 openat name="a`:              `2:17: the quoted text does not end`,
		"100 execve args=[a":              `2:17: the list has no "]"`,
		"100 connect tuple=1.2.3.4":       `2:13: tuple: write a connection as`,
		"100 connect addr=x":              `2:13: addr: write an address as`,
		"+x 100 close":                    `2:1: "+x" is not a duration`,
		"hello":                           `2:1: "an event" wants a thread id first, not "hello"`,
		"proc":                            `2:1: "proc" wants a thread id`,
		"proc 1 nme=x":                    `2:8: "nme" is not known here`,
		"proc 1 uid=99999999999":          `2:8: uid: "99999999999" is not a number that fits`,
		"proc 1 container=short":          `2:8: a container's id has at least 12 hexadecimal digits`,
		"file 1 fd=1 type=x":              `2:13: type: "x" is not a kind of descriptor`,
		`-> "r"`:                          `2:1: "->" comes after the event`,
		"capture":                         `2:1: a test has one capture`,
		"a=b":                             `2:1: a line starts with`,
		"user id=1":                       `2:6: "id" is not known here`,
		"100 ptrace addr=1":               `2:12: addr: write the bytes of this parameter as hex:`,
		"100":                             `2:1: after the thread id comes the name of an event`,
		"matching some":                   `2:1: write: matching first`,
		"100 openat name=x flags=hex:0g1": `2:19: flags: encoding/hex`,
	} {
		_, list := Parse("x.test", "test x\n"+line)
		if len(list.Diagnostics) != 1 {
			t.Errorf("%s: %d mistakes: %+v", line, len(list.Diagnostics), list.Diagnostics)
			continue
		}
		d := list.Diagnostics[0]
		if got := fmt.Sprintf("%d:%d: %s", d.Pos.Line, d.Pos.Col, d.Message); !strings.HasPrefix(got, want) {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}

// The tests of the rules that an engine has by itself are read without a mistake.
func TestParseDefault(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../rules/default/*.scenario")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, list := Parse(file, string(text))
		for _, d := range list.Diagnostics {
			t.Errorf("%s:%d:%d: %s", file, d.Pos.Line, d.Pos.Col, d.Message)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("load a\ntest b\nproc 1 exepath=/a container=012345678901\n+1ms 1 openat name=\"x\\x00\" flags=O_RDWR\n-> \"r\" a.b[c]=d\n")
	f.Add("test x\ncapture y\n-> 1 r\nfile 1 tuple=1.2.3.4:5->6.7.8.9:1 proto=udp\nmachine time=2026-01-01T00:00:00Z\n")
	f.Add("test x\n1 execve args=[a \"b c\" d] cgroups=hex:00\n1 clone ptid=2 # c\n1 >connect addr=unix:/x\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, _ := Parse("x", text)
		for _, test := range file.Tests {
			if test.World == nil {
				continue
			}
			for i := range test.World.Events {
				ev := &test.World.Events[i]
				if want := len(ev.Type.Info().Common()); ev.NumParams() < want {
					t.Errorf("%s has %d parameters, want %d", ev.Type, ev.NumParams(), want)
				}
			}
		}
	})
}
