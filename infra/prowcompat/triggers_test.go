// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	prowapi "sigs.k8s.io/prow/pkg/apis/prowjobs/v1"
	"sigs.k8s.io/prow/pkg/client/clientset/versioned/fake"
	prowv1 "sigs.k8s.io/prow/pkg/client/clientset/versioned/typed/prowjobs/v1"
	prowconfig "sigs.k8s.io/prow/pkg/config"
	"sigs.k8s.io/prow/pkg/github"
	"sigs.k8s.io/prow/pkg/kube"
	"sigs.k8s.io/prow/pkg/labels"
	"sigs.k8s.io/prow/pkg/plugins"

	"github.com/lanner-project/lanner/infra/job"
)

var triggers = flag.Int("triggers", 20000, "how many events TestTriggers makes")

// hub is a GitHub with one pull request, as the plugin trigger sees it.
type hub struct {
	absent
	pull     github.PullRequest
	files    []string
	labels   []string
	statuses map[string]string
	trusted  map[string]bool
	replies  int
}

func (h *hub) BotUserChecker() (func(string) bool, error) {
	return func(login string) bool { return login == botLogin }, nil
}
func (h *hub) IsMember(_, login string) (bool, error)          { return h.trusted[login], nil }
func (h *hub) IsCollaborator(_, _, login string) (bool, error) { return h.trusted[login], nil }
func (h *hub) GetRef(_, _, _ string) (string, error)           { return "base", nil }
func (h *hub) CreateComment(_, _ string, _ int, _ string) error {
	h.replies++
	return nil
}

func (h *hub) GetPullRequest(_, _ string, _ int) (*github.PullRequest, error) { return &h.pull, nil }

func (h *hub) GetPullRequestChanges(_, _ string, _ int) ([]github.PullRequestChange, error) {
	var all []github.PullRequestChange
	for _, file := range h.files {
		all = append(all, github.PullRequestChange{Filename: file})
	}
	return all, nil
}

func (h *hub) GetCombinedStatus(_, _, _ string) (*github.CombinedStatus, error) {
	c := &github.CombinedStatus{}
	for context, state := range h.statuses {
		c.Statuses = append(c.Statuses, github.Status{Context: context, State: state})
	}
	return c, nil
}

func (h *hub) Query(context.Context, any, map[string]any) error { return errors.New("no GraphQL") }

func (h *hub) GetIssueLabels(_, _ string, _ int) ([]github.Label, error) { return named(h.labels), nil }

func (h *hub) AddLabel(_, _ string, _ int, label string) error {
	h.labels = with(h.labels, label)
	return nil
}

func (h *hub) RemoveLabel(_, _ string, _ int, label string) error {
	h.labels = without(h.labels, label)
	return nil
}

// cluster is a Kubernetes with one run of the pull request in it.
type cluster struct{ jobs prowv1.ProwJobInterface }

const running = "running"

func newCluster() cluster {
	j := &prowapi.ProwJob{Status: prowapi.ProwJobStatus{State: prowapi.PendingState}}
	j.Name, j.Namespace = running, "default"
	j.Labels = map[string]string{
		kube.OrgLabel: org, kube.RepoLabel: repo, kube.PullLabel: strconv.Itoa(number), kube.ProwJobTypeLabel: string(prowapi.PresubmitJob),
	}
	return cluster{fake.NewSimpleClientset(j).ProwV1().ProwJobs("default")}
}

// outcome returns which jobs were started, and whether the one before was
// stopped.
func (c cluster) outcome(t *testing.T) (started []string, stopped bool) {
	t.Helper()
	all, err := anyOptions(c.jobs.List)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range all.Items {
		if j.Name == running {
			stopped = j.Status.State == prowapi.AbortedState
		} else {
			started = append(started, j.Spec.Job)
		}
	}
	slices.Sort(started)
	return started, stopped
}

