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

func (c *call) checkMerged() (reply, error) {
	_, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	if !i.Pull.merged() {
		return reply{}, errNotFound
	}
	return noContent()
}

// mergeInput is what merging takes.
type mergeInput struct {
	Title   *string `json:"commit_title"`
	Message *string `json:"commit_message"`
	SHA     string  `json:"sha"`
	Method  string  `json:"merge_method"`
}

func notMergeable(message string) error {
	return &apiError{status: http.StatusMethodNotAllowed, message: message}
}

func (c *call) mergePull() (reply, error) {
	r, i, err := c.pullOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	in := mergeInput{Method: "merge"}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.canMerge(r, i, &in); err != nil {
		return reply{}, err
	}
	tip, err := c.baseTip(r, i.Pull)
	if err != nil {
		return reply{}, err
	}
	commit, err := c.writeMerge(r, i, &in, tip)
	if err != nil {
		return reply{}, err
	}
	if err := c.setMerged(r, i, commit, tip); err != nil {
		return reply{}, err
	}
	// From here on git has changed, and what fails is not undone; settling
	// again, at the next push or start, makes up for it.
	base := "refs/heads/" + i.Pull.BaseRef
	if err := setRef(c.tx.ctx, c.srv.git(r), base, commit, tip); err != nil {
		return reply{}, errors.Join(notMergeable("Base branch was modified. Review and try the merge again."), err)
	}
	if r.DeleteBranchOnMerge && i.Pull.HeadRepo == r.ID && i.Pull.HeadRef != r.DefaultBranch {
		if err := setRef(c.tx.ctx, c.srv.git(r), "refs/heads/"+i.Pull.HeadRef, zeroOID, ""); err != nil {
			return reply{}, err
		}
	}
	if err := c.settle(r); err != nil {
		return reply{}, err
	}
	return ok(object{"sha": commit, "merged": true, "message": "Pull Request successfully merged"})
}

