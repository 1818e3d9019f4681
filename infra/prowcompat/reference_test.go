// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	prowconfig "sigs.k8s.io/prow/pkg/config"
	"sigs.k8s.io/prow/pkg/git/localgit"
	"sigs.k8s.io/prow/pkg/github"
	"sigs.k8s.io/prow/pkg/github/fakegithub"
	"sigs.k8s.io/prow/pkg/plugins"
	"sigs.k8s.io/prow/pkg/plugins/ownersconfig"
	"sigs.k8s.io/prow/pkg/repoowners"

	// Prow's plugins are there for who imports them.
	_ "sigs.k8s.io/prow/pkg/hook/plugin-imports"
)

const (
	org      = "org"
	repo     = "repo"
	number   = 5
	botLogin = "k8s-ci-robot" // as the fake GitHub of Prow names it
	// team may set milestones: Prow asks for a team where we ask for a role.
	team = "milestone-maintainers"
)

// ownersText is the OWNERS file of the repository that commands are tried in.
const ownersText = "approvers: [alice, bob]\nreviewers: [alice, bob, carol]\n"

// state is a pull request or an issue, as both sides see it.
type state struct {
	pull, open, merged, draft      bool
	author, title, body, milestone string
	reason                         string // why it is closed
	labels, assignees, requested   []string
	approved                       []string // who said /approve before
	files                          map[string]int
	renamed                        map[string]string // paths before, by path
	roles                          map[string]string
	members                        []string
}

func (s *state) clone() *state {
	c := *s
	c.labels, c.assignees, c.requested = slices.Clone(s.labels), slices.Clone(s.assignees), slices.Clone(s.requested)
	return &c
}

// facts are what of a state is compared, one key a fact.
func (s *state) facts() map[string]string {
	facts := map[string]string{"title": s.title, "milestone": s.milestone, "open": fmt.Sprint(s.open, s.reason)}
	for kind, all := range map[string][]string{"label": s.labels, "assignee": s.assignees, "reviewer": s.requested} {
		for _, one := range all {
			facts[kind+" "+strings.ToLower(one)] = "yes"
		}
	}
	return facts
}

// differences are the keys of the facts that are not the same, sorted.
func differences(a, b *state) []string {
	x, y := a.facts(), b.facts()
	keys := maps.Clone(x)
	maps.Copy(keys, y)
	maps.DeleteFunc(keys, func(k, _ string) bool { return x[k] == y[k] })
	return slices.Sorted(maps.Keys(keys))
}

func without(all []string, out string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return strings.EqualFold(s, out) })
}

func with(all []string, in string) []string {
	if containsFold(all, in) {
		return all
	}
	return append(all, strings.ToLower(in))
}

func containsFold(all []string, s string) bool {
	return slices.ContainsFunc(all, func(other string) bool { return strings.EqualFold(other, s) })
}

// may reports whether GitHub lets somebody be assigned or asked for a review:
// who has access.
func (s *state) may(login string) bool {
	role := s.roles[strings.ToLower(login)]
	return role != "" && role != "none"
}

// absent has all methods that Prow's plugins may call. Those that neither
// Prow's fake nor client has would be called on a nil interface, and the test
// would say so.
type absent struct{ github.Client }

// client is Prow's own fake of GitHub, but for what the fake only notes down
// and client does to a state, as GitHub does it.
type client struct {
	absent
	*fakegithub.FakeClient

	s          *state
	repoLabels []string
	milestones []string
}

func (c *client) GetIssueLabels(_, _ string, _ int) ([]github.Label, error) {
	return named(c.s.labels), nil
}

func (c *client) GetRepoLabels(_, _ string) ([]github.Label, error) { return named(c.repoLabels), nil }

func named(names []string) []github.Label {
	var all []github.Label
	for _, name := range names {
		all = append(all, github.Label{Name: name})
	}
	return all
}