// anyOptions calls a method of a client with the options that say nothing. Their
// type is of Kubernetes, which is not to be imported here.
func anyOptions[O, R any](call func(context.Context, O) (R, error)) (R, error) {
	var options O
	return call(context.Background(), options)
}

// eventSlots are what makes a difference to when a job runs. There is no bad
// value among them.
var eventSlots = []slot{
	{"optional", 40, []string{"true"}},
	{"branches", 40, []string{"[main]", "[^release/]", "[main, next]"}},
	{"skip_branches", 30, []string{"[next]", "[^release/0\\.1$]"}},
	{"context", 30, []string{"ci/a", "ci/b"}},
	{"skip_report", 20, []string{"true"}},
	{"run_before_merge", 20, []string{"true"}},
}

// eventJobs writes jobs that differ in when they run.
func eventJobs(r *rand.Rand) string {
	var b strings.Builder
	for _, kind := range []string{"presubmits", "postsubmits"} {
		b.WriteString(kind + ":\n")
		for i, name := range []string{"unit", "lint", "docs", "e2e"}[:1+r.IntN(4)] {
			b.WriteString("- name: " + name + "\n")
			fmt.Fprintf(&b, "  %s\n", []string{
				"always_run: true", "run_if_changed: ^docs/", "skip_if_only_changed: \\.md$", "always_run: false", "run_if_changed: \\.go$", "hidden: false",
			}[r.IntN(6)])
			if kind == "presubmits" && r.IntN(6) == 0 {
				fmt.Fprintf(&b, "  trigger: %q\n  rerun_command: %s\n", []string{`(?m)^/go( .*)?$`, `(?mi)^(/please )?build\s*$`, `^/test all$`, `(?m)^/retest\s*$`}[i], []string{"/go", "build", "/test all", "/retest"}[i])
			}
			for _, s := range eventSlots {
				if r.IntN(200) < s.often && (kind == "presubmits" || s.key != "optional" && s.key != "run_before_merge") {
					value := s.values[r.IntN(len(s.values))]
					if s.key == "context" {
						value += name // two jobs of one context are refused
					}
					fmt.Fprintf(&b, "  %s: %s\n", s.key, value)
				}
			}
			b.WriteString("  spec: {containers: [{image: golang, command: [make]}]}\n")
		}
	}
	return b.String()
}

var eventLines = []string{
	"/test all", "/test unit", "/test lint docs", "/test e2e, unit", "/test nothing", "/test ?", "/test", "/test  ?", "/retest", "/retest unit", "/retest-required", "/ok-to-test",
	"/test all, please", "/test all please", "/testall", "/lgtm", "Looks good.", "/go", "/go on", "build", "/please build", "/Test all", "/TEST unit", " /test all", "/test\tunit", "/test all ", "/ok-to-test now",
}

// makeEvent makes an event of a pull request.
func makeEvent(r *rand.Rand, presubmits []*job.Job) job.Pull {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	e := job.Pull{
		Branch: pick("main", "main", "next", "release/0.1", "release/0.3"), Draft: r.IntN(5) == 0, Conflicts: r.IntN(8) == 0, AuthorTrusted: r.IntN(3) > 0, ByTrusted: r.IntN(3) > 0,
		Statuses: make(map[string]string), IgnoreOkToTest: r.IntN(8) == 0,
	}
	for _, file := range []string{"go.mod", "docs/a.md", "docs/b.go", "README.md", "x.go"} {
		if r.IntN(3) == 0 {
			e.Files = append(e.Files, file)
		}
	}
	for _, label := range []string{"ok-to-test", "needs-ok-to-test", "lgtm"} {
		if r.IntN(4) == 0 {
			e.Labels = append(e.Labels, label)
		}
	}
	for _, j := range presubmits {
		if state := pick("", "success", "failure", "error", "pending"); state != "" {
			e.Statuses[j.Report.Context] = state
		}
	}
	e.Action = job.Action(pick("opened", "reopened", "synchronize", "retargeted", "ready_for_review", "labeled", "closed", "converted_to_draft", "assigned",
		"commented", "commented", "commented", "commented", "commented", "commented", "commented", "commented", "commented"))
	switch e.Action {
	case job.Labeled:
		e.Label, e.ByUs = pick("lgtm", "ok-to-test", "kind/bug"), r.IntN(3) == 0
	case job.Commented:
		e.ByUs = r.IntN(20) == 0
		e.Comment = pick(eventLines...)
		for r.IntN(3) == 0 {
			e.Comment += pick("\n", "\n\n", "\r\n") + pick(eventLines...)
		}
		if r.IntN(8) == 0 {
			c := covers[r.IntN(len(covers))]
			// A blank line would end some of them.
			e.Comment = c.before + strings.ReplaceAll(e.Comment, "\n\n", "\n") + c.after
		}
	}
	return e
}

