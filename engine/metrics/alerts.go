// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"context"
	"maps"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
)

// Alerts count alerts on their way. What takes them next is Next, which is set
// before the first.
type Alerts struct {
	Next interface {
		Put(context.Context, *alert.Alert) error
	}

	mu    sync.Mutex
	count map[alertKey]uint64
	total uint64
}

type alertKey struct {
	rule     string
	priority check.Priority
}

// Put counts an alert and hands it on.
func (a *Alerts) Put(ctx context.Context, alert *alert.Alert) error {
	a.add(alert)
	return a.Next.Put(ctx, alert)
}

func (a *Alerts) add(alert *alert.Alert) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count == nil {
		a.count = make(map[alertKey]uint64)
	}
	a.count[alertKey{alert.Rule, alert.Priority}]++
	a.total++
}

// Total returns how many there were.
func (a *Alerts) Total() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total
}

// each tells of a copy, so that whoever scrapes holds up no alert.
func (a *Alerts) each(tell func(rule, priority string, n uint64)) {
	a.mu.Lock()
	counts := make(map[alertKey]uint64, len(a.count))
	maps.Copy(counts, a.count)
	a.mu.Unlock()
	for key, n := range counts {
		tell(key.rule, strings.ToLower(key.priority.String()), n)
	}
}
