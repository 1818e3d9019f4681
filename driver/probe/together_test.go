// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lanner-project/lanner/driver/machine/report"
	"github.com/lanner-project/lanner/engine/event"
)

// tellVariable makes TestTogether tell how loading went, for whoever reads the
// console of a virtual machine.
const tellVariable = "LANNER_TEST_TELL"

// TestTogether does all deeds under one driver, one after the other: it is what
// is run in a virtual machine, where loading the driver is most of the work.
func TestTogether(t *testing.T) {
	began := time.Now()
	p, err := Open(Config{Scope: Scope{PID: os.Getpid()}})
	if err != nil {
		skipUnprivileged(t, err)
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	tellLoaded(t, p, took)
	var all []event.Event
	var read sync.WaitGroup
	read.Go(func() { all = (&watched{Probe: p}).rest(t) })

	names := slices.DeleteFunc(slices.Sorted(maps.Keys(deeds)), func(name string) bool {
		return name == "io_uring" || name == "fork storm" || name == "32 bits" // they have tests of their own
	})
	done := make(map[string]deedDone)
	for _, name := range names {
		t.Run("doing "+name, func(t *testing.T) { done[name] = doUnder(t, p, name) })
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	read.Wait()
	counts, err := p.Counts()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range counts {
		if n.Lost != nil {
			t.Errorf("lost: %+v", n)
		}
	}
	if u, err := p.Unseen(); err != nil {
		t.Error(err)
	} else {
		t.Logf("not seen: %+v", u)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { done[name].check(t, all) })
	}
}

// deedDone is a deed, and who did it.
type deedDone struct {
	pid  int
	want []sight
}

func doUnder(t *testing.T, p *Probe, name string) (d deedDone) {
	c := startChild(t, name)
	d.pid = c.cmd.Process.Pid
	err := p.Follow([]int{d.pid})
	if err != nil {
		t.Fatal(err)
	}
	if d.want, err = c.do(); err != nil {
		t.Fatal(err)
	}
	if p.lister != nil {
		sameDescriptors(t, p, d.pid)
	}
	return d
}

// check looks for what should have been seen among what was seen of whoever did the
// deed, and of those that it started.
func (d deedDone) check(t *testing.T, all []event.Event) {
	if len(d.want) == 0 {
		t.Fatal("the deed tells of nothing")
	}
	tasks := descendants(all, int64(d.pid))
	var theirs []event.Event
	for i := range all {
		if tasks[all[i].TID] {
			theirs = append(theirs, all[i])
		}
	}
	for _, w := range d.want {
		find(t, w, theirs)
	}
}

// descendants are the threads that came from one. A parent may be told of a child
// after the child has done what it had to.
func descendants(all []event.Event, first int64) map[int64]bool {
	tasks := map[int64]bool{first: true}
	for more := true; more; {
		more = false
		for i := range all {
			switch all[i].Type {
			case event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit:
			default:
				continue
			}
			if child, err := strconv.ParseInt(show(&all[i])["res"], 10, 64); err == nil && child > 0 && tasks[all[i].TID] && !tasks[child] {
				tasks[child], more = true, true
			}
		}
	}
	return tasks
}

func tellLoaded(t *testing.T, p *Probe, took time.Duration) {
	verdicts, err := p.Verdicts()
	if err != nil {
		t.Fatal(err)
	}
	loaded := &report.Loaded{Seconds: took.Seconds()}
	for _, v := range verdicts {
		loaded.Programs = append(loaded.Programs, report.Program{Name: v.Program, Verified: v.Verified, Compiled: v.Compiled})
	}
	if err := p.Unlisted(); err != nil {
		loaded.Unlisted = err.Error()
	}
	if os.Getenv(tellVariable) != "" {
		fmt.Print(report.Line{Loaded: loaded})
	} else if text, err := json.Marshal(loaded); err == nil {
		t.Log(string(text))
	}
}
