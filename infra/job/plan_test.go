// SPDX-License-Identifier: Apache-2.0

package job_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/job"
)

const demo = `
presubmits:
- {name: unit, always_run: true, spec: &spec {containers: [{image: golang, command: [make]}]}}
- {name: docs, run_if_changed: ^docs/, spec: *spec}
- {name: build, skip_if_only_changed: \.md$, spec: *spec}
- {name: e2e, optional: true, spec: *spec}
- {name: quiet, skip_report: true, run_if_changed: ^go, spec: *spec}
- {name: stable, always_run: true, branches: [^release/], skip_branches: [^release/0.1$], spec: *spec}
- {name: slow, run_before_merge: true, spec: *spec}
`

// outcome is a plan in a line: what runs, what is aborted, statuses, labels, and
// whether something is said.
func outcome(p job.Plan) string {
	var words []string
	if p.Abort != "" {
		words = append(words, "abort")
	}
	for _, c := range p.Run {
		words = append(words, c.Job.Name)
	}
	for _, s := range p.Skipped {
		words = append(words, "="+s.Context)
	}
	for _, l := range p.Add {
		words = append(words, "+"+l)
	}
	for _, l := range p.Remove {
		words = append(words, "-"+l)
	}
	if p.Reply != "" {
		words = append(words, "says")
	}
	return strings.Join(words, " ")
}

// pullTest is an event and what comes of it.
type pullTest struct {
	event job.Pull
	want  string
}

var docs, code = []string{"docs/a.md"}, []string{"go.mod"}

func TestPull(t *testing.T) {
	t.Parallel()
	trusted := func(p job.Pull) job.Pull { p.AuthorTrusted, p.ByTrusted = true, true; return p }
	testPull(t, map[string]pullTest{
		"opened":                 {trusted(job.Pull{Action: job.Opened, Files: docs}), "unit docs =build"},
		"opened, code":           {trusted(job.Pull{Action: job.Opened, Files: code}), "unit build quiet =docs"},
		"opened, other branch":   {trusted(job.Pull{Action: job.Opened, Files: code, Branch: "release/0.3"}), "unit build quiet stable =docs"},
		"opened, skipped branch": {trusted(job.Pull{Action: job.Opened, Files: code, Branch: "release/0.1"}), "unit build quiet =docs"},
		"opened, nothing in it":  {trusted(job.Pull{Action: job.Opened}), "unit =docs =build"},
		"opened, draft":          {trusted(job.Pull{Action: job.Opened, Draft: true}), "says"},
		"opened, conflicts":      {trusted(job.Pull{Action: job.Opened, Conflicts: true}), ""},
		"opened by a stranger":   {job.Pull{Action: job.Opened, Files: code}, "+needs-ok-to-test says"},
		"opened, allowed":        {job.Pull{Action: job.Opened, Files: code, Labels: []string{"ok-to-test"}}, "says"},
		"opened, no ok-to-test":  {job.Pull{Action: job.Opened, IgnoreOkToTest: true}, "says"},
		"reopened":               {trusted(job.Pull{Action: job.Reopened, Files: docs}), "unit docs =build"},
		"retargeted":             {trusted(job.Pull{Action: job.Retargeted, Files: docs}), "unit docs =build"},
		"ready, draft":           {trusted(job.Pull{Action: job.ReadyForReview, Draft: true}), ""},
		"new commits":            {trusted(job.Pull{Action: job.Synchronized, Files: docs}), "abort unit docs =build"},
		"a stranger's commits":   {job.Pull{Action: job.Synchronized, Files: docs}, "abort"},
		"allowed commits":        {job.Pull{Action: job.Synchronized, Files: docs, Labels: []string{"ok-to-test", "needs-ok-to-test"}}, "abort unit docs =build -needs-ok-to-test"},
		"closed":                 {trusted(job.Pull{Action: job.Closed}), "abort"},
		"made a draft":           {trusted(job.Pull{Action: job.Drafted}), "abort"},
		"lgtm on a stranger's":   {job.Pull{Action: job.Labeled, Label: "lgtm", Files: docs}, "unit docs =build"},
		"lgtm":                   {trusted(job.Pull{Action: job.Labeled, Label: "lgtm", Files: docs}), ""},
		"ok-to-test":             {job.Pull{Action: job.Labeled, Label: "ok-to-test", Files: docs}, "unit docs =build"},
		"ok-to-test by us":       {job.Pull{Action: job.Labeled, Label: "ok-to-test", Files: docs, ByUs: true}, ""},
		"kind/bug":               {trusted(job.Pull{Action: job.Labeled, Label: "kind/bug", Files: docs}), ""},
		"assigned":               {trusted(job.Pull{Action: "assigned"}), ""},
	})
}