func (c *client) AddLabel(_, _ string, _ int, label string) error {
	if !containsFold(c.s.labels, label) {
		c.s.labels = append(c.s.labels, label)
	}
	return nil
}

func (c *client) RemoveLabel(_, _ string, _ int, label string) error {
	c.s.labels = without(c.s.labels, label)
	return nil
}

// AssignIssue assigns whom GitHub lets be assigned: who has access, or has
// taken part.
func (c *client) AssignIssue(_, _ string, _ int, logins []string) error {
	missing := github.MissingUsers{}
	for _, login := range logins {
		spoke := slices.ContainsFunc(c.IssueComments[number], func(ic github.IssueComment) bool { return strings.EqualFold(ic.User.Login, login) })
		if c.s.may(login) || spoke || strings.EqualFold(login, c.s.author) {
			c.s.assignees = with(c.s.assignees, login)
		} else {
			missing.Users = append(missing.Users, login)
		}
	}
	if len(missing.Users) > 0 {
		return missing
	}
	return nil
}

func (c *client) UnassignIssue(_, _ string, _ int, logins []string) error {
	for _, login := range logins {
		c.s.assignees = without(c.s.assignees, login)
	}
	return nil
}

func (c *client) RequestReview(_, _ string, _ int, logins []string) error {
	missing := github.MissingUsers{}
	for _, login := range logins {
		if c.s.may(login) && !strings.EqualFold(login, c.s.author) {
			c.s.requested = with(c.s.requested, login)
		} else {
			missing.Users = append(missing.Users, login)
		}
	}
	if len(missing.Users) > 0 {
		return missing
	}
	return nil
}

func (c *client) UnrequestReview(_, _ string, _ int, logins []string) error {
	for _, login := range logins {
		c.s.requested = without(c.s.requested, login)
	}
	return nil
}

func (c *client) close(reason string) error {
	c.s.open, c.s.reason = false, reason
	return nil
}

func (c *client) CloseIssue(_, _ string, _ int) error             { return c.close("completed") }
func (c *client) CloseIssueAsNotPlanned(_, _ string, _ int) error { return c.close("not_planned") }
func (c *client) ClosePullRequest(_, _ string, _ int) error       { return c.close("") }
func (c *client) ReopenIssue(_, _ string, _ int) error            { return c.reopen() }
func (c *client) ReopenPullRequest(_, _ string, _ int) error      { return c.reopen() }

func (c *client) reopen() error {
	if c.s.merged {
		return github.StateCannotBeChanged{Message: "it is merged"}
	}
	c.s.open, c.s.reason = true, ""
	return nil
}

func (c *client) GetIssue(_, _ string, _ int) (*github.Issue, error) {
	return &github.Issue{Title: c.s.title, Number: number}, nil
}

func (c *client) EditIssue(_, _ string, _ int, issue *github.Issue) (*github.Issue, error) {
	c.s.title = issue.Title
	return issue, nil
}

func (c *client) GetPullRequest(_, _ string, _ int) (*github.PullRequest, error) {
	pull := c.s.pullRequest()
	return &pull, nil
}

func (c *client) EditPullRequest(_, _ string, _ int, pull *github.PullRequest) (*github.PullRequest, error) {
	c.s.title = pull.Title
	return pull, nil
}

func (c *client) ClearMilestone(_, _ string, _ int) error {
	c.s.milestone = ""
	return nil
}

func (c *client) SetMilestone(_, _ string, _, milestone int) error {
	c.s.milestone = c.milestones[milestone-1]
	return nil
}

func (c *client) ListMilestones(_, _ string) ([]github.Milestone, error) {
	var all []github.Milestone
	for i, title := range c.milestones {
		all = append(all, github.Milestone{Title: title, Number: i + 1})
	}
	return all, nil
}

// IsCollaborator is true for whoever has any access.
func (c *client) IsCollaborator(_, _, login string) (bool, error) { return c.s.may(login), nil }

func (c *client) IsMember(_, login string) (bool, error) {
	return containsFold(c.s.members, login), nil
}

