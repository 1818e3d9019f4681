// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// told tells the descriptors of a process as the kernel does. It may know of none
// of a process that has some: one that has just left what the kernel looks at.
func (s *scan) told(at folder, pid int) error {
	if s.cfg.Descriptors == nil {
		return s.files(at, pid)
	}
	var net *network
	o, none := handle{at: at}, true
	err := s.cfg.Descriptors(pid, func(d *Descriptor) {
		o.told, none = d, false
		s.describe(&o, d.FD, pid, &net)
	})
	if err != nil || none {
		return s.files(at, pid)
	}
	return nil
}

// files tells the descriptors of a process as its table has them.
func (s *scan) files(at folder, pid int) error {
	links, err := openFolder(at, "fd")
	if err != nil {
		return err
	}
	defer func() { _ = links.close() }() // nothing was written
	if s.fds, err = s.numbers(links, ".", s.fds[:0]); err != nil || len(s.fds) == 0 {
		return err
	}
	infos, err := openFolder(at, "fdinfo")
	if err != nil {
		return err
	}
	defer func() { _ = infos.close() }() // nothing was written
	var net *network
	o := handle{at: at, links: links, infos: infos}
	for _, fd := range s.fds {
		s.describe(&o, fd, pid, &net)
	}
	return nil
}

// A handle is a descriptor of a process, from outside.
type handle struct {
	at           folder // of the process
	links, infos folder // in there
	name         string // in those
	told         *Descriptor
}

func (o *handle) link(s *scan) ([]byte, error) {
	switch {
	case o.told == nil:
		return o.links.readLink(o.name, s.link[:])
	case len(o.told.Link) == 0:
		return o.at.readLink("fd/"+o.name, s.link[:])
	}
	return s.link[:copy(s.link[:], o.told.Link)], nil
}

// stat fills in what is there, as far as it may be known.
func (o *handle) stat(st *unix.Statx_t) {
	*st = unix.Statx_t{}
	if d := o.told; d != nil {
		st.Mask, st.Ino, st.Mode, st.Nlink = unix.STATX_BASIC_STATS, d.Ino, uint16(d.Mode), d.Links
		st.Dev_major, st.Dev_minor = d.Dev>>20, d.Dev&0xfffff
		return
	}
	if o.links.stat(o.name, st) != nil {
		*st = unix.Statx_t{}
	}
}

func (o *handle) flags(s *scan) uint64 {
	if o.told != nil {
		return uint64(o.told.Flags)
	}
	return s.descriptor(o.infos, o.name).flags
}

// process is the process that a pidfd is of; 0 where it is no more.
func (o *handle) process(s *scan) int64 {
	if o.told != nil {
		return s.descriptor(o.at, "fdinfo/"+o.name).pid
	}
	return s.descriptor(o.infos, o.name).pid
}

// describe tells a descriptor.
func (s *scan) describe(o *handle, fd, pid int, net **network) {
	o.name = strconv.Itoa(fd)
	link, err := o.link(s)
	s.file = event.File{FD: int64(fd)}
	f := &s.file
	switch kind, ino := anonymous(link); {
	case errors.Is(err, unix.ENAMETOOLONG):
		s.stats.Cut++
		s.opened(o, nil)
	case err != nil:
		return // closed meanwhile
	case kind == linkPath:
		if !s.opened(o, link) {
			return
		}
	case kind == linkSocket:
		if *net == nil {
			*net = s.networkOf(o.at)
		}
		f.Ino = ino
		if !(*net).fill(f) {
			s.stats.Sockets++
			s.protocol(f, pid)
		}
		f.Flags = openFlags(o.flags(s))
	default:
		f.Type, f.Ino, f.Flags = event.FileType(kind), ino, openFlags(o.flags(s))
		switch f.Type {
		case event.FileFIFO, event.FileUnsupported:
			f.Name = link
		case event.FilePID:
			if of := o.process(s); of > 0 {
				f.Name = strconv.AppendInt(append(s.link[:0], "/proc/"...), of, 10)
			}
		}
	}
	s.stats.Files++
	s.to.File(int64(pid), f)
}

