// SPDX-License-Identifier: Apache-2.0

package forge

// checkRun renders a check run.
func (v *view) checkRun(r *repository, run *checkRun) (object, error) {
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	a, err := apps.get(v.tx, run.App)
	if err != nil {
		return nil, err
	}
	rendered, err := v.renderApp(a)
	if err != nil {
		return nil, err
	}
	pulls, err := v.checkedPulls(r, run.SHA)
	if err != nil {
		return nil, err
	}
	u := v.api("/repos/%s/check-runs/%d", full, run.ID)
	details := run.DetailsURL
	if details == "" {
		details = rendered["external_url"].(string)
	}
	return object{
		"id": run.ID, "node_id": nodeID("CheckRun", run.ID), "head_sha": run.SHA, "external_id": run.ExternalID,
		"url": u, "html_url": v.web("/%s/runs/%d", full, run.ID), "details_url": details, "name": run.Name,
		"status": run.Status, "conclusion": orNull(run.Conclusion), "started_at": stamp(run.StartedAt), "completed_at": stamp(run.CompletedAt),
		"output": object{
			"title": run.Output.Title, "summary": run.Output.Summary, "text": run.Output.Text,
			"annotations_count": len(run.Output.Annotations), "annotations_url": u + "/annotations",
		},
		"check_suite": object{"id": run.Suite}, "app": rendered, "pull_requests": pulls,
	}, nil
}

// checkedPulls renders the open pull requests whose head, in r itself, is the
// commit: GitHub tells an app nothing of forks that it is not installed on.
func (v *view) checkedPulls(r *repository, sha string) ([]object, error) {
	open, err := v.pullsWhere("$.pull.head_repo", r.ID, "$.pull.head_sha", sha)
	if err != nil {
		return nil, err
	}
	u, err := v.repoURL(r, "")
	if err != nil {
		return nil, err
	}
	end := func(ref, sha string) object {
		return object{"ref": ref, "sha": sha, "repo": object{"id": r.ID, "url": u, "name": r.Name}}
	}
	list := []object{}
	for _, i := range open {
		if i.Parent != r.ID {
			continue
		}
		list = append(list, object{
			"id": i.ID, "number": i.Number, "url": u + "/pulls/" + idKey(i.Number),
			"head": end(i.Pull.HeadRef, i.Pull.HeadSHA), "base": end(i.Pull.BaseRef, i.Pull.BaseSHA),
		})
	}
	return list, nil
}

// tellCheckRun emits a check_run event, which holds the whole suite.
func (v *view) tellCheckRun(r *repository, run *checkRun, action string) error {
	out, err := v.checkRun(r, run)
	if err != nil {
		return err
	}
	suite, err := checkSuites.get(v.tx, run.Suite)
	if err != nil {
		return err
	}
	u, err := v.repoURL(r, "/check-suites/%d", suite.ID)
	if err != nil {
		return err
	}
	branches, err := v.branchNamesAt(r, run.SHA)
	if err != nil {
		return err
	}
	head := any(nil)
	if len(branches) > 0 {
		head = branches[0]
	}
	state, conclusion, err := v.suiteState(r, suite)
	if err != nil {
		return err
	}
	out["check_suite"] = object{
		"id": suite.ID, "node_id": nodeID("CheckSuite", suite.ID), "head_branch": head, "head_sha": suite.SHA,
		"status": state, "conclusion": orNull(conclusion), "url": u, "before": nil, "after": suite.SHA,
		"pull_requests": out["pull_requests"], "app": out["app"],
		"created_at": stamp(suite.CreatedAt), "updated_at": stamp(suite.UpdatedAt),
	}
	return v.emit(event{name: "check_run", action: action, repo: r, payload: object{"check_run": out}})
}

// suiteState sums up the last runs of a suite: the first bad conclusion counts.
func (v *view) suiteState(r *repository, suite *checkSuite) (state, conclusion string, err error) {
	runs, err := v.checkRunsOf(r, suite.SHA)
	if err != nil {
		return "", "", err
	}
	state, conclusion = "completed", "success"
	for _, run := range runs {
		switch {
		case run.Suite != suite.ID:
		case run.Status != "completed":
			return "in_progress", "", nil
		case !run.passed():
			conclusion = run.Conclusion
		}
	}
	return state, conclusion, nil
}
