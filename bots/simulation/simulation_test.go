// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanner-project/lanner/infra/forge"
)

var (
	seeds     = flag.Uint64("seeds", 10, "how many stories TestSimulation plays")
	firstSeed = flag.Uint64("first", 0, "the seed of the first")
)

// folder is a new one in memory, where the machine offers that: a story writes
// to disk for safety's sake, and is over in a moment.
func folder(t *testing.T) string {
	for _, parent := range []string{"/dev/shm", ""} {
		if dir, err := os.MkdirTemp(parent, "simulation"); err == nil {
			t.Cleanup(func() {
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			})
			return dir
		}
	}
	return t.TempDir()
}

// TestSimulation plays stories on two workers.
func TestSimulation(t *testing.T) {
	templates := folder(t)
	direct, queued := filepath.Join(templates, "direct"), filepath.Join(templates, "queued")
	template(t, direct, "merge: {required_checks: [unit]}\n")
	template(t, queued, "merge: {required_checks: [unit], queue: {batch: 2, depth: 2}}\n")
	for worker := range uint64(2) {
		t.Run(fmt.Sprint("worker ", worker), func(t *testing.T) {
			t.Parallel()
			for seed := *firstSeed + worker; seed < *firstSeed+*seeds && !t.Failed(); seed += 2 {
				dir := folder(t)
				synctest.Test(t, func(t *testing.T) {
					from := direct
					if seed/2%2 == 1 {
						from = queued
					}
					w := newWorld(t, dir, from, seed)
					w.queued = from == queued
					w.play(seed)
				})
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// play plays a story, and holds that it comes to rest.
func (w *world) play(seed uint64) {
	defer w.close()
	w.tell("seed %d", seed)
	w.trouble(forge.WebhookFaults{Seed: int64(seed), Lose: 0.2, Duplicate: 0.1, Reorder: 0.2, DelayMillis: 200})
	w.model.main = w.tip()
	w.startBot()
	for range 15 + w.random.IntN(20) {
		w.step()
		w.pause()
		if w.died() {
			w.endBot()
			w.pause()
			w.startBot()
		}
	}
	w.trouble(forge.WebhookFaults{})
	if w.died() {
		w.endBot()
		w.startBot()
	}
	// Candidates follow on each other, and each wants its check. What a lost
	// webhook told is found by the next resync.
	for range 6 {
		time.Sleep(resync + time.Minute)
		w.do(w.runChecks)
	}
	time.Sleep(2 * resync)
	before := w.wrote()
	time.Sleep(2 * resync)
	if after := w.wrote(); after != before {
		w.fail("the bot does not come to rest: %d requests that change something", after-before)
	}
	if w.died() {
		w.fail("the bot died in its sleep")
	}
	w.rest()
	if testing.Verbose() {
		w.t.Logf("%s\nthe bot's log:\n%s", strings.Join(w.story, "\n"), w.log.String())
	}
}

func (w *world) wrote() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

// trouble begins with faults, and ends without.
func (w *world) trouble(hooks forge.WebhookFaults) {
	w.mu.Lock()
	w.troubled = hooks != forge.WebhookFaults{}
	if w.bot != nil && !w.troubled {
		w.bot.killAt = 0 // its end is called off
	}
	w.mu.Unlock()
	req := must(w.people["admin"].NewRequest(http.MethodPut, forgeURL+"/_forge/faults", forge.Faults{Webhooks: hooks}))
	must(w.people["admin"].Do(context.Background(), req, nil))
}
