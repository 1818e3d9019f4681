// SPDX-License-Identifier: Apache-2.0

package job

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/command"
)

// The commands that are not one job's. They are Prow's, in upper case as well.
var (
	testAll        = regexp.MustCompile(`(?m)^/test all,?($|\s.*)`)
	testHelp       = regexp.MustCompile(`(?m)^/test[ \t]*\?\s*$`)
	testNothing    = regexp.MustCompile(`(?m)^/test\s*$`)
	testSomething  = regexp.MustCompile(`(?m)^/test[ \t]+\S+`)
	retest         = regexp.MustCompile(`(?m)^/retest\s*$`)
	retestRequired = regexp.MustCompile(`(?m)^/retest-required\s*$`)
	retestTarget   = regexp.MustCompile(`(?m)^/retest[ \t]+\S+`)
	okToTest       = regexp.MustCompile(`(?m)^/ok-to-test\s*$`)
)

// remark is the text of a comment: what its writer says, without quotations,
// code and the like.
type remark struct{ own, lower string }

var opening = regexp.MustCompile(`(?m)^/[A-Za-z-]+`)

func readRemark(comment string) remark {
	// Without the last end of a line, for triggers that look for the end of the
	// text.
	own := strings.TrimSuffix(command.Own(comment), "\n")
	return remark{own: own, lower: opening.ReplaceAllStringFunc(own, strings.ToLower)}
}

// has returns the line of the comment that an expression matches, or "".
func (r remark) has(re *regexp.Regexp) string {
	for _, text := range []string{r.lower, r.own} {
		if at := re.FindStringIndex(text); at != nil {
			line, _, _ := strings.Cut(text[at[0]:], "\n")
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func (r remark) says(re *regexp.Regexp) bool { return r.has(re) != "" }

// askedFor returns the line that asks for a job, or "".
func (r remark) askedFor(j *Job) string { return r.has(j.Command.Trigger) }

// concerns reports whether a comment is about jobs at all.
func (r remark) concerns(presubmits []*Job) bool {
	if slices.ContainsFunc([]*regexp.Regexp{testAll, testHelp, testNothing, testSomething, retest, retestRequired, retestTarget, okToTest}, r.says) {
		return true
	}
	return slices.ContainsFunc(presubmits, func(j *Job) bool { return r.askedFor(j) != "" })
}

func (e Pull) commented(presubmits []*Job) Plan {
	r := readRemark(e.Comment)
	p := Plan{Why: "a comment"}
	switch {
	case e.ByUs:
		p.skipAll(presubmits, "the bot's own comments ask for nothing")
		return p
	case !r.concerns(presubmits):
		p.skipAll(presubmits, "the comment does not ask for it")
		return p
	case !e.ByTrusted && !e.trusted():
		p.Reply = "This cannot be tested until somebody who is trusted has looked at it and wrote `/ok-to-test`."
		p.skipAll(presubmits, "neither who wrote the comment nor the author is trusted, and nobody who is wrote /ok-to-test")
		return p
	}
	allowed := !e.IgnoreOkToTest && r.says(okToTest)
	if allowed && !e.has(labels.OkToTest) {
		p.Add = []string{labels.OkToTest}
	}
	if (allowed || e.has(labels.OkToTest)) && e.has(labels.NeedsOkToTest) {
		p.Remove = []string{labels.NeedsOkToTest}
	}
	all := allowed || r.says(testAll)
	p.choose(presubmits, func(j *Job) (bool, string) { return e.wanted(j, r, all) })
	e.help(&p, r, presubmits)
	if e.Conflicts {
		p.Run, p.Skip = nil, nil
		p.skipAll(presubmits, conflicting)
		return p
	}
	if all && p.Reply == "" {
		e.settle(&p)
	}
	return p
}

// wanted says whether a comment makes a job run.
func (e Pull) wanted(j *Job, r remark, all bool) (bool, string) {
	if line := r.askedFor(j); line != "" {
		if !j.When.On(e.Branch) {
			return false, fmt.Sprintf("%q asks for it, but %s", line, j.When.notOn(e.Branch))
		}
		return true, fmt.Sprintf("%q asks for it", line)
	}
	again := r.says(retest)
	if again || r.says(retestRequired) && !j.Command.Optional {
		state, ran := e.Statuses[j.Report.Context]
		failed := state == "failure" || state == "error"
		switch {
		case failed && j.When.On(e.Branch):
			return true, "it failed before"
		case failed:
			return false, j.When.notOn(e.Branch)
		case !ran && !j.ByHand():
			run, why := automatic(j, e.Branch, e.Files)
			return run, "it has not run yet, and " + why
		case !all:
			if ran {
				return false, "it did not fail: its state is " + state
			}
			return false, "it never ran, and runs only when somebody writes " + j.Command.Rerun
		}
	} else if r.says(retestRequired) && !all {
		return false, "it is optional"
	}
	if all {
		return automatic(j, e.Branch, e.Files)
	}
	return false, "the comment does not ask for it"
}

// help answers a comment that asks which jobs there are, or for one that there
// is not. Then nothing runs.
func (e Pull) help(p *Plan, r remark, presubmits []*Job) {
	note := ""
	switch {
	case r.says(testHelp):
	case r.says(testNothing):
		note = "`/test` wants the name of a job."
	case r.says(retestTarget):
		note = "`/retest` takes no names: `/test` does."
	case len(p.Run) == 0 && r.says(testAll):
		note = "No job runs with `/test all` for this change."
	case len(p.Run) == 0 && r.says(testSomething):
		note = "There is no such job for this branch."
	default:
		return
	}
	p.Run, p.Skip = nil, nil
	p.skipAll(presubmits, "the comment is answered with a list of the jobs")
	p.Reply = e.list(note, presubmits)
}

// list lists the commands for the jobs of the branch.
func (e Pull) list(note string, presubmits []*Job) string {
	var required, optional, byAll []string
	for _, j := range presubmits {
		if !j.When.On(e.Branch) {
			continue
		}
		if j.Command.Optional {
			optional = append(optional, j.Command.Rerun)
		} else {
			required = append(required, j.Command.Rerun)
		}
		if run, _ := automatic(j, e.Branch, e.Files); run {
			byAll = append(byAll, j.Name)
		}
	}
	if len(required)+len(optional) == 0 {
		return strings.TrimSpace(note + "\n\nThere are no jobs for pull requests to `" + e.Branch + "`.")
	}
	parts := []string{note}
	for _, section := range []struct {
		title string
		items []string
	}{{"Required jobs:", required}, {"Optional jobs:", optional}, {"`/test all` runs, for this change:", byAll}} {
		if slices.Sort(section.items); len(section.items) > 0 {
			parts = append(parts, section.title+"\n\n* `"+strings.Join(slices.Compact(section.items), "`\n* `")+"`")
		}
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}
