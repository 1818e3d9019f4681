// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// A text is what a command writes, while it does.
type text struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (x *text) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.buf.Write(b)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.buf.String()
}

// A running is lanner run at work in a test.
type running struct {
	t              testing.TB
	dir            string
	src            *fakeLive
	open           openLive // of src, unless a test sets another one
	stdout, stderr text
	cancel         context.CancelFunc
	done           chan error
	url            string
}

const openRule = `
- rule: Opened
  desc: something is opened
  condition: evt.type = openat
  output: "%fd.name was opened"
  priority: NOTICE
`

// prepare makes a folder with a configuration and rules.
func prepare(t *testing.T, config, rules string) *running {
	t.Helper()
	r := &running{t: t, dir: t.TempDir(), src: newFakeLive(), done: make(chan error, 1)}
	r.open = r.src.open
	r.write("lanner.yaml", strings.ReplaceAll(config, "DIR", r.dir))
	r.write("rules.yaml", rules)
	return r
}

// write puts a file in the place of another, as editors do.
func (r *running) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		r.t.Fatal(err)
	}
}

var serving = regexp.MustCompile(`address=(\S+)`)

// start starts the command, and waits until it is ready.
func (r *running) start(args ...string) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.t.Cleanup(func() {
		cancel()
		if r.t.Failed() {
			r.t.Logf("standard error:\n%s", r.stderr.String())
		}
	})
	args = append([]string{"run", "--config", filepath.Join(r.dir, "lanner.yaml"), "--listen", "127.0.0.1:0"}, args...)
	go func() {
		r.done <- app{open: r.open}.run(ctx, args, strings.NewReader(""), &r.stdout, &r.stderr)
	}()
	r.await("it serves", func() bool {
		m := serving.FindStringSubmatch(r.stderr.String())
		if m != nil {
			r.url = "http://" + m[1]
		}
		return m != nil && strings.Contains(r.stderr.String(), "msg=running")
	})
}

func (r *running) await(what string, is func() bool) {
	r.t.Helper()
	r.awaitFor(20*time.Second, what, is)
}

func (r *running) awaitFor(most time.Duration, what string, is func() bool) {
	r.t.Helper()
	for end := time.Now().Add(most); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("after %s it is not so that %s; standard error:\n%s", most, what, r.stderr.String())
		}
		select {
		case err := <-r.done:
			r.t.Fatalf("it ended before %s: %v; standard error:\n%s", what, err, r.stderr.String())
		default:
		}
	}
}

// stop ends the command.
func (r *running) stop() error {
	r.cancel()
	select {
	case err := <-r.done:
		return err
	case <-time.After(2 * time.Minute):
		r.t.Fatal("it does not stop")
	}
	return nil
}

// get asks for a page and returns its status and text.
func (r *running) get(path string) (int, string) {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		r.t.Error(err)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// metric returns the value of a metric, with its labels as they are printed.
func (r *running) metric(name string) float64 {
	r.t.Helper()
	_, text := r.get("/metrics")
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				r.t.Fatal(err)
			}
			return n
		}
	}
	return -1
}

func (r *running) report() healthReport {
	r.t.Helper()
	var h healthReport
	_, text := r.get("/readyz?verbose")
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		r.t.Fatal(err)
	}
	return h
}

func (r *running) happen(text string) {
	r.t.Helper()
	if err := r.src.happen(text); err != nil {
		r.t.Fatal(err)
	}
}

const twoFiles = "proc 100 exepath=/usr/bin/cat\n100 openat fd=3 name=/etc/hostname flags=O_RDONLY\n100 openat fd=4 name=/etc/passwd flags=O_RDONLY\n"

