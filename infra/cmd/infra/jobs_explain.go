// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/trigger"
)

// explainOptions are the flags of jobs explain.
type explainOptions struct {
	config, central       []string
	dir, base, head       string
	event, repo, branch   string
	changed               []string
	comment, label        string
	labels, statuses      []string
	authorTrusted, byUser bool
	draft                 bool
	at, output            string
}

// events are what may be explained.
var events = []string{
	string(job.Opened), string(job.Reopened), string(job.Synchronized), string(job.Retargeted), string(job.ReadyForReview), string(job.Labeled),
	string(job.Commented), string(job.Closed), string(job.Drafted), "push", "batch", "tick",
}

func jobsExplainCommand(stdout io.Writer) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use: "explain", Short: "Explain which jobs run for a change, and why",
		Long: `explain says what a pull request, a push or the clock makes run, with a reason
for every job. The change is what --head has since --base in a git repository,
and the jobs are those of the two merged, as they would be for a pull request;
or it is the files of --changed, with the jobs of --config.`,
		Example: `  infra jobs explain --base main --head my-branch
  infra jobs explain --changed go.mod --changed docs/a.md --comment '/test all'
  infra jobs explain --event push --branch release/0.3 --changed go.mod`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return explain(cmd.Context(), o, stdout) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.config, "config", nil, "the jobs of the repository: its folder, or files (default: those of the change, or this folder)")
	f.StringSliceVar(&o.central, "central", nil, "a central folder of jobs, or files; with --repo")
	f.StringVar(&o.repo, "repo", "", "the repository, org/name")
	f.StringVarP(&o.dir, "dir", "C", ".", "folder of the git repository")
	f.StringVar(&o.base, "base", "", "revision that the change is to be merged into")
	f.StringVar(&o.head, "head", "", "revision that has the change")
	f.StringArrayVar(&o.changed, "changed", nil, "a changed file, instead of --base and --head; may be repeated")
	f.StringVar(&o.event, "event", "", "what happened: "+strings.Join(events, ", ")+" (default opened, or commented with --comment)")
	f.StringVar(&o.branch, "branch", "main", "branch of the pull request's base, or of the push")
	f.StringVar(&o.comment, "comment", "", "text of a comment")
	f.StringVar(&o.label, "label", "", "label that was put on, with --event labeled")
	f.StringArrayVar(&o.labels, "has-label", nil, "label that is on the pull request; may be repeated")
	f.StringArrayVar(&o.statuses, "status", nil, "CONTEXT=STATE of the newest commit; may be repeated")
	f.BoolVar(&o.authorTrusted, "author-trusted", true, "whether the author is trusted")
	f.BoolVar(&o.byUser, "commenter-trusted", true, "whether who comments is trusted")
	f.BoolVar(&o.draft, "draft", false, "whether the pull request is a draft")
	f.StringVar(&o.at, "at", "", "time of the tick, such as 2026-12-01T05:00:00Z (default now)")
	f.StringVarP(&o.output, "output", "o", "text", "text or json")
	return cmd
}

// check completes the options, and refuses what cannot be meant.
func (o *explainOptions) check() error {
	if o.event == "" {
		o.event = string(job.Opened)
		if o.comment != "" {
			o.event = string(job.Commented)
		}
	}
	switch {
	case (o.base == "") != (o.head == ""):
		return usageError{errors.New("--base and --head go together")}
	case strings.HasPrefix(o.base, "-") || strings.HasPrefix(o.head, "-"):
		return usageError{errors.New("a revision does not begin with a hyphen")}
	case o.base != "" && o.changed != nil:
		return usageError{errors.New("--changed is instead of --base and --head")}
	case o.comment != "" && o.event != string(job.Commented):
		return usageError{fmt.Errorf("--comment is for --event commented, not %s", o.event)}
	case o.central != nil && o.repo == "":
		return usageError{errors.New("--central has the jobs of many repositories: which is it, --repo org/name?")}
	case o.event == "tick" && o.central == nil:
		return usageError{errors.New("periodic jobs are those of --central")}
	}
	return errors.Join(oneOf("event", o.event, events...), oneOf("output", o.output, "text", "json"))
}

// load reads the jobs and the change.
func (o *explainOptions) load(ctx context.Context) (*job.Config, trigger.Change, error) {
	c := trigger.Change{Files: o.changed}
	if o.head != "" {
		var err error
		if c, err = trigger.ReadChange(ctx, git.Repo{Dir: o.dir}, o.base, o.head); err != nil {
			return nil, c, err
		}
	}
	var central *job.Config
	if o.central != nil {
		s, err := openSources(o.central)
		if err != nil {
			return nil, c, err
		}
		if central, err = job.ParseCentral(s.central...); err != nil {
			return nil, c, err
		}
	}
	names := o.config
	if names == nil && o.head == "" && o.central == nil {
		names = []string{o.dir}
	}
	s, err := openSources(names)
	if err != nil {
		return nil, c, err
	}
	files := c.Jobs
	if names != nil {
		files = append([]job.File(nil), s.central...)
		for _, more := range s.repos {
			files = append(files, more...)
		}
	}
	config, err := job.ParseRepo(o.repo, central, files...)
	if err != nil || central == nil {
		return config, c, err
	}
	config.Presubmits[o.repo] = append(config.Presubmits[o.repo], central.Presubmits[o.repo]...)
	config.Postsubmits[o.repo] = append(config.Postsubmits[o.repo], central.Postsubmits[o.repo]...)
	config.Periodics = central.Periodics
	return config, c, nil
}

