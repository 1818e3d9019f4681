// SPDX-License-Identifier: Apache-2.0

package run

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/job"
)

func presubmit() Spec {
	return Spec{
		ID: "7f3a", Build: "1001", Type: job.Presubmit, Job: &job.Job{Name: "unit"},
		Refs:  &Refs{Org: "acme", Repo: "demo", BaseRef: "main", BaseSHA: "b1", Pulls: []Pull{{Number: 5, Author: "alice", SHA: "c1", HeadRef: "topic", Title: "Fix it"}}},
		Extra: []Refs{{Org: "acme", Repo: "tools", BaseRef: "main"}},
	}
}

// TestCheck sees that a Spec that would lead out of the folder of results, or
// lacks what its type needs, is refused by all that needs it whole.
func TestCheck(t *testing.T) {
	t.Parallel()
	good := presubmit()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Spec){
		`build "../x"`:             func(s *Spec) { s.Build = "../x" },
		`ID ""`:                    func(s *Spec) { s.ID = "" },
		`job ".."`:                 func(s *Spec) { s.Job = &job.Job{Name: ".."} },
		`organization "a/b"`:       func(s *Spec) { s.Refs.Org = "a/b" },
		`repository ".git"`:        func(s *Spec) { s.Refs.Repo = ".git" },
		"no job":                   func(s *Spec) { s.Job = nil },
		"of one pull request, not": func(s *Spec) { s.Refs.Pulls = append(s.Refs.Pulls, Pull{Number: 6, SHA: "c2"}) },
		`pull request 0 at "c1"`:   func(s *Spec) { s.Refs.Pulls[0].Number = 0 },
		"there is none":            func(s *Spec) { s.Type, s.Refs = job.Postsubmit, nil },
		"is of no repository":      func(s *Spec) { s.Type = job.Periodic },
		`type "cron"`:              func(s *Spec) { s.Type = "cron" },
	} {
		s := presubmit()
		spoil(&s)
		_, envErr := s.Env()
		_, placeErr := s.Place()
		for _, err := range []error{s.Check(), envErr, placeErr} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}

// TestPlaces sees where each type of run is kept, and what its containers are
// told of it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for kind, want := range map[job.Type]Place{
		job.Presubmit: {
			Dir: "pr-logs/pull/acme_demo/5/unit/1001", Alias: "pr-logs/directory/unit/1001.txt",
			Latest: []string{"pr-logs/directory/unit/latest-build.txt", "pr-logs/pull/acme_demo/5/unit/latest-build.txt"},
		},
		job.InBatch:    {Dir: "pr-logs/pull/batch/unit/1001", Latest: []string{"pr-logs/directory/unit/latest-build.txt"}},
		job.Postsubmit: {Dir: "logs/unit/1001", Latest: []string{"logs/unit/latest-build.txt"}},
		job.Periodic:   {Dir: "logs/unit/1001", Latest: []string{"logs/unit/latest-build.txt"}},
	} {
		s := presubmit()
		if s.Type = kind; kind == job.Periodic {
			s.Refs = nil
		}
		got, err := s.Place()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", kind, got, err, want)
		}
		env, err := s.Env()
		if err != nil || env["JOB_TYPE"] != string(kind) || env["BUILD_ID"] != "1001" || env["PROW_JOB_ID"] != "7f3a" || env["CI"] != "true" {
			t.Errorf("%s: %v, %v", kind, env, err)
		}
		if refs := map[bool]string{true: "main:b1,5:c1"}[kind != job.Periodic]; env["PULL_REFS"] != refs {
			t.Errorf("%s: PULL_REFS %q, want %q", kind, env["PULL_REFS"], refs)
		}
		if title := map[bool]string{true: "Fix it"}[kind == job.Presubmit]; env["PULL_TITLE"] != title {
			t.Errorf("%s: PULL_TITLE %q, want %q", kind, env["PULL_TITLE"], title)
		}
	}
}

// TestRecords sees what is written of a run.
func TestRecords(t *testing.T) {
	t.Parallel()
	s, at := presubmit(), time.Unix(1800000000, 0)
	text := func(v any) string {
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	want := `{"timestamp":1800000000,"pull":"5","repos":{"acme/demo":"main:b1,5:c1","acme/tools":"main"},"repo-commit":"m1","repo-version":"c1"}`
	if got := text(s.Started(at, "m1")); got != want {
		t.Errorf("started.json\n%s, want\n%s", got, want)
	}
	for state, want := range map[job.State]string{
		job.Success: `"passed":true,"result":"SUCCESS"`, job.Failure: `"passed":false,"result":"FAILURE"`,
		job.Error: `"passed":false,"result":"FAILURE"`, job.Aborted: `"passed":false,"result":"ABORTED"`,
	} {
		f, err := s.Finished(at, state)
		if err != nil || text(f) != `{"timestamp":1800000000,`+want+`,"revision":"c1"}` {
			t.Errorf("%s: %s, %v", state, text(f), err)
		}
	}
	for _, state := range []job.State{job.Scheduling, job.Triggered, job.Pending, "odd"} {
		if _, err := s.Finished(at, state); err == nil {
			t.Errorf("a run that is %s has finished", state)
		}
	}
}

// TestDecoration sees that only a decorated job tells how it is decorated.
func TestDecoration(t *testing.T) {
	t.Parallel()
	for _, decorate := range []bool{true, false} {
		s := presubmit()
		s.Job = &job.Job{Name: "unit", Decorate: decorate, Decoration: job.Decoration{Raw: map[string]any{"timeout": "2h"}}}
		env, err := s.Env()
		if err != nil || strings.Contains(env["JOB_SPEC"], `"decoration_config":{"timeout":"2h"}`) != decorate {
			t.Errorf("decorate %t: %s, %v", decorate, env["JOB_SPEC"], err)
		}
	}
}
