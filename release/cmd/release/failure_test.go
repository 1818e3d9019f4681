// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFaults lets the forge fail in every way that networks know, each time in
// another step, and runs the same command again.
func TestFaults(t *testing.T) {
	t.Parallel()
	undisturbed, w := newWorld(t), newWorld(t)
	undisturbed.released()
	// Tags that are no versions of anything are nobody's business.
	w.work.Git("push", "-q", "origin", "main:refs/tags/nightly", "main:refs/tags/v1", "main:refs/tags/1.2.3")
	for _, f := range []struct {
		name, method, path string
		fault              http.HandlerFunc
		want               string // in standard error
		goesOn             bool   // the run itself gets over it
	}{
		{"no answer to a write", "POST", `/pulls$`, abort, "step release-pull-request: opening the release pull request", false},
		{"server error on a write", "POST", `/releases$`, answer(500), "step draft-release", false},
		{"upload refused", "POST", `/releases/\d+/assets$`, answer(502), "it goes on from here", false},
		{"corrupt asset", "GET", `/releases/assets/\d+$`, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("rot")) }, "it is deleted from the draft", false},
		{"asset cut short", "GET", `/releases/assets/\d+$`, cutShort, "stopped after", false},
		{"push refused", "POST", `/git-receive-pack$`, answer(500), "release-lock", false},
		{"rate limit", "PATCH", `/issues/\d+$`, answer(403, "Retry-After", "1"), "rate limit, waiting", true},
		{"server error on a read", "GET", `/releases$`, answer(502), "GitHub failed, asking again", true},
	} {
		path := regexp.MustCompile(f.path)
		var hit atomic.Bool
		w.forge.Intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == f.method && path.MatchString(r.URL.Path) && hit.CompareAndSwap(false, true) {
				f.fault(rw, r)
				return
			}
			next.ServeHTTP(rw, r)
		})
		r := w.release("alice", cutArgs...)
		if !hit.Load() {
			t.Errorf("%s: never happened: %v", f.name, r)
		}
		if !strings.Contains(r.stderr, f.want) {
			t.Errorf("%s: want %q: %v", f.name, f.want, r)
		}
		if f.name == "no answer to a write" { // what comes next needs the approvals
			w.forge.Intercept(nil)
			w.release("alice", cutArgs...)
			w.approve("bob", "carol")
		}
		if strings.Contains(r.stderr, w.forge.Token("alice")) || strings.Contains(r.stdout, w.forge.Token("alice")) {
			t.Errorf("%s: the output shows the token", f.name)
		}
		if !f.goesOn && r.code != 1 {
			t.Errorf("%s: %v", f.name, r)
		}
	}
	w.forge.Intercept(nil)
	w.must("alice", cutArgs...)
	got, want := w.state(), undisturbed.state()
	got.Refs = slices.DeleteFunc(got.Refs, func(ref string) bool {
		return slices.Contains([]string{"refs/tags/nightly", "refs/tags/v1", "refs/tags/1.2.3"}, ref)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after all the faults the release differs: %s", diff)
	}
}

func answer(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"message":"injected"}`))
	}
}

func abort(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func cutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100000")
	_, _ = w.Write([]byte("the begin"))
	// Unless the beginning is on its way, the client only sees no answer.
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(err)
	}
	panic(http.ErrAbortHandler)
}

// TestFindings: each reason not to release is told, and a waiver lets it pass.
func TestFindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull("mute", "engine: say nothing of it", "kind/bug", "-- engine/mute.txt --\n\n", "no note")
	w.pull("broken", "engine: break a fence", "kind/bug", "-- engine/fence.txt --\n\n", "```release-note\nIt never ends.")
	w.work.Write("-- scratch.txt --\nnot committed\n")
	r := w.release("bob", "cut", "engine")
	for _, code := range []string{"not-lead", "dirty-tree", "no-checks", "no-note", "unclosed-fence", "commits-without-pull-request"} {
		if !strings.Contains(r.stderr, "finding "+code+":") {
			t.Errorf("finding %s is missing: %v", code, r)
		}
	}
	if r.code != 1 || !strings.Contains(r.stderr, "stand against v0.1.0") {
		t.Errorf("blocked: %v", r)
	}
	if s := w.state(); len(s.Issues) != 0 {
		t.Errorf("something was done in spite of the findings: %+v", s)
	}
	r = w.release("bob", "cut", "engine", "--reason", "alice is away", "--waive", "dirty-tree=mine", "--waive", "no-checks=no runner yet",
		"--waive", "no-note=trivial", "--waive", "unclosed-fence=trivial", "--waive", "commits-without-pull-request=the first commit")
	if r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Errorf("waived: %v", r)
	}
	body := w.trackingBody()
	for _, want := range []string{"`no-checks` by bob: no runner yet", "Cut by bob, not by the lead: alice is away"} {
		if !strings.Contains(body, want) {
			t.Errorf("the tracking issue lacks %q:\n%s", want, body)
		}
	}
}

