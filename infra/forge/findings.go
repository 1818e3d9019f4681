// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"slices"
)

// findings is what keeps a pull request from being merged, conflicts aside.
type findings struct {
	blocks   []string // why protection refuses, in GitHub's words
	behind   bool     // the base has moved, and must be in the head first
	unstable bool     // something that is not required has failed or is not done
}

// mergeFindings looks for all that the base branch's protection asks for, as
// far as bound says that it holds.
func (v *view) mergeFindings(r *repository, i *issue, bound func(*protection) (bool, error)) (findings, error) {
	var all findings
	guards, err := v.protectionsOf(r, "refs/heads/"+i.Pull.BaseRef)
	if err != nil {
		return all, err
	}
	for _, p := range guards {
		holds, err := bound(p)
		if err != nil {
			return all, err
		}
		if !holds {
			continue
		}
		if err := v.findBlocks(r, i, p, &all); err != nil {
			return all, err
		}
	}
	states, err := v.checkStates(r, i.Pull.HeadSHA)
	all.unstable = len(states) > 0 && worst(states) != "success"
	return all, err
}

// everybody is for what is said of a pull request, whoever asks.
func everybody(*protection) (bool, error) { return true, nil }

func (v *view) findBlocks(r *repository, i *issue, p *protection, all *findings) error {
	if p.Locked {
		all.blocks = append(all.blocks, "Cannot change this locked branch")
	}
	if p.Reviews != nil {
		if err := v.findReviewBlocks(r, i, p.Reviews, all); err != nil {
			return err
		}
	}
	if p.Checks != nil {
		if err := v.findCheckBlocks(r, i, p.Checks, all); err != nil {
			return err
		}
	}
	if !p.Conversations {
		return nil
	}
	// Only the browser and a mutation resolve conversations, and neither is
	// served: each one is open.
	said, err := reviewComments.list(v.tx, i.ID)
	if err == nil && len(said) > 0 {
		all.blocks = append(all.blocks, "All comments must be resolved.")
	}
	return err
}

func (v *view) findReviewBlocks(r *repository, i *issue, p *reviewPolicy, all *findings) error {
	approved, changes, err := v.weightyVerdicts(r, i)
	if err != nil {
		return err
	}
	if changes > 0 {
		all.blocks = append(all.blocks, "Changes have been requested by reviewers with write access.")
	}
	if len(approved) < p.Count {
		plural := "s are"
		if p.Count == 1 {
			plural = " is"
		}
		all.blocks = append(all.blocks, fmt.Sprintf("At least %d approving review%s required by reviewers with write access.", p.Count, plural))
	}
	if p.LastPush && p.Count > 0 && !slices.ContainsFunc(approved, func(w *review) bool {
		return w.Author != i.Pull.LastPusher && w.Commit == i.Pull.HeadSHA
	}) {
		all.blocks = append(all.blocks, "New changes require approval from someone other than the last pusher.")
	}
	return nil
}

// weightyVerdicts are those that count: of accounts that may write.
func (v *view) weightyVerdicts(r *repository, i *issue) (approved []*review, changes int, err error) {
	given, err := reviews.list(v.tx, i.ID)
	if err != nil {
		return nil, 0, err
	}
	for id, w := range verdicts(given) {
		author, err := accounts.get(v.tx, id)
		if err != nil {
			return nil, 0, err
		}
		have, err := v.level(r, author)
		switch {
		case err != nil:
			return nil, 0, err
		case have < levelWrite:
		case w.State == "APPROVED":
			approved = append(approved, w)
		default:
			changes++
		}
	}
	return approved, changes, nil
}

func (v *view) findCheckBlocks(r *repository, i *issue, p *checkPolicy, all *findings) error {
	missing, err := v.missingChecks(r, i.Pull.HeadSHA, p)
	if err != nil {
		return err
	}
	switch len(missing) {
	case 0:
	case 1:
		all.blocks = append(all.blocks, fmt.Sprintf("Required status check %q is expected.", missing[0]))
	default:
		all.blocks = append(all.blocks, fmt.Sprintf("%d of %d required status checks are expected.", len(missing), len(p.Checks)))
	}
	if !p.Strict {
		return nil
	}
	tip, err := v.baseTip(r, i.Pull)
	if err != nil || tip == "" {
		return err
	}
	current, err := isAncestor(v.tx.ctx, v.srv.git(r), tip, i.Pull.HeadSHA)
	if err == nil && !current {
		all.behind = true
		all.blocks = append(all.blocks, "The head branch is not up to date with the base branch.")
	}
	return err
}

// checkStates returns what each status and check run says of a commit, in the
// words of statuses.
func (v *view) checkStates(r *repository, sha string) ([]string, error) {
	statuses, err := v.statusesOf(r, sha)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, s := range statuses {
		all = append(all, s.State)
	}
	runs, err := v.checkRunsOf(r, sha)
	for _, run := range runs {
		switch {
		case run.Status != "completed":
			all = append(all, "pending")
		case run.passed():
			all = append(all, "success")
		default:
			all = append(all, "failure")
		}
	}
	return all, err
}

// worst is the state of several together; "" of none.
func worst(states []string) string {
	for _, state := range []string{"error", "failure", "pending", "success"} {
		if slices.Contains(states, state) {
			return state
		}
	}
	return ""
}

// dismissStale takes the weight off approvals of older commits, where the base
// branch is protected so.
func (v *view) dismissStale(r *repository, i *issue) error {
	p, err := v.protectionOf(r, i.Pull.BaseRef)
	if err != nil || p == nil || p.Reviews == nil || !p.Reviews.DismissStale {
		return err
	}
	given, err := reviews.list(v.tx, i.ID)
	if err != nil {
		return err
	}
	for _, w := range given {
		if w.State == "APPROVED" && w.Commit != i.Pull.HeadSHA {
			if err := v.dismiss(r, i, w, ""); err != nil {
				return err
			}
		}
	}
	return nil
}
