// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ruleset is a set of rules for the branches or tags that its conditions
// match. Parent: the repository.
type ruleset struct {
	meta
	Name        string        `json:"name"`
	Target      string        `json:"target"`      // branch, tag
	Enforcement string        `json:"enforcement"` // active, evaluate, disabled
	Include     []string      `json:"include"`
	Exclude     []string      `json:"exclude"`
	Bypass      []bypassActor `json:"bypass,omitempty"`
	Rules       []rule        `json:"rules"`
}

// bypassActor is who need not keep the rules.
type bypassActor struct {
	ID   *int64 `json:"actor_id"`
	Type string `json:"actor_type"`
	Mode string `json:"bypass_mode,omitempty"`
}

// rule is one of a ruleset, as GitHub writes it.
type rule struct {
	Type       string          `json:"type"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

const rulesets kind[ruleset, *ruleset] = "ruleset"

// matches reports whether the rules are in force for a reference.
func (s *ruleset) matches(r *repository, ref string) bool {
	prefix := "refs/heads/"
	if s.Target == "tag" {
		prefix = "refs/tags/"
	}
	if s.Enforcement != "active" || !strings.HasPrefix(ref, prefix) {
		return false
	}
	named := func(pattern string) bool {
		switch pattern {
		case "~ALL":
			return true
		case "~DEFAULT_BRANCH":
			return ref == "refs/heads/"+r.DefaultBranch
		}
		return fnmatch(pattern, ref)
	}
	return slices.ContainsFunc(s.Include, named) && !slices.ContainsFunc(s.Exclude, named)
}

// fnmatch compares as GitHub does, with Ruby's File.fnmatch and FNM_PATHNAME:
// "*" stays within a part of the name, "**/" is any number of parts.
func fnmatch(pattern, name string) bool {
	if pattern == "" {
		return name == ""
	}
	first, rest, more := strings.Cut(pattern, "/")
	if first == "**" && more {
		if fnmatch(rest, name) {
			return true
		}
		_, tail, below := strings.Cut(name, "/")
		return below && fnmatch(pattern, tail)
	}
	part, tail, below := strings.Cut(name, "/")
	matched, err := path.Match(first, part)
	if err != nil || !matched || more != below {
		return false
	}
	return !more || fnmatch(rest, tail)
}

// checkFnmatch refuses a pattern that path.Match cannot read.
func checkFnmatch(pattern string) error {
	_, err := path.Match(pattern, "")
	return err
}

// ruleParameters are those of the rules that the forge enforces.
type ruleParameters struct {
	DismissStale  bool            `json:"dismiss_stale_reviews_on_push"`
	CodeOwners    bool            `json:"require_code_owner_review"`
	LastPush      bool            `json:"require_last_push_approval"`
	Count         int             `json:"required_approving_review_count"`
	Conversations bool            `json:"required_review_thread_resolution"`
	Strict        bool            `json:"strict_required_status_checks_policy"`
	Checks        []ruleCheck     `json:"required_status_checks"`
	Fetch         json.RawMessage `json:"update_allows_fetch_and_merge"`
}

type ruleCheck struct {
	Context     string `json:"context"`
	Integration int64  `json:"integration_id"`
}

// protection returns what the rules come to. What GitHub knows and the forge
// cannot enforce is refused: a rule that is shown and not kept is a trap.
func (s *ruleset) protection() (*protection, error) {
	p := &protection{AllowForce: true, AllowDeletion: true, EnforceAdmins: true, rules: s}
	for _, rule := range s.Rules {
		var in ruleParameters
		if len(rule.Parameters) > 0 {
			if err := json.Unmarshal(rule.Parameters, &in); err != nil {
				return nil, unprocessable(fmt.Sprintf("Invalid parameters of the rule %s: %v", rule.Type, err))
			}
		}
		switch rule.Type {
		case "creation":
			p.BlockCreation = true
		case "update":
			p.Locked = true
		case "deletion":
			p.AllowDeletion = false
		case "non_fast_forward":
			p.AllowForce = false
		case "required_linear_history":
			p.Linear = true
		case "pull_request":
			p.Reviews = &reviewPolicy{Count: in.Count, DismissStale: in.DismissStale, CodeOwners: in.CodeOwners, LastPush: in.LastPush}
			p.Conversations = in.Conversations
		case "required_status_checks":
			p.Checks = &checkPolicy{Strict: in.Strict}
			for _, check := range in.Checks {
				p.Checks.Checks = append(p.Checks.Checks, requiredCheck{Context: check.Context, App: check.Integration})
			}
		default:
			return nil, notEmulated("rule", rule.Type)
		}
	}
	return p, nil
}

// repositoryRoles are the ids that GitHub gives the roles it comes with.
var repositoryRoles = map[int64]level{1: levelRead, 2: levelMaintain, 3: levelTriage, 4: levelWrite, 5: levelAdmin}

// bypasses reports whether who asks need not keep the rules. Who may bypass
// them by pull requests alone, may not by pushing.
func (v *view) bypasses(s *ruleset, r *repository, have level) (bool, error) {
	for _, b := range s.Bypass {
		if b.Mode == "pull_request" {
			continue
		}
		is, err := v.isBypassActor(b, r, have)
		if err != nil || is {
			return is, err
		}
	}
	return false, nil
}

func (v *view) isBypassActor(b bypassActor, r *repository, have level) (bool, error) {
	var id int64
	if b.ID != nil {
		id = *b.ID
	}
	switch b.Type {
	case "OrganizationAdmin":
		owner, err := accounts.get(v.tx, r.Parent)
		if err != nil || !owner.isOrg() {
			return false, err
		}
		role, err := v.orgRole(owner)
		return role == roleOwner && !v.isIntegration(), err
	case "RepositoryRole":
		need, known := repositoryRoles[id]
		return known && have >= need && !v.isIntegration(), nil
	case "Team":
		return v.amongActors(r, &actors{Teams: []int64{id}})
	case "Integration":
		return v.amongActors(r, &actors{Apps: []int64{id}})
	case "User":
		return v.amongActors(r, &actors{Users: []int64{id}})
	}
	return false, nil
}
