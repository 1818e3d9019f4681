// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// TrackingLabel marks the tracking issues of releases.
const TrackingLabel = "release/tracking"

const (
	recordBegin = "<!-- lanner:steps -->"
	recordEnd   = "<!-- /lanner:steps -->"
)

func trackingMarker(p plan.Plan) string { return "<!-- lanner:release " + p.Tag + " -->" }

func trackingTitle(p plan.Plan) string {
	if p.Kind == plan.KindYank {
		return "Withdraw " + p.Yank.Version + " with " + p.Tag
	}
	return "Release " + p.Tag
}

// trackingIssue finds the tracking issue of r's plan, nil if there is none. It
// lists by label: GitHub's search lags behind what was just made.
func (r *Release) trackingIssue(ctx context.Context) (*gh.Issue, error) {
	issues, err := r.trackingIssues(ctx, "all")
	if err != nil {
		return nil, err
	}
	for _, issue := range issues {
		if strings.HasPrefix(issue.GetBody(), trackingMarker(r.plan)) {
			return issue, nil
		}
	}
	return nil, nil
}

func (r *Release) trackingIssues(ctx context.Context, state string) ([]*gh.Issue, error) {
	issues, err := github.All(func(o gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return r.cfg.GitHub.Issues.ListByRepo(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.IssueListByRepoOptions{
			State: state, Labels: []string{TrackingLabel}, Sort: "created", Direction: "asc", ListOptions: o,
		})
	})
	if err != nil {
		return nil, fmt.Errorf("looking for tracking issues: %w", err)
	}
	return issues, nil
}

func (r *Release) stepTracking() Step {
	return Step{
		Name: "tracking-issue", Title: "open the tracking issue",
		Needs: []Permission{{"github", "issues: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			issue, err := r.trackingIssue(ctx)
			if err != nil || issue == nil {
				return "", false, err
			}
			return fmt.Sprintf("#%d", issue.GetNumber()), true, nil
		},
		Do: func(ctx context.Context) error {
			_, resp, err := r.cfg.GitHub.Issues.CreateLabel(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.Label{
				Name: new(TrackingLabel), Color: new("1d76db"), Description: new("A release on its way, written by release cut"),
			})
			if err != nil && (resp == nil || resp.StatusCode != http.StatusUnprocessableEntity) { // 422: exists
				return fmt.Errorf("label %s: %w", TrackingLabel, err)
			}
			_, _, err = r.cfg.GitHub.Issues.Create(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.IssueRequest{
				Title: new(trackingTitle(r.plan)), Body: new(r.trackingBody("")), Labels: &[]string{TrackingLabel},
			})
			return err
		},
	}
}

// record writes what is done into the tracking issue, once there is one. The
// text depends on the world only, so that a run after a crash finds it as it
// would write it.
func (r *Release) record(ctx context.Context) error {
	issue, err := r.trackingIssue(ctx)
	if err != nil || issue == nil {
		return err
	}
	body := r.trackingBody(issue.GetBody())
	if body == issue.GetBody() || issue.GetState() == "closed" {
		return nil
	}
	_, _, err = r.cfg.GitHub.Issues.Edit(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, issue.GetNumber(), &gh.IssueRequest{Body: &body})
	if err != nil {
		return fmt.Errorf("recording in tracking issue #%d: %w", issue.GetNumber(), err)
	}
	return nil
}

// trackingBody is the issue's text: people may write around the recorded
// section. Steps that an earlier run found done stay ticked.
func (r *Release) trackingBody(old string) string {
	details := recorded(old)
	for _, res := range r.results {
		details[res.Step] = res.Detail
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nPlan: `%s` on branch `%s`. Lead: %s. From commit %s.\n\n", recordBegin, r.plan.Path(), r.plan.Branch, r.plan.Lead, r.plan.Base.Commit)
	for _, s := range r.steps() {
		if detail, ok := details[s.Name]; ok {
			fmt.Fprintf(&b, "- [x] **%s**: %s\n", s.Name, oneLine(detail))
		} else {
			fmt.Fprintf(&b, "- [ ] **%s**: %s\n", s.Name, s.Title)
		}
	}
	// Waivers of earlier runs stay, as ticks do. They are a record: none lets a
	// finding pass again, for more people may edit an issue than may release.
	waived := recordedWaivers(old)
	for _, w := range r.waived() {
		if !slices.Contains(waived, w) {
			waived = append(waived, w)
		}
	}
	if len(waived) > 0 {
		b.WriteString("\nWaived:\n")
		for _, w := range waived {
			fmt.Fprintf(&b, "- `%s` by %s: %s\n", w.Finding, w.By, w.Reason)
		}
	}
	if r.cfg.Reason != "" && r.me != r.plan.Lead {
		fmt.Fprintf(&b, "\nCut by %s, not by the lead: %s\n", r.me, oneLine(r.cfg.Reason))
	}
	b.WriteString(recordEnd)
	if i, j, ok := section(old); ok {
		return old[:i] + b.String() + old[j+len(recordEnd):]
	}
	return trackingMarker(r.plan) + "\n" + b.String() + "\n\nWritten by `release cut`; run it again at any time, it looks before it acts.\n"
}

// section finds the recorded section: it begins at begin, its end mark at end.
func section(body string) (begin, end int, ok bool) {
	begin, end = strings.Index(body, recordBegin), strings.LastIndex(body, recordEnd)
	return begin, end, begin >= 0 && end > begin
}

// recordedWaivers reads the waivers of a tracking issue's recorded section.
func recordedWaivers(body string) []plan.Waiver {
	begin, end, ok := section(body)
	if !ok {
		return nil
	}
	var waivers []plan.Waiver
	for line := range strings.Lines(body[begin:end]) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- `")
		code, rest, okCode := strings.Cut(rest, "` by ")
		who, reason, okWho := strings.Cut(rest, ": ")
		if ok && okCode && okWho {
			waivers = append(waivers, plan.Waiver{Finding: code, By: who, Reason: reason})
		}
	}
	return waivers
}

// recorded reads the ticked steps of a tracking issue's text.
func recorded(body string) map[string]string {
	details := map[string]string{}
	for line := range strings.Lines(body) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- [x] **")
		if !ok {
			continue
		}
		if name, detail, ok := strings.Cut(rest, "**: "); ok {
			details[name] = detail
		}
	}
	return details
}

