// SPDX-License-Identifier: Apache-2.0

package extract_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/state"
)

type p = enginetest.P

// shellMachine is a table with a shell that somebody logged in with.
func shellMachine() *state.Table {
	t := state.New(state.Config{})
	t.Machine(&event.Machine{Hostname: "host", BootTime: 1})
	t.User(&event.User{UID: 1000, Name: "alice", Home: "/srv/alice", Shell: "/bin/bash"})
	t.Group(&event.Group{GID: 1000, Name: "staff"})
	t.Interface(&event.Interface{Name: "eth0", Addr: []byte{10, 0, 0, 1}, Netmask: []byte{255, 255, 255, 0}})
	for _, proc := range []event.Proc{
		{TID: 1, PID: 1, Comm: []byte("systemd"), Exe: []byte("/sbin/init"), CWD: []byte("/")},
		{TID: 10, PID: 10, PPID: 1, Comm: []byte("sshd"), Exe: []byte("sshd"), CWD: []byte("/")},
		{TID: 20, PID: 20, PPID: 10, SID: 20, Comm: []byte("bash"), Exe: []byte("-bash"), ExePath: []byte("/bin/bash"), Args: []byte("-c\x00id; id\x00"), Env: []byte("HOME=/srv/alice\x00X= y \x00"), CWD: []byte("/srv/alice")},
	} {
		proc.VTID, proc.VPID, proc.LoginUID, proc.UID, proc.GID = proc.TID, proc.PID, 1000, 1000, 1000
		t.Proc(&proc)
	}
	t.File(20, &event.File{FD: 0, Type: event.FileRegularV2, Name: []byte("/dev/pts/\x1b1")})
	t.File(20, &event.File{FD: 3, Type: event.FileIPv4, SrcIP: [16]byte{10, 0, 0, 1}, SrcPort: 4000, DstIP: [16]byte{10, 0, 0, 2}, DstPort: 80, L4: event.L4TCP})
	return t
}

// shown is how outputs show a field of the last of some events: as text and in
// JSON.
func shown(t *testing.T, field string, events ...*event.Event) (text, json string) {
	t.Helper()
	x, err := extract.Compile(operand(t, field))
	if err != nil {
		t.Fatal(err)
	}
	c := extract.New(shellMachine())
	for _, ev := range events {
		c.Next(ev)
	}
	b, ok := x.AppendText(nil, c)
	if !ok {
		b = []byte("<NA>")
	}
	return string(b), string(x.AppendJSON(nil, c))
}

// A display is how outputs show a field of an event.
type display struct {
	field      string
	ev         *event.Event
	text, json string
}

func (d *display) check(t *testing.T) {
	t.Helper()
	text, json := shown(t, d.field, d.ev)
	if text != d.text || json != d.json {
		t.Errorf("%s of %s is shown as %s and %s, want %s and %s", d.field, d.ev.Type, text, json, d.text, d.json)
	}
}

// made makes an event of the shell.
func made(typ event.Type, params p) *event.Event {
	ev := enginetest.Made(typ, 20, params)
	ev.Time = 1_600_000_000_000_000_042
	return ev
}

var (
	opened = made(event.OpenatExit, p{"fd": 4, "dirfd": -100, "name": "a\x01/../b", "flags": 1<<12 | 3, "mode": 0o644, "dev": 0x2d, "ino": 7})
	read   = made(event.ReadExit, p{"res": 4, "data": []byte("a\x00\xffz"), "fd": 3, "size": 8})
	none   = made(event.OpenExit, p{"fd": -2, "name": "/none"})
)

func TestShownEvents(t *testing.T) {
	t.Parallel()
	failed := append([]byte{1}, binary.LittleEndian.AppendUint64(nil, 111)...)
	args := "fd=4(<f>/srv/alice/b) dirfd=-100(AT_FDCWD) name=a\uFFFD/../b(/srv/alice/b) flags=4099(O_RDWR|O_CLOEXEC) mode=0644 dev=2D ino=7"
	exec := made(event.ExecveExit, p{"res": 0, "exe": "x", "args": []byte("a\x00b c\x00"), "pid": 20, "ptid": 10})
	for _, d := range []display{
		{"evt.time.iso8601", opened, "2020-09-13T12:26:40.000000042+0000", "1600000000000000042"},
		{"evt.rawtime.ns", opened, "000000042", "42"},
		{"evt.type", opened, "openat", `"openat"`},
		{"evt.args", opened, args, `"` + args + `"`},
		{"evt.arg.flags", opened, "O_RDWR|O_CLOEXEC", `"O_RDWR|O_CLOEXEC"`},
		{"evt.arg[0]", none, "ENOENT", `"ENOENT"`},
		{"evt.arg.data", read, "a..z", `"a..z"`},
		{"evt.arg.data", opened, "<NA>", "null"},
		{"evt.rawarg.size", read, "8", "8"},
		{"evt.buffer", read, "a..z", `"a..z"`},
		{"evt.buflen", read, "4", "4"},
		{"evt.res", none, "ENOENT", `"ENOENT"`},
		{"evt.res", opened, "SUCCESS", `"SUCCESS"`},
		{"evt.rawres", none, "-2", "-2"},
		{"evt.failed", none, "true", "true"},
		{"evt.is_open_write", opened, "true", "true"},
		{"evt.abspath", opened, "/srv/alice/b", `"/srv/alice/b"`},
		{"evt.dir", opened, "<", `"<"`},
		{"evt.arg.val", made(event.GetsockoptExit, p{"res": 0, "fd": 3, "val": failed}), "111", `"111"`},
		{"evt.arg.args", exec, "a.b c.", `"a.b c."`},
	} {
		d.check(t)
	}
}

