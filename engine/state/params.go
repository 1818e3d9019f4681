// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// result is what a syscall returned: its first parameter.
func result(ev *event.Event) int64 {
	v, ok := ev.Int64(0)
	if !ok {
		return 0
	}
	return v
}

// signed is parameter i as a number; 0 where the event lacks it.
func signed(ev *event.Event, i int) int64 {
	v, _ := ev.Int64(i)
	return v
}

// number is parameter i as an unsigned number; 0 where the event lacks it.
func number(ev *event.Event, i int) uint64 {
	v, _ := ev.Uint(i)
	return v
}

// textParam is parameter i up to its first NUL. One that the source could not
// read is "<NA>", as it is in old captures.
func textParam(ev *event.Event, i int) []byte {
	p := ev.Param(i)
	if len(p) == 0 {
		return notKnown
	}
	if p[len(p)-1] == 0 {
		p = p[:len(p)-1]
	}
	if before, _, ok := bytes.Cut(p, []byte{0}); ok {
		return before
	}
	return p
}

// deletedSuffix is what the kernel adds to the path of a file that has no name
// any more.
const deletedSuffix = " (deleted)"

func trimDeleted(path []byte) []byte {
	if len(path) > len(deletedSuffix) {
		return bytes.TrimSuffix(path, []byte(deletedSuffix))
	}
	return path
}

// commOf is the name of a thread in an event; where the source has none, older
// sources do not, it is the program's.
func commOf(ev *event.Event, img *Image) []byte {
	if len(ev.Param(procComm)) == 0 {
		return img.Exe
	}
	return textParam(ev, procComm)
}

func setMemory(ev *event.Event, th *Thread) {
	if len(ev.Param(procVMSwap)) == 0 {
		return
	}
	th.PFMajor, th.PFMinor = number(ev, procPFMajor), number(ev, procPFMinor)
	th.VMSize, th.VMRSS = uint32(number(ev, procVMSize)), uint32(number(ev, procVMRSS))
	th.VMSwap = uint32(number(ev, procVMSwap))
}
