// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// A Renewal takes what is told anew of processes after events about them were
// lost: their threads, and all of their descriptors. What can be told by events
// alone stays as it was known, as long as nothing that is told contradicts it.
//
// Preconditions: what is told held at a time that is after all events that the
// table followed and before those that it follows next.
type Renewal struct {
	*Table
	told map[int64]bool // threads
	main *Thread        // whose descriptors are told
	open map[int64]bool // those that were told
}

// Renew begins a renewal.
func (t *Table) Renew() *Renewal {
	if !t.started {
		t.settle()
	}
	return &Renewal{Table: t, told: make(map[int64]bool)}
}

// Proc takes a thread: the main one of a process first.
func (r *Renewal) Proc(p *event.Proc) {
	r.Finish() // what the last event left to do came before
	if p.TID == p.PID {
		r.Done()
	}
	r.told[p.TID] = true
	th := r.threads.get(p.TID)
	if th == nil || !th.valid() || !th.known || th.PID != p.PID || th.end && p.TID != p.PID {
		r.Table.Proc(p)
		th = r.threads.get(p.TID)
	} else {
		r.renew(th, p)
	}
	if th != nil && p.TID == p.PID {
		r.main, r.open = th, make(map[int64]bool)
	}
}

// renew makes what is known of a thread what is told of it.
func (r *Renewal) renew(th *Thread, p *event.Proc) {
	parent := int64(0)
	if th.parent != nil {
		parent = th.parent.PID
	}
	if parent != p.PPID && p.PID != 1 {
		orphan(th)
		th.PPID = 0
		if to := r.threads.get(p.PPID); to != nil && to != th && to.valid() && !descends(to, th) {
			adopt(to, th)
		}
	}
	th.SID, th.PGID, th.VPGID, th.VTID, th.VPID = p.SID, p.PGID, p.VPGID, p.VTID, p.VPID
	th.UID, th.GID, th.LoginUID, th.TTY = p.UID, p.GID, p.LoginUID, p.TTY
	th.CapInheritable, th.CapPermitted, th.CapEffective = p.CapInheritable, p.CapPermitted, p.CapEffective
	th.VMSize, th.VMRSS, th.VMSwap, th.PFMajor, th.PFMinor = p.VMSize, p.VMRSS, p.VMSwap, p.PFMajor, p.PFMinor
	th.FDLimit = p.FDLimit
	th.Comm, th.root = text(th.Comm, p.Comm), text(th.root, p.Root)
	r.renewImage(th, p)
	if th.IsMain() {
		th.env = text(th.env, trimNUL(p.Env))
		r.scratch = JoinPath(r.scratch[:0], nil, p.CWD)
		if n := len(r.scratch); n == 0 || r.scratch[n-1] != '/' {
			r.scratch = append(r.scratch, '/')
		}
		th.cwd = text(th.cwd, r.scratch)
		r.own(th, textEnv, len(th.env))
	}
	r.own(th, textPaths, len(th.cwd)+len(th.root))
	r.setCgroups(th, p.Cgroups)
	r.findContainer(th)
	r.touchFamily(th)
}

// renewImage changes the program that a thread runs, if it is another one: what
// is known of when it was started is not known of that one.
func (r *Renewal) renewImage(th *Thread, p *event.Proc) {
	path, args := trimDeleted(p.ExePath), trimNUL(p.Args)
	if bytes.Equal(th.ExePath, path) && bytes.Equal(th.Exe, p.Exe) && bytes.Equal(th.Args, args) && (th.Ino == p.ExeIno || th.Ino == 0) {
		return
	}
	if !bytes.Equal(th.ExePath, path) || th.Ino != p.ExeIno {
		th.Executed = 0
	}
	th.Image = &Image{
		Exe: bytes.Clone(p.Exe), ExePath: bytes.Clone(path), Args: bytes.Clone(args),
		Ino: p.ExeIno, Ctime: p.ExeCtime, Mtime: p.ExeMtime,
		Writable: p.ExeWritable, UpperLayer: p.ExeUpperLayer, LowerLayer: p.ExeLowerLayer, FromMemfd: p.ExeFromMemfd,
	}
	r.own(th, textImage, len(p.Exe)+len(path)+len(args))
}

// File takes a descriptor of the process whose main thread was told last.
func (r *Renewal) File(tid int64, p *event.File) {
	if r.main == nil || r.main.TID != tid || p.FD < 0 {
		return
	}
	r.open[p.FD] = true
	if r.main.files != nil {
		if f := r.main.files.get(p.FD); f != nil {
			if sameFile(f, p) {
				if closes := p.Flags&openCloexec != 0; closes != (f.bits&cloexec != 0) {
					r.exclusive(r.main.files, p.FD).setCloexec(closes)
				}
				return
			}
			r.closeFD(r.main.files, p.FD)
		}
	}
	r.Table.File(tid, p)
}

// sameFile reports whether what is told of a descriptor is what is known of it.
// Sockets are compared by their ends: events do not tell their number.
func sameFile(f *File, p *event.File) bool {
	switch p.Type {
	case event.FileIPv4, event.FileIPv6:
		if f.Type != p.Type || f.Sock.L4 != p.L4 {
			return false
		}
		s := Socket{SrcIP: p.SrcIP, DstIP: p.DstIP, SrcPort: p.SrcPort, DstPort: p.DstPort, L4: p.L4}
		if f.Sock == s {
			return true
		}
		s.swap()
		return f.Sock == s
	case event.FileIPv4Server, event.FileIPv6Server:
		return f.Type == p.Type && f.Sock.DstPort == p.SrcPort && f.Sock.DstIP == p.SrcIP && f.Sock.L4 == p.L4
	case event.FileUnix:
		return f.Type == p.Type && f.Sock.UnixSrc == p.UnixSrc && bytes.Equal(f.Name, p.Name)
	case event.FileRegularV2:
		return f.IsFile() && f.Ino == p.Ino && f.Dev == p.Dev && bytes.Equal(f.Name, p.Name)
	case event.FileDirectory, event.FileMemfd:
		return f.Type == p.Type && bytes.Equal(f.Name, p.Name)
	}
	return f.Type == p.Type && f.Ino == p.Ino && (len(p.Name) == 0 || bytes.Equal(f.Name, p.Name))
}

// Done ends what is told of a process: what was not told of is closed.
func (r *Renewal) Done() {
	if r.main == nil {
		return
	}
	if table := r.main.files; table != nil && r.threads.get(r.main.TID) == r.main {
		var gone []int64
		table.all(func(fd int64, _ *File) bool {
			if !r.open[fd] {
				gone = append(gone, fd)
			}
			return true
		})
		for _, fd := range gone {
			r.closeFD(table, fd)
		}
	}
	r.main, r.open = nil, nil
}

// Untold returns the threads that were not told of, in this renewal: that ended
// and of whose end nothing was told, or that began since.
func (r *Renewal) Untold() (all []*Thread) {
	r.threads.all(func(th *Thread) bool {
		if !r.told[th.TID] && !th.end {
			all = append(all, th)
		}
		return true
	})
	return all
}

// Remove takes a thread out that has ended, if it is there still: by its number
// another one may have come.
func (r *Renewal) Remove(th *Thread) {
	r.Finish()
	if r.threads.get(th.TID) == th && th.group != nil {
		r.remove(th)
	}
}
