// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/driver/probe"
	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// driver is the driver as a live source.
type driver struct {
	*probe.Probe
	cfg   liveConfig
	scope probe.Scope
	waits atomic.Pointer[func(bool)]
	again *renewer // nil: before Renew
}

// openProbe attaches the driver.
func openProbe(_ context.Context, cfg liveConfig) (live, error) {
	d := &driver{cfg: cfg, scope: probe.Scope{PID: cfg.Scope.PID, Cgroup: cfg.Scope.Cgroup}}
	p, err := probe.Open(probe.Config{
		Scope: d.scope, Types: d.types(cfg.Types), BufferSize: int(cfg.BufferSize), Waits: d.wait, Quiet: d.quiet, LogFile: verifierLog(),
	})
	if err != nil {
		return nil, &failure{err: err, hint: `"lanner doctor" says what the kernel and this process lack`}
	}
	d.Probe = p
	if err := p.Unlisted(); err != nil {
		cfg.Log.Debug("descriptors are read from /proc", "error", err)
	}
	return d, nil
}

// verifierLog is where the kernel's reasons go if it refuses the driver: into
// the folder that systemd made for the unit, where it did.
func verifierLog() string {
	return filepath.Join(cmp.Or(os.Getenv("RUNTIME_DIRECTORY"), "/run"), "lanner-verifier.log")
}

// allTypes is more types than rules name: one that names none asks for all.
const allTypes = event.NumTypes / 2

// types are those that the driver is asked for; nil is all.
func (d *driver) types(list []event.Type) calls.Types {
	if !d.cfg.Filter {
		return nil
	}
	set := make(calls.Types, len(list))
	for _, t := range list {
		if !slices.Contains(d.cfg.Exclude, t.String()) {
			set[t] = true
		}
	}
	for _, name := range d.cfg.Include {
		for _, t := range event.TypesNamed(name) {
			set[t] = true
		}
	}
	if len(list) < allTypes {
		if names := calls.Unmade(set); len(names) > 0 {
			d.cfg.Log.Warn("rules ask for events that the driver makes none of: they will not match by them", "types", names)
		}
	}
	return set
}

func (d *driver) wait(waiting bool) {
	if f := d.waits.Load(); f != nil {
		(*f)(waiting)
	}
}

// Waits implements live.
func (d *driver) Waits(f func(bool)) { d.waits.Store(&f) }

// Renew implements live.
func (d *driver) Renew(table *state.Table) {
	cfg := procfs.Config{Skip: os.Getpid(), Living: true, Descriptors: d.descriptors}
	d.again = newRenewer(renewSource{
		lost: d.StateLost, now: d.Now, list: d.processes,
		read: func(pids []int, to event.Snapshot) error {
			_, err := procfs.Processes(cfg, pids, to)
			return err
		},
		gone: func(pid, tid int64) (bool, error) { return procfs.Gone("/proc", pid, tid) },
	}, table, d.cfg.Log)
}

// descriptors asks the kernel for those of a process, which takes a tenth of
// the time that it takes to read them from /proc.
func (d *driver) descriptors(pid int, tell func(*procfs.Descriptor)) error {
	return d.Descriptors(pid, func(o *probe.Descriptor) {
		of := procfs.Descriptor(*o)
		tell(&of)
	})
}

// Renewals implements live.
func (d *driver) Renewals() (rounds, processes uint64, stale bool) {
	return d.again.rounds.Load(), d.again.processes.Load(), d.again.stale()
}

// Next implements live.
func (d *driver) Next(ev *event.Event) error {
	err := d.Probe.Next(ev)
	if d.again == nil {
		return err
	}
	if err != nil {
		d.again.finish()
		return err
	}
	d.again.before(ev)
	return nil
}

// quiet is called by Next while nothing is buffered.
func (d *driver) quiet() (again bool) { return d.again != nil && d.again.rest() }

// processes lists those in scope. What descends from a process that has ended
// since is in none of its lists of children: the programs know it.
func (d *driver) processes() ([]int, error) {
	switch {
	case d.scope.PID != 0:
		return d.Followed()
	case d.scope.Cgroup != "":
		return d.scope.Processes(nil)
	}
	return procfs.List(procfs.Config{})
}

// Want implements live.
func (d *driver) Want(types []event.Type) error { return d.Probe.Want(d.types(types)) }

// Snapshot implements live.
func (d *driver) Snapshot(to event.Snapshot) error {
	pids, err := d.follow()
	if err != nil {
		return err
	}
	stats, err := procfs.Snapshot(procfs.Config{PIDs: pids, Skip: os.Getpid(), Descriptors: d.descriptors}, to)
	if err != nil {
		return err
	}
	d.cfg.Log.Debug("processes that were there already", "read", fmt.Sprintf("%+v", stats))
	return nil
}

// follow returns the processes in scope; nil is all of the machine. Those that
// a scope by process has already are added until no other turns up: what one
// of them starts meanwhile follows by itself.
func (d *driver) follow() ([]int, error) {
	known := 0
	for {
		pids, err := d.scope.Processes(func(pid int) ([]int, error) { return procfs.Children("/proc", pid) })
		if err != nil || d.scope.PID == 0 {
			return pids, err
		}
		if err := d.Follow(pids); err != nil {
			return nil, err
		}
		if len(pids) <= known {
			return pids, nil
		}
		known = len(pids)
	}
}

// Find implements live. What is outside of the scope is not looked at.
func (d *driver) Find(tid int64, time uint64, to event.Snapshot) error {
	cfg := procfs.Config{Skip: os.Getpid(), Before: time, Descriptors: d.descriptors}
	if d.scope != (probe.Scope{}) {
		cfg.Wanted = d.Follows
	}
	return procfs.Process(cfg, int(tid), to)
}

// Drops implements live.
func (d *driver) Drops() uint64 {
	var sum uint64
	d.DropCounts(func(_ string, _ event.Type, n uint64) { sum += n })
	return sum
}

// DropCounts implements live.
func (d *driver) DropCounts(tell func(cause string, t event.Type, n uint64)) {
	counts, err := d.Counts()
	if err != nil {
		d.cfg.Log.Error("lost events cannot be counted", "error", err)
		return
	}
	for _, c := range counts {
		for cause, n := range c.Lost {
			tell(string(cause), c.Type, n)
		}
	}
	if n := d.Quality().Malformed; n > 0 {
		tell("malformed", event.GenericEnter, n) // of which type is what is not known
	}
}

// Unseen implements live.
func (d *driver) Unseen(tell func(what string, n uint64)) {
	u, err := d.Probe.Unseen()
	if err != nil {
		d.cfg.Log.Error("what is not seen cannot be counted", "error", err)
		return
	}
	tell("calls of io_uring_enter", u.IOUring)
	tell("calls of the 32-bit interface", u.Compat)
	tell("calls of the x32 interface", u.X32)
	tell("calls of unknown syscalls", u.Unknown)
	tell("messages after the first of a call", u.Message)
	tell("processes beyond the scope's limit", u.Scope)
	tell("runs of the driver that the kernel left out", u.Skipped)
}

// Stop implements live.
func (d *driver) Stop() {
	if err := d.Probe.Stop(); err != nil {
		d.cfg.Log.Error("detaching the driver", "error", err)
	}
}
