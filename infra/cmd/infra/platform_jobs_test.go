// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
)

const platformJobs = `
presubmits:
- name: unit
  always_run: true
  decorate: true
  spec: {containers: [{image: x, command: [sh, -c, "echo testing $PULL_PULL_SHA; cat change > $ARTIFACTS/change"]}]}
- name: broken
  optional: true
  decorate: true
  spec: {containers: [{image: x, command: [sh, -c, "echo broken; exit 3"]}]}
- name: slow
  run_if_changed: ^slow$
  decorate: true
  spec: {containers: [{image: x, command: [sh, -c, "echo begun; sleep 600"]}]}
postsubmits:
- name: publish
  decorate: true
  spec: {containers: [{image: x, command: [sh, -c, "echo published $PULL_BASE_SHA"]}]}
`

// jobsPlatform is a platform with a repository that has jobs.
type jobsPlatform struct {
	*platform
	t    *testing.T
	work string
}

func upWithJobs(t *testing.T, data string) *platform {
	t.Helper()
	central := filepath.Join(data, "..", "central")
	if err := os.MkdirAll(central, 0o755); err != nil {
		t.Fatal(err)
	}
	periodic := "periodics:\n- {name: nightly, interval: 24h, decorate: true, spec: {containers: [{image: x, command: [sh, -c, 'echo by the clock']}]}}\n"
	if err := os.WriteFile(filepath.Join(central, "jobs.yaml"), []byte(periodic), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := start(t.Context(), options{
		data: data, listen: "127.0.0.1:0", forgeListen: "127.0.0.1:0", jobs: central, parallel: 4, log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// commit commits a file on a branch, pushes it, and returns the commit.
func (p jobsPlatform) commit(branch, file string) string {
	p.t.Helper()
	repo := gitAs(p.t, p.platform, p.work, "alice")
	if err := os.WriteFile(filepath.Join(p.work, file), []byte(file+" of "+branch+"\n"), 0o644); err != nil {
		p.t.Fatal(err)
	}
	for _, args := range []string{"add -A", "commit -q --allow-empty -m " + file, "push -q origin " + branch} {
		if _, err := repo.Run(p.t.Context(), strings.Fields(args)...); err != nil {
			p.t.Fatal(err)
		}
	}
	return p.git("rev-parse", "HEAD")
}

func (p jobsPlatform) git(args ...string) string {
	p.t.Helper()
	out, err := git.Repo{Dir: p.work}.Run(p.t.Context(), args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

func (p jobsPlatform) client(login string) *github.Client {
	p.t.Helper()
	c, err := p.as(login)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// check waits until a check of a commit is as it should be.
func (p jobsPlatform) check(sha, name string, enough func(*gh.CheckRun) bool) *gh.CheckRun {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	var found *gh.CheckRun
	var all []string
	err := await(ctx, "check "+name, func() (bool, error) {
		checks, _, err := p.client("alice").Checks.ListCheckRunsForRef(ctx, owner, repoName, sha, nil)
		if err != nil {
			return false, err
		}
		all = nil
		for _, c := range checks.CheckRuns {
			all = append(all, fmt.Sprint(c.GetName(), " ", c.GetStatus(), " ", c.GetConclusion()))
			if c.GetName() == name && enough(c) {
				found = c
			}
		}
		return found != nil, nil
	})
	if err != nil {
		p.t.Fatalf("%v; there are %q", err, all)
	}
	return found
}

func concluded(with string) func(*gh.CheckRun) bool {
	return func(c *gh.CheckRun) bool { return c.GetConclusion() == with }
}

func (p jobsPlatform) comment(login string, number int, text string) {
	p.t.Helper()
	if _, _, err := p.client(login).Issues.CreateComment(p.t.Context(), owner, repoName, number, &gh.IssueComment{Body: &text}); err != nil {
		p.t.Fatal(err)
	}
}

// TestJobs opens a pull request: its jobs run, its check runs show how they
// ended, commands run them again, a push ends what is not wanted any more, and
// the platform that is stopped in the middle goes on.
func TestJobs(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := jobsPlatform{platform: upWithJobs(t, data), t: t, work: filepath.Join(t.TempDir(), "work")}
	defer func() {
		if err := p.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	pushFirst(t, p.platform, p.work)
	if err := os.WriteFile(filepath.Join(p.work, ".prow.yaml"), []byte(platformJobs), 0o644); err != nil {
		t.Fatal(err)
	}
	main := p.commit("main", "main")
	published := p.check(main, "publish", concluded("success"))
	if _, log := get(t, published.GetDetailsURL()+"/log"); log != "published "+main+"\n" {
		t.Errorf("the postsubmit's log is %q", log)
	}

	p.git("switch", "-q", "-c", "change")
	head := p.commit("change", "change")
	pull, _, err := p.client("alice").PullRequests.Create(t.Context(), owner, repoName, &gh.NewPullRequest{Title: new("change"), Head: new("change"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	unit := p.check(head, "unit", concluded("success"))
	page := unit.GetDetailsURL()
	if code, body := get(t, page); code != http.StatusOK || !strings.Contains(body, "success") || !strings.Contains(body, "artifacts/change") {
		t.Errorf("%s: %d, %s", page, code, body)
	}
	if _, log := get(t, page+"/log"); log != "testing "+head+"\n" {
		t.Errorf("the log is %q", log)
	}
	dir := fmt.Sprintf("/results/pr-logs/pull/%s_%s/%d/unit/%s/", owner, repoName, pull.GetNumber(), unit.GetExternalID())
	if _, text := get(t, p.siteURL+dir+"artifacts/change"); text != "change of change\n" {
		t.Errorf("the artifact is %q", text)
	}
	if code, _ := get(t, p.siteURL+dir+"../../../../../../jobs.db"); code != http.StatusNotFound {
		t.Errorf("a path that leads out answers %d", code)
	}
	if code, body := get(t, p.siteURL+"/runs"); code != http.StatusOK || !strings.Contains(body, "nightly") || !strings.Contains(body, "publish") {
		t.Errorf("/runs: %d, %s", code, body)
	}

	p.comment("bob", pull.GetNumber(), "/test broken")
	broken := p.check(head, "broken", concluded("failure"))
	if !strings.HasPrefix(broken.GetOutput().GetTitle(), "test exited with 3") {
		t.Errorf("broken says %q", broken.GetOutput().GetTitle())
	}
	p.comment("bob", pull.GetNumber(), "/test ?")
	p.answered(pull.GetNumber(), "/test broken")
	p.stopped(data)
	runs, err := p.jobs.store.RecentRuns(t.Context(), "nightly", 10)
	if err != nil || len(runs) != 1 || runs[0].State != "success" {
		t.Errorf("the job of the clock: %+v, %v", runs, err)
	}
	if counts, err := p.jobs.store.Counts(t.Context()); err != nil || counts.Failed > 0 {
		t.Errorf("webhooks: %+v, %v", counts, err)
	}
}

// stopped stops the platform while a job runs that a newer push ends.
func (p *jobsPlatform) stopped(data string) {
	t := p.t
	t.Helper()
	slow := p.commit("change", "slow")
	running := p.check(slow, "slow", func(c *gh.CheckRun) bool { return c.GetStatus() == "in_progress" })
	p.printed(running.GetDetailsURL() + "/log")
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	p.platform = upWithJobs(t, data)
	p.git("remote", "set-url", "origin", p.forgeURL+"/"+owner+"/"+repoName)
	p.git("rm", "-q", "slow")
	newest := p.commit("change", "fast")
	aborted := p.check(slow, "slow", concluded("cancelled"))
	if aborted.GetID() != running.GetID() || !strings.Contains(aborted.GetOutput().GetTitle(), "new commits") {
		t.Errorf("aborted: %v", aborted)
	}
	p.check(newest, "unit", concluded("success"))

	// Mistakes are shown where they are made.
	p.git("rm", "-q", ".prow.yaml")
	if err := os.WriteFile(filepath.Join(p.work, ".prow.yaml"), []byte("presubmits:\n- name: x\n  always_runn: true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	wrong := p.check(p.commit("change", "wrong"), "job configuration", concluded("failure"))
	if !strings.Contains(wrong.GetOutput().GetSummary(), ".prow.yaml:3:3") {
		t.Errorf("the mistake is told as %q", wrong.GetOutput().GetSummary())
	}
}

// printed waits until the log of a run has something.
func (p jobsPlatform) printed(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := resp.Body.Read(make([]byte, 100)); n == 0 {
		p.t.Fatalf("the log of a run that runs: %v", err)
	}
}

// answered waits for a comment.
func (p jobsPlatform) answered(number int, text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	err := await(ctx, "an answer", func() (bool, error) {
		comments, _, err := p.client("alice").Issues.ListComments(ctx, owner, repoName, number, nil)
		return slices.ContainsFunc(comments, func(c *gh.IssueComment) bool {
			return c.GetUser().GetLogin() == jobsApp+"[bot]" && strings.Contains(c.GetBody(), text)
		}), err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
