// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"
	"golang.org/x/mod/modfile"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/plan"
)

// approvals is how many maintainers must approve a plan.
const approvals = 2

func (r *Release) stepBranch() Step {
	return Step{
		Name: "release-branch", Title: "make the release branch",
		Needs: []Permission{{"git", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			tip, err := r.ref(ctx, "refs/heads/"+r.plan.Branch)
			if err != nil || tip == "" {
				return "", false, err
			}
			if _, err := r.repo.Run(ctx, "merge-base", "--is-ancestor", r.plan.Base.Commit, tip); err != nil {
				return "", false, fmt.Errorf("branch %s is at %s, which does not contain the planned commit %s; close the release pull request and plan again", r.plan.Branch, short(tip), short(r.plan.Base.Commit))
			}
			return fmt.Sprintf("`%s` contains %s", r.plan.Branch, r.plan.Base.Commit), true, nil
		},
		Do: func(ctx context.Context) error {
			if err := r.push(ctx, "refs/heads/"+r.plan.Branch, r.plan.Base.Commit, ""); err != nil && !errors.Is(err, errMoved) {
				return err
			}
			return r.fetch(ctx)
		},
	}
}

// pullRequest finds the release pull request: merged before open before
// closed, nil if there is none.
func (r *Release) pullRequest(ctx context.Context) (*gh.PullRequest, error) {
	pulls, err := github.All(func(o gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return r.cfg.GitHub.PullRequests.List(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.PullRequestListOptions{
			State: "all", Head: r.cfg.Place.Owner + ":" + r.plan.HeadBranch(), Base: r.plan.Branch, ListOptions: o,
		})
	})
	if err != nil {
		return nil, fmt.Errorf("looking for the release pull request: %w", err)
	}
	var found *gh.PullRequest
	for _, p := range pulls {
		switch {
		case p.MergedAt != nil:
			return p, nil
		case found == nil || p.GetState() == "open":
			found = p
		}
	}
	return found, nil
}

func (r *Release) stepPullRequest() Step {
	return Step{
		Name: "release-pull-request", Title: "open the release pull request with the plan and the changelog",
		Needs: []Permission{{"git", "contents: write"}, {"github", "pull requests: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			pr, err := r.pullRequest(ctx)
			if err != nil || pr == nil {
				return "", false, err
			}
			if pr.GetState() == "closed" && pr.MergedAt == nil {
				return "", false, fmt.Errorf("release pull request #%d was closed without merging: this plan was rejected; delete branch %s to plan again, or reopen it", pr.GetNumber(), r.plan.HeadBranch())
			}
			if err := r.checkContent(ctx, pr.GetHead().GetSHA()); err != nil {
				return "", false, fmt.Errorf("release pull request #%d: %w", pr.GetNumber(), err)
			}
			return fmt.Sprintf("#%d", pr.GetNumber()), true, nil
		},
		Do: r.openPullRequest,
	}
}

func (r *Release) openPullRequest(ctx context.Context) error {
	encoded, err := r.plan.Encode()
	if err != nil {
		return err
	}
	files := maps.Clone(r.files)
	files[r.plan.Path()] = encoded
	message := fmt.Sprintf("release: plan %s\n\nThe plan, the changelog and the stamp of %s, made from\n%s.\n", r.plan.Tag, r.plan.Tag, r.plan.Base.Commit)
	commit, err := r.commitFiles(ctx, r.plan.Base.Commit, files, message, r.plan.Base.Time.Add(time.Second))
	if err != nil {
		return err
	}
	ref := "refs/heads/" + r.plan.HeadBranch()
	if err := r.push(ctx, ref, commit, ""); err != nil {
		return fmt.Errorf("%w; a branch of that name that is no release pull request of yours must be deleted first", err)
	}
	if err := r.fetch(ctx); err != nil {
		return err
	}
	body := r.pullRequestBody()
	_, _, err = r.cfg.GitHub.PullRequests.Create(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.NewPullRequest{
		Title: new("release: " + r.plan.Tag), Head: new(r.plan.HeadBranch()), Base: new(r.plan.Branch), Body: &body,
	})
	if err != nil {
		return fmt.Errorf("opening the release pull request: %w", err)
	}
	return nil
}

func (r *Release) pullRequestBody() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The plan of %s. Two maintainers approve it by an approving review of this exact commit; then `release cut %s` executes it.\n\n", r.plan.Tag, r.plan.Component)
	for _, reason := range r.plan.Reasons {
		fmt.Fprintf(&b, "- %s\n", reason)
	}
	fmt.Fprintf(&b, "\n| | |\n|---|---|\n| from | %s |\n| toolchain | %s |\n| lead | %s |\n| artifacts | %d |\n\n", r.plan.Base.Commit, r.plan.Toolchain, r.plan.Lead, len(r.plan.Artifacts))
	b.WriteString("```release-note\nNONE\n```\n")
	return b.String()
}

// checkContent proves that commit is the planned base plus exactly the
// planned files.
func (r *Release) checkContent(ctx context.Context, commit string) error {
	if at, err := r.ref(ctx, commit+"^{commit}"); err != nil || at == "" {
		return fmt.Errorf("commit %s is not on any branch of origin: %w", short(commit), errors.Join(err, errMissing))
	}
	out, err := r.repo.Run(ctx, "diff", "--name-only", "--no-renames", "-z", r.plan.Base.Commit, commit)
	if err != nil {
		return err
	}
	encoded, err := r.plan.Encode()
	if err != nil {
		return err
	}
	want := map[string]string{r.plan.Path(): plan.Sum(encoded)}
	for _, f := range r.plan.Files {
		want[f.Path] = f.SHA256
	}
	changed := strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00")
	for path := range changed {
		if _, ok := want[path]; path != "" && !ok {
			return fmt.Errorf("commit %s changes %s, which the plan does not name; the branch moved since the plan: close the pull request and plan again", short(commit), path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		data, ok, err := r.read(ctx, commit, path)
		if err != nil {
			return err
		}
		if !ok || plan.Sum(data) != want[path] {
			return fmt.Errorf("%s in commit %s is not as planned; a plan is not edited: close the pull request and plan again", path, short(commit))
		}
		if mode, err := r.repo.Run(ctx, "ls-tree", "--format=%(objectmode)", commit, "--", path); err != nil || mode != "100644" {
			return fmt.Errorf("%s in commit %s has mode %q, want a plain file: %w", path, short(commit), mode, errors.Join(err, errMissing))
		}
	}
	return nil
}

var errMissing = errors.New("not there")

// releaseCommit is the merge of the release pull request: what gets the tag.
// Precondition: the approval step is done.
func (r *Release) releaseCommit(ctx context.Context) (string, error) {
	pr, err := r.pullRequest(ctx)
	if err != nil {
		return "", err
	}
	if pr == nil || pr.MergedAt == nil {
		return "", fmt.Errorf("the release pull request of %s is not merged", r.plan.Tag)
	}
	return pr.GetMergeCommitSHA(), nil
}

func (r *Release) stepApproval() Step {
	return Step{
		Name: "approval", Title: "merge the plan that two maintainers approved",
		Needs: []Permission{{"github", "pull requests: write"}, {"github", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			pr, err := r.pullRequest(ctx)
			if err != nil || pr == nil || pr.MergedAt == nil {
				return "", false, err
			}
			who, err := r.approvers(ctx, pr)
			if err != nil {
				return "", false, err
			}
			if len(who) < approvals {
				return "", false, fmt.Errorf("release pull request #%d was merged with the approval of %s only; a plan needs %d maintainers: revert it and plan again", pr.GetNumber(), orNobody(who), approvals)
			}
			commit := pr.GetMergeCommitSHA()
			if err := r.checkContent(ctx, commit); err != nil {
				return "", false, err
			}
			return fmt.Sprintf("approved by %s, release commit %s", strings.Join(who, ", "), commit), true, nil
		},
		Do: r.mergePlan,
	}
}

func (r *Release) mergePlan(ctx context.Context) error {
	pr, err := r.pullRequest(ctx)
	if err != nil {
		return err
	}
	if pr == nil {
		return fmt.Errorf("there is no release pull request for %s", r.plan.Tag)
	}
	who, err := r.approvers(ctx, pr)
	if err != nil {
		return err
	}
	if len(who) < approvals {
		can, err := r.maintainers(ctx)
		if err != nil {
			return err
		}
		can = slices.DeleteFunc(can, func(login string) bool {
			return slices.Contains(who, login) || strings.EqualFold(login, pr.GetUser().GetLogin())
		})
		return &WaitingError{
			What: fmt.Sprintf("the approval of pull request #%d by %d maintainers, has %s", pr.GetNumber(), approvals, orNobody(who)),
			Hint: fmt.Sprintf("%s can approve %s; then run the same command again", strings.Join(can, ", "), pr.GetHTMLURL()),
		}
	}
	message := fmt.Sprintf("release: %s (#%d)\n\nPlan approved by %s.", r.plan.Tag, pr.GetNumber(), strings.Join(who, ", "))
	_, _, err = r.cfg.GitHub.PullRequests.Merge(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, pr.GetNumber(), message, &gh.PullRequestOptions{
		SHA: pr.GetHead().GetSHA(), MergeMethod: "merge", CommitTitle: fmt.Sprintf("Merge pull request #%d from %s/%s", pr.GetNumber(), r.cfg.Place.Owner, r.plan.HeadBranch()),
	})
	if err != nil {
		return fmt.Errorf("merging release pull request #%d: %w", pr.GetNumber(), err)
	}
	return r.fetch(ctx)
}

// approvers lists, sorted, the maintainers other than the author whose last
// opinion on exactly the head commit is an approval.
func (r *Release) approvers(ctx context.Context, pr *gh.PullRequest) ([]string, error) {
	can, err := r.maintainers(ctx)
	if err != nil {
		return nil, err
	}
	reviews, err := github.All(func(o gh.ListOptions) ([]*gh.PullRequestReview, *gh.Response, error) {
		return r.cfg.GitHub.PullRequests.ListReviews(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, pr.GetNumber(), &o)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the reviews of #%d: %w", pr.GetNumber(), err)
	}
	last := map[string]string{}
	for _, review := range reviews { // GitHub lists them in order of time
		login := strings.ToLower(review.GetUser().GetLogin())
		switch review.GetState() {
		case "APPROVED":
			delete(last, login)
			if review.GetCommitID() == pr.GetHead().GetSHA() {
				last[login] = "APPROVED"
			}
		case "CHANGES_REQUESTED", "DISMISSED":
			delete(last, login)
		}
	}
	var who []string
	for login := range last {
		if slices.Contains(can, login) && !strings.EqualFold(login, pr.GetUser().GetLogin()) {
			who = append(who, login)
		}
	}
	slices.Sort(who)
	return who, nil
}

// maintainers reads at the planned commit who may approve: a pull request
// can't make its own approvers.
func (r *Release) maintainers(ctx context.Context) ([]string, error) {
	const path = "maintainers/maintainers.yaml"
	data, ok, err := r.read(ctx, r.plan.Base.Commit, path)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("commit %s has no %s, which says who may approve a release", short(r.plan.Base.Commit), path)
	}
	people, err := roster.Parse(path, data)
	if err != nil {
		return nil, err
	}
	module, err := r.module(ctx, r.plan.Base.Commit)
	if err != nil {
		return nil, err
	}
	return people.Core(module[strings.LastIndexByte(module, '/')+1:]), nil
}

func (r *Release) module(ctx context.Context, commit string) (string, error) {
	data, ok, err := r.read(ctx, commit, "go.mod")
	if err != nil {
		return "", err
	}
	if name := modfile.ModulePath(data); ok && name != "" {
		return name, nil
	}
	return "", fmt.Errorf("commit %s has no go.mod that names a module", short(commit))
}

func orNobody(who []string) string {
	if len(who) == 0 {
		return "nobody"
	}
	return strings.Join(who, ", ")
}
