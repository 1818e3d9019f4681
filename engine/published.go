// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"sync"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A Progress is how far an engine at work has come.
type Progress struct {
	Events uint64
	Last   uint64 // time of the last event, nanoseconds since the epoch; 0: none yet
	State  state.Stats

	byType [maxTypes]uint64
}

// ByType returns how many events there were, by the name of the syscall or
// notice.
func (p *Progress) ByType() map[string]uint64 {
	names := make(map[string]uint64)
	for t, n := range p.byType {
		if n > 0 {
			names[event.Type(t).String()] += n
		}
	}
	return names
}

// published is what an engine last said of its work. The counters themselves
// are plain words that one goroutine changes with each event; a copy of them, a
// thousand events apart, costs that goroutine a tenth of a nanosecond an event,
// where an atomic counter would cost ten.
type published struct {
	mu sync.Mutex
	Progress
}

// Publish makes Progress say what holds now. Run does so every thousand events;
// whoever makes it wait, a source without events, is to do so before. It is for
// the goroutine that Run is in.
func (e *Engine) Publish() {
	p := &e.published
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Events, p.Last, p.byType = e.events, e.last, e.byType
	if e.Table != nil {
		p.State = e.Table.Stats()
	}
}

// Progress returns what Publish was called with last. It may be called at any
// time.
func (e *Engine) Progress() Progress {
	e.published.mu.Lock()
	defer e.published.mu.Unlock()
	return e.published.Progress
}
