// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"net/http"

	gh "github.com/google/go-github/v57/github"
)

// SetBranch makes a branch that is the caller's own be at a commit, whether it
// is there or not, and wherever it was.
func (c *Client) SetBranch(ctx context.Context, owner, name, branch, sha string) error {
	ref := &gh.Reference{Ref: new("refs/heads/" + branch), Object: &gh.GitObject{SHA: &sha}}
	_, _, err := c.Git.CreateRef(ctx, owner, name, ref)
	if StatusOf(err) == http.StatusUnprocessableEntity { // it is there
		_, _, err = c.Git.UpdateRef(ctx, owner, name, ref, true)
	}
	return err
}

// Email is an address that GitHub gives each account, for its commits.
// https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
func Email(login string) string { return login + "@users.noreply.github.com" }
