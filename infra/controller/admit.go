// SPDX-License-Identifier: Apache-2.0

package controller

// Waiting is a run that may be begun, or was.
type Waiting struct {
	Job   string
	Queue string // job_queue_name; empty is none
	Max   int    // max_concurrency of the job; 0 is any number
}

// Limits are how many runs there may be at a time; 0 is any number.
type Limits struct {
	Runs   int
	Queues map[string]int // by job_queue_name; one that is not here has no limit
}

// Admit says which of the waiting runs are to be begun now, by their index,
// beside those that are running. Whoever waits longest comes first; what may
// not begin holds up nobody who may.
func Admit(waiting, running []Waiting, limits Limits) []int {
	jobs, queues := make(map[string]int), make(map[string]int)
	for _, r := range running {
		jobs[r.Job]++
		queues[r.Queue]++
	}
	all := len(running)
	var begin []int
	for i, w := range waiting {
		if limits.Runs > 0 && all >= limits.Runs {
			break
		}
		capacity, limited := limits.Queues[w.Queue]
		if w.Max > 0 && jobs[w.Job] >= w.Max || w.Queue != "" && limited && queues[w.Queue] >= capacity {
			continue
		}
		jobs[w.Job]++
		queues[w.Queue]++
		all++
		begin = append(begin, i)
	}
	return begin
}