func explain(ctx context.Context, o explainOptions, stdout io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	statuses := make(map[string]string)
	for _, s := range o.statuses {
		context, state, ok := strings.Cut(s, "=")
		if !ok {
			return usageError{fmt.Errorf("--status %q: want CONTEXT=STATE", s)}
		}
		statuses[context] = state
	}
	at, err := o.time()
	if err != nil {
		return err
	}
	config, c, err := o.load(ctx)
	if err != nil {
		return err
	}
	var plan job.Plan
	switch o.event {
	case "push":
		plan = job.Push{Branch: o.branch, Files: c.Files}.Plan(config.Postsubmits[o.repo])
	case "batch":
		plan = job.Batch{Branch: o.branch, Files: c.Files}.Plan(config.Presubmits[o.repo])
	case "tick":
		plan = tickPlan(config.Periodics, at)
	default:
		plan = job.Pull{
			Action: job.Action(o.event), Branch: o.branch, Files: c.Files, Draft: o.draft, Conflicts: c.Conflicts, Labels: o.labels, Statuses: statuses,
			AuthorTrusted: o.authorTrusted, ByTrusted: o.byUser, Label: o.label, Comment: o.comment,
		}.Plan(config.Presubmits[o.repo])
	}
	if o.output == "json" {
		return writeJSON(stdout, planOf(plan, o, c.Files))
	}
	return writePlan(stdout, planOf(plan, o, c.Files))
}

func (o *explainOptions) time() (time.Time, error) {
	if o.at == "" {
		return time.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, o.at)
	if err != nil {
		return at, usageError{fmt.Errorf("--at: %w", err)}
	}
	return at, nil
}

// tickPlan says what the clock makes run if all that was before has run.
func tickPlan(periodics []*job.Job, at time.Time) job.Plan {
	past := make(map[string]job.Past)
	for _, j := range periodics {
		past[j.Name] = job.Past{Seen: at.Add(-time.Second)}
	}
	due, later := job.Tick(periodics, past, at)
	plan := job.Plan{Why: "it is " + at.UTC().Format(time.RFC3339)}
	for _, d := range due {
		plan.Run = append(plan.Run, d.Choice)
	}
	for _, l := range later {
		l.Why += ", next at " + l.At.Format(time.RFC3339)
		plan.Skip = append(plan.Skip, l.Choice)
	}
	return plan
}

// planJSON is what explain prints.
type planJSON struct {
	Event   string       `json:"event"`
	Branch  string       `json:"branch,omitempty"`
	Changed []string     `json:"changed"`
	Why     string       `json:"why"`
	Abort   string       `json:"abort,omitempty"`
	Run     []choiceJSON `json:"run"`
	Skip    []choiceJSON `json:"skip"`
	Skipped []statusJSON `json:"skipped"`
	Add     []string     `json:"add_labels,omitempty"`
	Remove  []string     `json:"remove_labels,omitempty"`
	Reply   string       `json:"reply,omitempty"`
}

type choiceJSON struct {
	Job      string `json:"job"`
	Type     string `json:"type"`
	Context  string `json:"context,omitempty"`
	Required bool   `json:"required"`
	Why      string `json:"why"`
}

type statusJSON struct {
	Context     string `json:"context"`
	Description string `json:"description"`
}

func planOf(p job.Plan, o explainOptions, changed []string) planJSON {
	out := planJSON{
		Event: o.event, Branch: o.branch, Changed: append([]string{}, changed...), Why: p.Why, Abort: p.Abort,
		Run: choices(p.Run), Skip: choices(p.Skip), Skipped: []statusJSON{}, Add: p.Add, Remove: p.Remove, Reply: p.Reply,
	}
	for _, s := range p.Skipped {
		out.Skipped = append(out.Skipped, statusJSON{s.Context, s.Description})
	}
	return out
}

func choices(all []job.Choice) []choiceJSON {
	out := []choiceJSON{}
	for _, c := range all {
		out = append(out, choiceJSON{c.Job.Name, string(c.Job.Type), c.Job.Report.Context, c.Job.Type == job.Presubmit && c.Job.Required(), c.Why})
	}
	return out
}

func writePlan(w io.Writer, p planJSON) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var failed error
	line := func(format string, args ...any) {
		if _, err := fmt.Fprintf(tab, format+"\n", args...); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	line("%s", p.Why)
	if p.Abort != "" {
		line("abort\t*\t%s", p.Abort)
	}
	for _, c := range p.Run {
		line("run\t%s\t%s", c.Job, c.Why)
	}
	for _, c := range p.Skip {
		line("skip\t%s\t%s", c.Job, c.Why)
	}
	for _, s := range p.Skipped {
		line("status\t%s\tsuccess, %s", s.Context, s.Description)
	}
	for _, l := range p.Add {
		line("label\t%s\tis put on", l)
	}
	for _, l := range p.Remove {
		line("label\t%s\tis taken off", l)
	}
	if p.Reply != "" {
		line("reply\n\t%s", strings.ReplaceAll(p.Reply, "\n", "\n\t"))
	}
	return errors.Join(failed, tab.Flush())
}