func (c *client) ListTeamMembersBySlug(_, slug, _ string) ([]github.TeamMember, error) {
	if slug != team {
		return nil, errors.New("no team " + slug)
	}
	var all []github.TeamMember
	for login := range c.s.roles {
		if trusted(c.s.roles[login]) {
			all = append(all, github.TeamMember{Login: login})
		}
	}
	return all, nil
}

func (c *client) GetPullRequestChanges(_, _ string, _ int) ([]github.PullRequestChange, error) {
	var all []github.PullRequestChange
	for _, file := range slices.Sorted(maps.Keys(c.s.files)) {
		all = append(all, github.PullRequestChange{Filename: file, PreviousFilename: c.s.renamed[file], Additions: c.s.files[file]})
	}
	return all, nil
}

func (c *client) GetFile(_, _, _, _ string) ([]byte, error) { return nil, &github.FileNotFound{} }

func (c *client) Query(context.Context, any, map[string]any) error {
	return errors.New("no GraphQL")
}

func trusted(role string) bool {
	return slices.Contains([]string{"admin", "maintain", "write", "triage"}, role)
}

func (s *state) pullRequest() github.PullRequest {
	pull := github.PullRequest{
		Number: number, Title: s.title, Body: s.body, Draft: s.draft, Merged: s.merged, State: s.word(), User: github.User{Login: s.author},
		Base: github.PullRequestBranch{Ref: "master", SHA: "base", Repo: place()}, Head: github.PullRequestBranch{Ref: "topic", SHA: "head", Repo: place()},
	}
	for _, login := range s.assignees {
		pull.Assignees = append(pull.Assignees, github.User{Login: login})
	}
	return pull
}

func (s *state) word() string {
	if s.open {
		return "open"
	}
	return "closed"
}

func place() github.Repo {
	return github.Repo{Owner: github.User{Login: org}, Name: repo, FullName: org + "/" + repo}
}

// reference is Prow's judgement, through the handlers that its plugins
// register.
type reference struct {
	agent      plugins.ConfigAgent
	owner      repoowners.RepoOwner
	repoLabels []string
	milestones []string
}

// noClone is a client for OWNERS files that are read already.
type noClone struct {
	repoowners.Interface
	owner repoowners.RepoOwner
}

func (n noClone) LoadRepoOwners(_, _, _ string) (repoowners.RepoOwner, error) { return n.owner, nil }

// newReference turns plugins on. configure may change how.
func newReference(t *testing.T, names []string, configure func(*plugins.Configuration)) *reference {
	t.Helper()
	logrus.SetOutput(io.Discard)
	ref := &reference{owner: oneOwner(t), repoLabels: repoLabels, milestones: milestones}
	c := &plugins.Configuration{
		Plugins:       plugins.Plugins{org + "/" + repo: {Plugins: names}},
		RepoMilestone: map[string]plugins.Milestone{"": {MaintainersTeam: team}},
		Label:         plugins.Label{AdditionalLabels: additional},
		Approve:       []plugins.Approve{{Repos: []string{org}}},
	}
	configure(c)
	ref.agent.Set(c)
	return ref
}

