// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// errStuck says that a process's memory was not there in time.
var errStuck = errors.New("the memory of the process does not answer")

// memoryText is what the kernel reads out of a process's memory.
type memoryText struct{ args, env []byte }

// memoryFiles are open files that the kernel fills from a process's memory, -1
// where one could not be opened.
type memoryFiles struct{ args, env int }

// A memoryReader reads in a goroutine of its own, which is left behind when it
// does not come back.
type memoryReader struct {
	ask    chan memoryFiles
	answer chan memoryText
	timer  *time.Timer
}

func newMemoryReader() *memoryReader {
	m := &memoryReader{ask: make(chan memoryFiles), answer: make(chan memoryText, 1), timer: time.NewTimer(time.Hour)}
	go m.run()
	return m
}

func (m *memoryReader) run() {
	var text memoryText // its buffers belong to who got the answer, until that one asks again
	for f := range m.ask {
		text.args = readAndClose(f.args, text.args[:0])
		text.env = readAndClose(f.env, text.env[:0])
		m.answer <- text
	}
}

func readAndClose(fd int, buf []byte) []byte {
	if fd < 0 {
		return buf
	}
	// One byte more than is told, so that it is seen where there is more.
	buf, _ = readAll(fd, buf, 2*maxText+1)
	_ = unix.Close(fd) // nothing was written
	return buf
}

func (m *memoryReader) close() {
	if m != nil {
		m.timer.Stop()
		close(m.ask)
	}
}

// askMemory begins to read the arguments and environment of a process, which
// takes another processor where there is one. It reports whether they will come,
// and what there was to say of files that could not be opened.
func (s *scan) askMemory(at folder) (asked bool, err error) {
	if s.stuck >= maxStuck {
		return false, errStuck
	}
	if s.memory == nil {
		s.memory = newMemoryReader()
	}
	args, err := at.open("cmdline")
	if err != nil {
		args = -1
	}
	env, err2 := at.open("environ")
	if err2 != nil {
		env = -1
	}
	s.memory.ask <- memoryFiles{args, env}
	return true, errors.Join(err, err2)
}

// awaitMemory returns what was asked for, valid until the next is. The error is
// errStuck where it does not come.
func (s *scan) awaitMemory() (memoryText, error) {
	m := s.memory
	m.timer.Reset(MemoryWait)
	select {
	case text := <-m.answer:
		return text, nil
	case <-m.timer.C:
		m.close()
		s.memory = nil
		s.stuck++
		return memoryText{}, errStuck
	}
}
