// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"encoding/binary"
	"testing"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// sendto is a datagram of nc, which bash started, over a socket from 10.0.0.1
// port 1025 to 192.168.7.9 port 53.
func sendto(t *testing.T) *extract.Context {
	t.Helper()
	table := state.New(state.Config{})
	for _, p := range []event.Proc{
		{TID: 1, PID: 1, Comm: []byte("init"), Exe: []byte("/sbin/init"), LoginUID: 1<<32 - 1},
		{TID: 7, PID: 7, PPID: 1, Comm: []byte("bash"), Exe: []byte("bash"), LoginUID: 1000},
		{TID: 8, PID: 8, PPID: 7, Comm: []byte("nc"), Exe: []byte("nc"), ExePath: []byte("/usr/bin/nc"), Args: []byte("-u\x00-l\x00/tmp/*x\x00"), UID: 1000, LoginUID: 1000},
	} {
		table.Proc(&p)
	}
	f := event.File{FD: 3, Type: event.FileIPv4, SrcPort: 1025, DstPort: 53, L4: event.L4UDP}
	copy(f.SrcIP[:], []byte{10, 0, 0, 1})
	copy(f.DstIP[:], []byte{192, 168, 7, 9})
	table.File(8, &f)

	ev := &event.Event{Num: 1, Time: 1e18, TID: 8, Type: event.SendtoExit}
	var data []byte
	var sizes []uint32
	add := func(b []byte) { data, sizes = append(data, b...), append(sizes, uint32(len(b))) }
	for _, p := range ev.Type.Info().Params {
		switch p.Name {
		case "fd":
			add(binary.LittleEndian.AppendUint64(nil, 3))
		case "res":
			add(binary.LittleEndian.AppendUint64(nil, 5))
		case "data":
			add([]byte("J\x00\x01\xffK"))
		default:
			add(nil)
		}
	}
	ev.Reset(data)
	for _, n := range sizes {
		ev.AddParam(n)
	}
	ctx := extract.New(table)
	ctx.Next(ev)
	return ctx
}

// meanings are conditions, and whether they hold for sendto.
var meanings = map[string]bool{
	"evt.type = sendto": true, "evt.type in (open, sendto)": true, "evt.type != open": true, "not evt.type = sendto": false,

	// What has no value fails every test, and its negation holds.
	"fs.path.name exists": false, "fs.path.name = x": false, "fs.path.name != x": false, "not fs.path.name = x": true, "fs.path.name in (x)": false,
	"proc.name = val(fs.path.name)": false, "proc.name != val(fs.path.name)": false, "fs.path.name != val(proc.name)": false, "proc.name exists": true,

	// Both ends of a connection: one for most operators, both for "!=".
	"fd.port = 53": true, "fd.port = 1025": true, "fd.port = 80": false, "fd.port != 80": true, "fd.port != 53": false, "fd.port < 54": true,
	"fd.port > 2000": false, "fd.port in (80, 53)": true, "fd.port intersects (80, 53)": true, "fd.port exists": true,
	"fd.ip = 10.0.0.1": true, "fd.ip != 10.0.0.2": true, "fd.ip != 192.168.7.9": false, "fd.ip in (1.2.3.4, 192.168.7.9)": true,
	`fd.net = "192.168.0.0/16"`: true, `fd.net in ("1.0.0.0/8", "192.168.7.8/30")`: true, `fd.net != "192.168.0.0/16"`: false,
	`fd.net != "1.0.0.0/8"`: true, `fd.net = "fe80::/10"`: false, `fd.net != "fe80::/10"`: true, `fd.snet = "0.0.0.0/0"`: true,

	// Ancestors: one for every operator.
	"proc.aname = bash": true, "proc.aname = nc": false, "proc.aname != bash": true, "proc.aname in (init)": true, "proc.aname[1] = bash": true,
	"proc.aname[1] != bash": false, "proc.aname startswith b": true, "proc.apid = 1": true, "proc.aname contains allof (a, h)": true,

	"proc.name = nc": true, "proc.name = n": false, "proc.name in ()": false, "not proc.name in ()": true, "proc.name != anyof (nc, x)": true,
	"proc.name = anyof (x, nc)": true, "proc.name = oneof (nc, nc)": false, "proc.name = allof ()": false, "proc.name startswith oneof (n, nc)": false,
	"proc.name startswith oneof (n, x)": true, "proc.name != allof (x, y)": true, "proc.name > val(proc.pname)": true, "proc.name <= val(proc.pname)": false,
	"proc.exepath startswith /usr": true, "proc.exepath endswith /nc": true, "proc.exepath contains bin": true, "proc.exepath icontains BIN/N": true,
	"proc.exepath contains \"\"": true, "proc.exepath pmatch (/usr)": true, "proc.exepath pmatch (/usr/b)": false, "proc.exepath pmatch (/)": true,
	"proc.exepath pmatch (/usr/*/nc/x, /u*/bin)": true, "proc.exepath glob /usr/*": true, "proc.exepath glob /USR/*": false, "proc.exepath iglob /USR/*": true,
	"proc.exepath glob \"/usr/bin/[a-n]?\"": true, "proc.exepath regex bin": false, "proc.exepath regex .*bin.*": true,
	"proc.cmdline endswith \"/tmp/*x\"": true, "proc.args glob *\\*x": true,

	"evt.rawres = 5": true, "evt.rawres > -1": true, "evt.rawres < 5": false, "user.uid = 1000": true, "user.loginuid != -1": true,
	"evt.buffer contains K": true, "evt.buffer bcontains 01ff": true, "evt.buffer bstartswith 4a00": true, "evt.buffer startswith JK": false,

	"tolower(proc.exepath) = /usr/bin/nc": true, "toupper(proc.name) = NC": true, "basename(proc.exepath) = val(proc.name)": true,
	"len(proc.name) = 2": true, "proc.name = val(proc.pname)": false, "proc.exepath endswith val(proc.name)": true,
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	ctx := sendto(t)
	for text, want := range meanings {
		loaded, mistakes := accepted(text)
		if len(loaded) != 1 {
			t.Errorf("%s: is refused: %v", text, mistakes.Diagnostics)
			continue
		}
		p, err := program.Compile(loaded, program.Options{})
		if err != nil {
			t.Fatal(err)
		}
		naive, err := program.NewNaive(loaded)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.NewMatcher().Match(ctx, nil)) == 1; got != want {
			t.Errorf("%s: is %v, want %v", text, got, want)
		}
		if trace := naive.Explain(ctx, 0); trace.True != want {
			t.Errorf("%s: is %v to Naive, want %v", text, trace.True, want)
		}
	}
}