// triggered is what comes of an event.
type triggered struct {
	runs         []string
	abort, reply bool
	labels       []string
}

func (o triggered) String() string {
	return fmt.Sprintf("runs %q, aborts %v, replies %v, labels %q", o.runs, o.abort, o.reply, o.labels)
}

// prowTriggers lets Prow's own plugin handle an event.
func prowTriggers(t *testing.T, agents *plugins.ConfigAgent, c *prowconfig.Config, e job.Pull) triggered {
	t.Helper()
	author, sender := github.User{Login: "dave"}, github.User{Login: "alice"}
	h := &hub{files: e.Files, labels: slices.Clone(e.Labels), statuses: e.Statuses, trusted: map[string]bool{"dave": e.AuthorTrusted, "alice": e.ByTrusted}}
	if e.ByUs {
		sender.Login = botLogin
	}
	h.pull = github.PullRequest{
		Number: number, User: author, Draft: e.Draft, Mergable: new(!e.Conflicts), State: "open",
		Base: github.PullRequestBranch{Ref: e.Branch, SHA: "base", Repo: place()}, Head: github.PullRequestBranch{Ref: "topic", SHA: "head", Repo: place()},
	}
	runs := newCluster()
	agent := plugins.Agent{GitHubClient: h, ProwJobClient: runs.jobs, Config: c, PluginConfig: agents.Config(), Logger: logrus.NewEntry(logrus.StandardLogger())}
	var err error
	if e.Action == job.Commented {
		err = agents.GenericCommentHandlers(org, repo)["trigger"](agent, github.GenericCommentEvent{
			IsPR: true, Action: github.GenericCommentActionCreated, Body: e.Comment, Number: number, Repo: place(), User: sender, IssueAuthor: author, IssueState: "open",
		})
	} else {
		p := github.PullRequestEvent{Action: github.PullRequestEventAction(e.Action), Number: number, Repo: place(), PullRequest: h.pull, Sender: sender, Label: github.Label{Name: e.Label}}
		if e.Action == job.Retargeted {
			p.Action, p.Changes = github.PullRequestActionEdited, []byte(`{"base": {"ref": {"from": "old"}}}`)
		}
		err = agents.PullRequestHandlers(org, repo)["trigger"](agent, p)
	}
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	slices.Sort(h.labels)
	started, stopped := runs.outcome(t)
	return triggered{runs: started, abort: stopped, reply: h.replies > 0, labels: h.labels}
}

func weTrigger(jobs []*job.Job, e job.Pull) triggered {
	p := e.Plan(jobs)
	o := triggered{abort: p.Abort != "", reply: p.Reply != "", labels: slices.Clone(e.Labels)}
	for _, c := range p.Run {
		o.runs = append(o.runs, c.Job.Name)
	}
	for _, l := range p.Add {
		o.labels = with(o.labels, l)
	}
	for _, l := range p.Remove {
		o.labels = without(o.labels, l)
	}
	slices.Sort(o.runs)
	slices.Sort(o.labels)
	return o
}

