// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"
	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/rota"
)

// preparationLabel marks the issues that releases are prepared in. What is cut
// is recorded in another issue, by release cut.
const preparationLabel = "release/preparation"

func (f *rotaFlags) remindCommand() *cobra.Command {
	ahead := 28
	cmd := &cobra.Command{
		Use: "remind", Short: "Open the issues of the coming releases, and remind their people",
		Long: `remind opens, for each release of the next days, the issue that it is prepared
in, with the checklist of "rota issue", assigned to its lead, backup and shadow;
and comments there 14, 7 and 1 days before the release, with what is wrong with
it. It is to be run every day: what was said is not said again, and of several
days that were missed the last is made good.`,
		Example: "  release rota remind\n  release rota remind --ahead 42",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			due, err := rota.Reminders(r.in, ahead)
			if err != nil || len(due) == 0 {
				return err
			}
			desk, err := f.desk(cmd.Context())
			if err != nil {
				return err
			}
			for _, d := range due {
				if err := desk.remind(cmd.Context(), d); err != nil {
					return fmt.Errorf("%s: %w", d.Version, err)
				}
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&ahead, "ahead", ahead, "how many days before a release its issue is opened")
	return cmd
}

// desk is where reminders are written.
type desk struct {
	out    io.Writer
	github *github.Client
	place  github.Remote
	login  string
	issues []*gh.Issue // those of preparation, read once
}

func (f *rotaFlags) desk(ctx context.Context) (*desk, error) {
	dir, err := filepath.Abs(f.clone)
	if err != nil {
		return nil, err
	}
	_, place, err := f.place(ctx, git.Repo{Dir: dir})
	if err != nil {
		return nil, err
	}
	token, err := f.token(place)
	if err != nil {
		return nil, err
	}
	d := &desk{out: f.stdout, place: place}
	if d.github, err = github.New(github.Options{BaseURL: place.BaseURL, Token: token, Log: f.log()}); err != nil {
		return nil, err
	}
	if d.login, err = d.github.Login(ctx); err != nil {
		return nil, err
	}
	d.issues, err = github.All(func(page gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return d.github.Issues.ListByRepo(ctx, place.Owner, place.Name, &gh.IssueListByRepoOptions{
			State: "all", Labels: []string{preparationLabel}, Creator: d.login, ListOptions: page,
		})
	})
	return d, err
}

// remind opens the issue of a release, and says there what is to be said.
func (d *desk) remind(ctx context.Context, r rota.Reminder) error {
	marker := fmt.Sprintf("<!-- lanner:prepare %s -->", r.Version)
	var issue *gh.Issue
	for _, i := range d.issues {
		if strings.HasPrefix(i.GetBody(), marker) {
			issue = i
		}
	}
	if issue == nil {
		var err error
		if issue, err = d.open(ctx, r, marker); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(d.out, "opened %s\n", issue.GetHTMLURL()); err != nil {
			return err
		}
	}
	if r.Days == 0 || issue.GetState() == "closed" {
		return nil
	}
	comments, err := github.All(func(page gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return d.github.Issues.ListComments(ctx, d.place.Owner, d.place.Name, issue.GetNumber(), &gh.IssueListCommentsOptions{ListOptions: page})
	})
	if err != nil {
		return err
	}
	said := fmt.Sprintf("<!-- lanner:prepare %s D-%d -->", r.Version, r.Days)
	for _, c := range comments {
		if c.GetUser().GetLogin() == d.login && strings.HasPrefix(c.GetBody(), said) {
			return nil
		}
	}
	body := said + "\n" + r.Text
	comment, _, err := d.github.Issues.CreateComment(ctx, d.place.Owner, d.place.Name, issue.GetNumber(), &gh.IssueComment{Body: &body})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.out, "reminded at %s\n", comment.GetHTMLURL())
	return err
}

func (d *desk) open(ctx context.Context, r rota.Reminder, marker string) (*gh.Issue, error) {
	label := &gh.Label{Name: new(preparationLabel), Color: new("1d76db"), Description: new("A release that is prepared, by its lead")}
	if _, _, err := d.github.Issues.CreateLabel(ctx, d.place.Owner, d.place.Name, label); err != nil && github.StatusOf(err) != http.StatusUnprocessableEntity {
		return nil, err
	}
	var body bytes.Buffer
	if err := prepare(&body, r.Assignment); err != nil {
		return nil, err
	}
	issue, _, err := d.github.Issues.Create(ctx, d.place.Owner, d.place.Name, &gh.IssueRequest{
		Title: new("Release " + r.Version), Body: new(marker + "\n" + body.String()), Labels: &[]string{preparationLabel},
	})
	if err != nil {
		return nil, err
	}
	// GitHub leaves out whom it can't assign, and says nothing.
	var people []string
	for _, login := range []string{r.Lead, r.Backup, r.Shadow} {
		if login != "" {
			people = append(people, login)
		}
	}
	if len(people) > 0 {
		_, _, err = d.github.Issues.AddAssignees(ctx, d.place.Owner, d.place.Name, issue.GetNumber(), people)
	}
	return issue, err
}

// prepare writes the checklist of a release.
func prepare(w io.Writer, a rota.Assignment) error {
	data := struct {
		rota.Assignment
		Two, One string
	}{Assignment: a}
	if day, err := time.Parse(time.DateOnly, a.Date); err == nil {
		data.Two, data.One = day.AddDate(0, 0, -14).Format(time.DateOnly), day.AddDate(0, 0, -7).Format(time.DateOnly)
	}
	return tracking.Execute(w, data)
}
