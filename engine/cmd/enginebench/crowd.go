// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/event"
)

// writeCrowd makes a capture of a machine with more processes than an engine
// keeps, each with an environment of its own, that open files and leave them
// open: what memory has to stay bounded for.
func writeCrowd(path string, processes, opens int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := bufio.NewWriterSize(f, 1<<20)
	w := capture.NewWriter(buf)
	w.Machine(&event.Machine{CPUs: 64, MaxPID: 1 << 22, Hostname: "crowd"})
	const first = 1000
	env := strings.Repeat("A_VARIABLE=with its value\x00", 40)
	for i := range int64(processes) {
		pid := first + i
		w.Proc(&event.Proc{
			TID: pid, PID: pid, PPID: 1, SID: pid, PGID: pid, VPGID: pid, VTID: pid, VPID: pid, FDLimit: 1024,
			Comm: []byte("worker"), Exe: []byte("/usr/bin/worker"), ExePath: []byte("/usr/bin/worker"), CWD: []byte("/"), Root: []byte("/"),
			Args: fmt.Appendf(nil, "--number=%d\x00", i), Env: fmt.Appendf(nil, "NUMBER=%d\x00%s", i, env),
		})
	}
	num := uint64(0)
	for fd := range int64(opens) {
		for i := range int64(processes) {
			num++
			ev := openEvent(first+i, 3+fd, fmt.Sprintf("/var/lib/worker/%d/%d", i, fd))
			ev.Num, ev.Time = num, 1_700_000_000_000_000_000+num*1000
			if err := w.Event(&ev); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return errors.Join(w.Close(), buf.Flush())
}

// openEvent is the end of an openat in its newest form.
func openEvent(tid, fd int64, name string) event.Event {
	params := [][]byte{
		binary.LittleEndian.AppendUint64(nil, uint64(fd)),
		binary.LittleEndian.AppendUint64(nil, ^uint64(99)), // AT_FDCWD, -100
		append([]byte(name), 0),
		binary.LittleEndian.AppendUint32(nil, 1), // O_RDONLY
		make([]byte, 4), make([]byte, 4), make([]byte, 8),
	}
	ev := event.Event{TID: tid, Type: event.OpenatExit}
	var data []byte
	for _, p := range params {
		data = append(data, p...)
	}
	ev.Reset(data)
	for _, p := range params {
		ev.AddParam(uint32(len(p)))
	}
	return ev
}