func TestShownFiles(t *testing.T) {
	t.Parallel()
	for _, d := range []display{
		{"fd.name", opened, "/srv/alice/b", `"/srv/alice/b"`},
		{"fd.name", none, "/none", `"/none"`},
		{"fd.num", none, "-1", "-1"},
		{"fd.nameraw", opened, "a\uFFFD/../b", "\"a\uFFFD/../b\""},
		{"fd.directory", opened, "/srv/alice", `"/srv/alice"`},
		{"fd.filename", opened, "b", `"b"`},
		{"fd.dev", opened, "2D", `"2D"`},
		{"fd.name", read, "10.0.0.1:4000->10.0.0.2:80", `"10.0.0.1:4000->10.0.0.2:80"`},
		{"fd.cip", read, "10.0.0.1", `"10.0.0.1"`},
		{"fd.sport", read, "80", "80"},
		{"fd.sproto", read, "80", `"80"`},
		{"fd.lip", read, "10.0.0.1", `"10.0.0.1"`},
		{"fd.rport", read, "80", "80"},
		{"fd.ip", read, "<NA>", "null"}, // only for conditions
		{"fd.l4proto", read, "tcp", `"tcp"`},
		{"fd.types", read, "(file,ipv4)", `["file","ipv4"]`},
		{"fd.types[0]", read, "(file)", `["file"]`},
		{"fs.path.name", made(event.UnlinkatExit, p{"res": 0, "dirfd": -100, "name": "x/./y"}), "/srv/alice/x/y", `"/srv/alice/x/y"`},
		{"fs.path.name", made(event.UnlinkatExit, p{"res": -2, "dirfd": -100, "name": "x"}), "<NA>", "null"},
		{"fs.path.target", made(event.RenameExit, p{"res": 0, "oldpath": "x", "newpath": "/y"}), "/y", `"/y"`},
	} {
		d.check(t)
	}
}

func TestShownProcesses(t *testing.T) {
	t.Parallel()
	exec := made(event.ExecveExit, p{
		"res": 0, "exe": "x", "args": []byte("a\x00b c\x00"), "comm": "x", "pid": 20, "ptid": 10,
		"cap_effective": 1<<0 | 1<<5, "trusted_exepath": "/x",
	})
	for _, d := range []display{
		{"proc.name", read, "bash", `"bash"`},
		{"proc.args", read, "-c id; id", `"-c id; id"`},
		{"proc.args[1]", read, "id; id", `"id; id"`},
		{"proc.args[7]", read, "", `""`},
		{"proc.cmdline", read, "bash -c id; id", `"bash -c id; id"`},
		{"proc.exeline", read, "-bash -c id; id", `"-bash -c id; id"`},
		{"proc.cmdnargs", read, "2", "2"},
		{"proc.env[X]", read, "y", `"y"`},
		{"proc.env[NONE]", read, "", `""`},
		{"proc.aname", read, "sshd systemd", `"sshd systemd"`},
		{"proc.aname[2]", read, "systemd", `"systemd"`},
		{"proc.aname[3]", read, "<NA>", "null"},
		{"proc.apid", read, "20", "20"},
		{"proc.cwd", read, "/srv/alice/", `"/srv/alice/"`},
		{"proc.sname", read, "bash", `"bash"`},
		{"proc.stdin.name", read, "/dev/pts/\uFFFD1", "\"/dev/pts/\uFFFD1\""},
		{"proc.duration", read, "<NA>", "null"},
		{"proc.fdusage", read, "0.0", "0.0"},
		{"proc.loginshellid", read, "20", "20"},
		{"user.name", read, "alice", `"alice"`},
		{"user.loginuid", read, "1000", "1000"},
		{"group.name", read, "staff", `"staff"`},
		{"container.id", read, "host", `"host"`},
		{"container.image.repository", read, "", `""`},
		{"thread.cap_effective", exec, "CAP_CHOWN CAP_KILL", `"CAP_CHOWN CAP_KILL"`},
		{"proc.args[1]", exec, "b c", `"b c"`},
	} {
		d.check(t)
	}
}

