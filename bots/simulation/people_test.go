// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/github"
)

var (
	talkers = []string{"alice", "bob", "carol", "dave", "mallory"}
	words   = []string{
		"/lgtm", "/lgtm", "/lgtm", "/approve", "/approve", "/approve", "/lgtm cancel", "/approve cancel", "/hold", "/hold cancel", "/hold cancel",
		"/lgmt", "/why", "thanks", "```\n/lgtm\n/approve\n```", "> /approve", "/retitle Other words", "/kind bug", "/assign @bob", "/cc @carol", "/lifecycle frozen",
	}
	paths = []string{"src/x", "docs/x", "src/y", "docs/y", "z"}
)

// do does one thing on the forge, together with what the model makes of it.
func (w *world) do(f func(ctx context.Context)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(context.Background())
	w.model.changed()
}

// step lets somebody do something.
func (w *world) step() {
	open := w.open()
	if len(open) == 0 || len(w.model.pulls) < 3 && w.random.IntN(8) == 0 {
		w.do(w.propose)
		return
	}
	p := open[w.random.IntN(len(open))]
	who := talkers[w.random.IntN(len(talkers))]
	switch n := w.random.IntN(20); {
	case n < 10:
		w.do(func(ctx context.Context) { w.say(ctx, p, who, words[w.random.IntN(len(words))]) })
	case n < 12:
		w.do(func(ctx context.Context) { w.push(ctx, p) })
	case n < 13:
		w.do(func(ctx context.Context) { w.amend(ctx, p) })
	case n < 14:
		w.do(func(ctx context.Context) { w.review(ctx, p, who) })
	case n < 15:
		w.do(func(ctx context.Context) { w.byHand(ctx, p) })
	case n < 16:
		w.do(w.pushMain)
	default:
		w.do(w.runChecks)
	}
}

// open returns the pull requests that are not merged.
func (w *world) open() (open []*pull) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n := range len(w.model.pulls) + 1 {
		if p := w.model.pulls[n]; p != nil && !p.merged {
			open = append(open, p)
		}
	}
	return open
}

// propose opens a pull request.
func (w *world) propose(ctx context.Context) {
	author := []string{"dave", "bob"}[w.random.IntN(2)]
	n := len(w.model.pulls) + 1
	p := &pull{author: author, branch: fmt.Sprintf("change-%d", n), path: paths[w.random.IntN(len(paths))], lgtm: map[string]bool{}, votes: map[string]bool{}}
	git := w.people[author].Git
	must[any](first(git.CreateRef(ctx, "acme", "demo", &gh.Reference{Ref: new("refs/heads/" + p.branch), Object: &gh.GitObject{SHA: new(w.tip())}})))
	w.change(ctx, p)
	pr := must(first(w.people[author].PullRequests.Create(ctx, "acme", "demo", &gh.NewPullRequest{Title: new("Change " + p.path), Head: &p.branch, Base: new("main")})))
	p.number = pr.GetNumber()
	w.model.pulls[p.number] = p
	w.tell("%s opens #%d for %s at %.8s", author, p.number, p.path, p.head)
}

// change commits another text of the file to the branch.
func (w *world) change(ctx context.Context, p *pull) {
	opts := &gh.RepositoryContentFileOptions{Message: new("Change " + p.path), Content: fmt.Appendf(nil, "%d\n", w.random.Uint64()), Branch: &p.branch}
	repos := w.people[p.author].Repositories
	old, _, _, err := repos.GetContents(ctx, "acme", "demo", p.path, &gh.RepositoryContentGetOptions{Ref: p.branch})
	if err == nil {
		opts.SHA = old.SHA
	} else if github.StatusOf(err) != http.StatusNotFound {
		panic(err)
	}
	done := must(first(repos.UpdateFile(ctx, "acme", "demo", p.path, opts)))
	p.pushed(done.GetSHA(), done.GetTree().GetSHA())
}

func (w *world) push(ctx context.Context, p *pull) {
	w.change(ctx, p)
	w.tell("%s pushes %.8s to #%d", p.author, p.head, p.number)
}

// amend makes another commit of the same files the head.
func (w *world) amend(ctx context.Context, p *pull) {
	git := w.people[p.author].Git
	old := must(first(git.GetCommit(ctx, "acme", "demo", p.head)))
	done := must(first(git.CreateCommit(ctx, "acme", "demo", &gh.Commit{Message: new(fmt.Sprintf("Words %d", w.random.Uint64())), Tree: old.Tree, Parents: old.Parents}, nil)))
	must[any](first(git.UpdateRef(ctx, "acme", "demo", &gh.Reference{Ref: new("refs/heads/" + p.branch), Object: &gh.GitObject{SHA: done.SHA}}, true)))
	p.pushed(done.GetSHA(), done.GetTree().GetSHA())
	w.tell("%s amends #%d to %.8s", p.author, p.number, p.head)
}

func (w *world) say(ctx context.Context, p *pull, who, body string) {
	w.tell("%s on #%d: %q", who, p.number, body)
	must[any](first(w.people[who].Issues.CreateComment(ctx, "acme", "demo", p.number, &gh.IssueComment{Body: &body})))
	p.said(who, body)
}

// review is one of GitHub's own, at the head.
func (w *world) review(ctx context.Context, p *pull, who string) {
	if who == p.author {
		return // GitHub refuses
	}
	event := []string{"APPROVE", "REQUEST_CHANGES"}[w.random.IntN(2)]
	body := []string{"Hm.", "/lgtm"}[w.random.IntN(2)]
	w.tell("%s reviews #%d: %s %q", who, p.number, event, body)
	must[any](first(w.people[who].PullRequests.CreateReview(ctx, "acme", "demo", p.number, &gh.PullRequestReviewRequest{Event: &event, Body: &body, CommitID: &p.head})))
	p.votes[who] = trusted(who) && event == "APPROVE"
	p.said(who, body)
}