func TestComments(t *testing.T) {
	t.Parallel()
	comment := func(text string, more ...func(*job.Pull)) job.Pull {
		p := job.Pull{Action: job.Commented, Files: code, AuthorTrusted: true, ByTrusted: true, Comment: text}
		for _, f := range more {
			f(&p)
		}
		return p
	}
	stranger := func(p *job.Pull) { p.AuthorTrusted = false }
	strangers := func(p *job.Pull) { p.AuthorTrusted, p.ByTrusted = false, false }
	statuses := func(all map[string]string) func(*job.Pull) { return func(p *job.Pull) { p.Statuses = all } }
	testPull(t, map[string]pullTest{
		"test one":         {comment("/test e2e"), "e2e"},
		"test two":         {comment("/test e2e docs"), "docs e2e"},
		"test, upper case": {comment("/TEST all\r\n"), "unit build quiet =docs"},
		"test all":         {comment("Again.\n\n/test all"), "unit build quiet =docs"},
		"test all, draft":  {comment("/test all", func(p *job.Pull) { p.Draft = true }), "unit build quiet =docs"},
		"test all, ran":    {comment("/test all", statuses(map[string]string{"docs": "failure"})), "unit build quiet"},
		"test all and one": {comment("/test all\n/test docs"), "unit docs build quiet"},
		"not this branch":  {comment("/test stable"), "says"},
		"no such job":      {comment("/test nothing"), "says"},
		"help":             {comment("/test ?"), "says"},
		"test nothing":     {comment("/test"), "says"},
		"retest one":       {comment("/retest unit"), "says"},
		"quoted":           {comment("> /test all\n\nNo."), ""},
		"code":             {comment("```\n/test all\n```"), ""},
		"other command":    {comment("/lgtm"), ""},
		"our own":          {comment("/test all", func(p *job.Pull) { p.ByUs = true }), ""},
		"conflicts":        {comment("/test all", func(p *job.Pull) { p.Conflicts = true }), ""},
		"retest":           {comment("/retest", statuses(map[string]string{"unit": "success", "e2e": "error", "build": "pending", "docs": "failure"})), "docs e2e quiet"},
		"retest required":  {comment("/retest-required", statuses(map[string]string{"unit": "failure", "e2e": "error"})), "unit build quiet"},
		"stranger's":       {comment("/test all", stranger), "unit build quiet =docs"},
		"by a stranger":    {comment("/test all", strangers), "says"},
		"stranger's chat":  {comment("Hello", strangers), ""},
		"ok to test":       {comment("/ok-to-test", stranger, func(p *job.Pull) { p.Labels = []string{"needs-ok-to-test"} }), "unit build quiet =docs +ok-to-test -needs-ok-to-test"},
		"ok, ignored":      {comment("/ok-to-test", stranger, func(p *job.Pull) { p.IgnoreOkToTest = true }), ""},
	})
}

func testPull(t *testing.T, tests map[string]pullTest) {
	t.Helper()
	jobs := parseRepo(t, demo).Presubmits["acme/demo"]
	for name, test := range tests {
		if test.event.Branch == "" {
			test.event.Branch = "main"
		}
		p := test.event.Plan(jobs)
		if got := outcome(p); got != test.want {
			t.Errorf("%s: %q, want %q: %+v", name, got, test.want, p)
		}
		if len(p.Run)+len(p.Skip) != len(jobs) {
			t.Errorf("%s: %d run, %d are skipped", name, len(p.Run), len(p.Skip))
		}
		for _, c := range append(p.Skip, p.Run...) {
			if c.Why == "" {
				t.Errorf("%s: %s: no reason", name, c.Job.Name)
			}
		}
	}
}

