// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lanner-project/lanner/driver/probe"
	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
	defaultrules "github.com/lanner-project/lanner/engine/rules/default"
	"github.com/lanner-project/lanner/engine/state"
)

// floodVariable says how many seconds the floods of tests last, if it is set:
// make bench-driver has long ones.
const floodVariable = "LANNER_TEST_FLOOD"

func floodSeconds(t testing.TB) float64 {
	t.Helper()
	text := os.Getenv(floodVariable)
	if text == "" {
		return 2
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("%s: %v", floodVariable, err)
	}
	return seconds
}

// A tapped driver counts what it hands over, and keeps what is known at the end.
type tapped struct {
	*driver
	slow   bool // it takes breaks that are too long
	got    [event.NumTypes]uint64
	marked atomic.Uint64 // of that, calls of mkdirat
	wants  []uint64      // how many of those there were when the wishes changed
	table  *state.Table
	counts []probe.Count
}

func (s *tapped) open(ctx context.Context, cfg liveConfig) (live, error) {
	d, err := openProbe(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s.driver = d.(*driver)
	return s, nil
}

func (s *tapped) Next(ev *event.Event) error {
	err := s.driver.Next(ev)
	if err == nil {
		s.got[ev.Type]++
		if ev.Type == event.MkdiratExit {
			s.marked.Add(1)
		}
		if s.slow && ev.Num%2000 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
	return err
}

func (s *tapped) Want(types []event.Type) error {
	s.wants = append(s.wants, s.marked.Load())
	return s.driver.Want(types)
}

func (s *tapped) Snapshot(to event.Snapshot) error {
	s.table = to.(*state.Table)
	return s.driver.Snapshot(to)
}

func (s *tapped) Close() (err error) {
	s.counts, err = s.Counts()
	return errors.Join(err, s.driver.Close())
}

// markedRule has a version. All of them match the same calls, and each wants
// another type of event beside.
const markedRule = `
- rule: Marked
  desc: the flood makes a folder, where there is a file
  condition: evt.type = mkdirat
  output: version %d
  priority: NOTICE
- rule: Never
  desc: it asks for more events
  condition: evt.type in (%s) and proc.name = "nobody's name"
  output: version %[1]d
  priority: NOTICE
`

func markedVersion(n int) string {
	also := []string{"read, mkdirat", "openat", "getppid, dup3", "close, chdir"}
	return fmt.Sprintf(markedRule, n, also[n%len(also)])
}

const floodConfig = `
rules: {paths: [DIR/rules.yaml]}
watch: false
log: {level: info}
drain_timeout: 1m
driver: {scope: "SCOPE", buffer_size: SIZE}
sinks: [{type: file, path: DIR/alerts, format: json, overflow: wait}]
`

// prepareFlood makes a flooder, and lanner run that watches it and nothing else.
func prepareFlood(t *testing.T, size, rules string) (*running, *tapped, *flooder) {
	t.Helper()
	f := startFlooder(t)
	r := prepare(t, strings.NewReplacer("SCOPE", f.scope(), "SIZE", size).Replace(floodConfig), rules)
	tap := &tapped{}
	r.open = func(ctx context.Context, cfg liveConfig) (live, error) {
		src, err := tap.open(ctx, cfg)
		if err != nil && os.Geteuid() != 0 {
			t.Skip("the driver cannot be attached: ", err)
		}
		return src, err
	}
	return r, tap, f
}

// All that is made in a flood is seen or counted as lost, to the last event of
// each type, and what is known of processes afterwards is what /proc says.
func TestFlood(t *testing.T) {
	for _, tt := range []struct {
		name, size string
		slow       bool
	}{{"default buffer", "32MiB", false}, {"small buffer and slow engine", "256KiB", true}} {
		t.Run(tt.name, func(t *testing.T) {
			r, tap, f := prepareFlood(t, tt.size, string(defaultrules.File().Data)+markedVersion(0))
			tap.slow = tt.slow
			r.start()
			did := f.begin(t, flood{Mix: "mix", Seconds: floodSeconds(t), Life: 2000})()
			awaitAll(r, tap)
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			lost := checkCounts(t, tap)
			alerts := readMarked(t, r)
			if got := tap.got[event.MkdiratExit]; uint64(len(alerts)) != got {
				t.Errorf("%d alerts of %d calls that were seen", len(alerts), got)
			}
			if made := madeOf(tap, event.MkdiratExit); made != did.Marked {
				t.Errorf("of %d calls %d are counted", did.Marked, made)
			}
			compareWithProc(t, tap.table, f.pid)
			t.Logf("%.0f rounds a second, %d processes, %d events, %d lost, %d alerts",
				float64(did.Rounds)/did.Seconds, did.Children, sum(tap.got[:]), lost, len(alerts))
		})
	}
}

// awaitAll waits until all that was made is read, and what is there is known. Rings
// that are full hold some hundred thousand events, which the race detector on a
// busy machine makes work for half a minute.
func awaitAll(r *running, tap *tapped) {
	r.t.Helper()
	r.awaitFor(3*time.Minute, "the metrics tell of all events", func() bool { return toldOfAll(r, tap) })
}

// toldOfAll reports whether the events of each name in the metrics, those that
// were lost included, are as many as the programs made, and what is there was
// read again where some were lost.
func toldOfAll(r *running, tap *tapped) bool {
	if r.metric("lanner_engine_waiting") != 1 || r.metric("lanner_state_stale") != 0 {
		return false
	}
	told := make(map[string]float64)
	_, text := r.get("/metrics")
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if !strings.HasPrefix(name, "lanner_events_total{") && !strings.HasPrefix(name, "lanner_events_dropped_total{") {
			continue
		}
		_, typ, _ := strings.Cut(name, `type="`)
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			r.t.Fatal(err)
		}
		told[strings.TrimSuffix(typ, `"`)] += n
	}
	counts, err := tap.Counts()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, c := range counts {
		told[c.Type.String()] -= float64(c.Made)
	}
	for _, n := range told {
		if n != 0 {
			return false
		}
	}
	return true
}

