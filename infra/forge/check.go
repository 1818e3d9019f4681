// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

var checkRoutes = []route{
	{method: "POST", pattern: "/repos/{owner}/{repo}/check-runs", operation: "checks/create", handle: (*call).createCheckRun},
	{method: "GET", pattern: "/repos/{owner}/{repo}/check-runs/{check_run_id}", operation: "checks/get", handle: (*call).getCheckRun},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/check-runs/{check_run_id}", operation: "checks/update", handle: (*call).updateCheckRun},
	{method: "GET", pattern: "/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", operation: "checks/list-annotations", handle: (*call).listAnnotations},
	{method: "POST", pattern: "/repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest", operation: "checks/rerequest-run", handle: (*call).rerequestCheckRun},
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref...}/check-runs", operation: "checks/list-for-ref", handle: (*call).listCheckRuns},
}

// checkRun is a check that an app reports on. Parent: the repository; key: the
// commit and a number.
type checkRun struct {
	meta
	App         int64       `json:"app"`
	Suite       int64       `json:"suite"`
	SHA         string      `json:"sha"`
	Name        string      `json:"name"`
	ExternalID  string      `json:"external_id,omitempty"`
	DetailsURL  string      `json:"details_url,omitempty"`
	Status      string      `json:"status"`
	Conclusion  string      `json:"conclusion,omitempty"`
	StartedAt   time.Time   `json:"started_at,omitzero"`
	CompletedAt time.Time   `json:"completed_at,omitzero"`
	Output      checkOutput `json:"output,omitzero"`
}

type checkOutput struct {
	Title       *string  `json:"title,omitempty"`
	Summary     *string  `json:"summary,omitempty"`
	Text        *string  `json:"text,omitempty"`
	Annotations []object `json:"annotations,omitempty"`
}

// checkSuite holds together what one app checks of one commit. Parent: the
// repository; key: the commit and the app.
type checkSuite struct {
	meta
	App int64  `json:"app"`
	SHA string `json:"sha"`
}

const (
	checkRuns   kind[checkRun, *checkRun]     = "check_run"
	checkSuites kind[checkSuite, *checkSuite] = "check_suite"
)

// passed reports whether a check that is required would be met by this run.
func (run *checkRun) passed() bool {
	return slices.Contains([]string{"success", "neutral", "skipped"}, run.Conclusion)
}

// checkInput is what creating and updating a check run take.
type checkInput struct {
	Name        *string
	SHA         *string `json:"head_sha"`
	ExternalID  *string `json:"external_id"`
	DetailsURL  *string `json:"details_url"`
	Status      *string
	Conclusion  *string
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	Output      *checkOutput
}

var checkConclusions = []string{"action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"}

// apply sets what the input has. To conclude is to complete.
func (in *checkInput) apply(run *checkRun, now time.Time) error {
	assign(&run.Name, in.Name)
	assign(&run.ExternalID, in.ExternalID)
	assign(&run.DetailsURL, in.DetailsURL)
	assign(&run.Status, in.Status)
	assign(&run.StartedAt, in.StartedAt)
	assign(&run.CompletedAt, in.CompletedAt)
	if in.Conclusion != nil {
		if !slices.Contains(checkConclusions, *in.Conclusion) {
			return invalid("CheckRun", "conclusion", "invalid")
		}
		run.Conclusion, run.Status = *in.Conclusion, "completed"
	}
	if in.Output != nil {
		before := run.Output.Annotations
		run.Output = *in.Output
		run.Output.Annotations = append(before, in.Output.Annotations...) // they only become more
	}
	switch {
	case run.Name == "":
		return invalid("CheckRun", "name", "missing_field")
	case !slices.Contains([]string{"queued", "in_progress", "completed", "waiting", "requested", "pending"}, run.Status):
		return invalid("CheckRun", "status", "invalid")
	case run.Status == "completed" && run.Conclusion == "":
		return invalid("CheckRun", "conclusion", "missing_field")
	case run.Status != "completed":
		run.Conclusion, run.CompletedAt = "", time.Time{}
	}
	if run.StartedAt.IsZero() {
		run.StartedAt = now
	}
	if run.Status == "completed" && run.CompletedAt.IsZero() {
		run.CompletedAt = now
	}
	return nil
}

// checkApp returns the app whose token this is: nobody else writes check runs.
func (c *call) checkApp() (*app, error) {
	if c.actor == nil || c.actor.token == nil || c.actor.token.Grant == nil {
		return nil, forbidden("You must authenticate via a GitHub App.")
	}
	inst, err := installations.get(c.tx, c.actor.token.Grant.Installation)
	if err != nil {
		return nil, err
	}
	return apps.get(c.tx, inst.App)
}

