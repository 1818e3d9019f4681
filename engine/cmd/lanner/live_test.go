// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// These tests attach the driver, to see a shell that they start for it and what
// that starts. They skip where this process may not.

// A shell does what a test tells it to.
type shell struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startShell(t testing.TB) *shell {
	t.Helper()
	s := &shell{cmd: exec.Command("sh")}
	s.cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/nowhere"}
	s.cmd.Dir = t.TempDir()
	s.cmd.Stderr = io.Discard
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.in.Close()
		_ = s.cmd.Wait() // with what its last command did
	})
	return s
}

func (s *shell) scope() string { return fmt.Sprintf("pid-tree:%d", s.cmd.Process.Pid) }

// do lets the shell do something and waits until it has.
func (s *shell) do(t testing.TB, commands string) {
	t.Helper()
	const end = "the end of what was to be done"
	if _, err := fmt.Fprintf(s.in, "%s\necho\necho %s\n", commands, end); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("the shell ended: %v", err)
		}
		if strings.TrimSpace(line) == end {
			return
		}
	}
}

// A watcher looks for texts in what is written to it.
type watcher struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func newWatcher() *watcher { return &watcher{more: make(chan struct{}, 1)} }

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watcher) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// wait waits until a text was written.
func (w *watcher) wait(t testing.TB, text string, ended <-chan error) {
	t.Helper()
	deadline := time.After(4 * time.Minute)
	for !strings.Contains(w.String(), text) {
		select {
		case <-w.more:
		case err := <-ended:
			if strings.Contains(w.String(), text) {
				return
			}
			if err != nil && os.Geteuid() != 0 {
				t.Skip("the driver cannot be attached: ", err)
			}
			t.Fatalf("ended without %q: %v\n%s", text, err, w)
		case <-deadline:
			t.Fatalf("no %q within a minute:\n%s", text, w)
		}
	}
}

// A lanner is the command, running.
type lanner struct {
	out, err *watcher
	ended    chan error
	stop     context.CancelFunc
}

func start(t testing.TB, args ...string) *lanner {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &lanner{out: newWatcher(), err: newWatcher(), ended: make(chan error, 1), stop: cancel}
	go func() { l.ended <- run(ctx, args, strings.NewReader(""), l.out, l.err) }()
	t.Cleanup(cancel)
	return l
}

// end stops the command and returns how it ended.
func (l *lanner) end() error {
	l.stop()
	return <-l.ended
}

// The fields of alerts that two observers of the same thing need not agree on.
var ofTheObserver = []string{"evt.time", "lanner.ruleset"}

// alertsOf reads alerts as JSON into lines that can be compared.
func alertsOf(t testing.TB, text string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		var alert struct {
			Rule   string
			Fields map[string]any `json:"output_fields"`
		}
		if err := json.Unmarshal([]byte(line), &alert); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		for _, name := range ofTheObserver {
			delete(alert.Fields, name)
		}
		var l strings.Builder
		l.WriteString(alert.Rule)
		for _, name := range slices.Sorted(maps.Keys(alert.Fields)) {
			fmt.Fprintf(&l, " %s=%v", name, alert.Fields[name])
		}
		lines = append(lines, l.String())
	}
	return lines
}

const liveRules = `
- rule: read
  desc: a file under /etc is opened
  condition: evt.type in (open, openat, openat2) and fd.name startswith /etc/
  output: "%evt.type %fd.name %fd.nameraw %evt.res %proc.cmdline %proc.pname %proc.cwd %proc.exepath %user.uid %evt.arg.flags"
  priority: NOTICE
- rule: executed
  desc: a program is executed
  condition: evt.type in (execve, execveat)
  output: "%evt.type %evt.res %proc.cmdline %proc.exepath %proc.aname[2] %proc.tty %proc.env[MARK] %proc.cwd"
  priority: NOTICE
- rule: renamed
  desc: a file is renamed
  condition: evt.type in (rename, renameat, renameat2)
  output: "%evt.type %evt.arg.oldpath %evt.arg.newpath %fs.path.name %proc.name"
  priority: NOTICE
`

const liveDeeds = `cat /etc/hostname
MARK=here cat /etc/../etc/passwd
cd /usr/lib && ls . >/dev/null; cd /
touch /nonexistent/file
ln -sf /etc/hostname "$OLDPWD/../link"; cat < /etc/group
/nonexistent/program
(cd /tmp && sh -c 'cat /etc/hosts; exit 3')
`

