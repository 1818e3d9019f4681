// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// olderCalls makes the calls that newer architectures do not have: those
// without the descriptor of a folder, or without flags.
func olderCalls() ([]sight, error) {
	if err := os.WriteFile("a", nil, 0o600); err != nil {
		return nil, err
	}
	path := func(s string) uintptr { return addressOf(append([]byte(s), 0)) }
	var p [2]int32
	room := words(make([]uint64, 512)...)
	results := make(map[string]string)
	for _, c := range []struct {
		name    string
		nr      uintptr
		a, b, c uintptr
	}{
		{"open", unix.SYS_OPEN, path("a"), unix.O_RDONLY, 0},
		{"creat", unix.SYS_CREAT, path("created"), 0o600, 0},
		{"pipe", unix.SYS_PIPE, uintptr(unsafe.Pointer(&p)), 0, 0},
		{"dup2", unix.SYS_DUP2, 0, 99, 0},
		{"link", unix.SYS_LINK, path("a"), path("b"), 0},
		{"symlink", unix.SYS_SYMLINK, path("a"), path("s"), 0},
		{"rename", unix.SYS_RENAME, path("b"), path("c"), 0},
		{"chmod", unix.SYS_CHMOD, path("c"), 0o644, 0},
		{"chown", unix.SYS_CHOWN, path("c"), 0, 0},
		{"lchown", unix.SYS_LCHOWN, path("s"), 0, 0},
		{"unlink", unix.SYS_UNLINK, path("c"), 0, 0},
		{"mkdir", unix.SYS_MKDIR, path("d"), 0o700, 0},
		{"rmdir", unix.SYS_RMDIR, path("d"), 0, 0},
		{"access", unix.SYS_ACCESS, path("a"), unix.R_OK, 0},
		{"stat", unix.SYS_STAT, path("a"), room, 0},
		{"lstat", unix.SYS_LSTAT, path("s"), room, 0},
		{"mknod", unix.SYS_MKNOD, path("fifo"), unix.S_IFIFO | 0o600, 0},
		{"eventfd", unix.SYS_EVENTFD, 7, 0, 0},
		{"signalfd", unix.SYS_SIGNALFD, ^uintptr(0), room, 8},
		{"inotify_init", unix.SYS_INOTIFY_INIT, 0, 0, 0},
		{"epoll_create", unix.SYS_EPOLL_CREATE, 4, 0, 0},
	} {
		r, _, errno := unix.Syscall(c.nr, c.a, c.b, c.c)
		if errno != 0 {
			return nil, fmt.Errorf("%s: %w", c.name, errno)
		}
		results[c.name] = num(int(r))
	}
	return []sight{
		{event.OpenExit, map[string]string{"fd": results["open"], "name": "a", "flags": num(rdonly), "opened": cwd() + "/a"}},
		{event.CreatExit, map[string]string{"fd": results["creat"], "name": "created", "mode": num(0o600), "opened": cwd() + "/created"}},
		{event.PipeExit, map[string]string{"res": "0", "fd1": num(p[0]), "fd2": num(p[1])}},
		{event.Dup2Exit, map[string]string{"res": "99", "oldfd": "0", "newfd": "99"}},
		{event.LinkExit, map[string]string{"res": "0", "oldpath": "a", "newpath": "b"}},
		{event.SymlinkExit, map[string]string{"res": "0", "target": "a", "linkpath": "s"}},
		{event.RenameExit, map[string]string{"res": "0", "oldpath": "b", "newpath": "c"}},
		{event.ChmodExit, map[string]string{"res": "0", "filename": "c", "mode": num(0o644)}},
		{event.ChownExit, map[string]string{"res": "0", "path": "c", "uid": "0", "gid": "0"}},
		{event.LchownExit, map[string]string{"res": "0", "path": "s", "uid": "0", "gid": "0"}},
		{event.UnlinkExit, map[string]string{"res": "0", "path": "c"}},
		{event.MkdirExit, map[string]string{"res": "0", "path": "d", "mode": num(0o700)}},
		{event.RmdirExit, map[string]string{"res": "0", "path": "d"}},
		{event.StatExit, map[string]string{"res": "0", "path": "a"}},
		{event.LstatExit, map[string]string{"res": "0", "path": "s"}},
		{event.MknodExit, map[string]string{"res": "0", "path": "fifo", "mode": num(unix.S_IFIFO | 0o600), "dev": "0"}},
		{event.EventfdExit, map[string]string{"res": results["eventfd"], "initval": "7"}},
		{event.SignalfdExit, map[string]string{"res": results["signalfd"], "fd": "-1"}},
		{event.InotifyInitExit, map[string]string{"res": results["inotify_init"]}},
		{event.EpollCreateExit, map[string]string{"res": results["epoll_create"], "size": "4"}},
		{event.AccessExit, map[string]string{"res": "0", "name": "a", "mode": num(unix.R_OK)}},
	}, nil
}

// olderWaits makes those that wait, and do not, and reads a folder.
func olderWaits() ([]sight, error) {
	folder, err := unix.Open(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	ep, err := unix.EpollCreate1(0)
	if err != nil {
		return nil, err
	}
	room := words(make([]uint64, 512)...)
	fds := "0100" + hex64(uint64(folder)) + "0400"
	return makeCalls([]madeCall{
		{event.GetdentsExit, unix.SYS_GETDENTS, [6]uintptr{uintptr(folder), room, 4096}, "", params{"fd": num(folder)}},
		{event.EpollwaitExit, unix.SYS_EPOLL_WAIT, [6]uintptr{uintptr(ep), room, 3, 0}, "", params{"maxevents": "3"}},
		{event.SelectExit, unix.SYS_SELECT, [6]uintptr{0, 0, 0, 0, words(0, 0)}, "", nil},
		{event.PollExit, unix.SYS_POLL, [6]uintptr{words(pollWord(folder, unix.POLLOUT)), 1, 0}, "", params{"fds": fds, "timeout": "0"}},
	})
}