// canMerge says no in the order, and in the words, that GitHub does.
func (c *call) canMerge(r *repository, i *issue, in *mergeInput) error {
	allowed := map[string]bool{"merge": r.AllowMerge, "squash": r.AllowSquash, "rebase": r.AllowRebase}
	names := map[string]string{"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}
	may, known := allowed[in.Method]
	switch {
	case !known:
		return unprocessable(fmt.Sprintf("Invalid request.\n\n%s is not a member of [\"merge\", \"squash\", \"rebase\"].", in.Method))
	case i.Pull.merged() || i.Closed:
		return notMergeable("Pull Request is not mergeable")
	case in.SHA != "" && in.SHA != i.Pull.HeadSHA:
		return conflict("Head branch was modified. Review and try the merge again.")
	case i.Pull.Draft:
		return notMergeable("Pull Request is still a draft")
	case !may:
		return notMergeable(names[in.Method] + " are not allowed on this repository.")
	}
	return c.mayMerge(r, i, in.Method)
}

// mayMerge asks the protection of the base branch, as far as it binds who asks.
func (c *call) mayMerge(r *repository, i *issue, method string) error {
	have, err := c.myLevel(r)
	if err != nil {
		return err
	}
	bound := func(p *protection) (bool, error) {
		holds, err := c.binds(p, r, have)
		if err != nil || !holds {
			return false, err
		}
		if p.Linear && method == "merge" {
			return false, notMergeable("This branch must not contain merge commits.")
		}
		if p.Pushers == nil {
			return true, nil
		}
		may, err := c.amongActors(r, p.Pushers)
		if err == nil && !may {
			err = notMergeable("You're not authorized to push to this branch.")
		}
		return true, err
	}
	found, err := c.mergeFindings(r, i, bound)
	if err == nil && len(found.blocks) > 0 {
		err = notMergeable(found.blocks[0])
	}
	return err
}

// writeMerge writes what the base branch is to point to.
func (c *call) writeMerge(r *repository, i *issue, in *mergeInput, tip string) (string, error) {
	ctx, repo := c.tx.ctx, c.srv.git(r)
	if in.Method == "rebase" {
		commit, clean, err := rebase(ctx, repo, tip, i.Pull.HeadSHA, c.person())
		if err == nil && !clean {
			err = notMergeable("This branch can't be rebased")
		}
		return commit, err
	}
	tree, clean, err := mergeTrees(ctx, repo, tip, i.Pull.HeadSHA)
	if err != nil {
		return "", err
	}
	if !clean {
		return "", notMergeable("Pull Request is not mergeable")
	}
	commit := newCommit{tree: tree, parents: []string{tip, i.Pull.HeadSHA}, author: c.person(), committer: c.webFlow()}
	title, message, err := c.mergeMessage(r, i)
	if in.Method == "squash" {
		var author *account
		if author, err = accounts.get(c.tx, i.Author); err != nil {
			return "", err
		}
		commit.parents, commit.author = []string{tip}, c.personOf(author)
		title, message, err = c.squashMessage(r, i, commit.author)
	}
	if err != nil {
		return "", err
	}
	assign(&title, in.Title)
	assign(&message, in.Message)
	commit.message = title
	if message != "" {
		commit.message += "\n\n" + message
	}
	return writeCommit(ctx, repo, commit)
}

// mergeMessage is the message of a merge commit, as the repository wants it.
func (c *call) mergeMessage(r *repository, i *issue) (title, message string, err error) {
	head, err := c.pullEnd(i.Pull.HeadRepo, i.Pull.HeadRef, i.Pull.HeadSHA)
	if err != nil {
		return "", "", err
	}
	from := strings.Replace(fmt.Sprint(head["label"]), ":", "/", 1)
	title = fmt.Sprintf("Merge pull request #%d from %s", i.Number, from)
	if r.MergeTitle == "PR_TITLE" {
		title = fmt.Sprintf("%s (#%d)", i.Title, i.Number)
	}
	switch r.MergeMessage {
	case "PR_BODY":
		message = i.Body
	case "PR_TITLE":
		message = i.Title
	}
	return title, message, nil
}

// squashMessage is the message of a squashed commit: of a single commit its
// own, of several a list; and who else wrote them.
func (c *call) squashMessage(r *repository, i *issue, author person) (title, message string, err error) {
	oids, err := c.pullCommits(c.tx.ctx, r, i.Pull)
	if err != nil {
		return "", "", err
	}
	title = fmt.Sprintf("%s (#%d)", i.Title, i.Number)
	var all []rawCommit
	for _, oid := range oids {
		one, err := readCommit(c.tx.ctx, c.srv.git(r), oid)
		if err != nil {
			return "", "", err
		}
		if len(one.parents) < 2 {
			all = append(all, one)
		}
	}
	single := len(all) == 1
	if single && r.SquashTitle == "COMMIT_OR_PR_TITLE" {
		subject, _, _ := strings.Cut(all[0].message, "\n")
		title = fmt.Sprintf("%s (#%d)", subject, i.Number)
	}
	switch r.SquashMessage {
	case "PR_BODY":
		message = i.Body
	case "COMMIT_MESSAGES":
		message = joinMessages(all)
	}
	var trailers []string
	for _, one := range all {
		line := fmt.Sprintf("Co-authored-by: %s <%s>", one.author.Name, one.author.Email)
		if one.author.Email != author.Email && !slices.Contains(trailers, line) && !strings.Contains(message, line) {
			trailers = append(trailers, line)
		}
	}
	if len(trailers) > 0 {
		message = strings.TrimLeft(message+"\n\n"+strings.Join(trailers, "\n"), "\n")
	}
	return title, message, nil
}

// joinMessages is what GitHub makes of several commits' messages.
func joinMessages(all []rawCommit) string {
	if len(all) == 1 {
		_, body, _ := strings.Cut(all[0].message, "\n")
		return strings.TrimSpace(body)
	}
	var parts []string
	for _, one := range all {
		parts = append(parts, "* "+strings.TrimSpace(one.message))
	}
	return strings.Join(parts, "\n\n")
}

// updateBranch merges the base into the head branch.
func (c *call) updateBranch() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Expected string `json:"expected_head_sha"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if i.Pull.HeadRepo != r.ID {
		// The fork would have to be locked, too.
		return reply{}, notEmulated(c.r.Method, "pulls/{number}/update-branch of a pull request from a fork")
	}
	if err := c.needs(r, levelWrite); err != nil {
		return reply{}, err
	}
	if cmp.Or(in.Expected, i.Pull.HeadSHA) != i.Pull.HeadSHA {
		return reply{}, unprocessable("expected head sha didn't match current head ref.")
	}
	tip, err := c.baseTip(r, i.Pull)
	if err != nil {
		return reply{}, err
	}
	ctx, repo := c.tx.ctx, c.srv.git(r)
	current, err := isAncestor(ctx, repo, tip, i.Pull.HeadSHA)
	if err != nil {
		return reply{}, err
	}
	if current {
		return reply{}, unprocessable("There are no new commits on the base branch.")
	}
	tree, clean, err := mergeTrees(ctx, repo, i.Pull.HeadSHA, tip)
	if err != nil {
		return reply{}, err
	}
	if !clean {
		return reply{}, unprocessable("merge conflict between base and head")
	}
	commit, err := writeCommit(ctx, repo, newCommit{
		tree: tree, parents: []string{i.Pull.HeadSHA, tip}, author: c.person(), committer: c.webFlow(),
		message: fmt.Sprintf("Merge branch '%s' into %s", i.Pull.BaseRef, i.Pull.HeadRef),
	})
	if err != nil {
		return reply{}, err
	}
	if err := setRef(ctx, repo, "refs/heads/"+i.Pull.HeadRef, commit, i.Pull.HeadSHA); err != nil {
		return reply{}, err
	}
	if err := c.settle(r); err != nil {
		return reply{}, err
	}
	u, err := c.repoURL(r, "/pulls/%d", i.Number)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: object{"message": "Updating pull request branch.", "url": u}}, nil
}