// choiceOfTrigger is a known difference. same says in words that Prow reads as
// we do what we take the comment for.
type choiceOfTrigger struct {
	name string
	same func(comment string) string
}

var (
	upper = regexp.MustCompile(`(?m)^/[A-Za-z-]+`)
	odds  = []choiceOfTrigger{
		{"upper case is as good; Prow wants /test in lower case", func(c string) string { return upper.ReplaceAllStringFunc(c, strings.ToLower) }},
		{"a carriage return ends a line; for Prow it is part of it", func(c string) string { return strings.ReplaceAll(c, "\r\n", "\n") }},
		{"what is quoted, in code, hidden or struck out asks for nothing; Prow obeys it", func(c string) string {
			for _, cover := range covers {
				if strings.HasPrefix(c, cover.before) && strings.HasSuffix(c, cover.after) {
					return "."
				}
			}
			return c
		}},
	}
)

// letIn is a known difference in labels.
const letIn = "needs-ok-to-test comes off when the author is trusted by now; Prow leaves it until somebody writes /ok-to-test"

// TestTriggers holds what a pull request's event makes run against what Prow's
// own plugin starts for it, stops, labels and answers.
func TestTriggers(t *testing.T) {
	l := newLoader(t)
	agents := make(map[bool]*plugins.ConfigAgent)
	for _, ignore := range []bool{false, true} {
		agents[ignore] = &plugins.ConfigAgent{}
		agents[ignore].Set(&plugins.Configuration{
			Plugins: plugins.Plugins{org + "/" + repo: {Plugins: []string{"trigger"}}}, Triggers: []plugins.Trigger{{Repos: []string{org}, IgnoreOkToTest: ignore}},
		})
	}
	var c *prowconfig.Config
	var ours *job.Config
	src, failed, differ, ran := "", 0, 0, 0
	counts := make(map[string]int)
	for seed := range *triggers {
		r := rand.New(rand.NewPCG(uint64(seed), 23))
		if seed%20 == 0 {
			src = eventJobs(r)
			c, ours = loadBoth(t, l, src)
		}
		jobs := ours.Presubmits[org+"/"+repo]
		e := makeEvent(r, jobs)
		theirs, mine := prowTriggers(t, agents[e.IgnoreOkToTest], c, e), weTrigger(jobs, e)
		if len(mine.runs) > 0 {
			ran++
		}
		if theirs.String() == mine.String() {
			continue
		}
		differ++
		if e.AuthorTrusted && e.Action != job.Commented && slices.Contains(theirs.labels, labels.NeedsOkToTest) {
			if theirs.labels = without(theirs.labels, labels.NeedsOkToTest); theirs.String() == mine.String() {
				counts[letIn]++
				continue
			}
		}
		said := e
		var because []string
		for _, odd := range odds {
			if same := odd.same(said.Comment); same != said.Comment {
				said.Comment = same
				because = append(because, odd.name)
			}
		}
		if again := prowTriggers(t, agents[e.IgnoreOkToTest], c, said); len(because) > 0 && again.String() == mine.String() {
			for _, name := range because {
				counts[name]++
			}
		} else if failed++; failed <= 8 {
			t.Errorf("Prow %s\nwe   %s\n%+v\n%s", theirs, mine, e, src)
		}
	}
	t.Logf("%d events compared, something runs for %d, %d differ for a reason", *triggers, ran, differ-failed)
	for _, odd := range append(odds, choiceOfTrigger{name: letIn}) {
		t.Logf("%6d  %s", counts[odd.name], odd.name)
		if counts[odd.name] == 0 {
			t.Errorf("nothing differs any more for this reason: %s", odd.name)
		}
	}
}

