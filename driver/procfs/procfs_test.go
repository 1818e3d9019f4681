// SPDX-License-Identifier: Apache-2.0

package procfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
)

func dir(path string) func(*exec.Cmd) { return func(c *exec.Cmd) { c.Dir = path } }

// realDir is a folder of the test's, as the kernel calls it.
func realDir(t testing.TB) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProcess(t *testing.T) {
	t.Parallel()
	at := realDir(t)
	c := start(t, "idle", dir(at), func(c *exec.Cmd) {
		c.Args = []string{"an odd\nname", "", "two words", "x=(y)"}
		c.Env = append(c.Env, "ODD=a\nb", "EMPTY=")
	})
	s, stats := snapshot(t, c.pid)
	p := s.main(t, c.pid)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, self, 0, unix.STATX_BASIC_STATS, &st); err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	sid, err := unix.Getsid(0)
	if err != nil {
		t.Fatal(err)
	}
	comm := filepath.Base(self)
	for _, d := range []struct {
		what      string
		got, want any
	}{
		{"numbers", []int64{p.TID, p.PID, p.PPID, p.VTID, p.VPID}, []int64{int64(c.pid), int64(c.pid), int64(os.Getpid()), int64(c.pid), int64(c.pid)}},
		{"groups", []int64{p.SID, p.PGID, p.VPGID}, []int64{int64(sid), int64(unix.Getpgrp()), int64(unix.Getpgrp())}},
		{"comm", string(p.Comm), comm[:min(15, len(comm))]},
		{"exe", string(p.Exe), "an odd\nname"},
		{"args", string(p.Args), "\x00two words\x00x=(y)\x00"},
		{"exepath", string(p.ExePath), self},
		{"cwd", string(p.CWD), at},
		{"root", string(p.Root), "/"},
		{"ids", []uint32{p.UID, p.GID}, []uint32{uint32(os.Geteuid()), uint32(os.Getegid())}},
		{"flags", p.Flags, uint32(0)},
		{"exe inode", []uint64{p.ExeIno, p.ExeCtime, p.ExeMtime}, []uint64{
			st.Ino, uint64(st.Ctime.Sec)*1e9 + uint64(st.Ctime.Nsec), uint64(st.Mtime.Sec)*1e9 + uint64(st.Mtime.Nsec),
		}},
		{"exe kind", []bool{p.ExeWritable, p.ExeFromMemfd}, []bool{true, false}},
		{"processes", stats.Processes, uint64(1)},
		{"not told", []uint64{stats.Ended, stats.Denied, stats.Stuck}, []uint64{0, 0, 0}},
	} {
		if diff := cmp.Diff(d.want, d.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.what, diff)
		}
	}
	if p.FDLimit < 1 || p.FDLimit > int64(limit.Max) {
		t.Errorf("descriptor limit %d", p.FDLimit)
	}
	if p.VMSize == 0 || p.VMRSS == 0 || p.VMRSS > p.VMSize || p.PFMinor == 0 {
		t.Errorf("memory: %d of %d KiB, %d faults", p.VMRSS, p.VMSize, p.PFMinor)
	}
	for _, want := range []string{"ODD=a\nb", "EMPTY=", roleVariable + "=idle"} {
		if !slices.Contains(strings.Split(string(p.Env), "\x00"), want) && len(p.Env) < 4096 {
			t.Errorf("no %q in the environment", want)
		}
	}
	text, err := os.ReadFile("/proc/self/loginuid")
	if err == nil && fmt.Sprint(p.LoginUID) != strings.TrimSpace(string(text)) {
		t.Errorf("loginuid %d, and ours is %s", p.LoginUID, text)
	}
	if c := string(p.Cgroups); !strings.HasPrefix(c, "cpuset=/") || !strings.Contains(c, "\x00memory=/") || !strings.Contains(c, "\x00pids=/") {
		t.Errorf("cgroups %q", c)
	}
	if p.PIDNSStart == 0 || p.PIDNSStart > uint64(time.Now().UnixNano()) {
		t.Errorf("the pid namespace began at %d", p.PIDNSStart)
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	s, _ := snapshot(t)
	if len(s.machine) != 1 || s.machine[0].CPUs == 0 || s.machine[0].Memory < 1<<20 || s.machine[0].MaxPID < 1000 || s.machine[0].BootTime == 0 {
		t.Errorf("machine %+v", s.machine)
	}
	if len(s.users) == 0 || s.users[0].Name == "" || len(s.groups) == 0 {
		t.Errorf("%d users, %d groups", len(s.users), len(s.groups))
	}
	found := false
	for _, i := range s.interfaces {
		found = found || i.Name == "lo" && bytes.Equal(i.Addr, []byte{127, 0, 0, 1}) && bytes.Equal(i.Netmask, []byte{255, 0, 0, 0})
		if len(i.Addr) != len(i.Netmask) || len(i.Addr) != len(i.Broadcast) {
			t.Errorf("interface %+v", i)
		}
	}
	if !found {
		t.Errorf("no loopback in %+v", s.interfaces)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	at := realDir(t)
	c := start(t, "files", dir(at))
	s, stats := snapshot(t, c.pid)
	type file struct {
		Type  event.FileType
		Name  string
		Flags uint32
	}
	const (
		read, write, both = 1, 2, 3
		appends           = 1 << 3
		nonblock          = 1 << 6
		directory         = 1 << 10
		cloexec           = 1 << 12
	)
	pid := fmt.Sprint(c.pid)
	want := map[string]file{
		"append":   {event.FileRegularV2, at + "/append", write | appends},
		"cloexec":  {event.FileRegularV2, at + "/two\nlines (deleted)", both | cloexec | nonblock},
		"unlinked": {event.FileRegularV2, at + "/unlinked", read},
		"path":     {event.FileRegularV2, "/dev/zero", read},
		"folder":   {event.FileDirectory, at, read | directory},
		"null":     {event.FileRegularV2, "/dev/null", both},
		"memory":   {event.FileRegularV2, at + "/memfd:false", both},
		"fifo":     {event.FileFIFO, at + "/fifo", both},
		"eventfd":  {Type: event.FileEvent}, "epoll": {Type: event.FileEventPoll, Flags: cloexec}, "timerfd": {Type: event.FileTimer},
		"signalfd": {Type: event.FileSignal}, "inotify": {Type: event.FileInotify}, "userfaultfd": {Type: event.FileUserfault},
		"uring":     {Type: event.FileIOUring, Flags: cloexec},
		"pidfd":     {Type: event.FilePID, Name: "/proc/" + pid, Flags: cloexec},
		"memfd":     {event.FileMemfd, "of the test", both},
		"pipe":      {Type: event.FileFIFO},
		"namespace": {Type: event.FileRegularV2, Flags: read},
	}
	files := s.files[int64(c.pid)]
	for name, w := range want {
		if _, has := c.facts[name]; !has {
			t.Logf("no %s here", name)
			continue
		}
		f, ok := files[c.int(name)]
		if !ok {
			t.Errorf("%s: not told", name)
			continue
		}
		got := file{f.Type, string(f.Name), f.Flags}
		if name == "pipe" || name == "namespace" {
			got.Name = ""
		}
		if w.Flags&both == 0 { // what has no path is opened for one thing or the other, by its kind and the kernel
			got.Flags &= cloexec
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var st unix.Stat_t
	if err := unix.Stat(filepath.Join(at, "append"), &st); err != nil {
		t.Fatal(err)
	}
	f := files[c.int("append")]
	if f.Ino != st.Ino || uint64(f.Dev) != st.Dev {
		t.Errorf("inode %d of device %#x, and stat says %d of %#x", f.Ino, f.Dev, st.Ino, st.Dev)
	}
	a, b := files[c.int("pipe")], files[c.int("pipe2")]
	if a.Ino == 0 || a.Ino != b.Ino || string(a.Name) != fmt.Sprintf("pipe:[%d]", a.Ino) {
		t.Errorf("a pipe's ends: %d %q, %d", a.Ino, a.Name, b.Ino)
	}
	if stats.Files != uint64(len(files)) {
		t.Errorf("%d files counted, %d told", stats.Files, len(files))
	}
}

func TestSockets(t *testing.T) {
	t.Parallel()
	at := realDir(t)
	c := start(t, "sockets", dir(at))
	s, stats := snapshot(t, c.pid)
	home := [16]byte{127, 0, 0, 1}
	port := func(name string) uint16 { return uint16(c.int(name)) }
	want := map[string]event.File{
		"listener": {Type: event.FileIPv4Server, SrcIP: home, SrcPort: port("port"), L4: event.L4TCP},
		"client":   {Type: event.FileIPv4, SrcIP: home, SrcPort: port("client port"), DstIP: home, DstPort: port("port"), L4: event.L4TCP},
		"server":   {Type: event.FileIPv4, SrcIP: home, SrcPort: port("port"), DstIP: home, DstPort: port("client port"), L4: event.L4TCP},
		"udp":      {Type: event.FileIPv4Server, SrcIP: home, SrcPort: port("udp port"), L4: event.L4UDP},
		"udp2":     {Type: event.FileIPv4, SrcIP: home, SrcPort: port("udp2 port"), DstIP: home, DstPort: 9, L4: event.L4UDP},
		"local":    {Type: event.FileUnix, Name: []byte("socket")},
		"hidden":   {Type: event.FileUnix, Name: fmt.Appendf(nil, "@lanner test %d", c.pid)},
		"forged":   {Type: event.FileUnix, Name: []byte("x\nno line")},
		"pair":     {Type: event.FileUnix, Name: []byte{}}, // of which another path tells lies
		"netlink":  {Type: event.FileNetlink},
		"unbound":  {Type: event.FileIPv4, L4: event.L4TCP},
	}
	if _, has := c.facts["six"]; has {
		want["six"] = event.File{Type: event.FileIPv6Server, SrcIP: [16]byte{15: 1}, SrcPort: port("six port"), L4: event.L4TCP}
	}
	for name, w := range want {
		f, ok := s.files[int64(c.pid)][c.int(name)]
		if !ok {
			t.Errorf("%s: not told", name)
			continue
		}
		if f.UnixSrc != 0 && f.UnixSrc < 1<<63 || f.UnixSrc != 0 && f.Type != event.FileUnix {
			t.Errorf("%s: kernel address %x", name, f.UnixSrc)
		}
		if f.Flags&3 != 3 {
			t.Errorf("%s: flags %#x, and a socket is there to read and to write", name, f.Flags)
		}
		f.FD, f.Ino, f.UnixSrc, f.Flags = 0, 0, 0, 0
		if len(w.Name) == 0 {
			w.Name = f.Name[:0]
		}
		if diff := cmp.Diff(w, f); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if stats.Sockets != 1 {
		t.Errorf("%d sockets in no table, and there is one", stats.Sockets)
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	c := start(t, "threads")
	s, stats := snapshot(t, c.pid)
	if stats.Threads < 2 || stats.Processes != 1 || uint64(len(s.procs)) != stats.Threads+1 {
		t.Errorf("%+v, and %d were told", stats, len(s.procs))
	}
	for _, name := range []string{"thread0", "thread1"} {
		p := s.main(t, int(c.int(name)))
		if string(p.Comm) != hostileName {
			t.Errorf("%s is called %q", name, p.Comm)
		}
		if p.PID != int64(c.pid) || p.VPID != p.PID || p.VTID != p.TID || p.Flags != 1<<0|1<<13 || p.PPID != int64(os.Getpid()) {
			t.Errorf("%s: %+v", name, p)
		}
		if os.Geteuid() == 0 && p.UID != 12345 {
			t.Errorf("%s acts as user %d", name, p.UID)
		}
	}
	if p := s.main(t, c.pid); p.UID != uint32(os.Geteuid()) {
		t.Errorf("the main thread acts as user %d", p.UID)
	}
	other := new(told)
	if err := procfs.Process(procfs.Config{}, int(c.int("thread1")), other); err != nil {
		t.Fatal(err)
	}
	// The runtime of the child may start and end threads of its own at any time, so they are not counted.
	for _, tid := range []int{c.pid, int(c.int("thread0")), int(c.int("thread1"))} {
		if p := other.main(t, tid); p.PID != int64(c.pid) {
			t.Errorf("by the number of a thread, thread %d is told as one of process %d", tid, p.PID)
		}
	}
	if len(other.machine) != 0 {
		t.Errorf("of one process, the machine is told: %+v", other.machine)
	}
}

func TestMainThreadEnded(t *testing.T) {
	t.Parallel()
	c := start(t, "nomain")
	waitFor(t, func() bool {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.pid))
		return err == nil && bytes.Contains(text, []byte(") Z "))
	})
	s, stats := snapshot(t, c.pid)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if p := s.main(t, c.pid); string(p.ExePath) != self || len(p.Env) == 0 || stats.Threads == 0 {
		t.Errorf("%d threads of %q", stats.Threads, p.ExePath)
	}
	if f := s.files[int64(c.pid)][c.int("file")]; string(f.Name) != "/dev/null" {
		t.Errorf("its file is %q", f.Name)
	}
}

func waitFor(t testing.TB, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it did not come to that")
}

func TestEnded(t *testing.T) {
	t.Parallel()
	c := start(t, "idle")
	pid := c.pid
	c.stop()
	if s, stats := snapshot(t, pid); len(s.procs) != 0 || stats.Ended != 1 || stats.Processes != 0 {
		t.Errorf("of one that ended, %d are told: %+v", len(s.procs), stats)
	}
	err := procfs.Process(procfs.Config{}, pid, new(told))
	if !errors.Is(err, procfs.ErrEnded) || !strings.Contains(err.Error(), fmt.Sprint(pid)) {
		t.Errorf("looked up: %v", err)
	}
	zombie := start(t, "idle")
	if err := zombie.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { // its threads end one after the other
		s, stats := snapshot(t, zombie.pid)
		return len(s.procs) == 0 && stats.Ended == 1
	})
}

func TestProgramIsGone(t *testing.T) {
	t.Parallel()
	at := realDir(t)
	for _, name := range []string{"program", "program (deleted)"} {
		path := filepath.Join(at, name)
		if err := writeSelf(path); err != nil {
			t.Fatal(err)
		}
		c := start(t, "idle", func(c *exec.Cmd) { c.Path = path })
		for _, remove := range []bool{false, true} {
			if remove {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			s, _ := snapshot(t, c.pid)
			if p := s.main(t, c.pid); string(p.ExePath) != path || p.ExeIno == 0 || p.ExeFromMemfd {
				t.Errorf("removed=%v: %q runs %q, inode %d, memfd=%v", remove, path, p.ExePath, p.ExeIno, p.ExeFromMemfd)
			}
		}
	}
	c := start(t, "removed", dir(at))
	s, _ := snapshot(t, c.pid)
	if p := s.main(t, c.pid); string(p.CWD) != c.string("cwd") {
		t.Errorf("it works in %q, which was %q", p.CWD, c.string("cwd"))
	}
}

func TestProgramInMemory(t *testing.T) {
	t.Parallel()
	fd, err := unix.MemfdCreate("x (deleted)", 0)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "memfd")
	t.Cleanup(func() { _ = file.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(text); err != nil {
		t.Fatal(err)
	}
	readable, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", fd)) // what is open for writing cannot be run
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = readable.Close() })
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	c := start(t, "idle", func(c *exec.Cmd) { c.Path = fmt.Sprintf("/proc/self/fd/%d", readable.Fd()) })
	s, _ := snapshot(t, c.pid)
	if p := s.main(t, c.pid); !p.ExeFromMemfd || string(p.ExePath) != "memfd:x (deleted)" || p.ExeUpperLayer || p.ExeLowerLayer {
		t.Errorf("it runs %q, memfd=%v", p.ExePath, p.ExeFromMemfd)
	}
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	before := time.Now()
	c := start(t, "idle", func(c *exec.Cmd) {
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWPID | syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 7, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 8, HostID: os.Getgid(), Size: 1}}
	})
	s, stats := snapshot(t, c.pid)
	if stats.Denied != 0 {
		t.Skip("this user may not look into another user namespace")
	}
	p := s.main(t, c.pid)
	if p.VPID != 1 || p.VTID != 1 || p.TID != int64(c.pid) || p.Flags&(1<<29) == 0 {
		t.Errorf("numbers: %d is %d, %d is %d; flags %x", p.PID, p.VPID, p.TID, p.VTID, p.Flags)
	}
	if p.UID != uint32(os.Geteuid()) || p.GID != uint32(os.Getegid()) {
		t.Errorf("user %d, group %d: not the machine's numbers", p.UID, p.GID)
	}
	if p.CapEffective == 0 && os.Getuid() == 0 {
		t.Log("without capabilities there") // user 7 has none after execve
	}
	const slack = time.Second / 50 // the kernel tells it in ticks
	if at := time.Unix(0, int64(p.PIDNSStart)); at.Before(before.Add(-slack)) || at.After(time.Now()) {
		t.Errorf("the pid namespace began at %v, and that was after %v", at, before)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if string(p.ExePath) != self {
		t.Errorf("it runs %q", p.ExePath)
	}
}

func TestChroot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may change its root folder")
	}
	at := realDir(t)
	c := start(t, "chroot", dir(at))
	s, _ := snapshot(t, c.pid)
	p := s.main(t, c.pid)
	if string(p.Root) != at || string(p.CWD) != "/in" {
		t.Errorf("root %q, works in %q", p.Root, p.CWD)
	}
	if f := s.files[int64(c.pid)][c.int("file")]; string(f.Name) != "/in/file" {
		t.Errorf("its file is %q", f.Name)
	}
	if self, err := os.Executable(); err != nil || string(p.ExePath) != self {
		t.Errorf("it runs %q, which is outside: %v", p.ExePath, err)
	}
}