// checkCounts holds what was handed over against what the programs counted, and
// returns how many events were lost.
func checkCounts(t *testing.T, tap *tapped) (lost uint64) {
	t.Helper()
	made := make(map[event.Type]bool)
	for _, c := range tap.counts {
		made[c.Type] = true
		seen := tap.got[c.Type]
		for _, n := range c.Lost {
			seen, lost = seen+n, lost+n
		}
		if c.Made != seen {
			t.Errorf("%d %s made, %d handed over, lost: %v", c.Made, c.Type, tap.got[c.Type], c.Lost)
		}
		if len(c.Lost) > 0 && slices.Contains([]event.Type{event.Clone3Exit, event.CloneExit, event.ExecveExit, event.Procexit}, c.Type) {
			t.Errorf("of the life of processes %v are lost (%s)", c.Lost, c.Type)
		}
	}
	for typ, n := range tap.got {
		if n > 0 && !made[event.Type(typ)] {
			t.Errorf("%d %s handed over, and none made", n, event.Type(typ))
		}
	}
	if q := tap.Quality(); q.Malformed != 0 {
		t.Errorf("%d records are malformed", q.Malformed)
	}
	return lost
}

func madeOf(tap *tapped, typ event.Type) uint64 {
	for _, c := range tap.counts {
		if c.Type == typ {
			return c.Made
		}
	}
	return 0
}

func sum(v []uint64) (all uint64) {
	for _, n := range v {
		all += n
	}
	return all
}

// A markedAlert is an alert of the rule that has versions.
type markedAlert struct {
	version, generation int
	digest              string
	time                time.Time
}

func readMarked(t *testing.T, r *running) (all []markedAlert) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "alerts"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var alert struct {
			Rule, Output string
			Time         time.Time
			Fields       map[string]any `json:"output_fields"`
		}
		if err := json.Unmarshal([]byte(line), &alert); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if alert.Rule != "Marked" {
			continue
		}
		name, _ := alert.Fields[rulesetField].(string)
		a := markedAlert{time: alert.Time}
		_, version, _ := strings.Cut(alert.Output, "version ")
		generation, digest, _ := strings.Cut(name, ":")
		a.digest = digest
		var errs [2]error
		a.version, errs[0] = strconv.Atoi(strings.Fields(version)[0])
		a.generation, errs[1] = strconv.Atoi(generation)
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, a)
	}
	return all
}

// compareWithProc compares what is known of a process and its descendants,
// which do nothing meanwhile, with what /proc says of them.
func compareWithProc(t *testing.T, table *state.Table, pid int) {
	t.Helper()
	below, err := procfs.Children("/proc", pid)
	if err != nil {
		t.Fatal(err)
	}
	table.Finish() // what the last event closed or ended
	threads := 0
	for _, pid := range append([]int{pid}, below...) {
		for _, tid := range numbersIn(t, fmt.Sprintf("/proc/%d/task", pid)) {
			threads++
			th := table.Lookup(int64(tid))
			if th == nil || th.PID != int64(pid) {
				t.Errorf("thread %d of process %d is not known: %+v", tid, pid, th)
			}
		}
		main := table.Lookup(int64(pid))
		if main == nil {
			continue
		}
		compareFiles(t, main, fmt.Sprintf("/proc/%d/fd", pid))
	}
	if n := table.Stats().Threads; n != threads {
		t.Errorf("%d threads are known, %d are there", n, threads)
	}
}