func (c *call) createCheckRun() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	a, err := c.checkApp()
	if err != nil {
		return reply{}, err
	}
	var in checkInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	sha, err := resolveCommit(c.tx.ctx, c.srv.git(r), deref(in.SHA))
	if errors.Is(err, errMissing) {
		return reply{}, unprocessable("No commit found for SHA: " + deref(in.SHA))
	}
	if err != nil {
		return reply{}, err
	}
	run := &checkRun{App: a.ID, SHA: sha, Status: "queued"}
	if err := in.apply(run, c.tx.now); err != nil {
		return reply{}, err
	}
	suiteKey := sha + "/" + idKey(a.ID)
	suite, err := checkSuites.find(c.tx, r.ID, suiteKey)
	if errors.Is(err, errMissing) {
		suite = &checkSuite{App: a.ID, SHA: sha}
		err = checkSuites.insert(c.tx, r.ID, suiteKey, suite)
	}
	if err != nil {
		return reply{}, err
	}
	run.Suite = suite.ID
	number, err := c.tx.next(r.ID, "check_run")
	if err != nil {
		return reply{}, err
	}
	if err := checkRuns.insert(c.tx, r.ID, fmt.Sprintf("%s/%d", sha, number), run); err != nil {
		return reply{}, err
	}
	if err := c.tellCheckRun(r, run, "created"); err != nil {
		return reply{}, err
	}
	if run.Status == "completed" {
		if err := c.tellCheckRun(r, run, "completed"); err != nil {
			return reply{}, err
		}
	}
	return showNew(c.checkRun(r, run))
}

// checkRunOfPath returns the check run that the path names.
func (c *call) checkRunOfPath(need level) (*repository, *checkRun, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	id, err := c.idParam("check_run_id")
	if err != nil {
		return nil, nil, err
	}
	run, err := checkRuns.get(c.tx, id)
	if err == nil && run.Parent != r.ID {
		err = errNotFound
	}
	return r, run, err
}

func (c *call) answerCheckRun(r *repository, run *checkRun) (reply, error) {
	return show(c.checkRun(r, run))
}

func (c *call) getCheckRun() (reply, error) {
	r, run, err := c.checkRunOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerCheckRun(r, run)
}

func (c *call) updateCheckRun() (reply, error) {
	r, run, err := c.checkRunOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	a, err := c.checkApp()
	if err != nil {
		return reply{}, err
	}
	if run.App != a.ID {
		return reply{}, forbidden("Invalid app_id `" + idKey(run.App) + "` - check run can only be modified by the GitHub App that created it.")
	}
	var in checkInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	wasCompleted := run.Status == "completed"
	if err := in.apply(run, c.tx.now); err != nil {
		return reply{}, err
	}
	if err := checkRuns.put(c.tx, run); err != nil {
		return reply{}, err
	}
	if run.Status == "completed" && !wasCompleted {
		if err := c.tellCheckRun(r, run, "completed"); err != nil {
			return reply{}, err
		}
	}
	return c.answerCheckRun(r, run)
}

func (c *call) rerequestCheckRun() (reply, error) {
	r, run, err := c.checkRunOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	if err := c.tellCheckRun(r, run, "rerequested"); err != nil {
		return reply{}, err
	}
	return created(object{})
}

func (c *call) listAnnotations() (reply, error) {
	_, run, err := c.checkRunOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return paged(c, run.Output.Annotations, func(o object) (object, error) { return o, nil })
}

// checkRunsOf returns the last run of each check of each app on a commit, the
// newest first.
func (v *view) checkRunsOf(r *repository, sha string) ([]*checkRun, error) {
	all, err := checkRuns.listPrefix(v.tx, r.ID, sha+"/")
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	type check struct {
		app  int64
		name string
	}
	seen := make(map[check]bool)
	return slices.DeleteFunc(all, func(run *checkRun) bool {
		key := check{run.App, run.Name}
		older := seen[key]
		seen[key] = true
		return older
	}), nil
}

func (c *call) listCheckRuns() (reply, error) {
	r, sha, err := c.commitOfPath("ref", levelRead)
	if err != nil {
		return reply{}, err
	}
	runs, err := c.checkRunsOf(r, sha)
	if c.query("filter") == "all" {
		runs, err = checkRuns.listPrefix(c.tx, r.ID, sha+"/")
		slices.Reverse(runs)
	}
	if err != nil {
		return reply{}, err
	}
	runs = slices.DeleteFunc(runs, func(run *checkRun) bool {
		return c.query("check_name") != "" && c.query("check_name") != run.Name ||
			c.query("status") != "" && c.query("status") != run.Status ||
			c.query("app_id") != "" && c.query("app_id") != idKey(run.App)
	})
	page, header := cut(c, runs)
	list := []object{}
	for _, run := range page {
		o, err := c.checkRun(r, run)
		if err != nil {
			return reply{}, err
		}
		list = append(list, o)
	}
	return reply{status: http.StatusOK, header: header, body: object{"total_count": len(runs), "check_runs": list}}, nil
}
