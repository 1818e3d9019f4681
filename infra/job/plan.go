// SPDX-License-Identifier: Apache-2.0

package job

// Choice is a job that an event makes run, or does not, and why.
type Choice struct {
	Job *Job
	Why string
}

// Plan is what is to be done about an event.
type Plan struct {
	// Why says what the event is, or why nothing runs for it.
	Why string
	// Abort says why the runs of the pull request are to be stopped first, or
	// is empty.
	Abort     string
	Run, Skip []Choice
	// Skipped are statuses to set to success, for jobs that need not run: a
	// status that is never set keeps a pull request from being merged where
	// GitHub requires it.
	Skipped []Status
	// Add and Remove are labels.
	Add, Remove []string
	// Reply is a comment to make, or empty.
	Reply string
}

// Status is one to set on a commit.
type Status struct{ Context, Description string }

// choose sorts jobs into those that run and those that do not.
func (p *Plan) choose(jobs []*Job, should func(*Job) (bool, string)) {
	for _, j := range jobs {
		run, why := should(j)
		if run {
			p.Run = append(p.Run, Choice{j, why})
		} else {
			p.Skip = append(p.Skip, Choice{j, why})
		}
	}
}

// skipAll runs nothing, for a reason.
func (p *Plan) skipAll(jobs []*Job, why string) {
	p.choose(jobs, func(*Job) (bool, string) { return false, why })
}

// automatic says whether a presubmit runs by itself.
func automatic(j *Job, branch string, files []string) (bool, string) {
	if !j.When.On(branch) {
		return false, j.When.notOn(branch)
	}
	if j.When.Always {
		return true, "always_run"
	}
	if j.When.byFiles() {
		return j.When.files(files)
	}
	return false, "it runs when somebody writes " + j.Command.Rerun
}

// Push is commits that came to a branch.
type Push struct {
	Branch  string
	Files   []string // changed, added or removed by them
	Deleted bool     // the branch is gone
}

// Plan says which postsubmits run.
func (e Push) Plan(postsubmits []*Job) Plan {
	if e.Deleted {
		p := Plan{Why: "the branch " + e.Branch + " is gone"}
		p.skipAll(postsubmits, p.Why)
		return p
	}
	p := Plan{Why: "a push to " + e.Branch}
	p.choose(postsubmits, func(j *Job) (bool, string) {
		switch {
		case !j.When.On(e.Branch):
			return false, j.When.notOn(e.Branch)
		case j.When.byFiles():
			return j.When.files(e.Files)
		case j.When.Always:
			return true, "a postsubmit runs for every push"
		}
		return false, "always_run is false: it runs when it is started by hand"
	})
	return p
}

// Batch is pull requests that are tested together before they are merged; one
// alone is a batch too.
type Batch struct {
	Branch string
	Files  []string // changed by any of them
}

// Plan says which presubmits have to succeed for a merge.
func (e Batch) Plan(presubmits []*Job) Plan {
	p := Plan{Why: "a batch for " + e.Branch}
	p.choose(presubmits, func(j *Job) (bool, string) {
		run, why := automatic(j, e.Branch, e.Files)
		switch {
		case !j.Required() && !j.Command.BeforeMerge:
			return false, "a merge does not need it"
		case !run && j.Command.BeforeMerge && j.When.On(e.Branch):
			return true, "run_before_merge"
		}
		return run, why
	})
	return p
}
