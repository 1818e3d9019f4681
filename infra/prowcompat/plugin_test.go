// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"
)

// externalPlugin has Prow's hook pass webhooks on to our bot, which has the one
// feature that Prow lacks: each answers what is its own, and Prow shows the
// help of both.
func externalPlugin(t *testing.T, s *stage, hook, mine string) {
	alice := s.as(t, "alice")
	settings, _, _, err := alice.Repositories.GetContents(t.Context(), owner, demo, ".github/lanner.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = alice.Repositories.UpdateFile(t.Context(), owner, demo, ".github/lanner.yaml", &gh.RepositoryContentFileOptions{
		Message: new("Only what Prow lacks"), Content: []byte("features: [release]\n"), SHA: settings.SHA,
	})
	if err != nil {
		t.Fatal(err)
	}
	// Webhooks go to hook alone; it sends them on.
	front := s.hook
	s.hook = fmt.Sprintf("http://127.0.0.1:%d/hook", port(t))
	behind := s.hook
	s.launch(t, ourBot(t, s, mine))
	s.hook = front
	s.plugins = "external_plugins:\n  " + full + ":\n  - {name: lanner, endpoint: " + behind + ", events: [issue_comment]}\n"
	s.start(t, prowHook(t, s, hook))

	const number = 1
	s.say(t, "carol", number, "/hold\n/release status")
	s.eventually(t, "a label of Prow's and an answer of ours", func() bool {
		pr, _, err := alice.PullRequests.Get(t.Context(), owner, demo, number)
		if err != nil {
			t.Fatal(err)
		}
		comments, _, err := alice.Issues.ListComments(t.Context(), owner, demo, number, nil)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, c := range comments {
			said += c.GetBody()
		}
		if strings.Contains(said, "This PR is") {
			t.Fatal("our bot speaks of approval, which is Prow's")
		}
		return len(pr.Labels) > 0 && pr.Labels[0].GetName() == "do-not-merge/hold" && strings.Contains(said, "No release is under way")
	})
	s.eventually(t, "help of both", func() bool {
		resp, err := http.Get(strings.TrimSuffix(front, "/hook") + "/plugin-help")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), `"/release`) && strings.Contains(string(text), "/hold")
	})
}

func (s *stage) eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}
