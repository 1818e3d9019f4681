// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"
	"time"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// What is made and what is handed over differ by what is counted as lost, to
// the last event of each type: also when the reader is much too slow.
func TestFlood(t *testing.T) {
	types := calls.Types{event.OpenatExit: true, event.ReadExit: true, event.Dup3Exit: true, event.CloseExit: true, event.MkdiratExit: true}
	for _, tt := range []struct {
		name string
		slow bool
	}{{"fast reader", false}, {"slow reader", true}} {
		t.Run(tt.name, func(t *testing.T) {
			c := startBencher(t, "mix")
			p, err := Open(Config{Scope: Scope{PID: c.pid}, Types: types, BufferSize: 256 << 10})
			if err != nil {
				skipUnprivileged(t, err)
				t.Fatal(err)
			}
			if err := p.Follow([]int{c.pid}); err != nil {
				t.Fatal(err)
			}
			got := make(map[event.Type]uint64)
			done := make(chan struct{})
			go func() {
				defer close(done)
				var ev event.Event
				for p.Next(&ev) == nil {
					got[ev.Type]++
					if tt.slow && ev.Num%1000 == 0 {
						time.Sleep(10 * time.Millisecond) // a reader with other things to do
					}
				}
			}()
			const n = 40_000
			c.run(t, n)
			if err := p.Stop(); err != nil {
				t.Fatal(err)
			}
			<-done
			check(t, p, got, types, n)
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// check holds counters against what was done n times and what was read.
func check(t *testing.T, p *Probe, got map[event.Type]uint64, types calls.Types, n uint64) {
	t.Helper()
	counts, err := p.Counts()
	if err != nil {
		t.Fatal(err)
	}
	made := make(map[event.Type]uint64)
	var lost, shed uint64
	for _, c := range counts {
		made[c.Type] = c.Made
		sum := got[c.Type]
		for cause, k := range c.Lost {
			sum, lost = sum+k, lost+k
			if cause == Shed {
				shed += k
			}
			if cause == Shed && c.Type != event.ReadExit {
				t.Errorf("%d %s were given up, and they are no bulk", k, c.Type)
			}
		}
		if c.Made != sum {
			t.Errorf("%d %s made, %d read and lost (%v)", c.Made, c.Type, sum, c.Lost)
		}
	}
	for typ := range types {
		// Go's own runtime may make some of them as well.
		if made[typ] < n || made[typ] > n+1000 {
			t.Errorf("%s: done %d times, made %d", typ, n, made[typ])
		}
	}
	t.Logf("%d of %d events lost, %d of them given up early", lost, 5*n, shed)
	if q := p.Quality(); q.Malformed != 0 {
		t.Errorf("%d records are malformed", q.Malformed)
	}
}