func TestLongPaths(t *testing.T) {
	t.Parallel()
	at := realDir(t)
	c := start(t, "deep", dir(at))
	s, stats := snapshot(t, c.pid)
	files := s.files[int64(c.pid)]
	if f := files[c.int("last")]; int64(len(f.Name)) != c.int("length") || f.Type != event.FileDirectory || !bytes.HasPrefix(f.Name, []byte(at)) {
		t.Errorf("a path of %d bytes is told with %d", c.int("length"), len(f.Name))
	}
	if f := files[c.int("file")]; len(f.Name) != 0 || f.Ino == 0 || f.Type != event.FileRegularV2 {
		t.Errorf("a path longer than the kernel tells: %d bytes, inode %d", len(f.Name), f.Ino)
	}
	if p := s.main(t, c.pid); len(p.CWD) != 0 || stats.Cut < 2 {
		t.Errorf("works in a path of %d bytes; %d cut", len(p.CWD), stats.Cut)
	}
}

func TestHugeArguments(t *testing.T) {
	t.Parallel()
	c := start(t, "idle", func(c *exec.Cmd) {
		c.Args = []string{strings.Repeat("e", 100_000), strings.Repeat("a", 100_000)}
		c.Env = append([]string{"A=" + strings.Repeat("b", 100_000)}, c.Env...)
	})
	s, stats := snapshot(t, c.pid)
	p := s.main(t, c.pid)
	if len(p.Exe) != 4095 || len(p.Env) != 4096 || stats.Cut < 2 {
		t.Errorf("exe %d bytes, environment %d, %d cut", len(p.Exe), len(p.Env), stats.Cut)
	}
	c = start(t, "idle", func(c *exec.Cmd) { c.Args = []string{"e", strings.Repeat("a", 100_000)} })
	s, _ = snapshot(t, c.pid)
	if p := s.main(t, c.pid); string(p.Exe) != "e" || len(p.Args) != 4096 || p.Args[4095] != 0 || p.Args[4094] != 'a' {
		t.Errorf("exe %q, arguments of %d bytes", p.Exe, len(p.Args))
	}
}

