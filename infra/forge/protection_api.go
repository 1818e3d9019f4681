// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
)

var protectionRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/branches/{branch...}/protection", operation: "repos/get-branch-protection", handle: (*call).getProtection},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/branches/{branch...}/protection", operation: "repos/update-branch-protection", handle: (*call).putProtection},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/branches/{branch...}/protection", operation: "repos/delete-branch-protection", handle: (*call).deleteProtection},
}

// protectedBranch returns the repository of the path, for its administrators,
// and the branch, which must be there.
func (c *call) protectedBranch() (*repository, string, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return nil, "", err
	}
	branch := c.param("branch")
	_, err = resolveRef(c.tx.ctx, c.srv.git(r), "refs/heads/"+branch)
	if errors.Is(err, errMissing) {
		err = &apiError{status: 404, message: "Branch not found"}
	}
	return r, branch, err
}

func (c *call) getProtection() (reply, error) {
	r, branch, err := c.protectedBranch()
	if err != nil {
		return reply{}, err
	}
	p, err := protections.find(c.tx, r.ID, branch)
	if errors.Is(err, errMissing) {
		return reply{}, &apiError{status: 404, message: "Branch not protected"}
	}
	if err != nil {
		return reply{}, err
	}
	return show(c.protection(r, p))
}

func (v *view) protectionURL(r *repository, branch string) (string, error) {
	return v.repoURL(r, "/branches/%s/protection", url.PathEscape(branch))
}

