// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/local"
	"github.com/lanner-project/lanner/infra/store"
)

func TestMain(m *testing.M) {
	if code, is := local.Child(os.Args); is {
		os.Exit(code)
	}
	if dir := os.Getenv("CONTROLLER_TEST_DIR"); dir != "" {
		if err := serve(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestAdmit holds what is admitted against what it must be: within the limits,
// in order, and as much as goes.
func TestAdmit(t *testing.T) {
	for seed := range 20000 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		limits := Limits{Runs: r.IntN(5), Queues: map[string]int{"q": r.IntN(3)}}
		some := func(n int) []Waiting {
			var all []Waiting
			for range r.IntN(n + 1) {
				name := r.IntN(3)
				all = append(all, Waiting{Job: fmt.Sprint("job", name), Max: name, Queue: []string{"", "q", "free"}[r.IntN(3)]})
			}
			return all
		}
		waiting, running := some(8), some(3)
		begin := Admit(waiting, running, limits)
		if !slices.IsSorted(begin) {
			t.Fatalf("seed %d: out of order: %v", seed, begin)
		}
		after := slices.Clone(running)
		fits := func(w Waiting) bool {
			count := func(match func(Waiting) bool) int {
				n := 0
				for _, other := range after {
					if match(other) {
						n++
					}
				}
				return n
			}
			sameJob := count(func(o Waiting) bool { return o.Job == w.Job })
			sameQueue := count(func(o Waiting) bool { return o.Queue == w.Queue })
			return (limits.Runs == 0 || len(after) < limits.Runs) && (w.Max == 0 || sameJob < w.Max) && (w.Queue != "q" || sameQueue < limits.Queues["q"])
		}
		for i, w := range waiting {
			if got, want := slices.Contains(begin, i), fits(w); got != want {
				t.Fatalf("seed %d: run %d of %+v beside %+v within %+v: begun %v, want %v", seed, i, waiting, after, limits, got, want)
			}
			if slices.Contains(begin, i) {
				after = append(after, w)
			}
		}
	}
}

func parse(t testing.TB, text string) []*job.Job {
	t.Helper()
	config, err := job.ParseCentral(job.File{Name: "jobs.yaml", Src: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return config.All()
}

// place is a store, a runner and a folder of results.
type place struct {
	*Controller
	store  *store.Store
	runner *local.Runner
	dir    string

	mu    sync.Mutex
	told  []string // "job state", as it was told
	fails int      // how often telling is to fail
}

func open(t testing.TB, dir string, change func(*Config)) *place {
	t.Helper()
	p := &place{dir: dir}
	var err error
	if p.store, err = store.Open(t.Context(), filepath.Join(dir, "jobs.db")); err != nil {
		t.Fatal(err)
	}
	if p.runner, err = local.New(local.Config{Dir: filepath.Join(dir, "runs"), Plain: true, Grace: time.Second}); err != nil {
		t.Fatal(err)
	}
	config := Config{
		Store: p.store, Runner: p.runner, Results: filepath.Join(dir, "results"), Log: slog.New(slog.DiscardHandler),
		Report: func(_ context.Context, r Run) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.fails > 0 {
				p.fails--
				return errors.New("nobody listens")
			}
			p.told = append(p.told, r.Job+" "+r.State)
			return nil
		},
	}
	if change != nil {
		change(&config)
	}
	if p.Controller, err = New(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.runner.Close(), p.store.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// until runs the controller until enough holds.
func (p *place) until(t testing.TB, enough func([]store.Run) bool) []store.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var ran sync.WaitGroup
	var err error
	ran.Go(func() { err = p.Run(ctx) })
	defer func() {
		cancel()
		ran.Wait()
		if err != nil {
			t.Error(err)
		}
	}()
	for {
		runs, err := p.store.RecentRuns(ctx, "", 2000)
		if err != nil {
			t.Fatal(err)
		}
		if enough(runs) {
			return runs
		}
		// The store tells nobody that it changed.
		time.Sleep(20 * time.Millisecond)
	}
}

func closed(runs []store.Run) bool {
	return !slices.ContainsFunc(runs, func(r store.Run) bool { return !r.Closed })
}

const three = `
periodics:
- {name: good, interval: 1h, decorate: true, spec: {containers: [{image: x, command: [sh, -c, "echo works > $ARTIFACTS/file"]}]}}
- {name: bad, interval: 1h, decorate: true, spec: {containers: [{image: x, command: [sh, -c, "exit 3"]}]}}
- {name: never, interval: 1h, spec: {containers: [{image: x}]}}
`

func TestRun(t *testing.T) {
	jobs := parse(t, three)
	p := open(t, t.TempDir(), nil)
	p.fails = 1
	for i, j := range jobs {
		for range 2 {
			fresh, err := p.Add(t.Context(), fmt.Sprint("key", i), run.Spec{Type: job.Periodic, Job: j})
			if err != nil {
				t.Fatal(err)
			}
			if n, err := p.store.OpenRuns(t.Context()); err != nil || len(n) != i+1 {
				t.Fatalf("%d runs after %d jobs (%v), %v", len(n), i+1, fresh, err)
			}
		}
	}
	runs := p.until(t, closed)
	want := map[string]string{"good": "success", "bad": "failure", "never": "error"}
	for _, r := range runs {
		if r.State != want[r.Job] {
			t.Errorf("%s ended %s, %s", r.Job, r.State, r.Why)
		}
		if r.State == "error" {
			if !strings.Contains(r.Why, "neither command nor args") {
				t.Errorf("%s: %s", r.Job, r.Why)
			}
			continue
		}
		dir := filepath.Join(p.dir, "results", "logs", r.Job)
		latest, err := os.ReadFile(filepath.Join(dir, "latest-build.txt"))
		if err != nil || string(latest) != r.ID {
			t.Errorf("latest build of %s: %q, %v", r.Job, latest, err)
		}
		if _, err := os.Stat(filepath.Join(dir, r.ID, "finished.json")); err != nil {
			t.Error(err)
		}
	}
	for name, state := range want {
		if got := p.told[len(p.told)-3:]; !slices.Contains(p.told, name+" "+state) {
			t.Errorf("nobody was told that %s is %s, but %q", name, state, got)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(p.dir, "runs")); err != nil || len(entries) != 1 {
		t.Errorf("the runner still has %v, %v", entries, err)
	}
}

// TestAbort ends a run that waits and one that runs.
func TestAbort(t *testing.T) {
	config, err := job.ParseRepo("alice/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(`
presubmits:
- {name: slow, decorate: true, max_concurrency: 1, decoration_config: {skip_cloning: true}, spec: {containers: [{image: x, command: [sleep, "600"]}]}}
`)})
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, t.TempDir(), nil)
	for number := range 2 {
		for i := range 2 {
			spec := run.Spec{Type: job.Presubmit, Job: config.All()[0], Refs: &run.Refs{
				Org: "alice", Repo: "demo", BaseRef: "main", BaseSHA: "1", Pulls: []run.Pull{{Number: number + 1, SHA: "2"}},
			}}
			if _, err := p.Add(t.Context(), fmt.Sprint(number, i), spec); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked := false
	runs := p.until(t, func(runs []store.Run) bool {
		if !asked && runs[3].State == "pending" {
			asked = true
			if err := p.Abort(t.Context(), "alice/demo", 1, "a newer push", nil); err != nil {
				t.Error(err)
			}
		}
		return runs[3].Closed && runs[2].Closed && runs[1].State == "pending"
	})
	for _, r := range runs[2:] {
		if r.State != "aborted" || r.Why != "a newer push" {
			t.Errorf("run %s of #%d: %s, %q", r.ID, r.Number, r.State, r.Why)
		}
	}
	if err := p.Abort(t.Context(), "alice/demo", 2, "the end", nil); err != nil {
		t.Fatal(err)
	}
	p.until(t, closed)
}

// TestTick turns the clock: what was missed runs once.
func TestTick(t *testing.T) {
	jobs := parse(t, three)[:1]
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	for _, step := range []struct {
		pass time.Duration
		runs int
	}{{0, 1}, {59 * time.Minute, 1}, {time.Minute, 2}, {10 * time.Minute, 2}, {5 * time.Hour, 3}} {
		at = at.Add(step.pass)
		t.Run(at.Format("15:04"), func(t *testing.T) {
			p := open(t, dir, func(c *Config) {
				c.Now = func() time.Time { return at }
				c.Periodics = func(context.Context) ([]*job.Job, error) { return jobs, nil }
			})
			if _, err := p.tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			runs := p.until(t, closed)
			if len(runs) != step.runs {
				t.Errorf("%d runs, want %d", len(runs), step.runs)
			}
		})
	}
}

// serve is a process with a controller; see TestKilled.
func serve(ctx context.Context, dir string) error {
	s, err := store.Open(ctx, filepath.Join(dir, "jobs.db"))
	if err != nil {
		return err
	}
	runner, err := local.New(local.Config{Dir: filepath.Join(dir, "runs"), Plain: true})
	if err != nil {
		return err
	}
	c, err := New(ctx, Config{
		Store: s, Runner: runner, Results: filepath.Join(dir, "results"), Limits: Limits{Runs: 4}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// TestKilled kills the process again and again until all runs are over. Each
// was begun once.
func TestKilled(t *testing.T) {
	const runs = 40
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	jobs := parse(t, fmt.Sprintf(`
periodics:
- {name: short, interval: 1h, decorate: true, spec: {containers: [{image: x, command: [sh, -c, "echo $BUILD_ID >> %s; sleep 0.1"]}]}}
`, ran))
	s, err := store.Open(t.Context(), filepath.Join(dir, "jobs.db"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(t.Context(), Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	for i := range runs {
		if _, err := c.Add(t.Context(), fmt.Sprint(i), run.Spec{Type: job.Periodic, Job: jobs[0]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kills, all := killUntilOver(t, dir)
	text, err := os.ReadFile(ran)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d runs", kills, len(all))
	begun := make(map[string]int)
	for id := range strings.FieldsSeq(string(text)) {
		begun[id]++
	}
	for _, r := range all {
		if r.State != "success" || begun[r.ID] != 1 {
			t.Errorf("run %s: %s (%s), begun %d times", r.ID, r.State, r.Why, begun[r.ID])
		}
		if _, err := os.Stat(filepath.Join(dir, "results", "logs", "short", r.ID, "finished.json")); err != nil {
			t.Error(err)
		}
	}
}

// killUntilOver kills a process until there is nothing left to do for it.
func killUntilOver(t *testing.T, dir string) (kills int, all []store.Run) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CONTROLLER_TEST_DIR="+dir)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(50+random.IntN(400)) * time.Millisecond) // it is a kill at any moment
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("it ended by itself: %v\n%s", err, said.String())
		}
		kills++
		s, err := store.Open(t.Context(), filepath.Join(dir, "jobs.db"))
		if err != nil {
			t.Fatal(err)
		}
		open, err := s.OpenRuns(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(open) == 0 {
			all, err := s.RecentRuns(t.Context(), "", 1000)
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			return kills, all
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if kills > 1000 {
			t.Fatalf("%d runs are open after %d kills: %+v\n%s", len(open), kills, open[0], said.String())
		}
	}
}

// instant is a runner whose runs are over when they begin: what is left is what
// the controller costs.
type instant struct {
	mu   sync.Mutex
	runs map[string]run.Status
	news chan run.Status
}

func (i *instant) Start(_ context.Context, spec run.Spec) error {
	s := run.Status{ID: spec.ID, State: job.Success, Began: time.Now(), Ended: time.Now()}
	i.mu.Lock()
	i.runs[spec.ID] = s
	i.mu.Unlock()
	i.news <- s
	return nil
}

func (i *instant) Watch(ctx context.Context, tell func(run.Status)) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-i.news:
			tell(s)
		}
	}
}

func (i *instant) Status(_ context.Context, id string) (run.Status, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s, ok := i.runs[id]; ok {
		return s, nil
	}
	return run.Status{}, run.ErrNoRun
}

func (i *instant) Abort(context.Context, string, string) error  { return nil }
func (i *instant) Log(context.Context, string, io.Writer) error { return nil }
func (i *instant) Fetch(_ context.Context, _, dir string) error { return os.MkdirAll(dir, 0o755) }
func (i *instant) Remove(context.Context, string) error         { return nil }

// BenchmarkThousand is what a thousand queued runs cost, four at a time.
func BenchmarkThousand(b *testing.B) {
	const runs = 1000
	jobs := parse(b, three)
	for b.Loop() {
		b.StopTimer()
		fast := &instant{runs: make(map[string]run.Status), news: make(chan run.Status, runs)}
		p := open(b, b.TempDir(), func(c *Config) { c.Runner, c.Limits = fast, Limits{Runs: 4} })
		b.StartTimer()
		for i := range runs {
			if _, err := p.Add(b.Context(), fmt.Sprint(i), run.Spec{Type: job.Periodic, Job: jobs[0]}); err != nil {
				b.Fatal(err)
			}
		}
		if all := p.until(b, closed); len(all) != runs {
			b.Fatalf("%d runs", len(all))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/runs, "us/run")
}