// TestMemoryThatDoesNotAnswer has a table with a process whose arguments are
// never there, as those of one that waits for a file server while it holds the
// lock of its memory.
func TestMemoryThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, pid := range []string{"10", "11"} {
		at := filepath.Join(root, pid)
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"stat":    pid + " (x) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n",
			"status":  "Name:\tx\nTgid:\t" + pid + "\n",
			"cmdline": "x\x00y\x00",
			"environ": "A=b\x00",
			"cgroup":  "0::/\n",
		} {
			if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	pipe := filepath.Join(root, "10", "cmdline")
	if err := errors.Join(os.Remove(pipe), unix.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	s := new(told)
	began := time.Now()
	stats, err := procfs.Snapshot(procfs.Config{Root: root}, s)
	if took := time.Since(began); err != nil || took < procfs.MemoryWait || took > procfs.MemoryWait+2*time.Second {
		t.Errorf("it took %v: %v", took, err)
	}
	if stats.Stuck != 1 || stats.Processes != 2 {
		t.Errorf("%+v", stats)
	}
	if p := s.main(t, 10); len(p.Args) != 0 || len(p.Env) != 0 || len(p.Cgroups) == 0 {
		t.Errorf("of the one that is stuck: %q %q, in %q", p.Args, p.Env, p.Cgroups)
	}
	if p := s.main(t, 11); string(p.Args) != "y\x00" || string(p.Env) != "A=b\x00" {
		t.Errorf("of the other: %q %q", p.Args, p.Env)
	}
}

func TestWithoutRights(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give up rights")
	}
	target := start(t, "idle", func(c *exec.Cmd) { c.Args = []string{"x", "y"} })
	c := start(t, "reader", func(c *exec.Cmd) { c.Env = append(c.Env, fmt.Sprint("TARGET=", target.pid)) })
	got := []any{c.int("denied"), c.int("files"), c.int("uid"), c.string("exepath"), c.string("env"), c.string("args")}
	if diff := cmp.Diff([]any{int64(1), int64(0), int64(0), "", "", "y\x00"}, got); diff != "" || c.string("comm") == "" {
		t.Errorf("of another user's process (-want +got):\n%s", diff)
	}
}

