// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/features"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
)

// manyFiles opens as many files as somebody may without asking for more.
func manyFiles() ([]sight, error) {
	var one sight
	for range 900 {
		fd, err := unix.Open("/etc/passwd", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		one = sight{event.OpenatExit, params{"fd": num(fd), "name": "/etc/passwd", "opened": "/etc/passwd"}}
	}
	return []sight{one}, nil
}

// goneFiles opens what is removed then, and what has names that look so.
func goneFiles() ([]sight, error) {
	for _, name := range []string{"removed", "there (deleted)"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			return nil, err
		}
		if _, err := unix.Open(name, unix.O_RDWR|unix.O_APPEND|unix.O_NONBLOCK, 0); err != nil {
			return nil, err
		}
	}
	return []sight{{event.UnlinkatExit, params{"res": "0", "name": "removed"}}}, unix.Unlinkat(unix.AT_FDCWD, "removed", 0)
}

// allFiles keeps the descriptors that it is told.
type allFiles map[int64]event.File

func (a allFiles) File(_ int64, f *event.File) {
	c := *f
	c.Name = append([]byte{}, c.Name...)
	a[c.FD] = c
}
func (allFiles) Machine(*event.Machine)     {}
func (allFiles) Proc(*event.Proc)           {}
func (allFiles) Interface(*event.Interface) {}
func (allFiles) User(*event.User)           {}
func (allFiles) Group(*event.Group)         {}

// listed is the configuration that reads descriptors by the iterator.
func (p *Probe) listed(calls *int) procfs.Config {
	return procfs.Config{Descriptors: func(pid int, tell func(*procfs.Descriptor)) error {
		return p.Descriptors(pid, func(d *Descriptor) {
			*calls++
			of := procfs.Descriptor(*d)
			tell(&of)
		})
	}}
}

func skipUnlisted(t testing.TB, p *Probe) {
	t.Helper()
	const sixOne = 6<<16 | 1<<8
	if v, err := features.LinuxVersionCode(); err != nil || v < sixOne {
		if p.lister != nil || !errors.Is(p.unlisted, ebpf.ErrNotSupported) {
			t.Errorf("version %x (%v): %v", v, err, p.unlisted)
		}
		t.Skip(p.unlisted)
	}
	if p.lister == nil {
		t.Fatal("there is no iterator of descriptors: ", p.unlisted)
	}
}

// What the iterator says of descriptors is what /proc says.
func TestDescriptors(t *testing.T) {
	for _, deed := range []string{"descriptors", "open", "open deep", "sockets", "unix sockets", "calls on files", "many files", "gone files"} {
		t.Run(deed, func(t *testing.T) {
			t.Parallel()
			c := watch(t, deed, Config{})
			skipUnlisted(t, c.Probe)
			pid := c.cmd.Process.Pid
			c.before = func() {
				sameDescriptors(t, c.Probe, pid)
			}
			c.act(t)
		})
	}
}

// sameDescriptors holds the iterator against /proc.
func sameDescriptors(t *testing.T, p *Probe, pid int) {
	t.Helper()
	calls := 0
	read, listed := make(allFiles), make(allFiles)
	for to, cfg := range map[*allFiles]procfs.Config{&read: {}, &listed: p.listed(&calls)} {
		if _, err := procfs.Processes(cfg, []int{pid}, *to); err != nil {
			t.Error(err)
		}
	}
	if calls != len(read) || len(read) < 3 {
		t.Errorf("%d descriptors are listed, %d are in /proc", calls, len(read))
	}
	if diff := cmp.Diff(read, listed); diff != "" {
		t.Errorf("(-/proc +iterator)\n%s", diff)
	}
}

// A process out of scope is not listed, nor is one that is no more.
func TestDescriptorsOutOfScope(t *testing.T) {
	t.Parallel()
	c, other := watch(t, "many files", Config{}), watch(t, "many files", Config{})
	skipUnlisted(t, c.Probe)
	for _, pid := range []int{os.Getpid(), other.cmd.Process.Pid, 1 << 30} {
		if err := c.Descriptors(pid, func(d *Descriptor) { t.Errorf("process %d: %+v", pid, d) }); err != nil {
			t.Error(err)
		}
	}
	c.act(t)
	other.act(t)
}

func TestParseDescriptors(t *testing.T) {
	whole := make([]byte, descriptorSize, descriptorSize+6)
	whole[32] = 6 // the length
	whole = append(whole, "/path\x00"...)
	for n := range len(whole) {
		if err := parseDescriptors(whole[:n], func(*Descriptor) {}); n > 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	var got []string
	if err := parseDescriptors(append(whole, whole...), func(d *Descriptor) { got = append(got, string(d.Link)) }); err != nil || fmt.Sprint(got) != "[/path /path]" {
		t.Errorf("%q, %v", got, err)
	}
}

// BenchmarkDescriptors reads a process with 900 descriptors.
func BenchmarkDescriptors(b *testing.B) {
	c := watch(b, "many files", Config{})
	pid := c.cmd.Process.Pid
	c.before = func() {
		calls := 0
		for name, cfg := range map[string]procfs.Config{"proc": {}, "iterator": c.listed(&calls)} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if _, err := procfs.Processes(cfg, []int{pid}, make(allFiles)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	c.act(b)
}
