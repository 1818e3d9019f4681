// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"
)

var statusRoutes = []route{
	{method: "POST", pattern: "/repos/{owner}/{repo}/statuses/{sha}", operation: "repos/create-commit-status", handle: (*call).createStatus},
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref...}/statuses", operation: "repos/list-commit-statuses-for-ref", handle: (*call).listStatuses},
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref...}/status", operation: "repos/get-combined-status-for-ref", handle: (*call).getCombinedStatus},
}

// commitStatus is one report about a commit. Parent: the repository; key: the
// commit and a number, for a context may report again and again.
type commitStatus struct {
	meta
	SHA         string  `json:"sha"`
	State       string  `json:"state"`
	Context     string  `json:"context"`
	Description *string `json:"description,omitempty"`
	TargetURL   *string `json:"target_url,omitempty"`
	Creator     int64   `json:"creator"`
}

const commitStatuses kind[commitStatus, *commitStatus] = "status"

// GitHub's limits: https://docs.github.com/rest/commits/statuses
const (
	maxStatuses          = 1000 // of one commit and context
	maxStatusDescription = 140  // characters
)

// allStatuses returns every report about a commit, the newest first.
func (v *view) allStatuses(r *repository, sha string) ([]*commitStatus, error) {
	all, err := commitStatuses.listPrefix(v.tx, r.ID, sha+"/")
	slices.Reverse(all)
	return all, err
}

// statusesOf returns what each context reported last about a commit, the
// newest first.
func (v *view) statusesOf(r *repository, sha string) ([]*commitStatus, error) {
	all, err := v.allStatuses(r, sha)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(all, func(s *commitStatus) bool {
		older := seen[s.Context]
		seen[s.Context] = true
		return older
	}), nil
}

// combinedState is the worst of the states: pending, too, if there is none.
func combinedState(statuses []*commitStatus) string {
	state := "success"
	if len(statuses) == 0 {
		state = "pending"
	}
	for _, s := range statuses {
		switch s.State {
		case "error", "failure":
			return "failure"
		case "pending":
			state = "pending"
		}
	}
	return state
}

func (c *call) createStatus() (reply, error) {
	r, sha, err := c.commitOfPath("sha", levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		State, Context, Description *string
		TargetURL                   *string `json:"target_url"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	s := &commitStatus{SHA: sha, State: deref(in.State), Context: "default", Description: in.Description, TargetURL: in.TargetURL, Creator: c.me().ID}
	if deref(in.Context) != "" {
		s.Context = *in.Context
	}
	if err := s.check(); err != nil {
		return reply{}, err
	}
	all, err := c.allStatuses(r, sha)
	if err != nil {
		return reply{}, err
	}
	same := 0
	for _, other := range all {
		if other.Context == s.Context {
			same++
		}
	}
	if same >= maxStatuses {
		return reply{}, validation(fieldError{Resource: "Status", Code: "custom", Message: "This SHA and context has reached the maximum number of statuses."})
	}
	number, err := c.tx.next(r.ID, "status")
	if err != nil {
		return reply{}, err
	}
	if err := commitStatuses.insert(c.tx, r.ID, fmt.Sprintf("%s/%d", sha, number), s); err != nil {
		return reply{}, err
	}
	if err := c.tellStatus(r, s); err != nil {
		return reply{}, err
	}
	return showNew(c.status(r, s))
}

// check says what GitHub would refuse.
func (s *commitStatus) check() error {
	if !slices.Contains([]string{"error", "failure", "pending", "success"}, s.State) {
		return invalidBecause("Status", "state", "state is not included in the list")
	}
	if utf8.RuneCountInString(deref(s.Description)) > maxStatusDescription {
		return invalidBecause("Status", "description", "description is too long (maximum is 140 characters)")
	}
	if target := deref(s.TargetURL); target != "" {
		u, err := url.Parse(target)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return invalidBecause("Status", "target_url", "target_url must use http(s) scheme")
		}
	}
	return nil
}

// simpleStatus renders a status without who made it.
func (v *view) simpleStatus(r *repository, s *commitStatus) (object, error) {
	u, err := v.repoURL(r, "/statuses/%s", s.SHA)
	if err != nil {
		return nil, err
	}
	return object{
		"id": s.ID, "node_id": nodeID("StatusContext", s.ID), "url": u, "avatar_url": v.web("/avatars/u/%d", s.Creator),
		"state": s.State, "context": s.Context, "description": s.Description, "target_url": s.TargetURL,
		"created_at": stamp(s.CreatedAt), "updated_at": stamp(s.UpdatedAt),
	}, nil
}

func (v *view) status(r *repository, s *commitStatus) (object, error) {
	out, err := v.simpleStatus(r, s)
	if err != nil {
		return nil, err
	}
	out["creator"], err = v.userByID(s.Creator)
	return out, err
}

// tellStatus emits the event of a status.
func (v *view) tellStatus(r *repository, s *commitStatus) error {
	full, err := v.fullName(r)
	if err != nil {
		return err
	}
	payload, err := v.simpleStatus(r, s)
	if err != nil {
		return err
	}
	delete(payload, "node_id")
	delete(payload, "url")
	raw, err := readCommit(v.tx.ctx, v.srv.git(r), s.SHA)
	if err != nil {
		return err
	}
	commit, err := v.commit(full, raw)
	if err != nil {
		return err
	}
	delete(commit["commit"].(object)["verification"].(object), "verified_at") // younger than the webhook
	branches, err := v.branchesAt(r, full, s.SHA)
	if err != nil {
		return err
	}
	payload["sha"], payload["name"], payload["commit"], payload["branches"] = s.SHA, full, commit, branches
	return v.emit(event{name: "status", repo: r, payload: payload})
}

// branchesAt renders the branches whose head is the commit, ten at most, as
// GitHub does.
func (v *view) branchesAt(r *repository, full, sha string) ([]object, error) {
	names, err := v.branchNamesAt(r, sha)
	if err != nil {
		return nil, err
	}
	branches := []object{}
	for _, name := range names[:min(len(names), 10)] {
		branches = append(branches, object{
			"name": name, "protected": false, "commit": object{"sha": sha, "url": v.api("/repos/%s/commits/%s", full, sha)},
		})
	}
	return branches, nil
}

func (v *view) branchNamesAt(r *repository, sha string) ([]string, error) {
	known, err := v.tx.knownRefs(r.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for ref, oid := range known {
		if name, is := (refChange{Name: ref}).branch(); is && oid == sha {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (c *call) listStatuses() (reply, error) {
	r, sha, err := c.commitOfPath("ref", levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := c.allStatuses(r, sha)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(s *commitStatus) (object, error) { return c.status(r, s) })
}

func (c *call) getCombinedStatus() (reply, error) {
	r, sha, err := c.commitOfPath("ref", levelRead)
	if err != nil {
		return reply{}, err
	}
	statuses, err := c.statusesOf(r, sha)
	if err != nil {
		return reply{}, err
	}
	rendered, err := c.repository(r)
	if err != nil {
		return reply{}, err
	}
	commitURL, err := c.repoURL(r, "/commits/%s", sha)
	if err != nil {
		return reply{}, err
	}
	page, header := cut(c, statuses)
	list := []object{}
	for _, s := range page {
		o, err := c.simpleStatus(r, s)
		if err != nil {
			return reply{}, err
		}
		list = append(list, o)
	}
	return reply{status: http.StatusOK, header: header, body: object{
		"state": combinedState(statuses), "statuses": list, "sha": sha, "total_count": len(statuses),
		"repository": rendered, "commit_url": commitURL, "url": commitURL + "/status",
	}}, nil
}
