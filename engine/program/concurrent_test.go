// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// Several goroutines match with one program, which is not complete when they
// begin: classes are made when the first event of a kind comes, by whom it
// comes to.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	const seed = 17
	var conditions []string
	for i := range 20 { // of which something else is left for each type
		conditions = append(conditions, fmt.Sprintf("(evt.type in (open, close, dup) and fd.num = %d and evt.cpu = 1) or (evt.type != read and fd.num < %[1]d and evt.cpu = 0)", i))
	}
	rules := append(mustAccept(t, conditions...), newWorld(rand.New(rand.NewPCG(seed, 1))).rules(300)...)
	p, err := program.Compile(rules, program.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	run := func() (result []int) {
		w := newWorld(rand.New(rand.NewPCG(seed, 2)))
		table := state.New(state.Config{})
		w.fill(table)
		ctx, m := extract.New(table), p.NewMatcher()
		var ev event.Event
		for range 2000 {
			w.next(&ev)
			ctx.Next(&ev)
			result = append(m.Match(ctx, result), -1)
		}
		return result
	}
	results := make([][]int, 4)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = run() })
	}
	wg.Wait()
	results = append(results, run()) // for which all classes were made by others
	for i := range results {
		if !slices.Equal(results[i], results[0]) {
			t.Errorf("run %d matches other rules than the first", i)
		}
	}
}
