// SPDX-License-Identifier: Apache-2.0

package history_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/history"
	"github.com/lanner-project/lanner/release/notes"
)

const repository = "lanner-project/lanner"

// hub is a repository on a forge, to which people contribute.
type hub struct {
	t         *testing.T
	f         *forgetest.Forge
	work      *forgetest.Work            // of alice, who administers it
	forks     map[string]*forgetest.Work // of the others
	questions atomic.Int64               // GraphQL queries
	lines     int                        // written so far
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{t: t, forks: map[string]*forgetest.Work{}}
	var mu sync.Mutex
	now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	h.f = forgetest.Start(t, forgetest.WithClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}))
	h.f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/graphql") {
			h.questions.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	h.work = h.f.NewRepositoryFrom("alice", repository, "-- README.md --\nLanner\n")
	return h
}

// proposal is a pull request to be.
type proposal struct {
	login, branch, title, body string
	base                       string // "main" if empty
	labels                     []string
	messages                   []string // of its commits
	method                     string
}

// pull opens a pull request and merges it. Alice pushes to the repository, all
// others to a fork. It returns the number.
func (h *hub) pull(p proposal) int {
	h.t.Helper()
	ctx, alice := context.Background(), h.f.Client("alice")
	work, head := h.work, p.branch
	if p.login != "alice" {
		work, head = h.fork(p.login), p.login+":"+p.branch
	}
	if p.base == "" {
		p.base = "main"
	}
	start := h.tip(work, p.base)
	for _, m := range p.messages {
		h.lines++
		work.Branch(p.branch, start, m, fmt.Sprintf("-- file-%d --\n%s\n", h.lines, m))
		start = p.branch
	}
	opened, _, err := h.f.Client(p.login).PullRequests.Create(ctx, "lanner-project", "lanner", &gh.NewPullRequest{Title: &p.title, Head: &head, Base: &p.base, Body: &p.body})
	if err != nil {
		h.t.Fatal(err)
	}
	number := opened.GetNumber()
	if len(p.labels) > 0 {
		if _, _, err := alice.Issues.AddLabelsToIssue(ctx, "lanner-project", "lanner", number, p.labels); err != nil {
			h.t.Fatal(err)
		}
	}
	if _, _, err := alice.PullRequests.Merge(ctx, "lanner-project", "lanner", number, "", &gh.PullRequestOptions{MergeMethod: p.method}); err != nil {
		h.t.Fatal(err)
	}
	h.work.Git("fetch", "-q", "origin")
	return number
}

// fork returns the clone of login's fork, made at the first use.
func (h *hub) fork(login string) *forgetest.Work {
	h.t.Helper()
	if h.forks[login] == nil {
		_, _, err := h.f.Client(login).Repositories.CreateFork(context.Background(), "lanner-project", "lanner", nil)
		if accepted := (*gh.AcceptedError)(nil); !errors.As(err, &accepted) {
			h.t.Fatal(err)
		}
		h.forks[login] = h.f.Clone(login, login+"/lanner")
	}
	return h.forks[login]
}

// tip fetches a branch of the repository into a clone and returns its commit.
func (h *hub) tip(work *forgetest.Work, branch string) string {
	h.t.Helper()
	work.Git("fetch", "-q", h.f.GitURL(repository), branch)
	return work.Git("rev-parse", "FETCH_HEAD")
}

// push commits to a branch without a pull request.
func (h *hub) push(branch, message string) string {
	h.t.Helper()
	h.lines++
	return h.work.Branch(branch, h.tip(h.work, branch), message, fmt.Sprintf("-- file-%d --\n%s\n", h.lines, message))
}

// tag tags the tip of a branch.
func (h *hub) tag(name, branch string) {
	h.t.Helper()
	h.work.Git("tag", name, h.tip(h.work, branch))
	h.work.Git("push", "-q", "origin", name)
}