func TestRun(t *testing.T) {
	t.Parallel()
	r := prepare(t, "rules: {paths: [DIR/rules.yaml]}\noutput: {format: json}\nhostname: box\n", openRule)
	r.happen(twoFiles)
	r.start()
	r.await("both files raised an alert", func() bool { return r.metric(`lanner_alerts_total{priority="notice",rule="Opened"}`) == 2 })
	r.src.mu.Lock()
	r.src.drops = 7
	r.src.mu.Unlock()
	for name, want := range map[string]float64{
		`lanner_events_total{type="openat"}`:                          2,
		`lanner_events_dropped_total{cause="no room",type="openat2"}`: 7,
		`lanner_sink_alerts_total{result="delivered",sink="stdout"}`:  2,
		"lanner_engine_waiting":                                       1,
		"lanner_event_lag_seconds":                                    0,
		"lanner_state_threads":                                        1,
		"lanner_ruleset_generation":                                   1,
		"lanner_rules_enabled":                                        1,
		"lanner_config_last_reload_successful":                        1,
	} {
		if got := r.metric(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, text := r.get(path); status != http.StatusOK || text != "ok\n" {
			t.Errorf("%s: %d %q", path, status, text)
		}
	}
	if h := r.report(); !h.Live || !h.Ready || h.Events != 2 || h.Dropped != 7 || h.Rules.Enabled != 1 || len(h.Sinks) != 1 || h.Sinks[0].Delivered != 2 {
		t.Errorf("health: %+v", h)
	}
	if status, _ := r.get("/nothing"); status != http.StatusNotFound {
		t.Errorf("/nothing: %d", status)
	}
	if err := r.stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(r.stdout.String()), "\n")
	if len(lines) != 3 { // the third tells of the drops
		t.Fatalf("alerts: %q", lines)
	}
	if !regexp.MustCompile(`"lanner.ruleset":"1:[0-9a-f]{12}"`).MatchString(lines[0]) || !strings.Contains(lines[0], `"hostname":"box"`) {
		t.Errorf("alert: %s", lines[0])
	}
	if !r.src.closed || !strings.Contains(r.stderr.String(), "msg=ended events=2 events_dropped=7 alerts=3") {
		t.Errorf("closed %v; standard error: %s", r.src.closed, r.stderr.String())
	}
	if got := r.src.cfg; !slices.Contains(got.Types, event.OpenatExit) || slices.Contains(got.Types, event.ConnectExit) || got.BufferSize != 8<<20 {
		t.Errorf("the driver was asked for %+v", got)
	}
}

