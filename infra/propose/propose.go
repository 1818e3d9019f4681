// SPDX-License-Identifier: Apache-2.0

// Package propose opens the pull request that brings files up to date.
//
// There is one pull request for one outcome: proposed again, the one that is
// there is found, open or closed, and those of the same kind that were opened
// for another outcome are closed. It writes through GitHub's API alone and
// changes nothing on this machine. What the files should have is its caller's
// business. Commands of infra and maintainers import it. A Proposal is for one
// call at a time.
package propose

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
)

// File is a file as it should be.
type File struct {
	Path    string // from the top of the repository, with slashes
	Content []byte
}

// Proposal is what a pull request is like.
type Proposal struct {
	// Kind begins the names of the branches: proposals of one kind take each
	// other's place. It ends in a slash.
	Kind string
	// Branch is what it is to be merged into, and Commit one of it, that the
	// files were made for.
	Branch, Commit string
	// Title is that of the pull request and of its commit; Body is Markdown.
	Title, Body string

	github       *github.Client
	owner, name  string
	login, email string
}

// Remote says how the repository on GitHub is reached.
type Remote struct {
	Dir       string // of a clone
	Name      string // of the git remote, or its address
	BaseURL   string // of the REST API; empty is what the remote says
	TokenFile string // empty is $GITHUB_TOKEN, then $GH_TOKEN
}

// Connect says as whom it is proposed, and where.
func (p *Proposal) Connect(ctx context.Context, r Remote, stderr io.Writer) error {
	address := r.Name
	if !strings.Contains(address, "://") {
		var err error
		if address, err = (git.Repo{Dir: r.Dir}).Run(ctx, "remote", "get-url", "--", r.Name); err != nil {
			return err
		}
	}
	place, err := github.ParseRemote(address)
	if err != nil {
		return err
	}
	if r.BaseURL != "" {
		place.BaseURL = r.BaseURL
	}
	token, err := github.LoadToken(r.TokenFile, os.Getenv)
	if err == nil && token == nil {
		err = errors.New("no GitHub token: set GITHUB_TOKEN, or give --token-file")
	}
	if err != nil {
		return err
	}
	p.owner, p.name = place.Owner, place.Name
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if p.github, err = github.New(github.Options{BaseURL: place.BaseURL, Token: token, Log: log}); err != nil {
		return err
	}
	p.login, err = p.github.Login(ctx)
	p.email = github.Email(p.login)
	return err
}

// Open opens the pull request, if it was not opened before, and says which it
// is, a line each. Precondition: Connect.
func (p *Proposal) Open(ctx context.Context, files []File, out io.Writer) error {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s %d\n%s", f.Path, len(f.Content), f.Content)
	}
	head := fmt.Sprintf("%s%x", p.Kind, sum.Sum(nil)[:6])
	pulls, _, err := p.github.PullRequests.List(ctx, p.owner, p.name, &gh.PullRequestListOptions{State: "all", Head: p.owner + ":" + head})
	if err != nil {
		return err
	}
	for _, pr := range pulls {
		if pr.GetState() == "open" || pr.GetBase().GetSHA() == p.Commit {
			_, err := fmt.Fprintf(out, "proposed before (%s): %s\n", pr.GetState(), pr.GetHTMLURL())
			return err
		}
	}
	if err := p.push(ctx, head, files); err != nil {
		return err
	}
	pr, _, err := p.github.PullRequests.Create(ctx, p.owner, p.name, &gh.NewPullRequest{Title: &p.Title, Head: &head, Base: &p.Branch, Body: &p.Body})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, pr.GetHTMLURL()); err != nil {
		return err
	}
	return p.supersede(ctx, pr, out)
}

// push makes the branch, or makes it anew: one without a pull request is what
// an attempt left that was cut short.
func (p *Proposal) push(ctx context.Context, head string, files []File) error {
	at, _, err := p.github.Git.GetCommit(ctx, p.owner, p.name, p.Commit)
	if err != nil {
		return fmt.Errorf("%s: %w; is it pushed?", p.Commit, err)
	}
	var entries []*gh.TreeEntry
	for _, f := range files {
		entries = append(entries, &gh.TreeEntry{Path: new(f.Path), Mode: new("100644"), Type: new("blob"), Content: new(string(f.Content))})
	}
	tree, _, err := p.github.Git.CreateTree(ctx, p.owner, p.name, at.GetTree().GetSHA(), entries)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%s\n\nSigned-off-by: %s <%s>", p.Title, p.login, p.email)
	commit, _, err := p.github.Git.CreateCommit(ctx, p.owner, p.name, &gh.Commit{
		Message: &message, Tree: tree, Parents: []*gh.Commit{{SHA: &p.Commit}}, Author: &gh.CommitAuthor{Name: &p.login, Email: &p.email},
	}, nil)
	if err != nil {
		return err
	}
	return p.github.SetBranch(ctx, p.owner, p.name, head, commit.GetSHA())
}

// supersede closes what was proposed before, and deletes its branch.
func (p *Proposal) supersede(ctx context.Context, by *gh.PullRequest, out io.Writer) error {
	open, err := github.All(func(page gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return p.github.PullRequests.List(ctx, p.owner, p.name, &gh.PullRequestListOptions{State: "open", Base: p.Branch, ListOptions: page})
	})
	if err != nil {
		return err
	}
	for _, pr := range open {
		head := pr.GetHead()
		if pr.GetNumber() == by.GetNumber() || pr.GetUser().GetLogin() != by.GetUser().GetLogin() || !strings.HasPrefix(head.GetRef(), p.Kind) ||
			head.GetRepo().GetFullName() != p.owner+"/"+p.name {
			continue
		}
		comment := fmt.Sprintf("#%d takes the place of this.", by.GetNumber())
		if _, _, err := p.github.Issues.CreateComment(ctx, p.owner, p.name, pr.GetNumber(), &gh.IssueComment{Body: &comment}); err != nil {
			return err
		}
		if _, _, err := p.github.PullRequests.Edit(ctx, p.owner, p.name, pr.GetNumber(), &gh.PullRequest{State: new("closed")}); err != nil {
			return err
		}
		if _, err := p.github.Git.DeleteRef(ctx, p.owner, p.name, "heads/"+head.GetRef()); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "closed %s\n", pr.GetHTMLURL()); err != nil {
			return err
		}
	}
	return nil
}
