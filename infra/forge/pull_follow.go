// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
	"strings"
)

// followPulls lets pull requests follow a branch that changed: those that
// come from it, and those that go to it.
func followPulls(v *view, r *repository, change refChange) error {
	branch, is := change.branch()
	if !is {
		return nil
	}
	if err := v.closeByCommits(r, branch, change); err != nil {
		return err
	}
	from, err := v.pullsWhere("$.pull.head_repo", r.ID, "$.pull.head_ref", branch)
	if err != nil {
		return err
	}
	for _, i := range from {
		base, err := repositories.get(v.tx, i.Parent)
		if err != nil {
			return err
		}
		if err := v.followHead(base, i, change); err != nil {
			return err
		}
	}
	to, err := v.openPulls(r)
	if err != nil {
		return err
	}
	for _, i := range to {
		if i.Pull.BaseRef != branch {
			continue
		}
		if err := v.followBase(r, i, change); err != nil {
			return err
		}
	}
	return nil
}

// pullsWhere returns open pull requests of any repository by two of their fields.
func (v *view) pullsWhere(path1 string, value1 any, path2 string, value2 any) ([]*issue, error) {
	return issues.query(v.tx, `kind = ? AND json_extract(body, ?) = ? AND json_extract(body, ?) = ?
		AND json_extract(body, '$.closed') IS NULL ORDER BY id`, string(issues), path1, value1, path2, value2)
}

// followHead takes over new commits of the head branch.
func (v *view) followHead(r *repository, i *issue, change refChange) error {
	if change.deleted() {
		if err := v.addIssueEvent(i, &issueEvent{Event: "head_ref_deleted"}); err != nil {
			return err
		}
		return v.setClosed(r, i, true, "", "")
	}
	if change.New == i.Pull.HeadSHA {
		return nil
	}
	before := i.Pull.HeadSHA
	tip, err := v.baseTip(r, i.Pull)
	if err != nil {
		return err
	}
	i.Pull.HeadSHA, i.Pull.LastPusher = change.New, v.meID()
	if tip != "" {
		i.Pull.BaseSHA = tip
	}
	if err := v.measure(r, i); err != nil {
		return err
	}
	v.touched(i)
	if err := v.putIssue(i); err != nil {
		return err
	}
	forward, err := isAncestor(v.tx.ctx, v.srv.git(r), before, change.New)
	if err != nil {
		return err
	}
	if !forward {
		if err := v.addIssueEvent(i, &issueEvent{Event: "head_ref_force_pushed", Commit: change.New}); err != nil {
			return err
		}
	}
	if err := v.emitIssue(r, i, "synchronize", object{"before": before, "after": change.New}); err != nil {
		return err
	}
	if err := v.dismissStale(r, i); err != nil {
		return err
	}
	if i.Pull.Commits == 0 {
		// Nothing is left to merge: GitHub closes it, unmerged.
		return v.setClosed(r, i, true, "", "")
	}
	return nil
}

// followBase finds out whether the new base holds the head, which is a merge
// that somebody made by pushing; else it is to be tried to merge again.
func (v *view) followBase(r *repository, i *issue, change refChange) error {
	if change.deleted() {
		return v.setClosed(r, i, true, "", "")
	}
	repo := v.srv.git(r)
	contained, err := isAncestor(v.tx.ctx, repo, i.Pull.HeadSHA, change.New)
	if err != nil {
		return err
	}
	if !contained {
		v.touched(i)
		return issues.keep(v.tx, i) // nothing happened to it: its time stays
	}
	// The merge is the first commit of the branch itself that has the head.
	path, err := repo.Run(v.tx.ctx, "rev-list", "--ancestry-path", "--first-parent", i.Pull.HeadSHA+".."+change.New)
	if err != nil {
		return err
	}
	commit := i.Pull.HeadSHA
	if oids := strings.Fields(path); len(oids) > 0 {
		commit = oids[len(oids)-1]
	}
	return v.setMerged(r, i, commit, change.Old)
}

// setMerged closes a pull request as merged by a commit into what the base
// branch was before, and the issues that it says it closes.
func (v *view) setMerged(r *repository, i *issue, commit, into string) error {
	i.Pull.MergedAt, i.Pull.MergedBy, i.Pull.MergeCommit = v.tx.now, v.meID(), commit
	if into != zeroOID {
		brought, err := v.srv.git(r).Run(v.tx.ctx, "rev-list", into+".."+commit)
		if err != nil {
			return err
		}
		if err := v.rememberCommits(r, i, strings.Fields(brought), false); err != nil {
			return err
		}
	}
	if err := v.addIssueEvent(i, &issueEvent{Event: "merged", Commit: commit}); err != nil {
		return err
	}
	if err := v.setClosed(r, i, true, "", commit); err != nil {
		return err
	}
	if i.Pull.BaseRef != r.DefaultBranch {
		return nil
	}
	return v.closeNamed(r, i.Body, "")
}

// closeNamed closes the issues that a text says it closes.
func (v *view) closeNamed(r *repository, text, commit string) error {
	full, err := v.fullName(r)
	if err != nil {
		return err
	}
	for _, number := range closingNumbers(text, full) {
		i, err := findIssue(v.tx, r, number)
		if errors.Is(err, errMissing) || err == nil && i.Pull != nil {
			continue
		}
		if err != nil {
			return err
		}
		if err := v.setClosed(r, i, true, "completed", commit); err != nil {
			return err
		}
	}
	return nil
}

// closeByCommits closes the issues that new commits of the default branch say
// they close.
func (v *view) closeByCommits(r *repository, branch string, change refChange) error {
	if branch != r.DefaultBranch || change.deleted() || change.created() {
		return nil
	}
	out, err := v.srv.git(r).Run(v.tx.ctx, "log", "-z", "--format=%H%n%B", "--max-count=2048", change.Old+".."+change.New)
	if err != nil {
		return err
	}
	texts := strings.Split(out, "\x00")
	slices.Reverse(texts)
	for _, text := range texts {
		oid, message, _ := strings.Cut(text, "\n")
		if err := v.closeNamed(r, message, oid); err != nil {
			return err
		}
	}
	return nil
}