// byHand puts a label on or takes it off without a command. What only the
// OWNERS files may say, and what nobody said, stays so.
func (w *world) byHand(ctx context.Context, p *pull) {
	label := []string{"lgtm", "approved", "approved"}[w.random.IntN(3)]
	issues := w.people["bob"].Issues
	if w.random.IntN(3) == 0 {
		w.tell("bob takes %s off #%d", label, p.number)
		if _, err := issues.RemoveLabelForIssue(ctx, "acme", "demo", p.number, label); err != nil && github.StatusOf(err) != http.StatusNotFound {
			panic(err)
		}
		return
	}
	w.tell("bob puts %s on #%d", label, p.number)
	must[any](first(issues.AddLabelsToIssue(ctx, "acme", "demo", p.number, []string{label})))
	if label == "lgtm" {
		p.lgtm["by hand"] = true
	}
}

// pushMain changes the branch under everybody.
func (w *world) pushMain(ctx context.Context) {
	repos, path := w.people["alice"].Repositories, []string{"unrelated", "unrelated", "src/x"}[w.random.IntN(3)]
	opts := &gh.RepositoryContentFileOptions{Message: new("Meanwhile"), Content: fmt.Appendf(nil, "%d\n", w.random.Uint64()), Branch: new("main")}
	old, _, _, err := repos.GetContents(ctx, "acme", "demo", path, nil)
	if err == nil {
		opts.SHA = old.SHA
	} else if github.StatusOf(err) != http.StatusNotFound {
		panic(err)
	}
	w.model.main = must(first(repos.UpdateFile(ctx, "acme", "demo", path, opts))).GetSHA()
	w.tell("alice pushes %s to main", path)
}

// runChecks ends the checks of the heads and candidates that have none: one in
// five fails.
func (w *world) runChecks(ctx context.Context) {
	var todo []string
	for _, p := range w.model.pulls {
		if !p.merged {
			todo = append(todo, p.head)
		}
	}
	refs := must(first(w.people["alice"].Git.ListMatchingRefs(ctx, "acme", "demo", &gh.ReferenceListOptions{Ref: "heads/lanner-queue/"})))
	for _, ref := range refs {
		todo = append(todo, ref.GetObject().GetSHA())
	}
	slices.Sort(todo)
	for _, sha := range slices.Compact(todo) {
		if w.model.checks[sha] != "" {
			continue
		}
		state := "success"
		if w.random.IntN(5) == 0 {
			state = "failure"
		}
		w.tell("the check of %.8s ends with %s", sha, state)
		must[any](first(w.people["alice"].Repositories.CreateStatus(ctx, "acme", "demo", sha, &gh.RepoStatus{State: &state, Context: new("unit")})))
		w.model.checks[sha] = state
	}
}

// rest holds what must be true once nothing happens any more.
func (w *world) rest() {
	ctx, alice := context.Background(), w.people["alice"]
	for _, p := range w.open() {
		pr := must(first(alice.PullRequests.Get(ctx, "acme", "demo", p.number)))
		var labels []string
		for _, l := range pr.Labels {
			labels = append(labels, l.GetName())
		}
		blocked := slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, "do-not-merge/") || l == "needs-rebase" })
		ready := slices.Contains(labels, "lgtm") && slices.Contains(labels, "approved") && !blocked && w.model.checks[p.head] == "success" && pr.GetMergeable()
		if ready && !w.queued {
			w.fail("#%d is not merged, and nothing is in the way: %v", p.number, labels)
		}
		if p.bad == "it is not approved" && slices.Contains(labels, "approved") {
			w.fail("#%d has the label approved, and nobody approved it", p.number)
		}
	}
	w.recorded()
	for n := range w.model.pulls {
		comments := must(first(alice.Issues.ListComments(ctx, "acme", "demo", n, &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: 100}})))
		seen := make(map[string]bool)
		for _, c := range comments {
			marker, _, _ := strings.Cut(c.GetBody(), "\n")
			if c.GetUser().GetLogin() != "lanner" {
				continue
			}
			if seen[marker] {
				w.fail("the bot said twice on #%d:\n%s", n, c.GetBody())
			}
			seen[marker] = true
		}
	}
}

// recorded holds that the bot can tell of each commit that it moved the branch
// to, whatever happened to it meanwhile.
func (w *world) recorded() {
	if !w.queued || len(w.model.moved) == 0 {
		return
	}
	resp := must(handled(w.bot.server.Handler(), must(http.NewRequest(http.MethodGet, "http://bot.test/queues/acme/demo.json", nil))))
	var queues []server.QueuePage
	if err := json.NewDecoder(resp.Body).Decode(&queues); err != nil || len(queues) != 1 {
		w.fail("%d queues, %v", len(queues), err)
		return
	}
	for _, sha := range w.model.moved {
		if !slices.ContainsFunc(queues[0].Landed, func(l server.Landing) bool { return l.Commit == sha }) {
			w.fail("there is no record of the landing of %s", sha)
		}
	}
}

// pause lets time pass.
func (w *world) pause() {
	waits := []time.Duration{0, 10 * time.Millisecond, time.Second, time.Second, 5 * time.Second, time.Minute, 3 * time.Minute}
	time.Sleep(waits[w.random.IntN(len(waits))])
}
