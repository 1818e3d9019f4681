// SPDX-License-Identifier: Apache-2.0

package job

import (
	"fmt"
	"time"
)

// Past is what is known of a periodic job's last run.
type Past struct {
	// Seen is when the job was first seen: one that never ran has missed
	// nothing that was before.
	Seen time.Time
	// Started and Completed are of its last run; zero if there is none, or if
	// it is not over.
	Started, Completed time.Time
}

// Due is a periodic job that is to run.
type Due struct {
	Choice
	// At is when it ought to have run, and Missed how many times between then
	// and now it ought to have run as well. It runs once for all of them.
	At     time.Time
	Missed int
}

// Later is a periodic job that is not to run yet.
type Later struct {
	Choice
	// At is when it is next; zero if that is not known: a run that is not over
	// has to be first.
	At time.Time
}

// count is how many missed runs are counted, and not more.
const count = 1000

// Tick says which periodic jobs are due. A job whose last run is not over is
// never due: it runs when that is, once, however often its time came
// meanwhile.
func Tick(periodics []*Job, past map[string]Past, now time.Time) ([]Due, []Later) {
	var due []Due
	var later []Later
	for _, j := range periodics {
		last := past[j.Name]
		at, why := j.next(last, now)
		switch {
		case !last.Started.IsZero() && last.Completed.IsZero():
			later = append(later, Later{Choice: Choice{j, "its last run, of " + stamp(last.Started) + ", is not over"}})
		case at.IsZero(): // a day of a leap year, after the last one of a century
			later = append(later, Later{Choice: Choice{j, why + ": not in the next five years"}})
		case at.After(now):
			later = append(later, Later{Choice{j, why}, at})
		default:
			d := Due{Choice: Choice{j, why}, At: at}
			if d.Missed = j.missed(at, now); d.Missed == count {
				d.Why += fmt.Sprintf("; %d times or more were missed, and it runs once for all", count)
			} else if d.Missed > 0 {
				d.Why += fmt.Sprintf("; its time came %d times more since, and it runs once for all", d.Missed)
			}
			due = append(due, d)
		}
	}
	return due, later
}

// next returns when a job runs after its last run, and why then.
func (j *Job) next(last Past, now time.Time) (time.Time, string) {
	s := j.Schedule
	switch {
	case s.cron != nil:
		since := last.Started
		if since.IsZero() {
			since = last.Seen
		}
		if since.IsZero() {
			since = now
		}
		return s.cron.Next(since.UTC()), "cron " + s.Cron
	case last.Started.IsZero():
		return now, "it never ran"
	case s.MinimumInterval > 0:
		return last.Completed.Add(s.MinimumInterval), fmt.Sprintf("%s after the end of its last run", s.MinimumInterval)
	}
	return last.Started.Add(s.Interval), fmt.Sprintf("%s after the start of its last run", s.Interval)
}

// missed counts how often a job's time came after at, until now.
func (j *Job) missed(at, now time.Time) int {
	if j.Schedule.cron == nil {
		return 0
	}
	n := 0
	for at = j.Schedule.cron.Next(at); !at.IsZero() && !at.After(now) && n < count; at = j.Schedule.cron.Next(at) {
		n++
	}
	return n
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