// Rules change, are broken, and are mended: what is known of files stays.
func TestReload(t *testing.T) {
	t.Parallel()
	r := prepare(t, "rules: {paths: [DIR/rules.yaml]}\noutput: {format: json}\n", openRule)
	r.happen(twoFiles)
	r.start()
	r.write("rules.yaml", `
- rule: Read
  desc: something is read
  condition: evt.type = read
  output: "%fd.name was read"
  priority: NOTICE
`)
	r.await("the new rules run", func() bool { return r.metric("lanner_ruleset_generation") == 2 })
	if log := r.stderr.String(); !strings.Contains(log, `added="\"Read\"" removed="\"Opened\"" changed=""`) {
		t.Errorf("log: %s", log)
	}
	r.happen("proc 100 exepath=/usr/bin/cat\n100 read fd=4 res=10 data=x size=10\n")
	r.await("a file of before is known", func() bool { return strings.Contains(r.stdout.String(), "/etc/passwd was read") })

	r.write("rules.yaml", strings.ReplaceAll(openRule, "fd.name", "fd.nmae"))
	r.await("the failure is seen", func() bool { return r.metric("lanner_config_last_reload_successful") == 0 })
	if h := r.report(); !h.Ready || h.Reload.Successful || !strings.Contains(h.Reload.Error, "1 mistake in rules") || h.Rules.Generation != 2 {
		t.Errorf("health: %+v", h)
	}
	if log := r.stderr.String(); !strings.Contains(log, "rules.yaml:5:") || !strings.Contains(log, "did you mean fd.name") {
		t.Errorf("log: %s", log)
	}

	r.write("lanner.yaml", strings.ReplaceAll("rules: {paths: [DIR/rules.yaml], priority: warning}\noutput: {format: text}\nlog: {level: debug}\n", "DIR", r.dir))
	r.write("rules.yaml", openRule+strings.NewReplacer("Opened", "Other", "NOTICE", "ERROR").Replace(openRule))
	r.await("the mended rules run", func() bool { return r.metric("lanner_config_last_reload_successful") == 1 })
	if h := r.report(); !slices.Equal(h.Reload.Restart, []string{"output.format"}) || h.Rules.Enabled != 1 {
		t.Errorf("health: %+v", h)
	}
	if n := r.metric(`lanner_config_reloads_total{result="failed"}`); n != 1 {
		t.Errorf("%v reloads failed, want 1", n)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if !slices.Contains(r.src.want[len(r.src.want)-1], event.OpenatExit) {
		t.Errorf("the driver was asked for %v last", r.src.want)
	}
}

// Kubernetes changes the files of a ConfigMap by setting one link anew.
func TestReloadConfigMap(t *testing.T) {
	t.Parallel()
	r := prepare(t, "rules: {paths: [DIR/rules.d]}\n", "")
	link := func(target, name string) {
		t.Helper()
		tmp := filepath.Join(r.dir, "rules.d", "..tmp")
		if err := os.Symlink(target, tmp); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(r.dir, "rules.d", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, version := range []string{"..1", "..2", "..3"} {
		if err := os.MkdirAll(filepath.Join(r.dir, "rules.d", version), 0o700); err != nil {
			t.Fatal(err)
		}
		r.write("rules.d/"+version+"/a.yaml", strings.ReplaceAll(openRule, "was opened", "was opened "+version))
	}
	link("..1", "..data")
	link("..data/a.yaml", "a.yaml")
	r.start()
	for i, version := range []string{"..2", "..3"} {
		link(version, "..data")
		r.await("the rules of "+version+" run", func() bool { return r.metric("lanner_ruleset_generation") == float64(i+2) })
	}
	r.write("rules.d/b.yaml", strings.ReplaceAll(openRule, "Opened", "Second"))
	r.await("a new file is seen", func() bool { return r.metric("lanner_rules_enabled") == 2 })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

// What is wrong with telling the driver keeps the old rules.
func TestReloadRefusedByDriver(t *testing.T) {
	t.Parallel()
	r := prepare(t, "rules: {paths: [DIR/rules.yaml]}\n", openRule)
	r.start()
	r.src.mu.Lock()
	r.src.broken = fmt.Errorf("no such program")
	r.src.mu.Unlock()
	r.write("rules.yaml", strings.ReplaceAll(openRule, "openat", "connect"))
	r.await("the failure is seen", func() bool { return r.metric("lanner_config_last_reload_successful") == 0 })
	if h := r.report(); h.Rules.Generation != 1 || !strings.Contains(h.Reload.Error, "no such program") {
		t.Errorf("health: %+v", h)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

// A loop that hangs in a sink is not alive, and says why.
func TestStuck(t *testing.T) {
	t.Parallel()
	r := prepare(t, `
rules: {paths: [DIR/rules.yaml]}
sinks: [{type: program, command: sleep 600, queue: 1, overflow: wait}]
server: {stuck_after: 300ms}
drain_timeout: 200ms
`, openRule)
	r.start()
	if status, text := r.get("/healthz"); status != http.StatusOK {
		t.Errorf("without events: %d %s", status, text)
	}
	r.src.mu.Lock()
	big := strings.Repeat("x", 200)
	r.src.mu.Unlock()
	for i := range 2000 { // more than the pipe takes
		r.happen(fmt.Sprintf("proc 100 exepath=/usr/bin/cat\n100 openat fd=3 name=/tmp/%s/%d flags=O_RDONLY\n", big, i))
	}
	var text string
	r.await("it is stuck", func() bool {
		var status int
		status, text = r.get("/healthz")
		return status == http.StatusServiceUnavailable
	})
	if !strings.Contains(text, "there are events, and none was done in") {
		t.Errorf("/healthz: %s", text)
	}
	if err := r.stop(); err == nil || !strings.Contains(err.Error(), "events were not read to the last within 200ms") {
		t.Errorf("stopped: %v", err)
	}
}

// A required sink that fails takes readiness, and nothing else.
func TestRequiredSink(t *testing.T) {
	t.Parallel()
	r := prepare(t, `
rules: {paths: [DIR/rules.yaml]}
sinks: [{type: http, url: "http://127.0.0.1:9/", required: true}, stdout]
drain_timeout: 200ms
`, openRule)
	r.happen(twoFiles)
	r.start()
	var text string
	r.await("it is not ready", func() bool {
		var status int
		status, text = r.get("/readyz")
		return status == http.StatusServiceUnavailable
	})
	if text != "the required sink http://127.0.0.1:9 fails\n" {
		t.Errorf("/readyz: %q", text)
	}
	if status, _ := r.get("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	if err := r.stop(); err == nil || !strings.Contains(err.Error(), "2 left when time was up") {
		t.Errorf("stopped: %v", err)
	}
}

// Rules change all the time while events flow: each event raises one alert, by
// rules that were live when it was read.
func TestReloadUnderLoad(t *testing.T) {
	const version = `- {rule: Opened, desc: d, condition: evt.type = openat, output: "version %d", priority: NOTICE}` + "\n"
	reloads := 1000
	if testing.Short() {
		reloads = 50
	}
	r := prepare(t, "rules: {paths: [DIR/rules.yaml]}\nwatch: false\nlog: {level: warn}\nsinks: [{type: file, path: DIR/alerts, format: json, overflow: wait}]\n",
		fmt.Sprintf(version, 1))
	r.happen("proc 100 exepath=/usr/bin/cat\n100 openat fd=3 name=/etc/hostname flags=O_RDONLY\n")
	ev := r.src.queue[0]
	r.startQuiet()
	var events int
	end := make(chan struct{})
	var feeding sync.WaitGroup
	feeding.Go(func() {
		for events = 1; ; events++ {
			select {
			case <-end:
				return
			default:
			}
			next := ev
			next.Num, next.Time = ev.Num+uint64(events), ev.Time+uint64(events)
			for r.src.push(next) > 1000 {
				time.Sleep(100 * time.Microsecond) // alerts are written slower than this loop turns
				next.Num++
				next.Time++
				events++
			}
		}
	})
	wants := func() int {
		r.src.mu.Lock()
		defer r.src.mu.Unlock()
		return len(r.src.want)
	}
	for i := range reloads {
		r.write("rules.yaml", fmt.Sprintf(version, i+2))
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		r.await("the rules are swapped", func() bool { return wants() == 2*(i+1) })
	}
	close(end)
	feeding.Wait()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(r.dir, "alerts"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != events {
		t.Errorf("%d events raised %d alerts", events, len(lines))
	}
	alert := regexp.MustCompile(`Notice version (\d+) .*"lanner.ruleset":"(\d+):`)
	seen := make(map[int]bool)
	for i, line := range lines {
		m := alert.FindStringSubmatch(line)
		if m == nil || m[1] != m[2] {
			t.Fatalf("alert %d: %s", i, line)
		}
		generation, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		seen[generation] = true
		number := i + 1 // of the event, as the source counts those it gave
		if generation > 1 && number < r.src.wantAt[2*(generation-2)] {
			t.Fatalf("event %d: generation %d came after event %d", number, generation, r.src.wantAt[2*(generation-2)])
		}
		if generation <= reloads && number > r.src.wantAt[2*(generation-1)+1] {
			t.Fatalf("event %d: generation %d was gone after event %d", number, generation, r.src.wantAt[2*(generation-1)+1])
		}
	}
	t.Logf("%d events, %d reloads, alerts of %d generations", events, reloads, len(seen))
}

// startQuiet is start where the log does not say that it runs.
func (r *running) startQuiet() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() {
		r.done <- app{open: r.open}.run(ctx, []string{"run", "--config", filepath.Join(r.dir, "lanner.yaml"), "--listen", "off"},
			strings.NewReader(""), &r.stdout, &r.stderr)
	}()
	r.await("an event is read", func() bool {
		r.src.mu.Lock()
		defer r.src.mu.Unlock()
		return r.src.given > 0
	})
}
