// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"errors"
	"sync"

	"github.com/lanner-project/lanner/engine/alert"
)

// A Set sends each alert to all its outlets.
type Set struct {
	runners []*runner
	forms   []form
	scratch []byte
}

// A form is a way to write an alert, and who wants it so.
type form struct {
	json     bool
	encoding alert.Encoding
	runners  []*runner
}

// Start begins to send to outlets. The caller has to Close the set.
func Start(outlets ...Outlet) *Set {
	s := &Set{}
	for _, o := range outlets {
		r := start(o)
		s.runners = append(s.runners, r)
		s.addForm(r)
	}
	return s
}

func (s *Set) addForm(r *runner) {
	for i := range s.forms {
		if f := &s.forms[i]; f.json == r.JSON && f.encoding == r.Encoding {
			f.runners = append(f.runners, r)
			return
		}
	}
	s.forms = append(s.forms, form{r.JSON, r.Encoding, []*runner{r}})
}

// Put hands an alert to the outlets; it is not needed any more afterwards. Put
// waits only for outlets that are made to Wait, and fails only if ctx ends
// meanwhile.
func (s *Set) Put(ctx context.Context, a *alert.Alert) error {
	for i := range s.forms {
		f := &s.forms[i]
		var rec Record
		for _, r := range f.runners {
			if a.Priority > r.Threshold {
				continue
			}
			if rec.Line == nil {
				rec = s.record(a, f)
			}
			if err := r.put(ctx, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// record writes an alert. Its line is there until the next one: queues copy it.
func (s *Set) record(a *alert.Alert, f *form) Record {
	if f.json {
		s.scratch = f.encoding.AppendJSON(s.scratch[:0], a)
	} else {
		s.scratch = f.encoding.AppendText(s.scratch[:0], a)
	}
	return Record{
		Line: s.scratch, JSON: f.json, Rule: a.Rule, Priority: a.Priority, Hostname: a.Hostname, Time: a.Time, Event: a.Event,
	}
}

func newRecord(a *alert.Alert, json bool, e *alert.Encoding) Record {
	var s Set
	return s.record(a, &form{json: json, encoding: *e})
}

// Reopen makes the sinks that hold files open them again, by name.
func (s *Set) Reopen() {
	for _, r := range s.runners {
		if f, ok := r.Sink.(interface{ Reopen() }); ok {
			f.Reopen()
		}
	}
}

// Stats returns what happened so far, by outlet.
func (s *Set) Stats() []Stats {
	stats := make([]Stats, 0, len(s.runners))
	for _, r := range s.runners {
		stats = append(stats, r.snapshot())
	}
	return stats
}

// Close delivers what waits, as long as ctx allows, and ends all sinks. The
// error says what was not delivered.
func (s *Set) Close(ctx context.Context) error {
	errs := make([]error, len(s.runners))
	var closing sync.WaitGroup
	for i, r := range s.runners {
		closing.Go(func() { errs[i] = r.close(ctx) })
	}
	closing.Wait()
	return errors.Join(errs...)
}