// read reads a branch as it is on the forge, and counts the questions.
func (h *hub) read(branch string, bases ...string) (history.Range, int) {
	h.t.Helper()
	client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(h.f.Token("alice"))})
	if err != nil {
		h.t.Fatal(err)
	}
	h.work.Git("fetch", "-q", "origin")
	before := h.questions.Load()
	r, err := history.Read(h.t.Context(), history.Options{
		Repo: h.work.Repo, Head: "refs/remotes/origin/" + branch, Component: "engine",
		Owner: "lanner-project", Name: "lanner", Bases: bases, GraphQL: client,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r, int(h.questions.Load() - before)
}

// TestMergeMethods reads pull requests that were merged in each way, and what
// came without one.
func TestMergeMethods(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.pull(proposal{login: "bob", branch: "old", title: "bob was here before", messages: []string{"x"}, method: "squash"})
	h.tag("v0.1.0", "main")
	const note = "```release-note\nIt is faster.\n```"
	merged := h.pull(proposal{login: "bob", branch: "merged", title: "by merge", body: note, labels: []string{"kind/feature", "area/engine"}, messages: []string{"m1", "m2"}, method: "merge"})
	squashed := h.pull(proposal{login: "carol", branch: "squashed", title: "by squash", messages: []string{"s1", "s2", "s3"}, method: "squash"})
	direct := h.push("main", "pushed by hand (#1)")
	rebased := h.pull(proposal{login: "alice", branch: "rebased", title: "by rebase", messages: []string{"r1", "r2", "r3"}, method: "rebase"})
	h.work.Git("checkout", "-q", "-b", "by-hand", "origin/main")
	h.work.Write("-- hand --\nx\n")
	h.work.Commit("in a branch merged by hand")
	h.work.Git("checkout", "-q", "-B", "main", "origin/main")
	h.work.Git("merge", "-q", "--no-ff", "-m", "Merge branch 'by-hand'", "by-hand")
	h.work.Git("push", "-q", "origin", "main")

	r, questions := h.read("main", "main")
	var got []string
	for _, c := range r.Changes {
		got = append(got, fmt.Sprintf("#%d %s by %s%s, new %t, %d commits", c.Number, c.Title, c.Author, c.AuthorName, c.FirstTime, len(c.Commits)))
	}
	slices.Sort(got) // the clocks of the forge and of the clone differ
	want := []string{
		"#0 in a branch merged by hand by alice, new false, 1 commits",
		"#0 pushed by hand (#1) by alice, new false, 1 commits",
		fmt.Sprintf("#%d by merge by bob, new false, 1 commits", merged),
		fmt.Sprintf("#%d by squash by carol, new true, 1 commits", squashed),
		fmt.Sprintf("#%d by rebase by alice, new true, 3 commits", rebased),
	}
	if diff := cmp.Diff(want, got); diff != "" || r.From != "v0.1.0" {
		t.Errorf("changes since %s (-want +got):\n%s", r.From, diff)
	}
	for _, c := range r.Changes {
		switch c.Number {
		case merged:
			if !slices.Equal(c.Labels, []string{"area/engine", "kind/feature"}) || c.Body != note || !strings.HasSuffix(c.URL, fmt.Sprint("/pull/", merged)) || c.MergedAt.IsZero() {
				t.Errorf("the merge: %+v", c)
			}
		case 0:
			if c.Origin == nil == (c.Commits[0] == direct) {
				t.Errorf("%q has origin %v", c.Title, c.Origin)
			}
		}
	}
	// The commits of a range this small, those of the branch merged by hand, the
	// origin that a subject hints at, the authors.
	if questions != 4 {
		t.Errorf("%d questions, want 4", questions)
	}
	doc := notes.Build(notes.Input{Changes: r.Changes})
	if len(doc.Contributors) != 3 || len(doc.NewContributors) != 2 {
		t.Errorf("contributors %v, new %v", doc.Contributors, doc.NewContributors)
	}
}

// TestPicksAndRevertsOnGitHub reads a release branch that takes back, picks
// with and without a pull request, and is lied to.
func TestPicksAndRevertsOnGitHub(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.tag("v0.1.0", "main")
	h.work.Git("push", "-q", "origin", "main:release/0.1")
	mend := h.pull(proposal{login: "bob", branch: "mend", title: "mend it", body: "```release-note\nMended.\n```", labels: []string{"kind/bug"}, messages: []string{"m1", "m2"}, method: "squash"})
	mended := h.tip(h.work, "main")
	other := h.pull(proposal{login: "bob", branch: "other", title: "mend another", body: "```release-note\nAnother.\n```", labels: []string{"kind/bug"}, messages: []string{"o"}, method: "merge"})
	bad := h.pull(proposal{login: "carol", branch: "bad", title: "break it", messages: []string{"b"}, method: "squash"})
	issue, _, err := h.f.Client("alice").Issues.Create(t.Context(), "lanner-project", "lanner", &gh.IssueRequest{Title: new("an issue")})
	if err != nil {
		t.Fatal(err)
	}

	h.work.Git("checkout", "-q", "-B", "release/0.1", "origin/release/0.1")
	h.work.Git("cherry-pick", "-x", mended)
	h.work.Git("push", "-q", "origin", "release/0.1")
	onBranch := func(branch, title, body string) int {
		return h.pull(proposal{login: "alice", branch: branch, title: title, body: body, base: "release/0.1", messages: []string{title}, method: "squash"})
	}
	pick := onBranch("pick", "[release/0.1] mend another", fmt.Sprintf("This is an automated cherry-pick of #%d\n\n/assign alice", other))
	lie := onBranch("lie", "lie about a number", "Cherry pick of #987654 on release/0.1.")
	lie2 := onBranch("lie2", "pick an issue", fmt.Sprintf("Cherry pick of #%d on release/0.1.", issue.GetNumber()))
	lie3 := onBranch("lie3", "lie once more", "Cherry pick of #987655 on release/0.1.")
	broken := onBranch("broken", "break the branch", "")
	revert := onBranch("revert", `Revert "break the branch"`, fmt.Sprintf("Reverts lanner-project/lanner#%d", broken))

	r, questions := h.read("release/0.1", "release/0.1", "main")
	byNumber := map[int]notes.Change{}
	for _, c := range r.Changes {
		byNumber[c.Number] = c
	}
	if len(r.Changes) != 7 || len(byNumber) != 7 || r.From != "v0.1.0" {
		t.Errorf("since %s: %q", r.From, titles(r.Changes))
	}
	if o := byNumber[pick].Origin; o == nil || o.Number != other || o.Title != "mend another" || !slices.Equal(o.Labels, []string{"kind/bug"}) {
		t.Errorf("the pick comes from %+v", o)
	}
	if o := byNumber[0].Origin; o == nil || o.Number != mend || o.Author != "bob" {
		t.Errorf("the pick by hand comes from %+v", o)
	}
	for number, says := range map[int]int{lie: 987654, lie2: issue.GetNumber(), lie3: 987655} {
		if o := byNumber[number].Origin; o == nil || o.Number != says || o.Title != "" {
			t.Errorf("#%d says #%d and comes from %+v", number, says, o)
		}
	}
	// Commits, numbers (asked in halves: twice two do not exist), the commit that
	// was picked, authors.
	if questions > 10 {
		t.Errorf("%d questions", questions)
	}
	doc := notes.Build(notes.Input{Version: "v0.1.1", Changes: r.Changes})
	page := string(doc.Markdown())
	for _, text := range []string{"Mended.", "Another.", fmt.Sprintf("[#%d]", other)} {
		if !strings.Contains(page, text) {
			t.Errorf("the notes do not have %q", text)
		}
	}
	if strings.Contains(page, "break the branch") || len(doc.Dropped) != 2 || byNumber[revert].Number == 0 {
		t.Errorf("dropped %v from:\n%s", doc.Dropped, page)
	}
	if r, _ := h.read("main", "main"); !cmp.Equal(titles(r.Changes), []string{fmt.Sprintf("#%d break it", bad), fmt.Sprintf("#%d mend another", other), fmt.Sprintf("#%d mend it", mend)}) {
		t.Errorf("main: %q", titles(r.Changes))
	}
}

// TestOwnPullRequestsOnGitHub leaves out the release's own pull requests, and
// not those that a stranger gave such a branch.
func TestOwnPullRequestsOnGitHub(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.tag("v0.1.0", "main")
	h.pull(proposal{login: "alice", branch: "release-plan/v0.2.0", title: "Release v0.2.0", messages: []string{"plan", "again"}, method: "merge"})
	h.pull(proposal{login: "alice", branch: "forward/v0.2.0", title: "Changelog of v0.2.0", messages: []string{"changelog"}, method: "squash"})
	hidden := h.pull(proposal{login: "carol", branch: "forward/v0.2.0", title: "nothing to see", messages: []string{"x"}, method: "squash"})
	r, _ := h.read("main", "main")
	if diff := cmp.Diff([]string{fmt.Sprintf("#%d nothing to see", hidden)}, titles(r.Changes)); diff != "" {
		t.Error(diff)
	}
}

// TestPages counts the questions: they grow with the pages, not with commits.
func TestPages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("merges a hundred pull requests")
	}
	h := newHub(t)
	const before, count = 2, 100
	branches := []string{"push", "-q", "origin"}
	for i := range before + count {
		name := fmt.Sprint("b", i)
		h.work.Git("checkout", "-q", "-b", name, "origin/main")
		h.work.Write(fmt.Sprintf("-- f%d --\n%d\n", i, i))
		h.work.Commit(fmt.Sprint("one of ", i))
		if i%10 == 0 {
			h.work.Write(fmt.Sprintf("-- g%d --\n%d\n", i, i))
			h.work.Commit(fmt.Sprint("two of ", i))
		}
		branches = append(branches, name)
	}
	h.work.Git(branches...)
	alice := h.f.Client("alice").PullRequests
	methods := []string{"rebase", "merge", "squash", "squash", "squash"}
	for i := range before + count {
		if i == before {
			h.tag("v0.1.0", "main")
		}
		title, head, base := fmt.Sprint("change ", i), fmt.Sprint("b", i), "main"
		p, _, err := alice.Create(t.Context(), "lanner-project", "lanner", &gh.NewPullRequest{Title: &title, Head: &head, Base: &base})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := alice.Merge(t.Context(), "lanner-project", "lanner", p.GetNumber(), "", &gh.PullRequestOptions{MergeMethod: methods[i%5]}); err != nil {
			t.Fatal(err)
		}
	}
	r, questions := h.read("main", "main")
	if r.From != "v0.1.0" || len(r.Changes) != count {
		t.Errorf("%d changes since %q, want %d", len(r.Changes), r.From, count)
	}
	for i, c := range r.Changes {
		wantCommits := 1
		if n := before + count - 1 - i; n%10 == 0 { // of a rebase
			wantCommits = 2
		}
		if want := before + count - i; c.Number != want || len(c.Commits) != wantCommits {
			t.Errorf("change %d is #%d with %d commits; want #%d with %d", i, c.Number, len(c.Commits), want, wantCommits)
		}
	}
	// One page of a hundred, which leaves nothing to ask for in the next, and the
	// author.
	if questions != 2 {
		t.Errorf("%d questions for %d pull requests, want 2", questions, count)
	}
}

// TestGitHubFails says what went wrong, and with what.
func TestGitHubFails(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.push("main", "a change")
	o := history.Options{Repo: h.work.Repo, Head: "origin/main", Component: "engine", Owner: "lanner-project", Name: "lanner", Bases: []string{"main"}}
	read := func(o history.Options, token string) error {
		client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(token)})
		if err != nil {
			t.Fatal(err)
		}
		o.GraphQL = client
		_, err = history.Read(t.Context(), o)
		return err
	}
	token := h.f.Token("alice")
	if err := read(o, "wrong"); err == nil || !strings.Contains(err.Error(), "asking for the pull requests of 2 commits") || !strings.Contains(err.Error(), "401") {
		t.Errorf("with a wrong token: %v", err)
	}
	o.Name = "nowhere"
	if err := read(o, token); err == nil || !strings.Contains(err.Error(), "lanner-project/nowhere") {
		t.Errorf("of a repository that is not there: %v", err)
	}
	o.Owner = ""
	if err := read(o, token); err == nil || !strings.Contains(err.Error(), "without an owner") {
		t.Errorf("without an owner: %v", err)
	}
}
