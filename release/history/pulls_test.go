// SPDX-License-Identifier: Apache-2.0

package history

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// TestRebased tells a rebase merge from what looks like one.
func TestRebased(t *testing.T) {
	t.Parallel()
	wrote := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	const last = `{"totalCount":%d,"nodes":[{"commit":{"authoredDate":"2027-01-02T03:04:05Z"}}]}`
	line := func(change func([]*commit)) []*commit {
		var line []*commit
		for i := range 4 {
			line = append(line, &commit{id: fmt.Sprint(i), parents: 1, authored: wrote})
		}
		if change != nil {
			change(line)
		}
		return line
	}
	for _, tt := range []struct {
		name    string
		commits string
		change  func([]*commit)
		want    int // commits that it gets, without the first
	}{
		{"rebased", fmt.Sprintf(last, 3), nil, 2},
		{"all of the range", fmt.Sprintf(last, 4), nil, 3},
		{"one commit", fmt.Sprintf(last, 1), nil, 0},
		{"squashed", fmt.Sprintf(last, 3), func(l []*commit) { l[0].authored = wrote.Add(time.Hour) }, 0},
		{"merged", fmt.Sprintf(last, 3), func(l []*commit) { l[0].parents = 2 }, 0},
		{"a merge between", fmt.Sprintf(last, 3), func(l []*commit) { l[2].parents = 2 }, 0},
		{"another's commit between", fmt.Sprintf(last, 3), func(l []*commit) { l[1].owner = &owner{} }, 0},
		{"more than the range has", fmt.Sprintf(last, 5), nil, 0},
		{"no commits shown", `{"totalCount":3,"nodes":[]}`, nil, 0},
	} {
		p := &pull{owner: &owner{}}
		if err := json.Unmarshal([]byte(tt.commits), &p.Commits); err != nil {
			t.Fatal(err)
		}
		l := line(tt.change)
		rebased(p, l)
		got := 0
		for _, c := range l[1:] {
			if c.owner == p.owner {
				got++
			}
		}
		if got != tt.want {
			t.Errorf("%s: %d commits, want %d", tt.name, got, tt.want)
		}
	}
}
