// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
)

// A Limit bounds how often a rule may speak. A Burst of 1 leaves out repetition.
type Limit struct {
	Burst  int           // so many alerts pass
	Window time.Duration // in so much time from the first of them
	Fields []string      // of alerts that count together, beside the rule; what differs in them counts apart
}

// maxWindows bounds what a Limiter keeps in mind: the values of fields are up to
// whom is watched.
const maxWindows = 1 << 16

// A Limiter lets alerts pass up to a limit, and says how many it held back. It
// goes by the time of the events alone, so that a recording gives the same each
// time it is read.
type Limiter struct {
	next interface {
		Put(context.Context, *alert.Alert) error
	}
	limit   func(rule string) (Limit, bool)
	windows map[string]*window
	byEnd   windowHeap
	key     []byte
	opened  uint64
	held    map[string]uint64
	total   atomic.Uint64 // of held
}

// A window is the time in which alerts that are alike count together.
type window struct {
	key    string
	number uint64
	limit  Limit
	end    uint64
	passed int
	held   uint64
	first  *alert.Alert // that was held
	last   uint64       // time of the last that was held
}

// NewLimiter makes a limiter that hands on to next. The function says what the
// limit of a rule is, if it has one.
func NewLimiter(next interface {
	Put(context.Context, *alert.Alert) error
}, limit func(rule string) (Limit, bool),
) *Limiter {
	return &Limiter{next: next, limit: limit, windows: make(map[string]*window), held: make(map[string]uint64)}
}

// Put hands an alert on, or holds it back and counts it. Before that it tells
// of the windows that are over by the time of the alert.
func (l *Limiter) Put(ctx context.Context, a *alert.Alert) error {
	for len(l.byEnd) > 0 && l.byEnd[0].end <= a.Time {
		if err := l.finish(ctx); err != nil {
			return err
		}
	}
	limit, limited := l.limit(a.Rule)
	if !limited || a.Source == alert.Internal {
		return l.next.Put(ctx, a)
	}
	w, err := l.window(ctx, a, limit)
	if err != nil {
		return err
	}
	if w.passed < limit.Burst {
		w.passed++
		return l.next.Put(ctx, a)
	}
	if w.held == 0 {
		w.first = a.Clone()
	}
	w.held++
	w.last = max(w.last, a.Time)
	l.held[a.Rule]++
	l.total.Add(1)
	return nil
}

// window returns that in which an alert counts, which is new if there is none.
func (l *Limiter) window(ctx context.Context, a *alert.Alert, limit Limit) (*window, error) {
	l.key = append(append(l.key[:0], a.Rule...), 0)
	for _, name := range limit.Fields {
		// JSON has no NUL: values cannot run into one another.
		l.key = append(append(l.key, a.Field(name)...), 0)
	}
	if w := l.windows[string(l.key)]; w != nil {
		return w, nil
	}
	if len(l.byEnd) >= maxWindows {
		if err := l.finish(ctx); err != nil {
			return nil, err
		}
	}
	l.opened++
	w := &window{key: string(l.key), number: l.opened, limit: limit, end: a.Time + uint64(limit.Window)}
	l.windows[w.key] = w
	heap.Push(&l.byEnd, w)
	return w, nil
}

// finish closes the window that ends first, and tells of what it held back.
func (l *Limiter) finish(ctx context.Context) error {
	w := heap.Pop(&l.byEnd).(*window)
	delete(l.windows, w.key)
	if w.held == 0 {
		return nil
	}
	return l.next.Put(ctx, w.summary())
}

// summary says how many alerts were held back, as an alert of the same rule, so
// that it goes where they would have gone.
func (w *window) summary() *alert.Alert {
	a := w.first
	a.Time = w.last
	a.Message = fmt.Appendf(nil, "and %d more in %s, the first: %s", w.held, seconds(w.limit.Window), w.first.Message)
	for _, f := range []alert.Field{
		alert.Number("alerts.held", w.held), alert.String("alerts.window", seconds(w.limit.Window)),
	} {
		at, found := slices.BinarySearchFunc(a.Fields, f.Name, func(f alert.Field, name string) int {
			return strings.Compare(f.Name, name)
		})
		if !found {
			a.Fields = slices.Insert(a.Fields, at, f)
		}
	}
	return a
}

func seconds(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return d.String()
}

// Flush ends all windows, and tells of what they held back. It is for the end
// of a source: another one's clock is another.
func (l *Limiter) Flush(ctx context.Context) error {
	for len(l.byEnd) > 0 {
		if err := l.finish(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Held returns how many alerts were held back, by rule. It is to be asked at the
// end.
func (l *Limiter) Held() map[string]uint64 { return l.held }

// Total returns how many alerts were held back. It may be called at any time.
func (l *Limiter) Total() uint64 { return l.total.Load() }

// windowHeap orders windows by their end, then by when they were opened.
type windowHeap []*window

func (h windowHeap) Len() int { return len(h) }

func (h windowHeap) Less(i, j int) bool {
	if h[i].end != h[j].end {
		return h[i].end < h[j].end
	}
	return h[i].number < h[j].number
}

func (h windowHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *windowHeap) Push(w any) { *h = append(*h, w.(*window)) }

func (h *windowHeap) Pop() any {
	old := *h
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return w
}