// TestWaiversStay: what one run let pass is on record after the next.
func TestWaiversStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.release("alice", cutArgs...)
	w.work.Write("-- scratch.txt --\nnot committed\n")
	again := w.release("alice", "cut", "engine", "--waive", "dirty-tree=a scratch file\nof mine")
	w.work.Git("clean", "-q", "-f")
	last := w.release("alice", "cut", "engine")
	for _, r := range []result{r, again, last} {
		if r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
			t.Errorf("want to wait: %v", r)
		}
	}
	body := w.trackingBody()
	const want = "\nWaived:\n- `commits-without-pull-request` by alice: the first commit\n- `dirty-tree` by alice: a scratch file of mine\n<!--"
	if !strings.Contains(body, want) {
		t.Errorf("the tracking issue lacks %q:\n%s", want, body)
	}
	// It is a record only: the finding, come back, stands again.
	w.work.Write("-- scratch.txt --\nnot committed\n")
	if r := w.release("alice", "cut", "engine"); r.code != 1 || !strings.Contains(r.stderr, "finding dirty-tree:") || !strings.Contains(r.stderr, "stand against v0.1.0") {
		t.Errorf("an old waiver let a finding pass: %v", r)
	}
}

// TestVersionTooLow: a patch that breaks needs a reason, which the plan keeps.
func TestVersionTooLow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work.Git("tag", "-a", "-m", "v0.1.0", "v0.1.0", "main")
	w.work.Git("push", "-q", "origin", "v0.1.0")
	number := w.pull("drop", "engine: drop a flag", "kind/breaking", "-- engine/drop.txt --\ngone\n", "```release-note\nThe flag is gone.\n```")
	w.green()
	args := []string{"plan", "engine", "--version", "v0.1.1"}
	finding := fmt.Sprintf("finding version-too-low: v0.1.1 was asked for, but what was merged calls for more: minor, because #%d is kind/breaking", number)
	if r := w.must("alice", args...); !strings.Contains(r.stdout, finding) {
		t.Errorf("the plan does not say that v0.1.1 is too low: %v", r)
	}
	args = append(args, "--propose")
	if r := w.release("alice", args...); r.code != 1 || !strings.Contains(r.stderr, "1 findings stand against v0.1.1") {
		t.Errorf("proposed without a reason: %v", r)
	}
	if s := w.state(); len(s.Issues) != 0 {
		t.Errorf("something was done in spite of the finding: %+v", s)
	}
	r := w.release("alice", append(args, "--waive", "version-too-low=nobody can have used it")...)
	if r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Errorf("with a reason: %v", r)
	}
	w.work.Git("fetch", "-q", "origin")
	if plan := w.work.Git("show", "origin/release-plan/v0.1.1:release/plans/v0.1.1.json"); !strings.Contains(plan, "nobody can have used it") {
		t.Errorf("the plan does not keep the reason: %s", plan)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want string
	}{
		{"cut", "accepts between 1 and 2"},
		{"cut engine --wave x", "unknown flag: --wave"},
		{"cut engine --waive checks", "want CODE=REASON"},
		{"plan engine -o yaml", "want text or json"},
		{"yank", "accepts 1 arg"},
	} {
		var out, errs strings.Builder
		code := exitCode(run(t.Context(), strings.Fields(c.args), nil, &out, &errs), &errs)
		if code != 2 || !strings.Contains(errs.String(), c.want) || !strings.Contains(errs.String(), "hint: ") {
			t.Errorf("release %s: exit %d, %s", c.args, code, &errs)
		}
	}
}
