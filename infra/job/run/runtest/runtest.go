// SPDX-License-Identifier: Apache-2.0

// Package runtest is what every run.Runner has to pass: the same jobs, with the
// same ends and the same results, whatever runs them.
//
// It makes real repositories and real runs, and knows nothing of what runs
// them. Tests may import it, and nothing else.
package runtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
)

// Secret is the value of the key "token" of the secret "deploy", which the
// place of a Harness has.
const Secret = "s3cr3t/of+the+test"

// Harness is a place where jobs run.
type Harness struct {
	// Open makes a Runner for the place, of which it ends the one that it made
	// before, as if that had been killed.
	Open func(t *testing.T) run.Runner
	// Image has sh, git and the usual programs.
	Image string
	// Clone is how a run reaches a repository in a folder of this machine.
	Clone func(dir string) string
	// Patience is how long a run that does nothing may take.
	Patience time.Duration
}

// Test runs all of it.
func Test(t *testing.T, h Harness) {
	t.Run("Runs", func(t *testing.T) {
		r := h.Open(t)
		for name, test := range map[string]func(*testing.T, Harness, run.Runner){
			"Success": testSuccess, "Ends": testEnds, "Merge": testMerge, "Secrets": testSecrets,
			"Abort": testAbort, "Timeout": testTimeout, "Containers": testContainers,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, h, r)
			})
		}
	})
	t.Run("Found", func(t *testing.T) { testFound(t, h) })
}

// spec makes a run out of a job as people write it. What follows the name are
// lines of the job, and script is what it does.
func spec(t *testing.T, h Harness, name, lines, script string) run.Spec {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "presubmits:\n- name: %s\n  decorate: true\n  always_run: true\n%s  spec:\n    containers:\n", name, lines)
	fmt.Fprintf(&b, "    - image: %s\n      command: [sh, -c]\n      args:\n      - |\n", h.Image)
	for line := range strings.Lines(script) {
		b.WriteString("        " + strings.TrimLeft(line, "\t"))
	}
	b.WriteString("\n      env: [{name: GREETING, value: hello $(JOB_NAME)}]\n")
	return parse(t, name, b.String())
}

func parse(t *testing.T, name, text string) run.Spec {
	t.Helper()
	config, err := job.ParseRepo("alice/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return run.Spec{
		ID: strings.ToLower(name) + "-" + fmt.Sprint(time.Now().UnixNano()), Build: "7", Type: job.Periodic, Job: config.Presubmits["alice/demo"][0],
	}
}

// end starts a run and waits for its end.
func end(t *testing.T, h Harness, r run.Runner, s run.Spec) run.Status {
	t.Helper()
	if err := r.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return await(t, h, r, s.ID, func(s run.Status) bool { return s.State.Done() })
}

func await(t *testing.T, h Harness, r run.Runner, id string, enough func(run.Status) bool) run.Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), h.Patience)
	defer cancel()
	var last run.Status
	err := r.Watch(ctx, func(s run.Status) {
		if s.ID != id || enough(last) {
			return
		}
		if last = s; enough(s) {
			cancel()
		}
	})
	if err != nil || !enough(last) {
		t.Fatalf("run %s is %+v (%v) after %s", id, last, err, h.Patience)
	}
	return last
}

// fetch returns the results of a run: file names and their texts.
func fetch(t *testing.T, r run.Runner, id string) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "deep", id)
	if err := r.Fetch(t.Context(), id, dir); err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func names(files map[string]string) string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func finished(t *testing.T, files map[string]string) run.Finished {
	t.Helper()
	var f run.Finished
	if err := json.Unmarshal([]byte(files[run.FinishedFile]), &f); err != nil {
		t.Fatalf("%s is %q: %v", run.FinishedFile, files[run.FinishedFile], err)
	}
	return f
}

