// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var pullRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls", operation: "pulls/list", handle: (*call).listPulls},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls", operation: "pulls/create", handle: (*call).createPull},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}", operation: "pulls/get", handle: (*call).getPull},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/pulls/{number}", operation: "pulls/update", handle: (*call).updatePull},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/files", operation: "pulls/list-files", handle: (*call).listPullFiles},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/commits", operation: "pulls/list-commits", handle: (*call).listPullCommits},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/merge", operation: "pulls/check-if-merged", handle: (*call).checkMerged},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/pulls/{number}/merge", operation: "pulls/merge", handle: (*call).mergePull},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/pulls/{number}/update-branch", operation: "pulls/update-branch", handle: (*call).updateBranch},
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits/{commit_sha...}/pulls", operation: "repos/list-pull-requests-associated-with-commit", handle: (*call).listCommitPulls},
}

// pullInput is what creating and changing a pull request take.
type pullInput struct {
	Title     *string `json:"title"`
	Body      *string `json:"body"`
	Head      string  `json:"head"`
	HeadRepo  string  `json:"head_repo"`
	Base      *string `json:"base"`
	State     *string `json:"state"`
	Draft     bool    `json:"draft"`
	CanModify *bool   `json:"maintainer_can_modify"`
	Issue     int64   `json:"issue"`
}

func (c *call) createPull() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in pullInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	i, err := c.pullSubject(r, &in)
	if err != nil {
		return reply{}, err
	}
	if i.Pull, err = c.newPull(r, &in); err != nil {
		return reply{}, err
	}
	if i.ID == 0 {
		err = c.addIssue(r, i)
	}
	if err != nil {
		return reply{}, err
	}
	if err := c.measure(r, i); err != nil {
		return reply{}, err
	}
	c.touched(i)
	if err := c.putIssue(i); err != nil {
		return reply{}, err
	}
	if err := c.emitIssue(r, i, "opened", nil); err != nil {
		return reply{}, err
	}
	return showNew(c.pull(r, i))
}

// pullSubject returns what becomes the pull request: something new with a
// title, or an open issue.
func (c *call) pullSubject(r *repository, in *pullInput) (*issue, error) {
	if in.Issue != 0 {
		i, err := findIssue(c.tx, r, in.Issue)
		if errors.Is(err, errMissing) || err == nil && (i.Pull != nil || i.Closed) {
			return nil, invalid("PullRequest", "issue", "invalid")
		}
		return i, err
	}
	if in.Title == nil {
		in.Title = new(string)
	}
	if err := checkTexts("PullRequest", in.Title, in.Body); err != nil {
		return nil, err
	}
	i := &issue{Title: *in.Title, Author: c.me().ID}
	assign(&i.Body, in.Body)
	return i, nil
}

// newPull finds both branches, and refuses what cannot be merged ever.
func (c *call) newPull(r *repository, in *pullInput) (*pull, error) {
	headRepo, headRef, err := c.findHead(r, in)
	if err != nil {
		return nil, err
	}
	p := &pull{HeadRepo: headRepo.ID, HeadRef: headRef, LastPusher: c.me().ID, Draft: in.Draft, CanModify: headRepo.ID != r.ID}
	assign(&p.BaseRef, in.Base)
	p.BaseRef = strings.TrimPrefix(p.BaseRef, "refs/heads/")
	if headRepo.ID != r.ID {
		assign(&p.CanModify, in.CanModify)
	}
	if p.HeadSHA, err = c.tx.knownRef(headRepo.ID, "refs/heads/"+headRef); err != nil {
		return nil, err
	}
	if p.HeadSHA == "" {
		return nil, invalid("PullRequest", "head", "invalid")
	}
	if p.BaseSHA, err = c.baseTip(r, p); err != nil {
		return nil, err
	}
	if p.BaseSHA == "" {
		return nil, invalid("PullRequest", "base", "invalid")
	}
	if err := c.mayPropose(headRepo); err != nil {
		return nil, err
	}
	return p, c.checkProposal(r, headRepo, p)
}

// findHead reads "branch", "owner:branch" and head_repo.
func (c *call) findHead(r *repository, in *pullInput) (*repository, string, error) {
	owner, ref, found := strings.Cut(in.Head, ":")
	if !found {
		return r, strings.TrimPrefix(in.Head, "refs/heads/"), nil
	}
	a, err := findAccount(c.tx, owner)
	if errors.Is(err, errMissing) {
		return nil, "", invalid("PullRequest", "head", "invalid")
	}
	if err != nil {
		return nil, "", err
	}
	if a.ID == r.Parent && in.HeadRepo == "" {
		return r, ref, nil
	}
	all, err := repositories.list(c.tx, a.ID)
	if err != nil {
		return nil, "", err
	}
	_, name, _ := strings.Cut(in.HeadRepo, "/")
	name = cmp.Or(name, in.HeadRepo)
	for _, candidate := range all {
		related := candidate.ForkOf == r.ID || candidate.ID == r.ForkOf || candidate.ForkOf != 0 && candidate.ForkOf == r.ForkOf || candidate.ID == r.ID
		if related && (name == "" || fold(name) == candidate.Key) {
			return candidate, ref, nil
		}
	}
	return nil, "", invalid("PullRequest", "head", "invalid")
}

