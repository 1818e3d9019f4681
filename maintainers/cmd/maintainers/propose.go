// SPDX-License-Identifier: Apache-2.0

package main

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
	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/maintainers/publish"
)

// proposals is what the branches of generated files begin with.
const proposals = "maintainers/"

func newPropose() *cobra.Command {
	s := source{at: "HEAD"}
	var remote, baseURL, tokenFile string
	cmd := &cobra.Command{
		Use:   "propose",
		Short: "Opens the pull request that brings the generated files up to date",
		Long: `Propose makes what "generate" makes, from the files of the commit --at, and
opens a pull request with it against --branch. There is one pull request for one
outcome: run again, it finds the one that is there, open or closed. Those that it
opened before for another outcome are closed. Where everything is up to date, it
says so and asks GitHub nothing.

The token of GITHUB_TOKEN, GH_TOKEN or --token-file needs to write contents and
pull requests; its account signs the commit off.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := proposal{out: cmd.OutOrStdout(), branch: s.branch}
			stale, err := p.stale(cmd.Context(), s)
			if err != nil {
				return err
			}
			if len(stale) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "everything is up to date")
				return err
			}
			if err := p.connect(cmd, s.dir, remote, baseURL, tokenFile); err != nil {
				return err
			}
			return p.open(cmd.Context(), stale)
		},
	}
	cmd.Flags().StringVar(&remote, "remote", "origin", "the git remote that is the repository on GitHub")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "GitHub's REST address (default: by the remote)")
	cmd.Flags().StringVar(&tokenFile, "token-file", "", "file with the GitHub token (default: $GITHUB_TOKEN, then $GH_TOKEN)")
	s.flags(cmd)
	// The folder as it is may hold what nobody has committed.
	cmd.Flags().Lookup("at").DefValue, s.at = "HEAD", "HEAD"
	cmd.Flags().Lookup("at").Usage = "read the files of this commit, which --branch must have"
	return cmd
}

// proposal is the work of one "propose".
type proposal struct {
	out          io.Writer
	branch       string
	commit       string // that the files were read at
	github       *github.Client
	owner, name  string
	login, email string
}

// stale returns the files that are not what they should be.
func (p *proposal) stale(ctx context.Context, s source) ([]publish.File, error) {
	project, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if p.commit, err = (git.Repo{Dir: s.dir}).Run(ctx, "rev-parse", "--verify", s.at+"^{commit}"); err != nil {
		return nil, err
	}
	files, err := publish.Generate(project, s.people)
	if err != nil {
		return nil, err
	}
	var stale []publish.File
	for _, f := range files {
		if have, there := project.Snapshot.Files[f.Path]; !there || have != string(f.Content) {
			stale = append(stale, f)
		}
	}
	return stale, nil
}

func (p *proposal) connect(cmd *cobra.Command, dir, remote, baseURL, tokenFile string) error {
	address, err := git.Repo{Dir: dir}.Run(cmd.Context(), "remote", "get-url", remote)
	if err != nil {
		return err
	}
	place, err := github.ParseRemote(address)
	if err != nil {
		return err
	}
	if baseURL != "" {
		place.BaseURL = baseURL
	}
	token, err := github.LoadToken(tokenFile, os.Getenv)
	if err == nil && token == nil {
		err = errors.New("no GitHub token: set GITHUB_TOKEN, or give --token-file")
	}
	if err != nil {
		return err
	}
	p.owner, p.name = place.Owner, place.Name
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	if p.github, err = github.New(github.Options{BaseURL: place.BaseURL, Token: token, Log: log}); err != nil {
		return err
	}
	p.login, err = p.github.Login(cmd.Context())
	p.email = github.Email(p.login)
	return err
}

// open opens the pull request, if it was not opened before.
func (p *proposal) open(ctx context.Context, stale []publish.File) error {
	sum := sha256.New()
	for _, f := range stale {
		fmt.Fprintf(sum, "%s %d\n%s", f.Path, len(f.Content), f.Content)
	}
	head := fmt.Sprintf("%s%x", proposals, sum.Sum(nil)[:6])
	pulls, _, err := p.github.PullRequests.List(ctx, p.owner, p.name, &gh.PullRequestListOptions{State: "all", Head: p.owner + ":" + head})
	if err != nil {
		return err
	}
	for _, pr := range pulls {
		if pr.GetState() == "open" || pr.GetBase().GetSHA() == p.commit {
			_, err := fmt.Fprintf(p.out, "proposed before (%s): %s\n", pr.GetState(), pr.GetHTMLURL())
			return err
		}
	}
	if err := p.push(ctx, head, stale); err != nil {
		return err
	}
	var body strings.Builder
	body.WriteString("The `OWNERS` files or `people.yaml` changed, and what is generated from them did not. `maintainers generate` makes:\n\n")
	for _, f := range stale {
		fmt.Fprintf(&body, "- `%s`\n", f.Path)
	}
	body.WriteString("\n```release-note\nNONE\n```\n")
	pr, _, err := p.github.PullRequests.Create(ctx, p.owner, p.name, &gh.NewPullRequest{
		Title: new("Bring the maintainers up to date"), Head: &head, Base: &p.branch, Body: new(body.String()),
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.out, pr.GetHTMLURL()); err != nil {
		return err
	}
	return p.supersede(ctx, pr)
}

// push makes the branch, or makes it anew: one without a pull request is what
// an attempt left that was cut short.
func (p *proposal) push(ctx context.Context, head string, stale []publish.File) error {
	at, _, err := p.github.Git.GetCommit(ctx, p.owner, p.name, p.commit)
	if err != nil {
		return fmt.Errorf("%s: %w; is it pushed?", p.commit, err)
	}
	var entries []*gh.TreeEntry
	for _, f := range stale {
		entries = append(entries, &gh.TreeEntry{Path: new(f.Path), Mode: new("100644"), Type: new("blob"), Content: new(string(f.Content))})
	}
	tree, _, err := p.github.Git.CreateTree(ctx, p.owner, p.name, at.GetTree().GetSHA(), entries)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("Bring the maintainers up to date\n\nSigned-off-by: %s <%s>", p.login, p.email)
	commit, _, err := p.github.Git.CreateCommit(ctx, p.owner, p.name, &gh.Commit{
		Message: &message, Tree: tree, Parents: []*gh.Commit{{SHA: &p.commit}}, Author: &gh.CommitAuthor{Name: &p.login, Email: &p.email},
	}, nil)
	if err != nil {
		return err
	}
	return p.github.SetBranch(ctx, p.owner, p.name, head, commit.GetSHA())
}

// supersede closes what was proposed before, and deletes its branch.
func (p *proposal) supersede(ctx context.Context, by *gh.PullRequest) error {
	open, err := github.All(func(page gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return p.github.PullRequests.List(ctx, p.owner, p.name, &gh.PullRequestListOptions{State: "open", Base: p.branch, ListOptions: page})
	})
	if err != nil {
		return err
	}
	for _, pr := range open {
		head := pr.GetHead()
		if pr.GetNumber() == by.GetNumber() || pr.GetUser().GetLogin() != by.GetUser().GetLogin() || !strings.HasPrefix(head.GetRef(), proposals) ||
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
		if _, err := fmt.Fprintf(p.out, "closed %s\n", pr.GetHTMLURL()); err != nil {
			return err
		}
	}
	return nil
}
