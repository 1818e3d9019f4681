// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job"
	jobrun "github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/local"
	"github.com/lanner-project/lanner/infra/trigger"
)

// runOptions are the flags of run.
type runOptions struct {
	config    []string
	dir, repo string
	pull      int
	remote    string
	base      string
	results   string
	local     local.Config
}

func runCommand(stdout, stderr io.Writer) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use: "run JOB", Short: "Run one job on this machine, as the platform would",
		Long: `run runs a job of the repository here: what is committed, or with --pr that pull
request of the remote, merged into its base as the platform merges it. The job
is in namespaces of its own: what it writes is gone afterwards, but for its
results. Its image is this machine.

The log goes to the standard output as it comes. An interrupt ends the job with
its grace period. It exits 0 if the job succeeded, and 1 if not.`,
		Example: "  infra run unit\n  infra run unit --pr 42\n  infra run deploy --secrets ~/secrets --results /tmp/results",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runJob(cmd.Context(), o, args[0], stdout, stderr)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.config, "config", nil, "files or folders of the jobs (default: those of what is tested)")
	f.StringVarP(&o.dir, "dir", "C", ".", "folder of the git repository")
	f.StringVar(&o.repo, "repo", "", "the repository, org/name (default: by the address of the remote)")
	f.IntVar(&o.pull, "pr", 0, "number of the pull request to run it for")
	f.StringVar(&o.remote, "remote", "origin", "remote that has the pull request")
	f.StringVar(&o.base, "base", "", "branch that the pull request is to be merged into (default: that of the remote)")
	f.StringVar(&o.results, "results", "results", "folder for the results, in the layout of Prow")
	f.StringVar(&o.local.Secrets, "secrets", "", "folder of secrets, NAME/KEY")
	f.StringSliceVar(&o.local.HostPaths, "host-path", nil, "folder of this machine that the job may mount")
	f.DurationVar(&o.local.Timeout, "timeout", 0, "how long a job may take that does not say (default 2h)")
	f.BoolVar(&o.local.Plain, "plain", false, "no namespaces: the job is a mere process, and may change this machine")
	return cmd
}

func runJob(ctx context.Context, o runOptions, name string, stdout, stderr io.Writer) error {
	if o.pull < 0 {
		return usageError{fmt.Errorf("--pr %d: a pull request has a number above 0", o.pull)}
	}
	spec, err := o.spec(ctx, name, stderr)
	if err != nil {
		return err
	}
	place, err := spec.Place()
	if err != nil {
		return err
	}
	if o.local.Dir, err = runsFolder(spec.ID); err != nil {
		return err
	}
	runner, err := local.New(o.local)
	if err != nil {
		return err
	}
	status, err := watchRun(ctx, runner, spec, stdout)
	if err == nil {
		target := filepath.Join(o.results, filepath.FromSlash(place.Dir))
		if err = runner.Fetch(context.WithoutCancel(ctx), spec.ID, target); err == nil {
			_, err = fmt.Fprintf(stderr, "%s: %s%s\nresults in %s\n", name, status.State, because(status.Why), target)
		}
	}
	err = errors.Join(err, runner.Close())
	if err == nil {
		err = os.RemoveAll(o.local.Dir)
	}
	if err == nil && status.State != job.Success {
		return fmt.Errorf("%s did not succeed: %s", name, status.State)
	}
	return err
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ", " + why
}

// runsFolder is where one call of this command has its run, until it is over.
func runsFolder(id string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	parent := filepath.Join(cache, "lanner", "runs")
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if err := sweepRuns(filepath.Join(parent, entry.Name())); err != nil {
			return "", err
		}
	}
	return filepath.Join(parent, id), nil
}

// sweepRuns ends and removes what a call that was killed left behind.
func sweepRuns(dir string) error {
	runner, err := local.New(local.Config{Dir: dir})
	if errors.Is(err, local.ErrInUse) || errors.Is(err, fs.ErrNotExist) {
		return nil // by another call, now
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	over := true
	err = runner.Watch(ctx, func(s jobrun.Status) {
		if over = s.State.Done(); over {
			cancel()
			return
		}
		if err := runner.Abort(ctx, s.ID, "whoever started it was killed"); err != nil {
			cancel()
		}
	})
	if err = errors.Join(err, runner.Close()); err == nil && over {
		err = os.RemoveAll(dir)
	}
	return err
}

// watchRun starts a run, shows its log, and returns when it is over.
func watchRun(ctx context.Context, runner jobrun.Runner, spec jobrun.Spec, stdout io.Writer) (jobrun.Status, error) {
	if err := runner.Start(ctx, spec); err != nil {
		return jobrun.Status{}, err
	}
	// An interrupt ends the run, and what shows it goes on to the end.
	going := context.WithoutCancel(ctx)
	watching, enough := context.WithCancel(going)
	defer enough()
	aborted := make(chan error, 1)
	over := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			signal.Reset(os.Interrupt) // a second one ends this process
			aborted <- runner.Abort(going, spec.ID, "interrupted")
		case <-over:
			aborted <- nil
		}
	}()
	logged := make(chan error, 1)
	go func() { logged <- runner.Log(going, spec.ID, stdout) }()
	var last jobrun.Status
	err := runner.Watch(watching, func(s jobrun.Status) {
		if last = s; s.State.Done() {
			enough()
		}
	})
	close(over)
	return last, errors.Join(err, <-aborted, <-logged)
}