// compareFiles compares the descriptors of a process with those in a folder of
// /proc.
func compareFiles(t *testing.T, th *state.Thread, folder string) {
	t.Helper()
	known := make(map[int]string)
	th.Files(func(fd int64, f *state.File) bool {
		known[int(fd)] = string(f.Name)
		return true
	})
	for _, fd := range numbersIn(t, folder) {
		link, err := os.Readlink(filepath.Join(folder, strconv.Itoa(fd)))
		if err != nil {
			t.Error(err)
		}
		name, found := known[fd]
		delete(known, fd)
		switch {
		case strings.HasPrefix(link, "anon_inode:[pidfd]"), strings.HasPrefix(link, "pidfd:"):
			// What clone makes with CLONE_PIDFD is in no event: it has no parameter for it.
		case !found:
			t.Errorf("%s/%d, %q, is not known", folder, fd, link)
		case strings.HasPrefix(link, "/") && link != name:
			t.Errorf("%s/%d is %q, and known as %q", folder, fd, link, name)
		}
	}
	for fd, name := range known {
		t.Errorf("%s/%d is known as %q, and not there", folder, fd, name)
	}
}

// numbersIn lists a folder whose names are numbers, in order.
func numbersIn(t *testing.T, folder string) (all []int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// Rules change all the time while the driver's events flow: no reload loses an
// event, and each alert names rules that were live at its time.
func TestFloodReload(t *testing.T) {
	reloads := 200
	switch {
	case os.Getenv(floodVariable) != "":
		reloads = 1000
	case testing.Short():
		reloads = 50
	}
	t.Run("paced", func(t *testing.T) { floodReload(t, reloads, 20_000) })
	t.Run("as fast as it can", func(t *testing.T) { floodReload(t, reloads, 0) })
}

func floodReload(t *testing.T, reloads, rate int) {
	r, tap, f := prepareFlood(t, "32MiB", markedVersion(1))
	r.start()
	wait := f.begin(t, flood{Mix: "mix", Rate: rate})
	over := make([]time.Time, reloads+1) // by generation: when another one was surely live
	for i := 1; i <= reloads; i++ {
		r.write("rules.yaml", markedVersion(i+1))
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		r.await("the rules are swapped", func() bool { return r.metric("lanner_ruleset_generation") == float64(i+1) })
		over[i] = time.Now()
	}
	f.halt(t)
	did := wait()
	awaitAll(r, tap)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	lost := checkCounts(t, tap)
	if lost != 0 && rate != 0 {
		t.Errorf("%d events are lost", lost)
	}
	alerts := readMarked(t, r)
	if made, got := madeOf(tap, event.MkdiratExit), tap.marked.Load(); made != did.Marked || uint64(len(alerts)) != got {
		t.Errorf("%d calls, %d of them recorded; %d handed over, which raised %d alerts", did.Marked, made, got, len(alerts))
	}
	generations := checkGenerations(t, alerts, tap.wants, over)
	compareWithProc(t, tap.table, f.pid)
	t.Logf("%d reloads, %.0f rounds a second, %d events, %d lost, %d alerts of %d generations",
		reloads, float64(did.Rounds)/did.Seconds, sum(tap.got[:]), lost, len(alerts), generations)
}

// checkGenerations checks that the rules that each alert names are those that
// made it, and were live. The wishes of the driver change twice in a reload:
// rules are swapped between.
func checkGenerations(t *testing.T, alerts []markedAlert, wants []uint64, over []time.Time) int {
	t.Helper()
	digests := make(map[int]string)
	for i, a := range alerts {
		number := uint64(i + 1)
		if a.version != a.generation || a.generation > len(over) {
			t.Fatalf("alert %d: %+v", number, a)
		}
		if digests[a.generation] == "" {
			digests[a.generation] = a.digest
		}
		if digests[a.generation] != a.digest {
			t.Fatalf("alert %d: generation %d is %s, and was %s", number, a.generation, a.digest, digests[a.generation])
		}
		if begun := 2 * (a.generation - 2); begun >= 0 && number < wants[begun] {
			t.Fatalf("alert %d: generation %d came after call %d", number, a.generation, wants[begun])
		}
		if a.generation == len(over) {
			continue // the last one
		}
		if gone := 2*(a.generation-1) + 1; number > wants[gone] {
			t.Fatalf("alert %d: generation %d was gone after call %d", number, a.generation, wants[gone])
		}
		if a.time.After(over[a.generation]) {
			t.Fatalf("alert %d of %s: generation %d was gone at %s", number, a.time, a.generation, over[a.generation])
		}
	}
	return len(digests)
}
