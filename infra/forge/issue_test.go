// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// must returns a value, and ends the test if there is an error beside it.
func must[T any](t *testing.T) func(T, *github.Response, error) T {
	t.Helper()
	return func(value T, _ *github.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// status returns the HTTP status of an error of GitHub's; 0 is no such error.
func status(err error) int {
	if e, ok := err.(*github.ErrorResponse); ok {
		return e.Response.StatusCode
	}
	return 0
}

func labelNames(labels []*github.Label) string {
	var names []string
	for _, l := range labels {
		names = append(names, l.GetName())
	}
	return strings.Join(names, " ")
}

func TestIssueLife(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")

	i := must[*github.Issue](t)(bob.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{
		Title: new("It squeaks"), Body: new("Loudly."), Labels: &[]string{"kind/bug"}, Assignees: &[]string{"alice"},
	}))
	if i.GetNumber() != 1 || i.GetUser().GetLogin() != "bob" || len(i.Labels) != 0 || len(i.Assignees) != 0 {
		t.Errorf("bob's issue is %v: labels and assignees of who may not are dropped", i)
	}
	hook.Wait("issues.opened")

	i = must[*github.Issue](t)(alice.Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{
		Title: new("It squeaks loudly"), Labels: &[]string{"kind/bug", "Good First Issue"}, Assignees: &[]string{"alice"},
	}))
	if got := labelNames(i.Labels); got != "kind/bug Good First Issue" {
		t.Errorf("labels are %q", got)
	}
	var edited github.IssuesEvent
	hook.Wait("issues.edited").Decode(t, &edited)
	if from := edited.GetChanges().GetTitle().GetFrom(); from != "It squeaks" {
		t.Errorf("the edited event says the title was %q", from)
	}
	hook.Wait("label.created")
	hook.Wait("issues.labeled")
	hook.Wait("issues.assigned")

	closed := must[*github.Issue](t)(bob.Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{State: new("closed"), StateReason: new("not_planned")}))
	if closed.GetState() != "closed" || closed.GetStateReason() != "not_planned" || closed.GetClosedBy().GetLogin() != "bob" || closed.GetClosedAt().IsZero() {
		t.Errorf("the closed issue is %v", closed)
	}
	hook.Wait("issues.closed")
	must[*github.Issue](t)(alice.Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{State: new("open")}))
	hook.Wait("issues.reopened")

	if _, _, err := f.Client("carol").Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{State: new("closed")}); status(err) != http.StatusForbidden {
		t.Errorf("a stranger closes the issue: %v, want 403", err)
	}
	var events []string
	for _, e := range must[[]*github.IssueEvent](t)(alice.Issues.ListIssueEvents(ctx, "acme", "widget", 1, nil)) {
		events = append(events, e.GetEvent())
	}
	if diff := cmp.Diff([]string{"renamed", "labeled", "labeled", "assigned", "closed", "reopened"}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestIssueInputIsChecked(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	ctx, alice := context.Background(), f.Client("alice")
	for name, in := range map[string]*github.IssueRequest{
		"no title":         {Body: new("x")},
		"long title":       {Title: new(strings.Repeat("é", 257))},
		"long body":        {Title: new("t"), Body: new(strings.Repeat("x", 65537))},
		"unknown assignee": {Title: new("t"), Assignees: &[]string{"nobody"}},
		"no milestone":     {Title: new("t"), Milestone: new(3)},
		"101 labels":       {Title: new("t"), Labels: manyLabels(101)},
	} {
		if _, _, err := alice.Issues.Create(ctx, "acme", "widget", in); status(err) != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v, want 422", name, err)
		}
	}
	if all := must[[]*github.Issue](t)(alice.Issues.ListByRepo(ctx, "acme", "widget", nil)); len(all) != 0 {
		t.Errorf("refused issues were made: %v", all)
	}
}

func manyLabels(n int) *[]string {
	var names []string
	for i := range n {
		names = append(names, "l"+strings.Repeat("x", i%40)+string(rune('a'+i/40)))
	}
	return &names
}