// spec is the run that is asked for.
func (o runOptions) spec(ctx context.Context, name string, stderr io.Writer) (jobrun.Spec, error) {
	now := time.Now()
	s := jobrun.Spec{
		ID: fmt.Sprintf("%d-%d", now.UnixNano(), os.Getpid()), Build: strconv.FormatInt(now.Unix(), 10), Type: job.InBatch,
	}
	top, err := git.Repo{Dir: o.dir}.Run(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return s, err
	}
	repo := git.Repo{Dir: top}
	uri := ""
	if uri, err = repo.Run(ctx, "remote", "get-url", "--", o.remote); err != nil && o.pull > 0 {
		return s, err
	}
	org, repoName := "local", filepath.Base(top)
	if parts := strings.Split(strings.TrimSuffix(strings.TrimRight(uri, "/"), ".git"), "/"); len(parts) > 1 {
		org, repoName = parts[len(parts)-2], parts[len(parts)-1]
		if at := strings.LastIndexByte(org, ':'); at >= 0 { // git@host:org/name
			org = org[at+1:]
		}
	}
	if o.repo != "" {
		var ok bool
		if org, repoName, ok = strings.Cut(o.repo, "/"); !ok {
			return s, usageError{fmt.Errorf("--repo %q: want org/name", o.repo)}
		}
	}
	s.Refs = &jobrun.Refs{Org: org, Repo: repoName}
	if o.pull > 0 {
		s.Type = job.Presubmit
		s.Refs.CloneURI = uri
		err = o.pullRefs(ctx, repo, s.Refs)
	} else {
		s.Refs.CloneURI = "file://" + top
		err = headRefs(ctx, repo, s.Refs, stderr)
	}
	if err != nil {
		return s, err
	}
	s.Job, err = o.find(ctx, repo, *s.Refs, name)
	if err == nil && s.Job.Type == job.Periodic {
		s.Type, s.Extra, s.Refs = job.Periodic, []jobrun.Refs{*s.Refs}, nil
	} else if err == nil && s.Job.Type == job.Postsubmit {
		s.Type = job.Postsubmit
	}
	return s, err
}

// headRefs are what is committed here.
func headRefs(ctx context.Context, repo git.Repo, refs *jobrun.Refs, stderr io.Writer) error {
	var err error
	if refs.BaseSHA, err = repo.Run(ctx, "rev-parse", "HEAD"); err != nil {
		return err
	}
	if refs.BaseRef, err = repo.Run(ctx, "rev-parse", "--abbrev-ref", "HEAD"); err != nil {
		return err
	}
	changed, err := repo.Run(ctx, "status", "--porcelain")
	if err == nil && changed != "" {
		_, err = fmt.Fprintf(stderr, "note: %d files are changed and not committed: the job runs without the changes\n", strings.Count(changed, "\n")+1)
	}
	return err
}

// pullRefs asks the remote for a pull request, and brings its commits.
func (o runOptions) pullRefs(ctx context.Context, repo git.Repo, refs *jobrun.Refs) error {
	base := o.base
	if base == "" {
		out, err := repo.Run(ctx, "ls-remote", "--symref", "--", o.remote, "HEAD")
		if err != nil {
			return err
		}
		rest, _ := strings.CutPrefix(out, "ref: refs/heads/")
		base, _, _ = strings.Cut(rest, "\t")
	}
	head := fmt.Sprintf("refs/pull/%d/head", o.pull)
	out, err := repo.Run(ctx, "ls-remote", "--", o.remote, head, "refs/heads/"+base)
	if err != nil {
		return err
	}
	found := make(map[string]string)
	for line := range strings.Lines(out) {
		sha, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		found[ref] = sha
	}
	refs.BaseRef, refs.BaseSHA = base, found["refs/heads/"+base]
	sha := found[head]
	if sha == "" || refs.BaseSHA == "" {
		return fmt.Errorf("remote %s has no pull request %d, or no branch %s", o.remote, o.pull, base)
	}
	refs.Pulls = []jobrun.Pull{{Number: o.pull, SHA: sha, Ref: head}}
	return repo.Stream(ctx, nil, io.Discard, "fetch", "--quiet", "--", o.remote, head, "refs/heads/"+base)
}

// find finds the job: of the files that are named, or of what is tested.
func (o runOptions) find(ctx context.Context, repo git.Repo, refs jobrun.Refs, name string) (*job.Job, error) {
	s := sources{}
	full := refs.Org + "/" + refs.Repo
	var err error
	switch {
	case o.config != nil:
		s, err = openSources(o.config)
	case len(refs.Pulls) > 0:
		var c trigger.Change
		c, err = trigger.ReadChange(ctx, repo, refs.BaseSHA, refs.Pulls[0].SHA)
		s.repos = [][]job.File{c.Jobs}
	default:
		var files []job.File
		files, err = repositoryFiles(repo.Dir)
		s.repos = [][]job.File{files}
	}
	if err != nil {
		return nil, err
	}
	var all []*job.Job
	central, err := job.ParseCentral(s.central...)
	if err != nil {
		return nil, err
	}
	for _, j := range central.All() {
		if j.Type == job.Periodic || j.Repo == full {
			all = append(all, j)
		}
	}
	for _, files := range s.repos {
		config, err := job.ParseRepo(full, central, files...)
		if err != nil {
			return nil, err
		}
		all = append(all, config.All()...)
	}
	var names []string
	for _, j := range all {
		if j.Name == name {
			return j, nil
		}
		names = append(names, j.Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there are no jobs: neither %s nor %s/ in %s, and no --config", trigger.JobFile, trigger.JobFolder, repo.Dir)
	}
	slices.Sort(names)
	return nil, usageError{fmt.Errorf("there is no job %q; there are %s", name, strings.Join(names, ", "))}
}