func testSuccess(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	s := spec(t, h, "success", "", `
		echo "$GREETING: $JOB_TYPE $BUILD_ID $CI"
		echo warning >&2
		mkdir -p "$ARTIFACTS/deep"
		echo '<testsuite/>' > "$ARTIFACTS/deep/junit.xml"
		ln -s /etc/passwd "$ARTIFACTS/link"
	`)
	// A run that is there is not begun again.
	for range 3 {
		if err := r.Start(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	got := end(t, h, r, s)
	if got.State != job.Success || got.Began.IsZero() || got.Ended.Before(got.Began) {
		t.Fatalf("ended %+v, want success", got)
	}
	files := fetch(t, r, s.ID)
	if got, want := names(files), "artifacts/deep/junit.xml build-log.txt finished.json started.json"; got != want {
		t.Errorf("results are %q, want %q", got, want)
	}
	if got, want := files[run.LogFile], "hello success: periodic 7 true\nwarning\n"; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
	var started run.Started
	if err := json.Unmarshal([]byte(files[run.StartedFile]), &started); err != nil || started.Timestamp == 0 {
		t.Errorf("%s is %q, %v", run.StartedFile, files[run.StartedFile], err)
	}
	if f := finished(t, files); !f.Passed || f.Result != "SUCCESS" {
		t.Errorf("%s is %+v", run.FinishedFile, f)
	}
	var log bytes.Buffer
	if err := r.Log(t.Context(), s.ID, &log); err != nil || log.String() != files[run.LogFile] {
		t.Errorf("Log gives %q, %v", log.String(), err)
	}
	if err := errors.Join(r.Abort(t.Context(), s.ID, "late"), r.Start(t.Context(), s), r.Remove(t.Context(), s.ID)); err != nil {
		t.Errorf("after the end: %v", err)
	}
	for what, err := range map[string]error{
		"Abort": r.Abort(t.Context(), s.ID, ""), "Log": r.Log(t.Context(), s.ID, &log),
		"Fetch": r.Fetch(t.Context(), s.ID, t.TempDir()), "Remove": r.Remove(t.Context(), s.ID),
	} {
		if !errors.Is(err, run.ErrNoRun) {
			t.Errorf("%s of a run that was removed: %v", what, err)
		}
	}
}

func testEnds(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	for _, test := range []struct{ name, script, why string }{
		{"exit", "echo before; exit 3", "test exited with 3"},
		{"signal", "kill -SEGV $$", "test "},
		{"missing", "no-such-program", "test exited with 127"},
	} {
		s := spec(t, h, test.name, "", test.script)
		if got := end(t, h, r, s); got.State != job.Failure || !strings.HasPrefix(got.Why, test.why) {
			t.Errorf("%s ended %+v, want a failure because %q", test.name, got, test.why)
		}
		if f := finished(t, fetch(t, r, s.ID)); f.Passed || f.Result != "FAILURE" {
			t.Errorf("%s: %s is %+v", test.name, run.FinishedFile, f)
		}
	}
}

// origin makes a repository with a base, two changes that go together, and one
// that conflicts with the first.
func origin(t *testing.T) (dir, base string, heads map[string]string) {
	t.Helper()
	dir = t.TempDir()
	repo := git.Repo{Dir: dir}.As("Alice", "alice@example.com", time.Unix(1800000000, 0))
	must := func(args ...string) string {
		out, err := repo.Run(t.Context(), args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	commit := func(file, text string) string {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		must("add", file)
		must("commit", "-m", file+" "+text)
		return must("rev-parse", "HEAD")
	}
	must("init")
	must("config", "uploadpack.allowAnySHA1InWant", "true")
	base = commit("README", "base\n")
	heads = make(map[string]string)
	for name, file := range map[string]string{"one": "a", "two": "b", "clash": "a"} {
		must("checkout", "-b", name, base)
		heads[name] = commit(file, name+"\n")
	}
	must("checkout", "main")
	return dir, base, heads
}

func testMerge(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	dir, base, heads := origin(t)
	refs := func(pulls ...string) *run.Refs {
		refs := &run.Refs{Org: "alice", Repo: "demo", BaseRef: "main", BaseSHA: base, CloneURI: h.Clone(dir)}
		for i, name := range pulls {
			refs.Pulls = append(refs.Pulls, run.Pull{Number: i + 1, Author: "alice", SHA: heads[name]})
		}
		return refs
	}
	var logs []string
	for range 2 {
		s := spec(t, h, "merge", "", "cat a b; git rev-parse HEAD; git status --short; echo $PULL_REFS")
		s.Type, s.Refs = job.InBatch, refs("one", "two")
		if got := end(t, h, r, s); got.State != job.Success {
			t.Fatalf("ended %+v, log %q", got, fetch(t, r, s.ID)[run.LogFile])
		}
		files := fetch(t, r, s.ID)
		if got, want := names(files), "build-log.txt clone-log.txt clone-records.json finished.json started.json"; got != want {
			t.Errorf("results are %q, want %q", got, want)
		}
		var started run.Started
		if err := json.Unmarshal([]byte(files[run.StartedFile]), &started); err != nil || !strings.Contains(files[run.LogFile], started.Commit) || started.Commit == "" {
			t.Errorf("%s is %q, and the log %q", run.StartedFile, files[run.StartedFile], files[run.LogFile])
		}
		logs = append(logs, files[run.LogFile])
	}
	if logs[0] != logs[1] || !strings.HasPrefix(logs[0], "one\ntwo\n") {
		t.Errorf("the same merge twice: %q", logs)
	}
	s := spec(t, h, "clash", "", "echo not reached")
	s.Type, s.Refs = job.InBatch, refs("one", "clash")
	if got := end(t, h, r, s); got.State != job.Failure || !strings.Contains(got.Why, "clone") {
		t.Errorf("a merge with a conflict ended %+v", got)
	}
	files := fetch(t, r, s.ID)
	if _, began := files[run.LogFile]; began || !strings.Contains(files[run.CloneLogFile], "CONFLICT") {
		t.Errorf("its results are %s, its clone's log %q", names(files), files[run.CloneLogFile])
	}
}

func testSecrets(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	text := fmt.Sprintf(`
presubmits:
- name: secrets
  decorate: true
  always_run: true
  spec:
    volumes: [{name: deploy, secret: {secretName: deploy}}]
    containers:
    - image: %s
      command: [sh, -c]
      args:
      - |
        test "$TOKEN" = "$(cat /etc/deploy/token)" && echo the same
        echo "plain $TOKEN."
        printf %%s "$TOKEN" | base64
        rest="$TOKEN"
        while [ -n "$rest" ]; do tail=${rest#?}; printf %%s "${rest%%"$tail"}"; rest=$tail; done; echo
        echo "in a file: $TOKEN" > $ARTIFACTS/file
      env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: deploy, key: token}}}]
      volumeMounts: [{name: deploy, mountPath: /etc/deploy, readOnly: true}]
`, h.Image)
	s := parse(t, "secrets", text)
	if got := end(t, h, r, s); got.State != job.Success {
		t.Fatalf("ended %+v, log %q", got, fetch(t, r, s.ID)[run.LogFile])
	}
	files := fetch(t, r, s.ID)
	var log bytes.Buffer
	if err := r.Log(t.Context(), s.ID, &log); err != nil {
		t.Fatal(err)
	}
	files["the log as it is streamed"] = log.String()
	for name, text := range files {
		if strings.Contains(text, Secret) || strings.Contains(text, "czNjcjN0") {
			t.Errorf("%s tells the secret: %q", name, text)
		}
	}
	stars := strings.Repeat("*", len(Secret))
	if text := files[run.LogFile]; !strings.HasPrefix(text, "the same\nplain "+stars+".\n") {
		t.Errorf("the log is %q", text)
	}
	if text := files["artifacts/file"]; text != "in a file: "+stars+"\n" {
		t.Errorf("the artifact is %q", text)
	}
}

// started waits until a run has printed something.
func started(t *testing.T, h Harness, r run.Runner, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), h.Patience)
	defer cancel()
	seen := make(chan struct{})
	var once sync.Once
	err := r.Log(ctx, id, writer(func(p []byte) (int, error) {
		if len(p) > 0 {
			once.Do(func() { close(seen) })
			cancel()
		}
		return len(p), nil
	}))
	select {
	case <-seen:
	default:
		t.Fatalf("run %s printed nothing in %s: %v", id, h.Patience, err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

const forever = "trap 'echo interrupted; exit 1' INT; echo begun; while :; do sleep 0.1; done"

func testAbort(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	s := spec(t, h, "abort", "", forever)
	if err := r.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	started(t, h, r, s.ID)
	if err := r.Remove(t.Context(), s.ID); err == nil || errors.Is(err, run.ErrNoRun) {
		t.Errorf("a run that is not over was removed: %v", err)
	}
	if err := r.Abort(t.Context(), s.ID, "there is a newer push"); err != nil {
		t.Fatal(err)
	}
	got := end(t, h, r, s)
	if got.State != job.Aborted || !strings.Contains(got.Why, "there is a newer push") {
		t.Errorf("ended %+v, want aborted", got)
	}
	files := fetch(t, r, s.ID)
	if f := finished(t, files); f.Passed || f.Result != "ABORTED" || !strings.HasSuffix(files[run.LogFile], "interrupted\n") {
		t.Errorf("%s is %+v, the log %q", run.FinishedFile, f, files[run.LogFile])
	}
}

func testTimeout(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	s := spec(t, h, "timeout", "  decoration_config: {timeout: 2s, grace_period: 1s}\n", "trap '' INT; echo begun; while :; do sleep 0.1; done")
	got := end(t, h, r, s)
	if got.State != job.Failure || !strings.Contains(got.Why, "longer than 2s") || !strings.Contains(got.Why, "within 1s of SIGINT") {
		t.Errorf("ended %+v, want a failure for the time", got)
	}
	if files := fetch(t, r, s.ID); files[run.LogFile] != "begun\n" || finished(t, files).Result != "FAILURE" {
		t.Errorf("results are %q", files)
	}
}

// testFound ends what watches over a run, and looks for it with another.
func testFound(t *testing.T, h Harness) {
	r := h.Open(t)
	s := spec(t, h, "found", "", "echo begun; trap 'exit 0' INT; while :; do sleep 0.1; done")
	if err := r.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	started(t, h, r, s.ID)
	r = h.Open(t)
	if err := r.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	await(t, h, r, s.ID, func(s run.Status) bool { return s.State == job.Pending })
	if err := r.Abort(t.Context(), s.ID, "enough"); err != nil {
		t.Fatal(err)
	}
	if got := end(t, h, r, s); got.State != job.Aborted {
		t.Errorf("ended %+v", got)
	}
	r = h.Open(t)
	if got := end(t, h, r, s); got.State != job.Aborted {
		t.Errorf("found as %+v", got)
	}
	if got := fetch(t, r, s.ID)[run.LogFile]; got != "begun\n" {
		t.Errorf("the log is %q: it was run more than once", got)
	}
}

func testContainers(t *testing.T, h Harness, r run.Runner) {
	t.Helper()
	text := fmt.Sprintf(`
presubmits:
- name: two
  decorate: true
  always_run: true
  spec:
    containers:
    - {name: one, image: %[1]s, command: [sh, -c, "echo first"]}
    - {name: two, image: %[1]s, command: [sh, -c, "echo second; exit 4"]}
`, h.Image)
	s := parse(t, "two", text)
	if got := end(t, h, r, s); got.State != job.Failure || !strings.HasPrefix(got.Why, "two exited with 4") {
		t.Errorf("ended %+v", got)
	}
	files := fetch(t, r, s.ID)
	if got, want := names(files), "finished.json one-build-log.txt started.json two-build-log.txt"; got != want {
		t.Errorf("results are %q, want %q", got, want)
	}
	if files["one-build-log.txt"] != "first\n" || files["two-build-log.txt"] != "second\n" {
		t.Errorf("results are %q", files)
	}
}