// The kinds of link beside those that are a FileType.
const (
	linkPath   = 1000
	linkSocket = 1001
)

// anonymous takes apart the links of what has no place in a file system. A path
// cannot look like one: it begins with a slash.
func anonymous(link []byte) (kind int, ino uint64) {
	if n, ok := inBrackets(link, "socket:["); ok {
		return linkSocket, n
	}
	if n, ok := inBrackets(link, "pipe:["); ok {
		return int(event.FileFIFO), n
	}
	if n, ok := inBrackets(link, "pidfd:["); ok { // since Linux 6.9
		return int(event.FilePID), n
	}
	name, ok := bytes.CutPrefix(link, []byte("anon_inode:"))
	if !ok {
		return linkPath, 0
	}
	switch string(bytes.Trim(name, "[]")) {
	case "eventfd":
		return int(event.FileEvent), 0
	case "eventpoll":
		return int(event.FileEventPoll), 0
	case "inotify":
		return int(event.FileInotify), 0
	case "signalfd":
		return int(event.FileSignal), 0
	case "timerfd":
		return int(event.FileTimer), 0
	case "pidfd":
		return int(event.FilePID), 0
	case "io_uring":
		return int(event.FileIOUring), 0
	case "userfaultfd":
		return int(event.FileUserfault), 0
	case "bpf-map", "bpf-prog", "bpf_link", "bpf-link", "bpf_iter", "bpf-iter", "btf", "bpf-token":
		return int(event.FileBPF), 0
	}
	return int(event.FileUnsupported), 0
}

// opened fills in what was opened by its path. It reports false where it was
// closed meanwhile.
func (s *scan) opened(o *handle, path []byte) bool {
	var st unix.Statx_t
	f := &s.file
	f.Type = event.FileRegularV2
	o.stat(&st)
	f.Name = below(s.path.root, withoutMark(path, &st))
	f.Flags = openFlags(o.flags(s))
	if st.Mask == 0 {
		return len(path) > 0
	}
	f.Ino, f.Dev = st.Ino, deviceOf(&st).number()
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		f.Type = event.FileDirectory
	case unix.S_IFIFO:
		f.Type = event.FileFIFO
	}
	if memory, ok := s.memfd(f.Name, &st); ok {
		f.Type, f.Name = event.FileMemfd, memory[len(memfdPrefix)-1:]
	}
	return true
}

func (s *scan) descriptor(infos folder, name string) descriptor {
	var err error
	if s.text, err = infos.read(name, s.text[:0], maxStatus); err != nil {
		return descriptor{}
	}
	return parseDescriptor(s.text)
}

// A device is a file system.
type device struct{ major, minor uint32 }

func deviceOf(st *unix.Statx_t) device { return device{st.Dev_major, st.Dev_minor} }

// number is the number of a device in 32 bits, as stat(2) has it.
func (d device) number() uint32 { return d.major<<8 | d.minor&0xff | d.minor>>8<<20 }

const memfdPrefix = "/memfd:"

// memfdDevices are the file systems that memfds are in, which are mounted
// nowhere. That tells them from files that are called like one.
func memfdDevices() []device {
	var devices []device
	for _, flag := range []int{0, unix.MFD_HUGETLB} {
		fd, err := unix.MemfdCreate("lanner", unix.MFD_CLOEXEC|flag)
		if err != nil {
			continue // a kernel without huge pages
		}
		var st unix.Statx_t
		if unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &st) == nil {
			devices = append(devices, deviceOf(&st))
		}
		_ = unix.Close(fd) // nothing was written
	}
	return devices
}

// memfd returns the name of a memfd, "memfd:" and what the process called it.
func (s *scan) memfd(path []byte, st *unix.Statx_t) ([]byte, bool) {
	if !bytes.HasPrefix(path, []byte(memfdPrefix)) {
		return nil, false
	}
	for _, d := range s.memfds {
		if d == deviceOf(st) {
			return path[1:], true
		}
	}
	return nil, false
}
