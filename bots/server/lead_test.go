// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/decide"
)

// TestReleaseLead: who declines a release gets a pull request that gives it to
// somebody else; a swap takes both.
func TestReleaseLead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle(`
-- maintainers/rotation.yaml --
# Who leads.
releases:
  - {version: v0.2.0, date: 2999-05-28, lead: alice, backup: bob}
-- maintainers/people.yaml --
- {login: alice, release_lead: {shadows: 1}}
- {login: bob, release_lead: {shadows: 1}}
- {login: dave, release_lead: {shadows: 1}}
`)
	alice := h.f.Client("alice")
	issue, _, err := alice.Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("Who leads"), Body: new("?")})
	if err != nil {
		t.Fatal(err)
	}
	n := issue.GetNumber()
	proposals := func() []*gh.PullRequest {
		pulls, _, err := alice.PullRequests.List(t.Context(), "acme", "demo", &gh.PullRequestListOptions{Base: "main", Direction: "asc"})
		if err != nil {
			t.Fatal(err)
		}
		return pulls
	}
	text := func(pr *gh.PullRequest) string {
		file, _, _, err := alice.Repositories.GetContents(t.Context(), "acme", "demo", decide.RotationPath, &gh.RepositoryContentGetOptions{Ref: pr.GetHead().GetRef()})
		if err != nil {
			t.Fatal(err)
		}
		content, err := file.GetContent()
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	h.say("mallory", n, "/release-lead next")
	h.answers(n, "- `v0.2.0` on 2999-05-28: alice leads, bob is backup")
	h.say("alice", n, "/release-lead decline v0.2.0")
	h.answers(n, "- `v0.2.0: lead: alice → dave`")
	h.eventually("a pull request", func() bool { return len(proposals()) == 1 })
	if pr := proposals()[0]; !strings.Contains(text(pr), "lead: dave, backup: bob}\n") || !strings.HasPrefix(text(pr), "# Who leads.\n") || pr.GetUser().GetLogin() != "lanner" {
		t.Errorf("%s by %s has\n%s", pr.GetTitle(), pr.GetUser().GetLogin(), text(pr))
	}
	h.say("bob", n, "/release-lead swap v0.2.0 @alice")
	h.answers(n, "If alice says `/release-lead swap v0.2.0` here too")
	h.say("dave", n, "/release-lead swap v0.2.0")
	h.answers(n, "Nobody has asked you here")
	h.say("alice", n, "/release-lead swap v0.2.0")
	h.answers(n, "- `v0.2.0: lead: alice → bob`")
	h.eventually("another pull request", func() bool { return len(proposals()) == 2 })
}
