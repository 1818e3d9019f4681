// SPDX-License-Identifier: Apache-2.0

package forge

// tellProtection emits the event of a branch's protection: old is nil if there
// was none, now is nil if there is none any more.
func (v *view) tellProtection(r *repository, old, now *protection) error {
	if now == nil {
		rule, err := v.protectionRule(r, old)
		if err != nil {
			return err
		}
		return v.emit(event{name: "branch_protection_rule", action: "deleted", repo: r, payload: object{"rule": rule}})
	}
	rule, err := v.protectionRule(r, now)
	if err != nil {
		return err
	}
	if old == nil {
		return v.emit(event{name: "branch_protection_rule", action: "created", repo: r, payload: object{"rule": rule}})
	}
	changes := object{}
	if old.EnforceAdmins != now.EnforceAdmins {
		changes["admin_enforced"] = object{"from": old.EnforceAdmins}
	}
	return v.emit(event{name: "branch_protection_rule", action: "edited", repo: r, payload: object{"rule": rule, "changes": changes}})
}

// protectionRule renders protection as its events do, in words of their own.
func (v *view) protectionRule(r *repository, p *protection) (object, error) {
	enforced := func(on bool) string {
		switch {
		case !on:
			return "off"
		case p.EnforceAdmins:
			return "everyone"
		}
		return "non_admins"
	}
	names, err := v.actorNames(p.Pushers)
	if err != nil {
		return nil, err
	}
	reviews := p.Reviews
	if reviews == nil {
		reviews = new(reviewPolicy)
	}
	contexts, strict := []string{}, false
	if p.Checks != nil {
		strict = p.Checks.Strict
		for _, check := range p.Checks.Checks {
			contexts = append(contexts, check.Context)
		}
	}
	return object{
		"id": p.ID, "repository_id": r.ID, "name": p.Key, "created_at": stamp(p.CreatedAt), "updated_at": stamp(p.UpdatedAt),
		"pull_request_reviews_enforcement_level": enforced(p.Reviews != nil), "required_approving_review_count": reviews.Count,
		"dismiss_stale_reviews_on_push": reviews.DismissStale, "require_code_owner_review": reviews.CodeOwners,
		"authorized_dismissal_actors_only": reviews.Dismissers != nil, "ignore_approvals_from_contributors": false,
		"require_last_push_approval": reviews.LastPush, "required_status_checks": contexts,
		"required_status_checks_enforcement_level": enforced(p.Checks != nil), "strict_required_status_checks_policy": strict,
		"signature_requirement_enforcement_level": "off", "linear_history_requirement_enforcement_level": enforced(p.Linear),
		"admin_enforced": p.EnforceAdmins, "create_protected": p.BlockCreation,
		"allow_force_pushes_enforcement_level": enforced(p.AllowForce), "allow_deletions_enforcement_level": enforced(p.AllowDeletion),
		"merge_queue_enforcement_level": "off", "required_deployments_enforcement_level": "off",
		"required_conversation_resolution_level": enforced(p.Conversations),
		"authorized_actors_only":                 p.Pushers != nil, "authorized_actor_names": names,
	}, nil
}

func (v *view) actorNames(a *actors) ([]string, error) {
	names := []string{}
	if a == nil {
		return names, nil
	}
	rendered, err := v.actors(a, "")
	if err != nil {
		return nil, err
	}
	for group, key := range map[string]string{"users": "login", "teams": "name", "apps": "name"} {
		for _, o := range rendered[group].([]object) {
			names = append(names, o[key].(string))
		}
	}
	return names, nil
}
