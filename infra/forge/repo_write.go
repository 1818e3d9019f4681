// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/lanner-project/lanner/infra/git"
)

// repoInput is what creating and updating a repository take.
type repoInput struct {
	Name, Description, Homepage, Visibility *string
	Private, Archived                       *bool
	DefaultBranch                           *string `json:"default_branch"`
	HasIssues                               *bool   `json:"has_issues"`
	AutoInit                                bool    `json:"auto_init"`
	AllowMerge                              *bool   `json:"allow_merge_commit"`
	AllowSquash                             *bool   `json:"allow_squash_merge"`
	AllowRebase                             *bool   `json:"allow_rebase_merge"`
	AllowAutoMerge                          *bool   `json:"allow_auto_merge"`
	AllowUpdateBranch                       *bool   `json:"allow_update_branch"`
	DeleteBranchOnMerge                     *bool   `json:"delete_branch_on_merge"`
	SquashTitle                             *string `json:"squash_merge_commit_title"`
	SquashMessage                           *string `json:"squash_merge_commit_message"`
	MergeTitle                              *string `json:"merge_commit_title"`
	MergeMessage                            *string `json:"merge_commit_message"`
}

// apply sets what the input has, but for the name and the default branch,
// which need more than setting.
func (in *repoInput) apply(r *repository) error {
	assign(&r.Description, in.Description)
	assign(&r.Homepage, in.Homepage)
	assign(&r.Private, in.Private)
	if in.Visibility != nil {
		if !slices.Contains([]string{"public", "private", "internal"}, *in.Visibility) {
			return invalid("Repository", "visibility", "invalid")
		}
		r.Private = *in.Visibility != "public"
	}
	assign(&r.Archived, in.Archived)
	assign(&r.HasIssues, in.HasIssues)
	assign(&r.AllowMerge, in.AllowMerge)
	assign(&r.AllowSquash, in.AllowSquash)
	assign(&r.AllowRebase, in.AllowRebase)
	assign(&r.AllowAutoMerge, in.AllowAutoMerge)
	assign(&r.AllowUpdateBranch, in.AllowUpdateBranch)
	assign(&r.DeleteBranchOnMerge, in.DeleteBranchOnMerge)
	assign(&r.SquashTitle, in.SquashTitle)
	assign(&r.SquashMessage, in.SquashMessage)
	assign(&r.MergeTitle, in.MergeTitle)
	assign(&r.MergeMessage, in.MergeMessage)
	if !r.AllowMerge && !r.AllowSquash && !r.AllowRebase {
		return invalidBecause("Repository", "merge_commit_allowed", "Sorry, you need to allow at least one merge strategy. (no_merge_method)")
	}
	return nil
}

func (c *call) createOwnRepo() (reply, error) {
	if c.actor.token != nil && c.actor.token.Grant != nil {
		return reply{}, forbidden("Resource not accessible by integration")
	}
	return c.createRepo(c.me())
}

func (c *call) createOrgRepo() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	role, err := c.orgRole(org)
	if err != nil {
		return reply{}, err
	}
	if role < roleOwner && (role < roleMember || !org.Org.MembersCanCreate) {
		return reply{}, forbidden("You need admin access to the organization before adding a repository to it.")
	}
	return c.createRepo(org)
}

func (c *call) createRepo(owner *account) (reply, error) {
	var in repoInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name == nil || *in.Name == "" {
		return reply{}, invalid("Repository", "name", "missing_field")
	}
	r := &repository{
		Name: *in.Name, DefaultBranch: "main", HasIssues: true,
		AllowMerge: true, AllowSquash: true, AllowRebase: true,
		SquashTitle: "COMMIT_OR_PR_TITLE", SquashMessage: "COMMIT_MESSAGES", MergeTitle: "MERGE_MESSAGE", MergeMessage: "PR_TITLE",
	}
	if err := in.apply(r); err != nil {
		return reply{}, err
	}
	if !c.hasScope("repo") && (r.Private || !c.hasScope("public_repo")) {
		return reply{}, errNotFound
	}
	if err := c.addRepo(owner, r); err != nil {
		return reply{}, err
	}
	if in.AutoInit {
		if err := c.initialCommit(r); err != nil {
			return reply{}, err
		}
	}
	return showNew(c.fullRepository(r))
}

// addRepo adds the document, the bare repository, and tells so.
func (v *view) addRepo(owner *account, r *repository) error {
	if !validRepoName.MatchString(r.Name) || r.Name == "." || r.Name == ".." {
		return invalidBecause("Repository", "name", "name can only contain ASCII letters, digits, and the characters ., -, and _.")
	}
	err := repositories.insert(v.tx, owner.ID, fold(r.Name), r)
	if errors.Is(err, errTaken) {
		return invalidBecause("Repository", "name", "name already exists on this account")
	}
	if err != nil {
		return err
	}
	dir := v.srv.gitDir(r.ID)
	// An id that a rolled-back transaction had is given again: its folder goes.
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("making room for a repository: %w", err)
	}
	repo := git.Repo{Dir: v.srv.config.Dir}
	if r.ForkOf != 0 {
		_, err = repo.Run(v.tx.ctx, "clone", "--quiet", "--bare", v.srv.gitDir(r.ForkOf), dir)
	} else {
		_, err = repo.Run(v.tx.ctx, "init", "--quiet", "--bare", "--template=", "--initial-branch="+r.DefaultBranch, dir)
	}
	if err != nil {
		return fmt.Errorf("making the repository %s: %w", r.Name, err)
	}
	return v.emit(event{name: "repository", action: "created", repo: r})
}