func TestChildren(t *testing.T) {
	t.Parallel()
	c := start(t, "parent")
	waitFor(t, func() bool {
		all, err := procfs.Children("/proc", c.pid)
		return err == nil && len(all) == 3
	})
	all, err := procfs.Children("/proc", c.pid)
	if err != nil {
		t.Fatal(err)
	}
	first := int(c.facts["children"].([]any)[0].(float64))
	if all[0] != first {
		t.Errorf("descendants %v, and %d is the child", all, first)
	}
	if _, err := procfs.Children("/proc", -5); !errors.Is(err, procfs.ErrEnded) {
		t.Errorf("of no process: %v", err)
	}
}

// TestChildrenByParents has a table of processes of a kernel that lists no
// children.
func TestChildrenByParents(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for pid, parent := range map[int]int{1: 0, 10: 1, 11: 10, 12: 11, 13: 11, 20: 1, 21: 20} {
		task := filepath.Join(root, fmt.Sprint(pid), "task", fmt.Sprint(pid))
		if err := os.MkdirAll(task, 0o700); err != nil {
			t.Fatal(err)
		}
		stat := fmt.Appendf(nil, "%d (x) 7 1) S %d 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n", pid, parent)
		for _, path := range []string{filepath.Join(task, "stat"), filepath.Join(root, fmt.Sprint(pid), "stat")} {
			if err := os.WriteFile(path, stat, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := procfs.Children(root, 10)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]int{11, 12, 13}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNoTable(t *testing.T) {
	t.Parallel()
	_, err := procfs.Snapshot(procfs.Config{Root: "/nowhere"}, new(told))
	if err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("without a table: %v", err)
	}
}

func TestUsersOfAnotherRoot(t *testing.T) {
	t.Parallel()
	host := t.TempDir()
	if err := os.Mkdir(filepath.Join(host, "etc"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"passwd":   "root:x:0:0:root:/root:/bin/sh\n\nbroken\nx:x:y:0:::\n:x:1:1:::\nbig:x:4294967296:0:::\n# a:b:1:1:::\na b:x:4294967294:5:gecos, more:/home/a b:/bin/false\nlast:x:9:9::/:",
		"group":    "root:x:0:\nusers:x:100:a,b\nbroken:x\n",
		"hostname": "machine.example\n",
	} {
		if err := os.WriteFile(filepath.Join(host, "etc", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := new(told)
	if _, err := procfs.Snapshot(procfs.Config{Host: host, PIDs: []int{}}, s); err != nil {
		t.Fatal(err)
	}
	users := []event.User{
		{Name: "root", Home: "/root", Shell: "/bin/sh"},
		{UID: 4294967294, GID: 5, Name: "a b", Home: "/home/a b", Shell: "/bin/false"},
		{UID: 9, GID: 9, Name: "last", Home: "/"},
	}
	if diff := cmp.Diff(users, s.users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]event.Group{{Name: "root"}, {GID: 100, Name: "users"}}, s.groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if s.machine[0].Hostname != "machine.example" || len(s.procs) != 0 {
		t.Errorf("machine %+v, %d processes", s.machine[0], len(s.procs))
	}
}

// TestLayers runs a program out of both layers of an overlay.
func TestLayers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount")
	}
	at := realDir(t)
	for _, name := range []string{"lower", "upper, here", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(at, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(writeSelf(at+"/lower/below"), writeSelf(at+"/upper, here/above")); err != nil {
		t.Fatal(err)
	}
	options := fmt.Sprintf(`lowerdir=%s/lower,upperdir=%s/upper\, here,workdir=%s/work`, at, at, at)
	if err := unix.Mount("overlay", at+"/merged", "overlay", 0, options); err != nil {
		t.Skip("no overlay here:", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(at+"/merged", unix.MNT_DETACH) })
	for name, upper := range map[string]bool{"above": true, "below": false} {
		c := start(t, "idle", func(c *exec.Cmd) { c.Path = at + "/merged/" + name })
		s, _ := snapshot(t, c.pid)
		if p := s.main(t, c.pid); p.ExeUpperLayer != upper || p.ExeLowerLayer == upper {
			t.Errorf("%s: upper=%v lower=%v", name, p.ExeUpperLayer, p.ExeLowerLayer)
		}
		c.stop()
	}
	c := start(t, "idle")
	s, _ := snapshot(t, c.pid)
	if p := s.main(t, c.pid); p.ExeUpperLayer || p.ExeLowerLayer {
		t.Log("the test itself runs in an overlay") // in a container it does
	}
}

// BenchmarkSnapshot reads processes with one thread and three descriptors, and
// ones of ours, with many of both.
func BenchmarkSnapshot(b *testing.B) {
	const count = 16
	b.Run("small", func(b *testing.B) {
		sleep, err := exec.LookPath("sleep")
		if err != nil {
			b.Skip(err)
		}
		var pids []int
		for range count {
			cmd := exec.Command(sleep, "1000")
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait() // it was killed
			})
			pids = append(pids, cmd.Process.Pid)
		}
		benchmarkSnapshot(b, pids)
	})
	b.Run("large", func(b *testing.B) {
		var pids []int
		for range count {
			pids = append(pids, start(b, "files", dir(realDir(b))).pid)
		}
		benchmarkSnapshot(b, pids)
	})
}

func benchmarkSnapshot(b *testing.B, pids []int) {
	var s discard
	b.ReportAllocs()
	for b.Loop() {
		if _, err := procfs.Snapshot(procfs.Config{PIDs: pids}, s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(pids)), "µs/process")
}

type discard struct{}

func (discard) Machine(*event.Machine)     {}
func (discard) Proc(*event.Proc)           {}
func (discard) File(int64, *event.File)    {}
func (discard) Interface(*event.Interface) {}
func (discard) User(*event.User)           {}
func (discard) Group(*event.Group)         {}

// A process that is looked up and not wanted is not told: the question is about
// the process, whichever of its threads is named.
func TestWanted(t *testing.T) {
	var to told
	var asked []int
	tid := unix.Gettid()
	err := procfs.Process(procfs.Config{Wanted: func(pid int) bool {
		asked = append(asked, pid)
		return false
	}}, tid, &to)
	if err == nil || len(to.procs) != 0 || len(asked) != 1 || asked[0] != os.Getpid() {
		t.Errorf("%v; told %d, asked about %v", err, len(to.procs), asked)
	}
}