// protection renders a branch's own protection.
func (v *view) protection(r *repository, p *protection) (object, error) {
	u, err := v.protectionURL(r, p.Key)
	if err != nil {
		return nil, err
	}
	out := object{
		"url": u, "enforce_admins": object{"url": u + "/enforce_admins", "enabled": p.EnforceAdmins},
		"required_signatures": object{"url": u + "/required_signatures", "enabled": false},
	}
	for name, on := range map[string]bool{
		"required_linear_history": p.Linear, "allow_force_pushes": p.AllowForce, "allow_deletions": p.AllowDeletion,
		"block_creations": p.BlockCreation, "required_conversation_resolution": p.Conversations,
		"lock_branch": p.Locked, "allow_fork_syncing": p.ForkSyncing,
	} {
		out[name] = object{"enabled": on}
	}
	if p.Checks != nil {
		checks := p.Checks.render()
		checks["url"], checks["contexts_url"] = u+"/required_status_checks", u+"/required_status_checks/contexts"
		checks["strict"] = p.Checks.Strict
		out["required_status_checks"] = checks
	}
	if p.Reviews != nil {
		if out["required_pull_request_reviews"], err = v.reviewPolicy(u+"/required_pull_request_reviews", p.Reviews); err != nil {
			return nil, err
		}
	}
	if p.Pushers != nil {
		if out["restrictions"], err = v.actors(p.Pushers, u+"/restrictions"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *checkPolicy) render() object {
	contexts, checks := []string{}, []object{}
	for _, check := range p.Checks {
		contexts = append(contexts, check.Context)
		var app any
		if check.App != 0 {
			app = check.App
		}
		checks = append(checks, object{"context": check.Context, "app_id": app})
	}
	return object{"contexts": contexts, "checks": checks}
}

func (v *view) reviewPolicy(u string, p *reviewPolicy) (object, error) {
	out := object{
		"url": u, "dismiss_stale_reviews": p.DismissStale, "require_code_owner_reviews": p.CodeOwners,
		"required_approving_review_count": p.Count, "require_last_push_approval": p.LastPush,
	}
	var err error
	if p.Dismissers != nil {
		if out["dismissal_restrictions"], err = v.actors(p.Dismissers, u+"/dismissal_restrictions"); err != nil {
			return nil, err
		}
	}
	if p.Bypass != nil {
		if out["bypass_pull_request_allowances"], err = v.actors(p.Bypass, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// actors renders users, teams and apps; those that are gone are left out. Where
// they have URLs of their own, these begin with u.
func (v *view) actors(a *actors, u string) (object, error) {
	users, err := renderAll(v, accounts, a.Users, func(a *account) (object, error) { return v.user(a), nil })
	if err != nil {
		return nil, err
	}
	inTeams, err := renderAll(v, teams, a.Teams, v.team)
	if err != nil {
		return nil, err
	}
	asApps, err := renderAll(v, apps, a.Apps, v.renderApp)
	if err != nil {
		return nil, err
	}
	out := object{"users": users, "teams": inTeams, "apps": asApps}
	if u != "" {
		out["url"], out["users_url"], out["teams_url"], out["apps_url"] = u, u+"/users", u+"/teams", u+"/apps"
	}
	return out, nil
}

func renderAll[T any, P interface {
	*T
	head() *meta
}](v *view, k kind[T, P], ids []int64, render func(P) (object, error)) ([]object, error) {
	out := []object{}
	for _, id := range ids {
		doc, err := k.get(v.tx, id)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o, err := render(doc)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// protectionInput is the body of PUT. GitHub wants the first four, null or not.
type protectionInput struct {
	Checks        json.RawMessage `json:"required_status_checks"`
	EnforceAdmins json.RawMessage `json:"enforce_admins"`
	Reviews       json.RawMessage `json:"required_pull_request_reviews"`
	Pushers       json.RawMessage `json:"restrictions"`
	Linear        *bool           `json:"required_linear_history"`
	AllowForce    *bool           `json:"allow_force_pushes"`
	AllowDeletion *bool           `json:"allow_deletions"`
	BlockCreation *bool           `json:"block_creations"`
	Conversations *bool           `json:"required_conversation_resolution"`
	Locked        *bool           `json:"lock_branch"`
	ForkSyncing   *bool           `json:"allow_fork_syncing"`
}

type actorsInput struct {
	Users, Teams, Apps []string
}

func (c *call) putProtection() (reply, error) {
	r, branch, err := c.protectedBranch()
	if err != nil {
		return reply{}, err
	}
	var in protectionInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	for name, raw := range map[string]json.RawMessage{
		"required_status_checks": in.Checks, "enforce_admins": in.EnforceAdmins,
		"required_pull_request_reviews": in.Reviews, "restrictions": in.Pushers,
	} {
		if raw == nil {
			return reply{}, unprocessable("Invalid request.\n\n\"" + name + "\" wasn't supplied.")
		}
	}
	p, err := c.newProtection(r, &in)
	if err != nil {
		return reply{}, err
	}
	old, err := protections.find(c.tx, r.ID, branch)
	switch {
	case err == nil:
		p.meta = old.meta
		err = protections.put(c.tx, p)
	case errors.Is(err, errMissing):
		err = protections.insert(c.tx, r.ID, branch, p)
	}
	if err != nil {
		return reply{}, err
	}
	if err := c.tellProtection(r, old, p); err != nil {
		return reply{}, err
	}
	return show(c.protection(r, p))
}

// newProtection reads the input. What is not given is off.
func (c *call) newProtection(r *repository, in *protectionInput) (*protection, error) {
	p := new(protection)
	assign(&p.Linear, in.Linear)
	assign(&p.AllowForce, in.AllowForce)
	assign(&p.AllowDeletion, in.AllowDeletion)
	assign(&p.BlockCreation, in.BlockCreation)
	assign(&p.Conversations, in.Conversations)
	assign(&p.Locked, in.Locked)
	assign(&p.ForkSyncing, in.ForkSyncing)
	if err := unmarshalPart("enforce_admins", in.EnforceAdmins, &p.EnforceAdmins); err != nil {
		return nil, err
	}
	var err error
	if p.Checks, err = newCheckPolicy(in.Checks); err != nil {
		return nil, err
	}
	if p.Reviews, err = c.newReviewPolicy(r, in.Reviews); err != nil {
		return nil, err
	}
	var pushers *actorsInput
	if err := unmarshalPart("restrictions", in.Pushers, &pushers); err != nil {
		return nil, err
	}
	p.Pushers, err = c.findActors(r, pushers)
	return p, err
}

func unmarshalPart(name string, raw json.RawMessage, v any) error {
	if err := json.Unmarshal(raw, v); err != nil {
		return unprocessable("Invalid request.\n\nFor 'properties/" + name + "', " + err.Error())
	}
	return nil
}

func newCheckPolicy(raw json.RawMessage) (*checkPolicy, error) {
	var in *struct {
		Strict   bool
		Contexts []string
		Checks   []struct {
			Context string
			App     int64 `json:"app_id"`
		}
	}
	if err := unmarshalPart("required_status_checks", raw, &in); err != nil || in == nil {
		return nil, err
	}
	p := &checkPolicy{Strict: in.Strict, Checks: []requiredCheck{}}
	for _, check := range in.Checks {
		// -1 is any app, said aloud.
		p.Checks = append(p.Checks, requiredCheck{Context: check.Context, App: max(0, check.App)})
	}
	for _, context := range in.Contexts {
		if !slices.ContainsFunc(p.Checks, func(have requiredCheck) bool { return have.Context == context }) {
			p.Checks = append(p.Checks, requiredCheck{Context: context})
		}
	}
	return p, nil
}

func (c *call) newReviewPolicy(r *repository, raw json.RawMessage) (*reviewPolicy, error) {
	var in *struct {
		Count        *int         `json:"required_approving_review_count"`
		DismissStale bool         `json:"dismiss_stale_reviews"`
		CodeOwners   bool         `json:"require_code_owner_reviews"`
		LastPush     bool         `json:"require_last_push_approval"`
		Dismissers   *actorsInput `json:"dismissal_restrictions"`
		Bypass       *actorsInput `json:"bypass_pull_request_allowances"`
	}
	if err := unmarshalPart("required_pull_request_reviews", raw, &in); err != nil || in == nil {
		return nil, err
	}
	p := &reviewPolicy{Count: 1, DismissStale: in.DismissStale, CodeOwners: in.CodeOwners, LastPush: in.LastPush}
	assign(&p.Count, in.Count)
	if p.Count < 0 || p.Count > 6 {
		return nil, unprocessable("Invalid request.\n\nFor 'properties/required_approving_review_count', it must be from 0 to 6.")
	}
	// An empty object is how dismissal restrictions are taken away.
	if in.Dismissers != nil && in.Dismissers.Users == nil && in.Dismissers.Teams == nil && in.Dismissers.Apps == nil {
		in.Dismissers = nil
	}
	var err error
	if p.Dismissers, err = c.findActors(r, in.Dismissers); err != nil {
		return nil, err
	}
	p.Bypass, err = c.findActors(r, in.Bypass)
	return p, err
}

// findActors looks names up; nil stays nil.
func (c *call) findActors(r *repository, in *actorsInput) (*actors, error) {
	if in == nil {
		return nil, nil
	}
	out := new(actors)
	for _, login := range in.Users {
		a, err := findUser(c.tx, login)
		if err != nil {
			return nil, hideMissing(err, "users", login)
		}
		out.Users = append(out.Users, a.ID)
	}
	for _, slug := range in.Teams {
		t, err := teams.find(c.tx, r.Parent, slug)
		if err != nil {
			return nil, hideMissing(err, "teams", slug)
		}
		out.Teams = append(out.Teams, t.ID)
	}
	for _, slug := range in.Apps {
		a, err := apps.find(c.tx, 0, slug)
		if err != nil {
			return nil, hideMissing(err, "apps", slug)
		}
		out.Apps = append(out.Apps, a.ID)
	}
	return out, nil
}

// hideMissing makes a refusal of a name that is not there: a missing name in
// the body is no missing page.
func hideMissing(err error, field, name string) error {
	if errors.Is(err, errMissing) {
		return unprocessable("Validation Failed: " + field + ": there is no " + name)
	}
	return err
}

func (c *call) deleteProtection() (reply, error) {
	r, branch, err := c.protectedBranch()
	if err != nil {
		return reply{}, err
	}
	p, err := protections.find(c.tx, r.ID, branch)
	if errors.Is(err, errMissing) {
		return reply{}, &apiError{status: 404, message: "Branch not protected"}
	}
	if err != nil {
		return reply{}, err
	}
	if err := c.tellProtection(r, p, nil); err != nil {
		return reply{}, err
	}
	if err := protections.delete(c.tx, p.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
