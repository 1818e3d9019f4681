// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
	"strings"
)

// protection is what guards a branch: set for the branch itself (Parent: the
// repository; key: the branch), or made of a ruleset that matches it.
type protection struct {
	meta
	Checks        *checkPolicy  `json:"checks,omitempty"`
	Reviews       *reviewPolicy `json:"reviews,omitempty"`
	Pushers       *actors       `json:"pushers,omitempty"` // who alone may push
	EnforceAdmins bool          `json:"enforce_admins,omitempty"`
	Linear        bool          `json:"linear,omitempty"`
	AllowForce    bool          `json:"allow_force,omitempty"`
	AllowDeletion bool          `json:"allow_deletion,omitempty"`
	BlockCreation bool          `json:"block_creation,omitempty"`
	Conversations bool          `json:"conversations,omitempty"` // must be resolved
	Locked        bool          `json:"locked,omitempty"`
	ForkSyncing   bool          `json:"fork_syncing,omitempty"`

	rules *ruleset // that it is made of; nil for a branch's own
}

// checkPolicy is which statuses and check runs must have succeeded.
type checkPolicy struct {
	Strict bool            `json:"strict"` // on the newest base
	Checks []requiredCheck `json:"checks"`
}

// requiredCheck is one of them. App 0: whoever reports it.
type requiredCheck struct {
	Context string `json:"context"`
	App     int64  `json:"app,omitempty"`
}

// reviewPolicy is how a pull request must be reviewed; that there is a policy
// means that there must be a pull request.
type reviewPolicy struct {
	Count        int     `json:"count"`
	DismissStale bool    `json:"dismiss_stale,omitempty"`
	CodeOwners   bool    `json:"code_owners,omitempty"`
	LastPush     bool    `json:"last_push,omitempty"`
	Dismissers   *actors `json:"dismissers,omitempty"` // who alone may dismiss
	Bypass       *actors `json:"bypass,omitempty"`     // who needs no pull request
}

// actors are users, teams and apps by their ids.
type actors struct {
	Users []int64 `json:"users,omitempty"`
	Teams []int64 `json:"teams,omitempty"`
	Apps  []int64 `json:"apps,omitempty"`
}

const protections kind[protection, *protection] = "protection"

// amongActors reports whether who asks is one of them.
func (v *view) amongActors(r *repository, in *actors) (bool, error) {
	me := v.me()
	if in == nil || me == nil {
		return false, nil
	}
	if slices.Contains(in.Users, me.ID) {
		return true, nil
	}
	for _, id := range in.Apps {
		a, err := apps.get(v.tx, id)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil || a.Bot == me.ID {
			return err == nil, err
		}
	}
	if len(in.Teams) == 0 {
		return false, nil
	}
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return false, err
	}
	mine, err := v.teamsOf(owner, me)
	return slices.ContainsFunc(mine, func(t *team) bool { return slices.Contains(in.Teams, t.ID) }), err
}

// protectionsOf returns all that guards a branch (refs/heads/…) or tag
// (refs/tags/…): its own protection, and the rulesets that match it.
func (v *view) protectionsOf(r *repository, ref string) ([]*protection, error) {
	var out []*protection
	if branch, is := strings.CutPrefix(ref, "refs/heads/"); is {
		p, err := protections.find(v.tx, r.ID, branch)
		switch {
		case err == nil:
			out = append(out, p)
		case !errors.Is(err, errMissing):
			return nil, err
		}
	}
	all, err := rulesets.list(v.tx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if !s.matches(r, ref) {
			continue
		}
		p, err := s.protection()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// protectionOf merges all that guards a branch into the strictest; nil if
// nothing does. Where it matters who is exempt from what, ask protectionsOf.
func (v *view) protectionOf(r *repository, branch string) (*protection, error) {
	all, err := v.protectionsOf(r, "refs/heads/"+branch)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	merged := *all[0]
	for _, p := range all[1:] {
		merged.merge(p)
	}
	return &merged, nil
}

func (p *protection) merge(o *protection) {
	if o.Checks != nil {
		both := *o.Checks
		if p.Checks != nil {
			both.Strict = both.Strict || p.Checks.Strict
			both.Checks = slices.Concat(p.Checks.Checks, both.Checks)
		}
		p.Checks = &both
	}
	if o.Reviews != nil {
		both := *o.Reviews
		if p.Reviews != nil {
			both.Count = max(both.Count, p.Reviews.Count)
			both.DismissStale = both.DismissStale || p.Reviews.DismissStale
			both.CodeOwners = both.CodeOwners || p.Reviews.CodeOwners
			both.LastPush = both.LastPush || p.Reviews.LastPush
			both.Dismissers = p.Reviews.Dismissers
		}
		p.Reviews = &both
	}
	p.EnforceAdmins = p.EnforceAdmins || o.EnforceAdmins
	p.Linear = p.Linear || o.Linear
	p.AllowForce = p.AllowForce && o.AllowForce
	p.AllowDeletion = p.AllowDeletion && o.AllowDeletion
	p.BlockCreation = p.BlockCreation || o.BlockCreation
	p.Conversations = p.Conversations || o.Conversations
	p.Locked = p.Locked || o.Locked
}

// binds reports whether p holds for who asks, who has this level. That nobody
// forces or deletes, a branch's own protection tells administrators, too.
func (v *view) binds(p *protection, r *repository, have level) (bool, error) {
	if p.rules != nil {
		bypasses, err := v.bypasses(p.rules, r, have)
		return !bypasses, err
	}
	return p.EnforceAdmins || have < levelAdmin, nil
}