// initialCommit is what auto_init asks for: a README with the name.
func (c *call) initialCommit(r *repository) error {
	repo := c.srv.git(r)
	blob, err := writeBlob(c.tx.ctx, repo, []byte("# "+r.Name+"\n"))
	if err != nil {
		return err
	}
	tree, err := writeTree(c.tx.ctx, repo, []treeEntry{{Mode: "100644", Type: "blob", SHA: blob, Path: "README.md"}})
	if err != nil {
		return err
	}
	commit, err := writeCommit(c.tx.ctx, repo, newCommit{tree: tree, message: "Initial commit", author: c.person(), committer: c.person()})
	if err != nil {
		return err
	}
	if err := setRef(c.tx.ctx, repo, "refs/heads/"+r.DefaultBranch, commit, zeroOID); err != nil {
		return err
	}
	return c.settle(r)
}

func (c *call) updateRepo() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	var in repoInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	before := *r
	if err := in.apply(r); err != nil {
		return reply{}, err
	}
	if in.Name != nil && *in.Name != r.Name {
		if !validRepoName.MatchString(*in.Name) {
			return reply{}, invalid("Repository", "name", "invalid")
		}
		r.Name, r.Key = *in.Name, fold(*in.Name)
	}
	if in.DefaultBranch != nil && *in.DefaultBranch != r.DefaultBranch {
		if _, err := resolveRef(c.tx.ctx, c.srv.git(r), "refs/heads/"+*in.DefaultBranch); err != nil {
			return reply{}, invalidBecause("Repository", "default_branch", "The branch "+*in.DefaultBranch+" was not found. Please push that ref first or create it via the Git Data API.")
		}
		r.DefaultBranch = *in.DefaultBranch
	}
	if err := repositories.put(c.tx, r); err != nil {
		if errors.Is(err, errTaken) {
			return reply{}, invalidBecause("Repository", "name", "name already exists on this account")
		}
		return reply{}, err
	}
	if err := c.tellRepoChange(&before, r); err != nil {
		return reply{}, err
	}
	if before.DefaultBranch != r.DefaultBranch {
		if err := setHead(c.tx.ctx, c.srv.git(r), r.DefaultBranch); err != nil {
			return reply{}, err
		}
	}
	return c.answerRepo(r)
}

// tellRepoChange emits the events that GitHub divides an update into.
func (v *view) tellRepoChange(before, after *repository) error {
	tell := func(action string, changes object) error {
		e := event{name: "repository", action: action, repo: after}
		if changes != nil {
			e.payload = object{"changes": changes}
		}
		return v.emit(e)
	}
	if before.Name != after.Name {
		if err := tell("renamed", object{"repository": object{"name": object{"from": before.Name}}}); err != nil {
			return err
		}
	}
	for _, change := range []struct {
		was, is bool
		on, off string
	}{{before.Archived, after.Archived, "archived", "unarchived"}, {before.Private, after.Private, "privatized", "publicized"}} {
		action := change.on
		if change.was {
			action = change.off
		}
		if change.was != change.is {
			if err := tell(action, nil); err != nil {
				return err
			}
		}
	}
	edited := object{}
	if before.Description != after.Description {
		edited["description"] = object{"from": orNull(before.Description)}
	}
	if before.Homepage != after.Homepage {
		edited["homepage"] = object{"from": orNull(before.Homepage)}
	}
	if before.DefaultBranch != after.DefaultBranch {
		edited["default_branch"] = object{"from": before.DefaultBranch}
	}
	if len(edited) == 0 {
		return nil
	}
	return tell("edited", edited)
}

func (c *call) createFork() (reply, error) {
	parent, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Organization, Name string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	owner := c.me()
	if in.Organization != "" {
		if owner, err = findOrg(c.tx, in.Organization); err != nil {
			return reply{}, err
		}
		role, err := c.orgRole(owner)
		if err != nil {
			return reply{}, err
		}
		if role < roleMember {
			return reply{}, forbidden("You must be a member of " + owner.Login + " to fork into it.")
		}
	}
	if owner.ID == parent.Parent {
		return reply{}, forbidden("A repository cannot be forked into its own account.")
	}
	fork := *parent
	fork.meta = meta{}
	fork.ForkOf, fork.OpenIssues = parent.ID, 0
	if in.Name != "" {
		fork.Name = in.Name
	}
	existing, err := repositories.find(c.tx, owner.ID, fold(fork.Name))
	switch {
	case err == nil && existing.ForkOf == parent.ID:
		fork = *existing // forking twice answers the fork there is
	case err == nil:
		return reply{}, invalidBecause("Repository", "name", "name already exists on this account")
	case !errors.Is(err, errMissing):
		return reply{}, err
	default:
		if err := c.fork(parent, owner, &fork); err != nil {
			return reply{}, err
		}
	}
	out, err := c.fullRepository(&fork)
	if err != nil {
		return reply{}, err
	}
	return reply{status: 202, body: out}, nil
}

func (c *call) fork(parent *repository, owner *account, fork *repository) error {
	if err := c.addRepo(owner, fork); err != nil {
		return err
	}
	// A fork has the branches and tags, not the pull requests.
	if err := deletePullRefs(context.WithoutCancel(c.r.Context()), c.srv.git(fork)); err != nil {
		return err
	}
	// Nothing was pushed: the references are known from the start.
	if err := c.rememberRefs(fork); err != nil {
		return err
	}
	rendered, err := c.fullRepository(fork)
	if err != nil {
		return err
	}
	delete(rendered, "permissions")
	return c.emit(event{name: "fork", repo: parent, payload: object{"forkee": rendered}})
}