func TestListIssues(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	ctx, alice := context.Background(), f.Client("alice")
	for _, title := range []string{"one", "two", "three"} {
		must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new(title)}))
	}
	must[[]*github.Label](t)(alice.Issues.AddLabelsToIssue(ctx, "acme", "widget", 2, []string{"x"}))
	must[*github.Issue](t)(alice.Issues.Edit(ctx, "acme", "widget", 3, &github.IssueRequest{State: new("closed")}))
	for _, test := range []struct {
		name string
		opts github.IssueListByRepoOptions
		want []int
	}{
		{"open", github.IssueListByRepoOptions{}, []int{2, 1}},
		{"all, oldest first", github.IssueListByRepoOptions{State: "all", Direction: "asc"}, []int{1, 2, 3}},
		{"by label", github.IssueListByRepoOptions{Labels: []string{"X"}}, []int{2}},
		{"by labels, one unknown", github.IssueListByRepoOptions{Labels: []string{"x", "y"}}, nil},
		{"by creator", github.IssueListByRepoOptions{Creator: "bob"}, nil},
		{"second page", github.IssueListByRepoOptions{ListOptions: github.ListOptions{PerPage: 1, Page: 2}}, []int{1}},
		{"since tomorrow", github.IssueListByRepoOptions{Since: time.Now().Add(24 * time.Hour)}, nil},
	} {
		var got []int
		for _, i := range must[[]*github.Issue](t)(alice.Issues.ListByRepo(ctx, "acme", "widget", &test.opts)) {
			got = append(got, i.GetNumber())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget", "issue_comment")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("t")}))
	m := must[*github.IssueComment](t)(bob.Issues.CreateComment(ctx, "acme", "widget", 1, &github.IssueComment{Body: new("/lgtm")}))
	hook.Wait("issue_comment.created")
	if m.GetAuthorAssociation() != "NONE" {
		t.Errorf("bob is %s to the repository, want NONE", m.GetAuthorAssociation())
	}
	must[*github.IssueComment](t)(bob.Issues.EditComment(ctx, "acme", "widget", m.GetID(), &github.IssueComment{Body: new("/hold")}))
	var edited github.IssueCommentEvent
	hook.Wait("issue_comment.edited").Decode(t, &edited)
	if edited.GetComment().GetBody() != "/hold" || edited.GetChanges().GetBody().GetFrom() != "/lgtm" {
		t.Errorf("the edited event is %v", edited)
	}
	if _, _, err := f.Client("carol").Issues.EditComment(ctx, "acme", "widget", m.GetID(), &github.IssueComment{Body: new("x")}); status(err) != http.StatusForbidden {
		t.Errorf("a stranger edits the comment: %v, want 403", err)
	}
	if _, _, err := bob.Issues.CreateComment(ctx, "acme", "widget", 1, &github.IssueComment{Body: new(" \n")}); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("a blank comment: %v, want 422", err)
	}
	must[*github.Reaction](t)(alice.Reactions.CreateIssueCommentReaction(ctx, "acme", "widget", m.GetID(), "eyes"))
	again := must[*github.Reaction](t)(alice.Reactions.CreateIssueCommentReaction(ctx, "acme", "widget", m.GetID(), "eyes"))
	if got := must[*github.IssueComment](t)(bob.Issues.GetComment(ctx, "acme", "widget", m.GetID())); got.GetReactions().GetEyes() != 1 {
		t.Errorf("reactions are %v, want one of eyes, however often it is made", got.GetReactions())
	}
	if _, err := alice.Reactions.DeleteIssueCommentReaction(ctx, "acme", "widget", m.GetID(), again.GetID()); err != nil {
		t.Error(err)
	}
	if _, err := alice.Issues.DeleteComment(ctx, "acme", "widget", m.GetID()); err != nil {
		t.Error(err)
	}
	hook.Wait("issue_comment.deleted")
	if left := must[[]*github.IssueComment](t)(alice.Issues.ListComments(ctx, "acme", "widget", 1, nil)); len(left) != 0 {
		t.Errorf("comments left: %v", left)
	}
}