// mayPropose: who opens a pull request must be able to push its head.
func (c *call) mayPropose(head *repository) error {
	may, err := c.hasLevel(head, levelWrite)
	if err != nil {
		return err
	}
	if !may {
		return forbidden("Must have push access to the head branch's repository.")
	}
	return nil
}

// checkProposal refuses a pull request that would be empty, or is there.
func (c *call) checkProposal(r, headRepo *repository, p *pull) error {
	owner, err := accounts.get(c.tx, headRepo.Parent)
	if err != nil {
		return err
	}
	refuse := func(message string) error {
		return validation(fieldError{Resource: "PullRequest", Code: "custom", Message: message})
	}
	open, err := c.openPulls(r)
	if err != nil {
		return err
	}
	for _, other := range open {
		if q := other.Pull; q.HeadRepo == p.HeadRepo && q.HeadRef == p.HeadRef && q.BaseRef == p.BaseRef {
			return refuse(fmt.Sprintf("A pull request already exists for %s:%s.", owner.Login, p.HeadRef))
		}
	}
	// The fork has the base's objects, if anything is in common.
	repo := c.srv.git(headRepo)
	repo.Env = append(repo.Env, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+c.srv.gitDir(r.ID)+"/objects")
	if _, err := mergeBase(c.tx.ctx, repo, p.BaseSHA, p.HeadSHA); errors.Is(err, errMissing) {
		return refuse(fmt.Sprintf("The %s branch has no history in common with %s", p.HeadRef, p.BaseRef))
	} else if err != nil {
		return err
	}
	nothing, err := isAncestor(c.tx.ctx, repo, p.HeadSHA, p.BaseSHA)
	if err == nil && nothing {
		err = refuse(fmt.Sprintf("No commits between %s and %s", p.BaseRef, p.HeadRef))
	}
	return err
}

// openPulls returns the open pull requests of a repository.
func (v *view) openPulls(r *repository) ([]*issue, error) {
	all, err := issues.query(v.tx, `kind = ? AND parent = ? AND json_extract(body, '$.pull') IS NOT NULL
		AND json_extract(body, '$.closed') IS NULL ORDER BY id`, string(issues), r.ID)
	return all, err
}

func (c *call) getPull() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	for _, form := range []string{"diff", "patch"} {
		if strings.Contains(c.r.Header.Get("Accept"), "."+form) {
			return c.pullText(r, i, form)
		}
	}
	return show(c.pull(r, i))
}

// pullText answers a pull request as a diff, or as mails of its commits.
func (c *call) pullText(r *repository, i *issue, form string) (reply, error) {
	p := i.Pull
	args := []string{"diff", "--full-index", p.BaseSHA + "..." + p.HeadSHA}
	if form == "patch" {
		args = []string{"format-patch", "--stdout", p.BaseSHA + ".." + p.HeadSHA}
	}
	text, err := c.srv.git(r).Run(c.tx.ctx, args...)
	if err != nil {
		return reply{}, err
	}
	return reply{
		status: http.StatusOK, body: []byte(text + "\n"),
		header: http.Header{"Content-Type": {"application/vnd.github." + form + "; charset=utf-8"}},
	}, nil
}

func (c *call) listPulls() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := issues.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	state := cmp.Or(c.query("state"), "open")
	if !slices.Contains([]string{"open", "closed", "all"}, state) {
		return reply{}, invalid("PullRequest", "state", "invalid")
	}
	headRepo, headRef, err := c.headFilter(r)
	if err != nil {
		return reply{}, err
	}
	base := c.query("base")
	all = slices.DeleteFunc(all, func(i *issue) bool {
		return i.Pull == nil || state != "all" && i.state() != state || base != "" && i.Pull.BaseRef != base ||
			headRef != "" && i.Pull.HeadRef != headRef || headRepo != 0 && i.Pull.HeadRepo != headRepo
	})
	key := func(i *issue) int64 { return i.CreatedAt.Unix() }
	switch c.query("sort") {
	case "updated":
		key = func(i *issue) int64 { return i.UpdatedAt.Unix() }
	case "popularity":
		key = func(i *issue) int64 { return int64(i.Comments) }
	}
	// Without a sort, and with the one by creation, the newest come first.
	asc := c.query("direction") == "asc"
	sortIssues(all, key, asc)
	return paged(c, all, func(i *issue) (object, error) { return c.simplePull(r, i) })
}

