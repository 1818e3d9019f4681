// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"
)

// TestRemind runs day by day: one issue for a release, one comment for a
// checkpoint, and of several that were missed the last.
func TestRemind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rotation := "releases:\n  - {version: v0.2.0, date: 2027-03-30, lead: alice, backup: bob}\n  - {version: v0.3.0, date: 2027-05-25, lead: bob, backup: carol}\n"
	for file, text := range map[string]string{"rotation.yaml": rotation, "people.yaml": "- login: alice\n- login: bob\n- login: carol\n"} {
		if err := os.WriteFile(filepath.Join(w.work.Dir, "maintainers", file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	owner, name, _ := strings.Cut(place, "/")
	for _, day := range []struct {
		today    string
		comments int
	}{{"2027-02-01", -1}, {"2027-03-10", 0}, {"2027-03-11", 0}, {"2027-03-24", 1}, {"2027-03-25", 1}, {"2027-03-29", 2}, {"2027-03-30", 2}, {"2027-04-02", 2}} {
		w.must("alice", "rota", "remind", "--today", day.today)
		issues, _, err := w.forge.Client("bob").Issues.ListByRepo(t.Context(), owner, name, &gh.IssueListByRepoOptions{Labels: []string{preparationLabel}})
		if err != nil {
			t.Fatal(err)
		}
		if day.comments < 0 {
			if len(issues) != 0 {
				t.Errorf("%s: %d issues", day.today, len(issues))
			}
			continue
		}
		if len(issues) != 1 || issues[0].GetTitle() != "Release v0.2.0" || len(issues[0].Assignees) != 2 || !strings.Contains(issues[0].GetBody(), "- [ ] `release cut engine`") {
			t.Fatalf("%s: %d issues: %v", day.today, len(issues), issues)
		}
		comments, _, err := w.forge.Client("bob").Issues.ListComments(t.Context(), owner, name, issues[0].GetNumber(), nil)
		if err != nil || len(comments) != day.comments {
			t.Fatalf("%s: %d comments, %v; want %d", day.today, len(comments), err, day.comments)
		}
		if day.today == "2027-03-24" && !strings.Contains(comments[0].GetBody(), "v0.2.0 is to be released in 6 days, on 2027-03-30. @alice leads it. @bob steps in.") {
			t.Errorf("it says\n%s", comments[0].GetBody())
		}
	}
}