func TestLabelsAndMilestones(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget")
	ctx, alice := context.Background(), f.Client("alice")
	must[*github.Label](t)(alice.Issues.CreateLabel(ctx, "acme", "widget", &github.Label{Name: new("kind/bug"), Color: new("d73a4a")}))
	if _, _, err := alice.Issues.CreateLabel(ctx, "acme", "widget", &github.Label{Name: new("Kind/Bug"), Color: new("d73a4a")}); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("the same label in other case: %v, want 422", err)
	}
	l := must[*github.Label](t)(alice.Issues.EditLabel(ctx, "acme", "widget", "kind/bug", &github.Label{Name: new("kind/fault"), Description: new("Broken")}))
	if l.GetName() != "kind/fault" || l.GetDescription() != "Broken" {
		t.Errorf("the edited label is %v", l)
	}
	hook.Wait("label.edited")

	m := must[*github.Milestone](t)(alice.Issues.CreateMilestone(ctx, "acme", "widget", &github.Milestone{Title: new("v0.2")}))
	hook.Wait("milestone.created")
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("t"), Milestone: m.Number, Labels: &[]string{"KIND/fault"}}))
	hook.Wait("issues.milestoned")
	if m = must[*github.Milestone](t)(alice.Issues.GetMilestone(ctx, "acme", "widget", 1)); m.GetOpenIssues() != 1 {
		t.Errorf("the milestone holds %d open issues, want 1", m.GetOpenIssues())
	}
	must[*github.Milestone](t)(alice.Issues.EditMilestone(ctx, "acme", "widget", 1, &github.Milestone{State: new("closed"), Title: new("v0.2.0")}))
	hook.Wait("milestone.edited")
	hook.Wait("milestone.closed")
	if _, err := alice.Issues.DeleteLabel(ctx, "acme", "widget", "kind/fault"); err != nil {
		t.Error(err)
	}
	hook.Wait("label.deleted")
	if i := must[*github.Issue](t)(alice.Issues.Get(ctx, "acme", "widget", 1)); len(i.Labels) != 0 {
		t.Errorf("the deleted label is still on the issue: %v", i.Labels)
	}
	if _, err := alice.Issues.RemoveLabelForIssue(ctx, "acme", "widget", 1, "kind/fault"); status(err) != http.StatusNotFound {
		t.Errorf("taking off a label that is not there: %v, want 404", err)
	}
	if _, err := alice.Issues.DeleteMilestone(ctx, "acme", "widget", 1); err != nil {
		t.Error(err)
	}
	hook.Wait("issues.demilestoned")
	hook.Wait("milestone.deleted")
}

func TestHookFaults(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget", "label")
	ctx, alice := context.Background(), f.Client("alice")
	f.Faults(forge.Faults{Webhooks: forge.WebhookFaults{Seed: 7, Lose: 0.3, Duplicate: 0.3, Reorder: 0.3, DelayMillis: 5}})
	for name := range strings.SplitSeq("abcdefghijkl", "") {
		must[*github.Label](t)(alice.Issues.CreateLabel(ctx, "acme", "widget", &github.Label{Name: &name, Color: new("000000")}))
	}
	hooks := must[[]*github.Hook](t)(alice.Repositories.ListHooks(ctx, "acme", "widget", nil))
	var log []*github.HookDelivery
	for deadline := time.Now().Add(2 * time.Minute); len(log) < 13 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		log = must[[]*github.HookDelivery](t)(alice.Repositories.ListHookDeliveries(ctx, "acme", "widget", hooks[0].GetID(), &github.ListCursorOptions{PerPage: 100}))
	}
	lost := 0
	for _, d := range log {
		if d.GetStatus() == "timed out" {
			lost++
		}
	}
	times := map[string]int{}
	for _, d := range hook.Deliveries() {
		times[d.ID]++
	}
	twice := 0
	for _, n := range times {
		if n == 2 {
			twice++
		}
	}
	if len(log) != 13 || lost == 0 || twice == 0 || len(times)+lost != 13 {
		t.Errorf("of 13 webhooks %d are logged, %d lost, %d came twice, %d came at all", len(log), lost, twice, len(times))
	}
	f.Faults(forge.Faults{})
	for _, d := range log {
		if d.GetStatus() == "timed out" {
			_, _, err := alice.Repositories.RedeliverHookDelivery(ctx, "acme", "widget", hooks[0].GetID(), d.GetID())
			if accepted := new(github.AcceptedError); !errors.As(err, &accepted) {
				t.Fatalf("redelivering: %v, want 202", err)
			}
			hook.Wait("label.created")
		}
	}
}

func TestWebhooksSurviveARestart(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget", "label")
	ctx, alice := context.Background(), f.Client("alice")
	f.Faults(forge.Faults{Webhooks: forge.WebhookFaults{DelayMillis: 3600_000}})
	must[*github.Label](t)(alice.Issues.CreateLabel(ctx, "acme", "widget", &github.Label{Name: new("x"), Color: new("000000")}))
	f.Restart() // faults are forgotten, the queue is not
	hook.Wait("label.created")
}

// steppedClock is a clock that goes when told to.
type steppedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *steppedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *steppedClock) step(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}