// A value is read without a single allocation, once the context's memory has
// grown to what an event needs.
func TestNoAllocation(t *testing.T) {
	all := readings(t)
	c := extract.New(shellMachine())
	values := make([]extract.Value, 0, 64)
	events := []*event.Event{
		enginetest.Made(event.OpenatExit, 20, p{"fd": 4, "dirfd": -100, "name": "./x", "flags": 3}),
		enginetest.Made(event.ReadExit, 20, p{"res": 4, "data": []byte("abcd"), "fd": 3}),
		enginetest.Made(event.CloseExit, 20, p{"res": 0, "fd": 4}),
	}
	run := func() {
		for _, ev := range events {
			c.Next(ev)
			for i := range all {
				if x := &all[i].read; x.One != nil {
					x.One(c)
				} else {
					values = x.Many(c, values[:0])
				}
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("reading all fields of three events allocates %v times", n)
	}
}

func TestTransform(t *testing.T) {
	t.Parallel()
	field := func(name string) *check.Operand { op := operand(t, name); return &op }
	arg := func(name string) check.Argument { return check.Argument{Operand: field(name)} }
	word := func(text string) check.Argument { return check.Argument{Values: []check.Value{{Text: text}}} }
	for _, c := range []struct {
		name string
		op   check.Operand
		want string
	}{
		{"toupper", check.Operand{Transform: check.ToUpper, Kind: event.KindString, Args: []check.Argument{arg("proc.name")}}, "BASH"},
		{"tolower", check.Operand{Transform: check.ToLower, Kind: event.KindString, Args: []check.Argument{arg("evt.arg.flags")}}, "o_rdonly"},
		{"basename", check.Operand{Transform: check.Basename, Kind: event.KindString, Args: []check.Argument{arg("proc.exepath")}}, "bash"},
		{"len", check.Operand{Transform: check.Len, Kind: event.KindUint64, Args: []check.Argument{arg("proc.name")}}, "4"},
		{"len of a list", check.Operand{Transform: check.Len, Kind: event.KindUint64, Args: []check.Argument{arg("fd.types")}}, "2"},
		{"b64", check.Operand{Transform: check.Base64, Kind: event.KindString, Args: []check.Argument{word("aGk=")}}, "hi"},
		{"concat", check.Operand{Transform: check.Concat, Kind: event.KindString, Args: []check.Argument{arg("proc.name"), word("-"), arg("proc.cmdline")}}, "bash-bash -c id; id"},
		{"join", check.Operand{Transform: check.Join, Kind: event.KindString, Args: []check.Argument{word("+"), arg("fd.types")}}, "file+ipv4"},
		{"of what is missing", check.Operand{Transform: check.ToUpper, Kind: event.KindString, Args: []check.Argument{arg("proc.aname[9]")}}, "<NA>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, err := extract.Compile(c.op)
			if err != nil {
				t.Fatal(err)
			}
			ctx := extract.New(shellMachine())
			ctx.Next(enginetest.Made(event.OpenExit, 20, p{"fd": 0, "name": "/x", "flags": 1}))
			got, ok := x.AppendText(nil, ctx)
			if !ok {
				got = []byte("<NA>")
			}
			if string(got) != c.want {
				t.Errorf("it is %q, want %q", got, c.want)
			}
		})
	}
}

// Why a value is missing.
func TestWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		ev    *event.Event
		want  extract.Reason
	}{
		{"proc.name", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}), extract.Present},
		{"proc.duration", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}), extract.SeenTooLate},
		{"proc.pname", enginetest.Made(event.ReadExit, 77, p{"res": 0, "fd": 3}), extract.SeenTooLate},
		{"fd.name", enginetest.Made(event.GetuidExit, 20, p{}), extract.NotApplicable},
		{"fd.type", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 9}), extract.SeenTooLate},
		{"fd.sip.name", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}), extract.NotCaptured},
		{"evt.arg.nothing", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}), extract.NotCaptured},
		{"evt.arg.flags", enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}), extract.NotApplicable},
		{"evt.rawarg.flags", enginetest.Made(event.OpenExit, 20, p{"fd": 3}), extract.ReadFailed},
	} {
		ctx := extract.New(shellMachine())
		ctx.Next(c.ev)
		if got := ctx.Why(operand(t, c.field)); got != c.want {
			t.Errorf("%s of %s has no value because %s, want because %s", c.field, c.ev.Type, got, c.want)
		}
	}
}

// A socket's address may be an IPv6 one that stands for an IPv4 one.
func TestBothSides(t *testing.T) {
	t.Parallel()
	x, err := extract.Compile(operand(t, "fd.port"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := extract.New(shellMachine())
	ctx.Next(enginetest.Made(event.ReadExit, 20, p{"res": 0, "fd": 3}))
	ports := x.Many(ctx, nil)
	if len(ports) != 2 || ports[0].Num != 4000 || ports[1].Num != 80 {
		t.Errorf("the ports are %v", ports)
	}
	if n := math.MaxUint16; ports[0].Num > uint64(n) {
		t.Error("a port is too large")
	}
}