// What is seen live and what a recording of the same moment tells raise the
// same alerts.
func TestLiveAndReplay(t *testing.T) {
	sh := startShell(t)
	rules, scap := writeRules(t), filepath.Join(t.TempDir(), "recording.scap")
	live := start(t, "run", "-r", rules, "-o", "json", "--scope", sh.scope(), "--listen", "off")
	live.err.wait(t, "running", live.ended)
	rec := start(t, "record", "-w", scap, "--scope", sh.scope())
	rec.err.wait(t, "recording", rec.ended)
	sh.do(t, liveDeeds)
	for _, l := range []*lanner{live, rec} {
		if err := l.end(); err != nil {
			t.Fatalf("%v\n%s", err, l.err)
		}
	}
	again := start(t, "replay", scap, "-r", rules, "-o", "json", "--stats", "none")
	if err := <-again.ended; err != nil {
		t.Fatalf("%v\n%s", err, again.err)
	}
	seen, replayed := alertsOf(t, live.out.String()), alertsOf(t, again.out.String())
	if len(seen) < 8 {
		t.Errorf("%d alerts, too few:\n%s", len(seen), strings.Join(seen, "\n"))
	}
	if !slices.Equal(seen, replayed) {
		t.Errorf("live:\n%s\nreplayed:\n%s", strings.Join(seen, "\n"), strings.Join(replayed, "\n"))
	}
	if _, err := exec.LookPath("sysdig"); err != nil {
		t.Skip("the reference is not here: ", err)
	}
	if out, err := exec.Command("sysdig", "-r", scap, "evt.type=execve and proc.name=cat").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("/etc/passwd")) {
		t.Errorf("the reference reads the recording: %v\n%s", err, out)
	}
}

// What is left out in the kernel could not have raised an alert: with and
// without the filter the alerts are the same, of our rules and of others.
func TestFilterLosesNothing(t *testing.T) {
	rules := []string{"-r", writeRules(t)}
	if path := filepath.Join("..", "..", "..", "..", "shared", "data", "rules", "falco_rules.yaml"); exists(path) {
		rules = append(rules, "-r", path)
	} else {
		t.Log("the public ruleset is not here: with rules of our own alone")
	}
	sh := startShell(t)
	var both []*lanner
	for _, filter := range []string{"true", "false"} {
		args := []string{"run", "-o", "json", "--scope", sh.scope(), "--listen", "off", "--rule-matching", "all", "--kernel-filter=" + filter}
		l := start(t, append(args, rules...)...)
		l.err.wait(t, "running", l.ended)
		both = append(both, l)
	}
	sh.do(t, liveDeeds)
	var seen [2][]string
	for i, l := range both {
		if err := l.end(); err != nil {
			t.Fatalf("%v\n%s", err, l.err)
		}
		seen[i] = alertsOf(t, l.out.String())
	}
	if len(seen[0]) < 8 || !slices.Equal(seen[0], seen[1]) {
		t.Errorf("with the filter:\n%s\nwithout:\n%s", strings.Join(seen[0], "\n"), strings.Join(seen[1], "\n"))
	}
}

func writeRules(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(liveRules), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The default rules raise their alerts, from the kernel on.
func TestSelftest(t *testing.T) {
	l := start(t, "selftest", "-o", "json")
	if err := <-l.ended; err != nil {
		if os.Geteuid() != 0 {
			t.Skip("the driver cannot be attached: ", err)
		}
		t.Errorf("%v\n%s", err, l.err)
	}
	var trials []struct{ Rule, Result, Detail string }
	if err := json.Unmarshal([]byte(l.out.String()), &trials); err != nil {
		t.Fatal(err)
	}
	results := make(map[string]int)
	for _, tr := range trials {
		results[tr.Result]++
		if tr.Result != fired {
			t.Logf("%s: %s (%s)", tr.Rule, tr.Result, tr.Detail)
		}
	}
	// Some surroundings have no terminals, overlays or cgroups that can be made.
	if results[fired] < 18 || results[missed] > 0 {
		t.Errorf("of %d rules: %v", len(trials), results)
	}
}
