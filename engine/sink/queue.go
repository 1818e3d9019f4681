// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// errClosed says that an alert came after the sinks were closed.
var errClosed = errors.New("the sink is closed already")

const priorities = int(check.Debug) + 1

// A queue holds the records that wait for a sink, up to a number. When it is
// full, either its filler waits, or the least severe record is shed, the latest
// one among equals: how an attack began tells more than how it went on.
type queue struct {
	mu       sync.Mutex
	changed  sync.Cond // something came, something went, or the queue was closed
	byRank   [priorities]ring
	len, cap int
	next     uint64 // number of the record that comes next
	closed   bool
	resting  bool // the taker waits until there is more to take
	shed     tally
	spare    [][]byte // lines that nobody needs any more
}

// Lines that were delivered are written in again. Else each of thousands in a
// second would be made in memory that no cache holds, which takes as long as
// making the alert's text. What is kept is bounded: 4 MB for each queue.
const (
	spareLines = 1024
	spareSize  = 4 << 10
)

// A tally counts lost alerts by priority, and says of what time they were.
type tally struct {
	by          [priorities]uint64
	first, last uint64
}

func (t *tally) add(r *Record) {
	if t.total() == 0 {
		t.first = r.Time
	}
	t.last = r.Time
	t.by[r.Priority]++
}

func (t *tally) total() uint64 {
	var n uint64
	for _, by := range t.by {
		n += by
	}
	return n
}

func newQueue(capacity int) *queue {
	q := &queue{cap: capacity}
	q.changed.L = &q.mu
	return q
}

// put adds a record, and reports whether it had to shed one. The record's line is
// copied.
func (q *queue) put(r Record) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.len < q.cap && !q.closed {
		q.push(r)
		return false
	}
	victim := r
	if worst := q.worst(); worst > int(r.Priority) && !q.closed {
		victim = q.byRank[worst].popBack().Record
		q.len--
		q.keep(victim.Line)
		q.push(r)
	}
	q.shed.add(&victim)
	return true
}

// putWait adds a record as soon as there is room. It fails if ctx ends before.
func (q *queue) putWait(ctx context.Context, r Record) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.len >= q.cap && !q.closed {
		stop := context.AfterFunc(ctx, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.changed.Broadcast()
		})
		defer stop()
	}
	for q.len >= q.cap && !q.closed && ctx.Err() == nil {
		q.changed.Wait()
	}
	if q.closed {
		q.shed.add(&r)
		return errClosed
	}
	if q.len >= q.cap {
		q.shed.add(&r)
		return context.Cause(ctx)
	}
	q.push(r)
	return nil
}

func (q *queue) push(r Record) {
	var line []byte
	if last := len(q.spare) - 1; last >= 0 {
		line, q.spare = q.spare[last], q.spare[:last]
	}
	r.Line = append(line[:0], r.Line...)
	q.byRank[r.Priority].push(numbered{r, q.next})
	q.next++
	q.len++
	if !q.resting || q.len >= q.many() {
		q.changed.Broadcast()
	}
}

// many is how many records are worth being taken at once.
func (q *queue) many() int { return min(batchSize, q.cap) }

// rest waits until many records are there, or for some time.
func (q *queue) rest(most time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.resting = true
	timer := time.AfterFunc(most, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.resting = false
		q.changed.Broadcast()
	})
	defer timer.Stop()
	for q.resting && !q.closed && q.len < q.many() {
		q.changed.Wait()
	}
	q.resting = false
}

// worst returns the least severe priority that waits, -1 if nothing does.
func (q *queue) worst() int {
	for rank := priorities - 1; rank >= 0; rank-- {
		if q.byRank[rank].len > 0 {
			return rank
		}
	}
	return -1
}

// take moves records into batch, in the order in which they came, until it is
// full. It waits for the first; if none can come any more, the batch is empty.
// With them it returns what was shed before the last of them, and forgets that.
func (q *queue) take(batch []Record) ([]Record, tally) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.len == 0 && !q.closed {
		q.changed.Wait()
	}
	for len(batch) < cap(batch) && q.len > 0 {
		first := -1
		for rank := range q.byRank {
			if r := &q.byRank[rank]; r.len > 0 && (first < 0 || r.front().number < q.byRank[first].front().number) {
				first = rank
			}
		}
		batch = append(batch, q.byRank[first].popFront().Record)
		q.len--
	}
	shed := q.shed
	q.shed = tally{}
	q.changed.Broadcast()
	return batch, shed
}

// reuse takes back the lines of records that were taken and are done with.
func (q *queue) reuse(done []Record) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range done {
		q.keep(done[i].Line)
	}
}

func (q *queue) keep(line []byte) {
	if len(q.spare) < spareLines && cap(line) <= spareSize {
		q.spare = append(q.spare, line)
	}
}

// close lets nothing in any more. What waits can still be taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// size returns how many records wait.
func (q *queue) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.len
}

type numbered struct {
	Record
	number uint64
}

// A ring is a queue with two ends, in an array that grows.
type ring struct {
	items      []numbered
	start, len int
}

func (r *ring) front() *numbered { return &r.items[r.start] }

func (r *ring) push(item numbered) {
	if r.len == len(r.items) {
		grown := make([]numbered, max(16, 2*r.len))
		n := copy(grown, r.items[r.start:])
		copy(grown[n:], r.items[:r.start])
		r.items, r.start = grown, 0
	}
	r.items[(r.start+r.len)%len(r.items)] = item
	r.len++
}

func (r *ring) popFront() numbered {
	item := r.items[r.start]
	r.items[r.start] = numbered{} // let go of the line
	r.start = (r.start + 1) % len(r.items)
	r.len--
	return item
}

func (r *ring) popBack() numbered {
	r.len--
	at := (r.start + r.len) % len(r.items)
	item := r.items[at]
	r.items[at] = numbered{}
	return item
}