func oneOwner(t *testing.T) repoowners.RepoOwner {
	t.Helper()
	git, clients, err := localgit.NewV2()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(clients.Clean(), git.Clean()); err != nil {
			t.Error(err)
		}
	})
	if err := errors.Join(git.MakeFakeRepo(org, repo), git.AddCommit(org, repo, map[string][]byte{"OWNERS": []byte(ownersText)})); err != nil {
		t.Fatal(err)
	}
	sha, err := git.RevParse(org, repo, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	no, yes := func(_, _ string) bool { return false }, func(_, _ string) bool { return true }
	client := repoowners.NewClient(clients, nil, no, yes, func() *prowconfig.OwnersDirDenylist { return &prowconfig.OwnersDirDenylist{} }, ownersconfig.FakeResolver)
	owner, err := client.LoadRepoOwnersSha(org, repo, "master", strings.TrimSpace(sha), false)
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

// client makes a GitHub with one state in it, and what was said before.
func (r *reference) client(s *state) *client {
	c := &client{FakeClient: fakegithub.NewFakeClient(), s: s, repoLabels: r.repoLabels, milestones: r.milestones}
	for i, login := range s.approved {
		c.IssueComments[number] = append(c.IssueComments[number], github.IssueComment{ID: i + 1, Body: "/approve", User: github.User{Login: login}})
	}
	return c
}

func (r *reference) prow(c *client) plugins.Agent {
	a := plugins.Agent{
		GitHubClient: c, OwnersClient: noClone{owner: r.owner}, PluginConfig: r.agent.Config(), Logger: logrus.NewEntry(logrus.StandardLogger()),
		Config: &prowconfig.Config{ProwConfig: prowconfig.ProwConfig{GitHubOptions: prowconfig.GitHubOptions{LinkURL: &url.URL{Scheme: "https", Host: "github.test"}}}},
	}
	a.InitializeCommentPruner(org, repo, number)
	return a
}

// comment returns the state after Prow heard a comment.
func (r *reference) comment(t *testing.T, before *state, login, body string) *state {
	t.Helper()
	s := before.clone()
	c := r.client(s)
	id := 100
	c.IssueComments[number] = append(c.IssueComments[number], github.IssueComment{ID: id, Body: body, User: github.User{Login: login}})
	e := github.GenericCommentEvent{
		CommentID: &id, IsPR: s.pull, Action: github.GenericCommentActionCreated, Body: body, Number: number, Repo: place(),
		User: github.User{Login: login}, IssueAuthor: github.User{Login: s.author}, IssueState: s.word(), IssueTitle: s.title, IssueBody: s.body,
		Assignees: s.pullRequest().Assignees,
	}
	ice := github.IssueCommentEvent{
		Action: github.IssueCommentActionCreated, Repo: place(), Comment: github.IssueComment{ID: id, Body: body, User: e.User},
		Issue: github.Issue{Number: number, Title: s.title, Body: s.body, State: s.word(), User: e.IssueAuthor, Labels: named(s.labels)},
	}
	if s.pull {
		ice.Issue.PullRequest = &struct{}{}
	}
	generic, issue := r.agent.GenericCommentHandlers(org, repo), r.agent.IssueCommentHandlers(org, repo)
	for _, name := range slices.Sorted(maps.Keys(generic)) {
		if err := generic[name](r.prow(c), e); err != nil {
			t.Fatalf("%s of %q: %v", name, body, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(issue)) {
		if err := issue[name](r.prow(c), ice); err != nil {
			t.Fatalf("%s of %q: %v", name, body, err)
		}
	}
	return s
}

// opened returns the state after Prow heard that a pull request or an issue was
// opened, and that one of its labels changed.
func (r *reference) opened(t *testing.T, before *state) *state {
	t.Helper()
	s := before.clone()
	c := r.client(s)
	if !s.pull {
		for name, handle := range r.agent.IssueHandlers(org, repo) {
			e := github.IssueEvent{Action: github.IssueActionOpened, Repo: place(), Issue: github.Issue{Number: number, User: github.User{Login: s.author}}}
			if err := handle(r.prow(c), e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		return s
	}
	handlers := r.agent.PullRequestHandlers(org, repo)
	for _, name := range slices.Sorted(maps.Keys(handlers)) {
		e := github.PullRequestEvent{Action: github.PullRequestActionOpened, Number: number, Repo: place(), PullRequest: s.pullRequest()}
		if err := handlers[name](r.prow(c), e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return s
}

// matching makes a setting of require-matching-label.
func matching(missing, re string, pulls, issues bool) plugins.RequireMatchingLabel {
	return plugins.RequireMatchingLabel{Org: org, Repo: repo, PRs: pulls, Issues: issues, Regexp: re, Re: regexp.MustCompile(re), MissingLabel: missing}
}