func (r *Release) stepClose() Step {
	marker := func() string { return "<!-- lanner:released " + r.plan.Tag + " -->" }
	return Step{
		Name: "close", Title: "say that it is released and close the tracking issue",
		Needs: []Permission{{"github", "issues: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			issue, err := r.trackingIssue(ctx)
			if err != nil || issue == nil {
				return "", false, err
			}
			return "tracking issue closed", issue.GetState() == "closed", nil
		},
		Do: func(ctx context.Context) error {
			issue, err := r.trackingIssue(ctx)
			if err != nil || issue == nil {
				return fmt.Errorf("the tracking issue of %s is gone: %w", r.plan.Tag, err)
			}
			n := issue.GetNumber()
			comments, err := github.All(func(o gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
				return r.cfg.GitHub.Issues.ListComments(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, n, &gh.IssueListCommentsOptions{ListOptions: o})
			})
			if err != nil {
				return err
			}
			said := false
			for _, c := range comments {
				said = said || strings.HasPrefix(c.GetBody(), marker())
			}
			if !said {
				text := marker() + "\n" + r.closingWords()
				if _, _, err := r.cfg.GitHub.Issues.CreateComment(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, n, &gh.IssueComment{Body: &text}); err != nil {
					return err
				}
			}
			// The last tick and the closing are one edit: a closed issue is final.
			r.results = append(r.results, Result{Step: "close", Detail: "tracking issue closed"})
			body := r.trackingBody(issue.GetBody())
			r.results = r.results[:len(r.results)-1]
			_, _, err = r.cfg.GitHub.Issues.Edit(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, n, &gh.IssueRequest{Body: &body, State: new("closed")})
			return err
		},
	}
}

func (r *Release) closingWords() string {
	if r.plan.Kind == plan.KindYank {
		return fmt.Sprintf("%s is withdrawn: %s", r.plan.Yank.Version, oneLine(r.plan.Yank.Reason))
	}
	return fmt.Sprintf("%s is released: %s/releases/tag/%s\n\nAnyone can check it: `release verify %s`", r.plan.Tag, r.cfg.Place.Web, r.plan.Tag, r.plan.Version)
}

// oneLine makes text fit one list item.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
