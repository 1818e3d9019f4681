// SPDX-License-Identifier: Apache-2.0

// Package job knows jobs: how they are configured, which of them an event
// makes run, and through which states a run goes.
//
// The configuration is Prow's, so that what people have carries over: in a
// repository the file .prow.yaml or those below .prow, with the presubmits and
// postsubmits of that repository; in a central folder files that have them by
// repository, and periodics. It is read more strictly than Prow does: an
// unknown key is a mistake, and every mistake has its line and column.
//
// What runs for an event comes out of [Pull], [Push], [Tick] and [Batch] with a
// reason in words for every job, whether it runs or not. The package reads
// bytes: it opens no file, knows no clock, runs nothing and talks to nobody.
// Of a pod it understands what it checks and hands the rest on as it is. It
// hides how the files are read. Packages of infra and bots may import it;
// jobs must not be changed once they are read, and then all of it is safe
// concurrently.
package job

import (
	"regexp"
	"time"

	"github.com/robfig/cron/v3"
)

// Type is when a job runs.
type Type string

// The types of jobs. A batch is the presubmits of several pull requests that
// are tested together: no job is configured as one.
const (
	Presubmit  Type = "presubmit"
	Postsubmit Type = "postsubmit"
	Periodic   Type = "periodic"
	InBatch    Type = "batch"
)

// Job is one job as it is configured, with the defaults filled in.
type Job struct {
	Type Type
	// Repo is the "org/name" whose changes it is for; periodics have none.
	Repo string
	// File and Line are where it is written.
	File string
	Line int

	Name        string
	Labels      map[string]string
	Annotations map[string]string
	// MaxConcurrency is how many runs there may be at a time; 0 is any number.
	MaxConcurrency int
	Queue          string // job_queue_name
	Cluster        string
	Namespace      string // empty is that of whoever runs it
	Hidden         bool
	// ErrorOnEviction makes an evicted pod an error, instead of another pod.
	ErrorOnEviction bool
	Rerun           RerunAuth
	Slack           *Slack

	// Pod is what runs, presets merged in.
	Pod Pod
	// Decorate says whether the utilities clone, upload and limit around it.
	Decorate   bool
	Decoration Decoration
	Clone      Clone
	ExtraRefs  []Ref

	When     When     // presubmits and postsubmits
	Report   Report   // presubmits and postsubmits
	Command  Command  // presubmits
	Schedule Schedule // periodics
}

// When says for which changes a job is.
type When struct {
	// Always is always_run, which is true for a postsubmit that says nothing.
	Always bool
	// RunIfChanged and SkipIfOnlyChanged are nil if they are not set.
	RunIfChanged, SkipIfOnlyChanged *regexp.Regexp
	Branches, SkipBranches          []*regexp.Regexp
}

// Report says how a result is told to GitHub.
type Report struct {
	Context string
	Skip    bool // skip_report
}

// Command says who wants a presubmit, and how it is asked for.
type Command struct {
	Trigger *regexp.Regexp
	Rerun   string // rerun_command
	// Optional ones may fail.
	Optional bool
	// BeforeMerge ones run before a merge, whatever else they say of files.
	BeforeMerge bool
}

// Required reports whether a pull request needs its success.
func (j *Job) Required() bool { return !j.Command.Optional && !j.Report.Skip }

// ByHand reports whether a presubmit runs only when somebody asks for it.
func (j *Job) ByHand() bool { return !j.When.Always && !j.When.byFiles() }

func (w When) byFiles() bool { return w.RunIfChanged != nil || w.SkipIfOnlyChanged != nil }

// Schedule says when a periodic job runs; one of the three is set.
type Schedule struct {
	// Cron is in UTC.
	Cron string
	// Interval is from start to start, MinimumInterval from end to start.
	Interval, MinimumInterval time.Duration
	Tags                      []string

	cron cron.Schedule
}

// RerunAuth says who may run a job again from the pages.
type RerunAuth struct {
	Anyone             bool
	Users, Orgs, Teams []string // a team is "org/slug"
	TeamIDs            []int
}

// Slack is what is told to a channel.
type Slack struct {
	Host, Channel, Template string
	States                  []State
	Report                  *bool
}

// Clone says how the repository comes into the pod.
type Clone struct {
	PathAlias, URI                string
	Depth                         int
	SkipSubmodules, SkipFetchHead bool
	SparseFiles                   []string
}

// Ref is another repository that a job wants.
type Ref struct {
	Org, Repo, BaseRef, BaseSHA string
	WorkDir                     bool
	Clone                       Clone
}

// Decoration is the typed part of decoration_config. Zero values are those of
// whoever runs the job.
type Decoration struct {
	Timeout, GracePeriod                   time.Duration
	PodPending, PodRunning, PodUnscheduled time.Duration
	SkipCloning                            bool
	SSHKeySecrets                          []string
	OAuthTokenSecret                       string
	// Raw is all of it, as JSON would have it; nil is none.
	Raw map[string]any
}

// Config are the jobs of some files.
type Config struct {
	// Presubmits and Postsubmits are by repository, in the order of the files.
	Presubmits, Postsubmits map[string][]*Job
	Periodics               []*Job

	presets []preset
}

// All returns all jobs.
func (c *Config) All() []*Job {
	var all []*Job
	for _, jobs := range []map[string][]*Job{c.Presubmits, c.Postsubmits} {
		for _, repo := range sortedKeys(jobs) {
			all = append(all, jobs[repo]...)
		}
	}
	return append(all, c.Periodics...)
}
