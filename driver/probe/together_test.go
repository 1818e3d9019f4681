// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
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
	for _, name := range names {
		t.Run(name, func(t *testing.T) { done[name].check(t, all) })
	}
}

// deedDone is a deed and when it was done, by the clock of events.
type deedDone struct {
	from, to uint64
	want     []sight
}

func doUnder(t *testing.T, p *Probe, name string) (d deedDone) {
	c := startChild(t, name)
	now := func() uint64 {
		n, err := p.Now()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	err := p.Follow([]int{c.cmd.Process.Pid})
	if err != nil {
		t.Fatal(err)
	}
	d.from = now()
	if d.want, err = c.do(); err != nil {
		t.Fatal(err)
	}
	d.to = now()
	if p.lister != nil {
		sameDescriptors(t, p, c.cmd.Process.Pid)
	}
	return d
}

// check looks for what should have been seen among what was, in the time of the
// deed.
func (d deedDone) check(t *testing.T, all []event.Event) {
	if len(d.want) == 0 {
		t.Fatal("the deed tells of nothing")
	}
	var during []event.Event
	for i := range all {
		if ts := all[i].Time; d.from <= ts && ts <= d.to {
			during = append(during, all[i])
		}
	}
	for _, w := range d.want {
		find(t, w, during)
	}
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
