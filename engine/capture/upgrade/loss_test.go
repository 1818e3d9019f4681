// SPDX-License-Identifier: Apache-2.0

package upgrade_test

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

// Captures lose events, and the reference stops where the begin of another
// syscall is in the place of the lost one. We go on: each event that is left is
// as it was, or lacks what is lost; nothing comes from another syscall.
func TestLostEvents(t *testing.T) {
	t.Parallel()
	var sum upgrade.Stats
	total, lacking, stale := 0, 0, 0
	for _, path := range captures(t, "") {
		events := readRaw(t, path)
		for seed := range uint64(4) {
			random := rand.New(rand.NewPCG(seed, 1))
			share := []float64{0.01, 0.05, 0.2, 0.5}[seed]
			whole, lossy := upgrade.New(upgrade.Limits{}), upgrade.New(upgrade.Limits{})
			calls := syscalls{make(map[int64]*recorded), make(map[int64]*recorded)}
			for i := range events {
				want, have := events[i].Event, events[i].Event
				lost := random.Float64() < share
				isStale := calls.follow(&events[i], lost)
				keep := whole.Apply(&want)
				if lost {
					continue
				}
				if lossy.Apply(&have) != keep {
					t.Fatalf("%s: %v: kept only if nothing is lost", filepath.Base(path), events[i])
				}
				if !keep {
					continue
				}
				total++
				switch less, ok := lacks(&want, &have); {
				case less && ok:
					lacking++
				case less && isStale:
					stale++ // the end of one and the begin of the next are lost
				case less:
					t.Fatalf("%s:\nwant %v\nhave %v", filepath.Base(path), record(&want), record(&have))
				}
			}
			s := lossy.Stats()
			sum.Lost += s.Lost
			sum.Mismatched += s.Mismatched
		}
	}
	t.Logf("%d events compared, %d lack parameters, %d took them from an earlier syscall of the same kind; %d had no begin, %d that of another",
		total, lacking, stale, sum.Lost, sum.Mismatched)
	if sum.Mismatched == 0 || sum.Lost < uint64(lacking) {
		t.Errorf("counted %+v, %d events lack parameters", sum, lacking)
	}
}

// syscalls follows the syscalls of threads: the events of their begins, as they
// were, and as they are known where some are lost.
type syscalls struct{ begun, known map[int64]*recorded }

// follow takes an event, and reports whether it is an end that seems to belong
// to a begin that it does not belong to.
func (s *syscalls) follow(ev *recorded, lost bool) (stale bool) {
	if ev.Type.Info().Origin != event.OriginSyscall {
		return false
	}
	next := ev
	if !ev.Type.IsEnter() {
		next = nil
		k := s.known[ev.TID]
		stale = k != nil && k.Type == ev.Type-1 && k != s.begun[ev.TID]
	}
	s.begun[ev.TID] = next
	if !lost {
		s.known[ev.TID] = next
	}
	return stale
}

// lacks reports whether an event has not all that it should have, and whether
// that is because parameters are empty or 0.
func lacks(want, have *event.Event) (less, ok bool) {
	if have.Type != want.Type || have.NumParams() != want.NumParams() {
		return true, false
	}
	for i := range want.NumParams() {
		p := have.Param(i)
		if bytes.Equal(p, want.Param(i)) {
			continue
		}
		less = true
		if len(bytes.Trim(p, "\x00")) > 0 {
			return true, false
		}
	}
	return less, true
}
