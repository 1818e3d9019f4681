// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"net/http"
	"slices"
)

var rulesetRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/rulesets", operation: "repos/get-repo-rulesets", handle: (*call).listRulesets},
	{method: "POST", pattern: "/repos/{owner}/{repo}/rulesets", operation: "repos/create-repo-ruleset", handle: (*call).createRuleset},
	{method: "GET", pattern: "/repos/{owner}/{repo}/rulesets/{ruleset_id}", operation: "repos/get-repo-ruleset", handle: (*call).getRuleset},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/rulesets/{ruleset_id}", operation: "repos/update-repo-ruleset", handle: (*call).putRuleset},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/rulesets/{ruleset_id}", operation: "repos/delete-repo-ruleset", handle: (*call).deleteRuleset},
	{method: "GET", pattern: "/repos/{owner}/{repo}/rules/branches/{branch...}", operation: "repos/get-branch-rules", handle: (*call).listBranchRules},
}

// ruleset renders a ruleset as lists have it.
func (c *call) ruleset(r *repository, s *ruleset) (object, error) {
	full, err := c.fullName(r)
	if err != nil {
		return nil, err
	}
	return object{
		"id": s.ID, "node_id": nodeID("RepositoryRuleset", s.ID), "name": s.Name, "target": s.Target,
		"source_type": "Repository", "source": full, "enforcement": s.Enforcement,
		"_links": object{
			"self": object{"href": c.api("/repos/%s/rulesets/%d", full, s.ID)},
			"html": object{"href": c.web("/%s/rules/%d", full, s.ID)},
		},
		"created_at": stamp(s.CreatedAt), "updated_at": stamp(s.UpdatedAt),
	}, nil
}

// answerRuleset answers a ruleset by itself; who may bypass it is told those
// who administer it.
func (c *call) answerRuleset(status int, r *repository, s *ruleset) (reply, error) {
	out, err := c.ruleset(r, s)
	if err != nil {
		return reply{}, err
	}
	out["conditions"] = object{"ref_name": object{"include": s.Include, "exclude": s.Exclude}}
	out["rules"] = s.Rules
	admin, err := c.hasLevel(r, levelAdmin)
	if err != nil {
		return reply{}, err
	}
	if admin {
		out["bypass_actors"] = s.Bypass
		if s.Bypass == nil {
			out["bypass_actors"] = []bypassActor{}
		}
	}
	return reply{status: status, body: out}, nil
}

func (c *call) listRulesets() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := rulesets.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(s *ruleset) (object, error) { return c.ruleset(r, s) })
}

// rulesetOfPath returns the ruleset that the path names.
func (c *call) rulesetOfPath(need level) (*repository, *ruleset, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	id, err := c.idParam("ruleset_id")
	if err != nil {
		return nil, nil, err
	}
	s, err := rulesets.get(c.tx, id)
	if err == nil && s.Parent != r.ID {
		err = errNotFound
	}
	return r, s, err
}

// rulesetInput is what creating and updating take; what is not given stays.
type rulesetInput struct {
	Name, Target, Enforcement *string
	Bypass                    *[]bypassActor `json:"bypass_actors"`
	Conditions                *struct {
		RefName struct{ Include, Exclude []string } `json:"ref_name"`
	}
	Rules *[]rule
}

func (c *call) applyRuleset(s *ruleset) error {
	var in rulesetInput
	if err := c.decode(&in); err != nil {
		return err
	}
	assign(&s.Name, in.Name)
	assign(&s.Target, in.Target)
	assign(&s.Enforcement, in.Enforcement)
	assign(&s.Bypass, in.Bypass)
	assign(&s.Rules, in.Rules)
	if in.Conditions != nil {
		s.Include, s.Exclude = in.Conditions.RefName.Include, in.Conditions.RefName.Exclude
	}
	if s.Include == nil {
		s.Include = []string{}
	}
	if s.Exclude == nil {
		s.Exclude = []string{}
	}
	switch {
	case s.Name == "":
		return invalid("Ruleset", "name", "missing_field")
	case s.Target == "push":
		return notEmulated("ruleset", "push")
	case s.Target != "branch" && s.Target != "tag":
		return invalid("Ruleset", "target", "invalid")
	case !slices.Contains([]string{"active", "evaluate", "disabled"}, s.Enforcement):
		return invalid("Ruleset", "enforcement", "invalid")
	}
	for _, pattern := range slices.Concat(s.Include, s.Exclude) {
		if err := checkFnmatch(pattern); err != nil {
			return invalidBecause("Ruleset", "conditions", "the pattern "+pattern+" is malformed")
		}
	}
	_, err := s.protection()
	return err
}

func (c *call) createRuleset() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	s := &ruleset{Target: "branch", Rules: []rule{}}
	if err := c.applyRuleset(s); err != nil {
		return reply{}, err
	}
	if err := rulesets.insert(c.tx, r.ID, "", s); err != nil {
		return reply{}, err
	}
	return c.answerRuleset(http.StatusCreated, r, s)
}

func (c *call) getRuleset() (reply, error) {
	r, s, err := c.rulesetOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerRuleset(http.StatusOK, r, s)
}

func (c *call) putRuleset() (reply, error) {
	r, s, err := c.rulesetOfPath(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	if err := c.applyRuleset(s); err != nil {
		return reply{}, err
	}
	if err := rulesets.put(c.tx, s); err != nil {
		return reply{}, err
	}
	return c.answerRuleset(http.StatusOK, r, s)
}

func (c *call) deleteRuleset() (reply, error) {
	_, s, err := c.rulesetOfPath(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	if err := rulesets.delete(c.tx, s.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

// listBranchRules lists the rules that are in force for a branch, whether it
// is there or not.
func (c *call) listBranchRules() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	all, err := rulesets.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	var rules []object
	for _, s := range all {
		if !s.matches(r, "refs/heads/"+c.param("branch")) {
			continue
		}
		for _, rule := range s.Rules {
			o := object{"type": rule.Type, "ruleset_source_type": "Repository", "ruleset_source": full, "ruleset_id": s.ID}
			if len(rule.Parameters) > 0 {
				o["parameters"] = json.RawMessage(rule.Parameters)
			}
			rules = append(rules, o)
		}
	}
	return paged(c, rules, func(o object) (object, error) { return o, nil })
}