func TestPushAndBatch(t *testing.T) {
	t.Parallel()
	c := parseRepo(t, demo+`
postsubmits:
- {name: publish, spec: *spec}
- {name: pages, run_if_changed: ^docs/, branches: [^main$], spec: *spec}
- {name: hand, always_run: false, spec: *spec}
`)
	for _, test := range []struct {
		plan job.Plan
		want string
	}{
		{job.Push{Branch: "main", Files: []string{"docs/x"}}.Plan(c.Postsubmits["acme/demo"]), "publish pages"},
		{job.Push{Branch: "main", Files: []string{"x"}}.Plan(c.Postsubmits["acme/demo"]), "publish"},
		{job.Push{Branch: "next", Files: []string{"docs/x"}}.Plan(c.Postsubmits["acme/demo"]), "publish"},
		{job.Push{Branch: "next", Deleted: true}.Plan(c.Postsubmits["acme/demo"]), ""},
		{job.Batch{Branch: "main", Files: []string{"docs/x.md"}}.Plan(c.Presubmits["acme/demo"]), "unit docs slow"},
		{job.Batch{Branch: "main", Files: []string{"x"}}.Plan(c.Presubmits["acme/demo"]), "unit build slow"},
	} {
		if got := outcome(test.plan); got != test.want {
			t.Errorf("%s: %q, want %q", test.plan.Why, got, test.want)
		}
	}
}

func TestTick(t *testing.T) {
	t.Parallel()
	central, err := job.ParseCentral(job.File{Name: "p.yaml", Src: []byte(`
periodics:
- {name: cron, cron: 0 5 * * *, spec: &spec {containers: [{image: x}]}}
- {name: every, interval: 4h, spec: *spec}
- {name: after, minimum_interval: 4h, spec: *spec}
`)})
	if err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		v, err := time.Parse("2 15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return v.AddDate(2026, 11, 0)
	}
	past := func(seen, started, completed string) job.Past {
		return job.Past{Seen: at(seen), Started: at(started), Completed: at(completed)}
	}
	for i, test := range []struct {
		now  string
		past map[string]job.Past
		want []string
	}{
		{"1 04:00", nil, []string{"every 4h", "after"}},
		{"1 05:00", map[string]job.Past{"cron": past("1 04:00", "", "")}, []string{"cron at 1 05:00", "every 4h", "after"}},
		// Seen after its time: it has missed nothing.
		{"1 05:10", map[string]job.Past{"cron": past("1 05:05", "", "")}, []string{"every 4h", "after"}},
		// Three days down: it runs once, for three times.
		{"4 06:00", map[string]job.Past{"cron": past("1 00:00", "1 05:00", "1 05:30")}, []string{"cron at 2 05:00 and 2", "every 4h", "after"}},
		// Its last run is not over, and then it is.
		{"3 06:00", map[string]job.Past{"cron": past("", "1 05:00", "")}, []string{"every 4h", "after"}},
		{"3 06:01", map[string]job.Past{"cron": past("", "1 05:00", "3 06:00")}, []string{"cron at 2 05:00 and 1", "every 4h", "after"}},
		{"1 08:00", map[string]job.Past{"every": past("", "1 04:00", "1 05:00"), "after": past("", "1 04:00", "1 05:00")}, []string{"every 4h"}},
		{"1 09:00", map[string]job.Past{"every": past("", "1 05:01", "1 05:02"), "after": past("", "1 04:00", "1 05:00")}, []string{"after"}},
		{"9 09:00", map[string]job.Past{"every": past("", "1 04:00", ""), "after": past("", "1 04:00", "")}, nil},
	} {
		due, later := job.Tick(central.Periodics, test.past, at(test.now))
		var got []string
		for _, d := range due {
			word := map[string]string{"cron": "cron at " + d.At.Format("2 15:04"), "every": "every 4h", "after": "after"}[d.Job.Name]
			if d.Missed > 0 {
				word += fmt.Sprintf(" and %d", d.Missed)
			}
			got = append(got, word)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || len(due)+len(later) != 3 {
			t.Errorf("%d: %s: %s%+v", i, test.now, diff, later)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	legal := 0
	for _, from := range job.States() {
		for _, to := range job.States() {
			if from.CanBecome(to) {
				legal++
				if from.Done() || from == to {
					t.Errorf("%s may become %s", from, to)
				}
			}
		}
		if from.Done() == from.CanBecome(job.Aborted) {
			t.Errorf("%s: done %v, and can be aborted %v", from, from.Done(), from.CanBecome(job.Aborted))
		}
	}
	if legal != 10 || job.Triggered.CanBecome(job.Success) || job.Aborted.GitHub() != "failure" || job.Scheduling.GitHub() != "pending" {
		t.Error(legal)
	}
}
