// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const cgroupRoot = "/sys/fs/cgroup"

// A cgroup is what counts and limits the processes of one run: a folder in the
// hierarchy of version 2, or in each of those of version 1.
type cgroup struct {
	Dirs map[string]string `json:"dirs,omitempty"` // by controller
	// Lacks says why it does not limit all that it should.
	Lacks []string `json:"lacks,omitempty"`
}

// controllers are those that are wanted.
var controllers = []string{"memory", "pids", "cpu"}

// makeCgroup makes the folders, beside this process's own. Where it may not, a
// run is not limited, which Lacks says: most of what a run can do is limited
// otherwise.
func makeCgroup(name string) cgroup {
	g := cgroup{Dirs: make(map[string]string)}
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		g.Lacks = append(g.Lacks, err.Error())
		return g
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		if parts[1] == "" {
			g.second(filepath.Join(cgroupRoot, parts[2]), name)
			continue
		}
		for controller := range strings.SplitSeq(parts[1], ",") {
			if !slices.Contains(controllers, controller) {
				continue
			}
			dir := filepath.Join(cgroupRoot, parts[1], parts[2], name)
			if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				g.Lacks = append(g.Lacks, controller+": "+err.Error())
				continue
			}
			g.Dirs[controller] = dir
		}
	}
	for _, controller := range controllers {
		if g.Dirs[controller] == "" && !slices.ContainsFunc(g.Lacks, func(why string) bool { return strings.HasPrefix(why, controller) }) {
			g.Lacks = append(g.Lacks, controller+": there is no such controller for this process")
		}
	}
	return g
}

// second makes a folder of version 2, if controllers are to be had there: a
// group with processes cannot hand its own on, its parent can.
func (g *cgroup) second(own, name string) {
	for _, parent := range []string{own, filepath.Dir(own)} {
		for _, controller := range controllers {
			if g.Dirs[controller] != "" || !below(parent, []string{cgroupRoot}) {
				continue
			}
			if err := os.WriteFile(filepath.Join(parent, "cgroup.subtree_control"), []byte("+"+controller), 0); err != nil {
				continue // said at the end, as not there
			}
			dir := filepath.Join(parent, name)
			if err := os.Mkdir(dir, 0o755); err == nil || errors.Is(err, fs.ErrExist) {
				g.Dirs[controller] = dir
			}
		}
	}
}

// v2 reports whether a controller is of version 2.
func (g cgroup) v2(controller string) bool {
	_, err := os.Stat(filepath.Join(g.Dirs[controller], "cgroup.controllers"))
	return err == nil
}

// limit sets the limits; those that are 0 are none.
func (g *cgroup) limit(p plan, processes int64) {
	const period = 100000                    // microseconds
	values := map[string]map[bool][2]string{ // by version 2: file and value
		"memory": {true: {"memory.max", fmt.Sprint(p.memory)}, false: {"memory.limit_in_bytes", fmt.Sprint(p.memory)}},
		"pids":   {true: {"pids.max", fmt.Sprint(processes)}, false: {"pids.max", fmt.Sprint(processes)}},
		"cpu":    {true: {"cpu.max", fmt.Sprintf("%d %d", p.cpu*period/1000, period)}, false: {"cpu.cfs_quota_us", fmt.Sprint(p.cpu * period / 1000)}},
	}
	wanted := map[string]bool{"memory": p.memory > 0, "pids": processes > 0, "cpu": p.cpu > 0}
	for _, controller := range controllers {
		dir := g.Dirs[controller]
		if dir == "" || !wanted[controller] {
			continue
		}
		what := values[controller][g.v2(controller)]
		if err := os.WriteFile(filepath.Join(dir, what[0]), []byte(what[1]), 0); err != nil {
			g.Lacks = append(g.Lacks, controller+": "+err.Error())
		}
	}
}

// add puts a process in.
func (g cgroup) add(pid int) error {
	var all []error
	for _, dir := range g.dirs() {
		all = append(all, os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0))
	}
	return errors.Join(all...)
}

func (g cgroup) dirs() []string {
	var all []string
	for _, dir := range g.Dirs {
		if !slices.Contains(all, dir) {
			all = append(all, dir)
		}
	}
	return all
}

// outOfMemory is how many processes were killed for the limit of memory.
func (g cgroup) outOfMemory() int {
	for _, name := range []string{"memory.events", "memory.oom_control"} {
		text, err := os.ReadFile(filepath.Join(g.Dirs["memory"], name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if count, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok {
				n, err := strconv.Atoi(count)
				if err == nil {
					return n
				}
			}
		}
	}
	return 0
}

// remove ends what is left in it and takes it away. The kernel lets go of a
// process some time after it was waited for.
func (g cgroup) remove() error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		var all []error
		for _, dir := range g.dirs() {
			if text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs")); err == nil {
				for pid := range strings.FieldsSeq(string(text)) {
					if n, err := strconv.Atoi(pid); err == nil && n > 1 {
						_ = unix.Kill(n, unix.SIGKILL) // it may be over
					}
				}
			}
			if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				all = append(all, err)
			}
		}
		if len(all) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.Join(all...)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