func loadBoth(t *testing.T, l *loader, src string) (*prowconfig.Config, *job.Config) {
	t.Helper()
	name := org + "/" + repo
	if err := os.WriteFile(filepath.Join(l.dir, ".prow.yaml"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	y, err := prowconfig.ReadProwYAML(logrus.NewEntry(logrus.StandardLogger()), l.dir, true)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if err := prowconfig.DefaultAndValidateProwYAML(l.base, y, name); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	ours, err := job.ParseRepo(name, nil, job.File{Name: ".prow.yaml", Src: []byte(src)})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return &prowconfig.Config{ProwConfig: l.base.ProwConfig, JobConfig: prowconfig.JobConfig{
		PresubmitsStatic: map[string][]prowconfig.Presubmit{name: y.Presubmits}, PostsubmitsStatic: map[string][]prowconfig.Postsubmit{name: y.Postsubmits},
	}}, ours
}

// TestPushes holds which postsubmits run for a push, and which presubmits a
// merge needs, against Prow. Prow's plugin handles the pushes; what tide needs
// is its rule, held against Prow's ShouldRun.
func TestPushes(t *testing.T) {
	l := newLoader(t)
	agents := &plugins.ConfigAgent{}
	agents.Set(&plugins.Configuration{Plugins: plugins.Plugins{org + "/" + repo: {Plugins: []string{"trigger"}}}})
	ran, failed := 0, 0
	for seed := range *triggers / 20 {
		r := rand.New(rand.NewPCG(uint64(seed), 29))
		src := eventJobs(r)
		c, ours := loadBoth(t, l, src)
		for range 5 {
			e := makeEvent(r, nil)
			deleted := r.IntN(10) == 0
			push := github.PushEvent{Ref: "refs/heads/" + e.Branch, After: "head", Deleted: deleted, Repo: place()}
			for i, file := range e.Files {
				var commit github.Commit
				*[]*[]string{&commit.Added, &commit.Removed, &commit.Modified}[i%3] = []string{file}
				push.Commits = append(push.Commits, commit)
			}
			runs := newCluster()
			agent := plugins.Agent{GitHubClient: &hub{}, ProwJobClient: runs.jobs, Config: c, PluginConfig: agents.Config(), Logger: logrus.NewEntry(logrus.StandardLogger())}
			if err := agents.PushEventHandlers(org, repo)["trigger"](agent, push); err != nil {
				t.Fatal(err)
			}
			started, _ := runs.outcome(t)
			plan := job.Push{Branch: e.Branch, Files: e.Files, Deleted: deleted}.Plan(ours.Postsubmits[org+"/"+repo])
			batch := job.Batch{Branch: e.Branch, Files: e.Files}.Plan(ours.Presubmits[org+"/"+repo])
			var needed []string
			for _, ps := range c.PresubmitsStatic[org+"/"+repo] {
				should, err := ps.ShouldRun(e.Branch, func() ([]string, error) { return e.Files, nil }, ps.RunBeforeMerge, false)
				if err != nil {
					t.Fatal(err)
				}
				if should && (ps.ContextRequired() || ps.RunBeforeMerge) {
					needed = append(needed, ps.Name)
				}
			}
			slices.Sort(needed)
			for what, pair := range map[string][2][]string{"a push": {started, runNames(plan)}, "a batch": {needed, runNames(batch)}} {
				ran += len(pair[1])
				if !slices.Equal(pair[0], pair[1]) {
					if failed++; failed <= 5 {
						t.Errorf("%s to %s of %q: Prow %q, we %q\n%s", what, e.Branch, e.Files, pair[0], pair[1], src)
					}
				}
			}
		}
	}
	t.Logf("%d pushes and as many batches compared, %d runs", *triggers/4, ran)
}

func runNames(p job.Plan) []string {
	names := make(map[string]bool)
	var all []string
	for _, c := range p.Run {
		names[c.Job.Name] = true
		all = append(all, c.Job.Name)
	}
	if len(names) != len(all) {
		return append(all, fmt.Sprint("twice: ", slices.Sorted(maps.Keys(names))))
	}
	slices.Sort(all)
	return all
}
