// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"slices"
	"strings"
)

// ruling is a condition on the change of one reference.
type ruling struct {
	test ruleTest
	// head is the sentence that GitHub begins its refusal with, message says why.
	head, message string
}

// ruleTest is what a change must not be. All but refuseAlways need the new
// commits to be known.
type ruleTest string

const (
	refuseAlways ruleTest = "always"
	refuseForced ruleTest = "forced" // loses commits that the reference had
	refuseMerges ruleTest = "merges" // brings merge commits
)

// rulings returns the conditions which protection puts on a change that who
// asks, with this level, wants to make other than by merging a pull request.
func (v *view) rulings(r *repository, change refChange, have level) ([]ruling, error) {
	all, err := v.protectionsOf(r, change.Name)
	if err != nil {
		return nil, err
	}
	var out []ruling
	for _, p := range all {
		found, err := v.rulingsOf(p, r, change, have)
		if err != nil {
			return nil, err
		}
		head := "GH006: Protected branch update failed for " + change.Name + "."
		if p.rules != nil {
			head = "GH013: Repository rule violations found for " + change.Name + "."
		}
		for _, f := range found {
			f.head = head
			out = append(out, f)
		}
	}
	return out, nil
}

func (v *view) rulingsOf(p *protection, r *repository, change refChange, have level) ([]ruling, error) {
	bound, err := v.binds(p, r, have)
	if err != nil {
		return nil, err
	}
	// A branch's own protection against loss is for administrators as well.
	strict := bound || p.rules == nil
	refused := func(message string) ([]ruling, error) {
		return []ruling{{test: refuseAlways, message: message}}, nil
	}
	switch {
	case change.deleted() && strict && !p.AllowDeletion:
		return refused("Cannot delete this branch")
	case change.deleted():
		return nil, nil
	case bound && p.Locked:
		return refused("Cannot change this locked branch")
	}
	if bound && p.Pushers != nil && (!change.created() || p.BlockCreation) {
		may, err := v.amongActors(r, p.Pushers)
		if err != nil {
			return nil, err
		}
		if !may {
			return refused("You're not authorized to push to this branch.")
		}
	}
	if change.created() {
		if bound && p.BlockCreation && p.rules != nil {
			return refused("Cannot create ref due to creations being restricted.")
		}
		return nil, nil
	}
	var out []ruling
	if strict && !p.AllowForce {
		out = append(out, ruling{test: refuseForced, message: "Cannot force-push to this branch"})
	}
	if !bound {
		return out, nil
	}
	if p.Linear {
		out = append(out, ruling{test: refuseMerges, message: "This branch must not contain merge commits."})
	}
	more, err := v.mergeRulings(p, r, change)
	return append(out, more...), err
}

// mergeRulings are the conditions that a pull request would have to meet.
func (v *view) mergeRulings(p *protection, r *repository, change refChange) ([]ruling, error) {
	var out []ruling
	if p.Reviews != nil {
		free, err := v.amongActors(r, p.Reviews.Bypass)
		if err != nil {
			return nil, err
		}
		if !free {
			out = append(out, ruling{test: refuseAlways, message: "Changes must be made through a pull request."})
		}
	}
	if p.Checks == nil {
		return out, nil
	}
	missing, err := v.missingChecks(r, change.New, p.Checks)
	if err != nil || len(missing) == 0 {
		return out, err
	}
	message := fmt.Sprintf("Required status check %q is expected.", missing[0])
	if len(missing) > 1 {
		message = fmt.Sprintf("%d of %d required status checks are expected.", len(missing), len(p.Checks.Checks))
	}
	return append(out, ruling{test: refuseAlways, message: message}), nil
}

// guardRef refuses a change of a reference, by an endpoint, that protection
// forbids. The new commits are in the repository already.
func (c *call) guardRef(r *repository, change refChange) error {
	have, err := c.writerLevel(r)
	if err != nil {
		return err
	}
	all, err := c.rulings(r, change, have)
	if err != nil {
		return err
	}
	for _, rule := range all {
		refused, err := c.violates(r, change, rule.test)
		if err != nil {
			return err
		}
		if refused {
			return unprocessable(strings.TrimSuffix(rule.head[len("GH006: "):], ".") + ": " + rule.message)
		}
	}
	return nil
}

// writerLevel is the level that who asks has for writing commits.
func (c *call) writerLevel(r *repository) (level, error) {
	if c.isIntegration() {
		return c.grantLevel(r, "contents")
	}
	return c.myLevel(r)
}

func (c *call) violates(r *repository, change refChange, test ruleTest) (bool, error) {
	switch test {
	case refuseForced:
		forward, err := isAncestor(c.tx.ctx, c.srv.git(r), change.Old, change.New)
		return !forward, err
	case refuseMerges:
		merges, err := c.srv.git(r).Run(c.tx.ctx, "rev-list", "--max-count=1", "--merges", change.New, "^"+change.Old)
		return merges != "", err
	}
	return true, nil
}

// pushRulings renders, for the hook that git runs, what holds for the commands
// of a push.
func (c *call) pushRulings(r *repository, commands []refChange) (string, error) {
	have, err := c.writerLevel(r)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, change := range commands {
		all, err := c.rulings(r, change, have)
		if err != nil {
			return "", err
		}
		for _, rule := range all {
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", change.Name, rule.test, rule.head, rule.message)
		}
	}
	return b.String(), nil
}

// missingChecks returns the contexts of the policy that neither a status nor a
// check run has reported as done for a commit.
func (v *view) missingChecks(r *repository, sha string, p *checkPolicy) ([]string, error) {
	statuses, err := v.statusesOf(r, sha)
	if err != nil {
		return nil, err
	}
	runs, err := v.checkRunsOf(r, sha)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, check := range p.Checks {
		passed := check.App <= 0 && slices.ContainsFunc(statuses, func(s *commitStatus) bool {
			return s.Context == check.Context && s.State == "success"
		}) || slices.ContainsFunc(runs, func(run *checkRun) bool {
			return run.Name == check.Context && (check.App <= 0 || check.App == run.App) && run.passed()
		})
		if !passed {
			missing = append(missing, check.Context)
		}
	}
	return missing, nil
}