// headFilter reads "owner:branch"; a branch alone is no filter on GitHub, and
// gives everything.
func (c *call) headFilter(r *repository) (repo int64, ref string, err error) {
	owner, ref, found := strings.Cut(c.query("head"), ":")
	if !found {
		return 0, "", nil
	}
	a, err := findAccount(c.tx, owner)
	if errors.Is(err, errMissing) {
		return -1, ref, nil // nobody's: nothing matches
	}
	if err != nil {
		return 0, "", err
	}
	if a.ID == r.Parent {
		return r.ID, ref, nil
	}
	forks, err := repositories.list(c.tx, a.ID)
	for _, fork := range forks {
		if fork.ForkOf == r.ID {
			return fork.ID, ref, err
		}
	}
	return -1, ref, err
}

func (c *call) updatePull() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in pullInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.mayEdit(r, i.Author); err != nil {
		return reply{}, err
	}
	if err := checkTexts("PullRequest", in.Title, in.Body); err != nil {
		return reply{}, err
	}
	if err := c.editTexts(r, i, in.Title, in.Body); err != nil {
		return reply{}, err
	}
	if in.CanModify != nil {
		i.Pull.CanModify = *in.CanModify
		if err := c.putIssue(i); err != nil {
			return reply{}, err
		}
	}
	if in.Base != nil && *in.Base != i.Pull.BaseRef {
		if err := c.retarget(r, i, *in.Base); err != nil {
			return reply{}, err
		}
	}
	if in.State != nil {
		if err := c.setPullState(r, i, *in.State); err != nil {
			return reply{}, err
		}
	}
	return show(c.pull(r, i))
}

// retarget gives a pull request another base.
func (c *call) retarget(r *repository, i *issue, base string) error {
	if i.Closed {
		return invalidBecause("PullRequest", "base", "Cannot change the base branch of a closed pull request.")
	}
	p := *i.Pull
	p.BaseRef = base
	tip, err := c.baseTip(r, &p)
	if err != nil {
		return err
	}
	if tip == "" {
		return invalid("PullRequest", "base", "invalid")
	}
	p.BaseSHA = tip
	if err := c.checkProposal(r, r, &p); err != nil {
		return err
	}
	changes := object{"base": object{"ref": object{"from": i.Pull.BaseRef}, "sha": object{"from": i.Pull.BaseSHA}}}
	i.Pull = &p
	if err := c.measure(r, i); err != nil {
		return err
	}
	c.touched(i)
	if err := c.putIssue(i); err != nil {
		return err
	}
	return c.emitIssue(r, i, "edited", object{"changes": changes})
}

// setPullState closes or reopens a pull request.
func (c *call) setPullState(r *repository, i *issue, state string) error {
	switch state {
	case "closed":
		return c.setClosed(r, i, true, "", "")
	case "open":
		if !i.Closed {
			return nil
		}
		if err := c.canReopen(r, i); err != nil {
			return err
		}
		if err := c.measure(r, i); err != nil {
			return err
		}
		c.touched(i)
		return c.setClosed(r, i, false, "", "")
	}
	return invalid("PullRequest", "state", "invalid")
}

func (c *call) canReopen(r *repository, i *issue) error {
	p := i.Pull
	refuse := func(message string) error { return invalidBecause("PullRequest", "state", message) }
	if p.merged() {
		return refuse("state cannot be changed. The pull request was merged.")
	}
	head, err := c.tx.knownRef(p.HeadRepo, "refs/heads/"+p.HeadRef)
	if err != nil {
		return err
	}
	if head == "" {
		return refuse(fmt.Sprintf("state cannot be changed. The %s branch has been deleted.", p.HeadRef))
	}
	if head != p.HeadSHA {
		forward, err := isAncestor(c.tx.ctx, c.srv.git(r), p.HeadSHA, head)
		if err != nil {
			return err
		}
		if !forward {
			return refuse(fmt.Sprintf("state cannot be changed. The %s branch was force-pushed or recreated.", p.HeadRef))
		}
	}
	tip, err := c.baseTip(r, p)
	if err != nil {
		return err
	}
	if tip == "" {
		return refuse(fmt.Sprintf("state cannot be changed. The %s branch has been deleted.", p.BaseRef))
	}
	p.HeadSHA, p.BaseSHA = head, tip
	return nil
}

func (c *call) listPullFiles() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	files, err := c.pullFiles(r, i)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	return paged(c, files[:min(len(files), 3000)], func(f fileDiff) (object, error) {
		return c.diffEntry(full, i.Pull.HeadSHA, f), nil
	})
}
