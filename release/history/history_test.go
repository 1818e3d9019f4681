// SPDX-License-Identifier: Apache-2.0

package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/history"
	"github.com/lanner-project/lanner/release/notes"
)

// past is a repository that a test writes, a minute a commit.
type past struct {
	t    *testing.T
	repo git.Repo
	now  time.Time
}

func newPast(t *testing.T) *past {
	t.Helper()
	p := &past{t: t, repo: git.Repo{Dir: t.TempDir()}, now: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)}
	p.git("init", "--quiet")
	return p
}

// git runs git at the test's time and returns what it prints.
func (p *past) git(args ...string) string {
	p.t.Helper()
	p.now = p.now.Add(time.Minute)
	out, err := p.repo.As("Alice Example", "alice@example.com", p.now).Run(p.t.Context(), args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// commit writes a file of that name and commits it.
func (p *past) commit(path, message string) string {
	p.t.Helper()
	full := filepath.Join(p.repo.Dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(message+p.now.String()), 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.git("add", "-A")
	p.git("commit", "--quiet", "-m", message)
	return p.git("rev-parse", "HEAD")
}

// branch makes commits on a new branch and returns to where it was.
func (p *past) branch(name string, messages ...string) {
	p.t.Helper()
	from := p.git("rev-parse", "--abbrev-ref", "HEAD")
	p.git("switch", "--quiet", "-c", name)
	for i, m := range messages {
		p.commit(fmt.Sprintf("%s-%d", strings.ReplaceAll(name, "/", "-"), i), m)
	}
	p.git("switch", "--quiet", from)
}

// merge merges a branch as GitHub's button does.
func (p *past) merge(number int, branch, title string) string {
	p.t.Helper()
	p.git("merge", "--quiet", "--no-ff", "-m", fmt.Sprintf("Merge pull request #%d from alice/%s\n\n%s", number, branch, title), branch)
	return p.git("rev-parse", "HEAD")
}

// titles lists changes as "#12 title".
func titles(changes []notes.Change) []string {
	list := []string{}
	for _, c := range changes {
		name := "-"
		if c.Number > 0 {
			name = c.Name()
		}
		list = append(list, name+" "+c.Title)
	}
	return list
}

func (p *past) read(o history.Options) history.Range {
	p.t.Helper()
	o.Repo = p.repo
	if o.Component == "" {
		o.Component = "engine"
	}
	r, err := history.Read(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// want compares a range with what it should be.
func (p *past) want(o history.Options, from string, changes ...string) history.Range {
	p.t.Helper()
	r := p.read(o)
	if r.From != from {
		p.t.Errorf("%q starts behind %q, want %q", o.Head, r.From, from)
	}
	if diff := cmp.Diff(append([]string{}, changes...), titles(r.Changes)); diff != "" {
		p.t.Errorf("changes of %s..%s (-want +got):\n%s", r.From, o.Head, diff)
	}
	return r
}

func TestWithoutRelease(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "the first commit\n\nIts body.")
	p.commit("b", "squashed (#3)\n\n```release-note\nA note.\n```")
	p.branch("topic", "inside one", "inside two")
	merge := p.merge(4, "topic", "the title of four")
	r := p.want(history.Options{}, "", "#4 the title of four", "#3 squashed", "- the first commit")
	if r.Head != merge || r.FromCommit != "" || r.Tags != nil {
		t.Errorf("range %+v", r)
	}
	want := notes.Change{
		Title: "the first commit", Body: "Its body.", Message: "the first commit\n\nIts body.", AuthorName: "Alice Example",
		Commits: []string{p.git("rev-list", "--max-parents=0", "HEAD")}, MergedAt: time.Date(2027, 1, 4, 9, 3, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, r.Changes[2]); diff != "" {
		t.Error(diff)
	}
	if body := r.Changes[1].Body; body != "```release-note\nA note.\n```" {
		t.Errorf("body of the squash merge %q", body)
	}
	if c := r.Changes[0]; len(c.Commits) != 1 || c.Commits[0] != merge || c.AuthorName != "" {
		t.Errorf("the merge is %+v", c)
	}
}

// Releases are tagged on their branch, which main does not contain.
func TestFrom(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "one (#1)")
	p.git("switch", "--quiet", "-c", "release/0.1")
	first := p.commit("stamp", "release: v0.1.0 (#2)")
	p.git("tag", "-a", "-m", "v0.1.0", "v0.1.0")
	p.git("switch", "--quiet", "main")
	p.commit("b", "two (#3)")
	p.git("switch", "--quiet", "release/0.1")
	p.commit("b", "two (#3) for 0.1 (#4)")
	p.git("tag", "v0.1.1")
	p.commit("c", "unreleased fix (#5)")
	p.git("switch", "--quiet", "main")
	p.git("tag", "v0.2.0-rc.1") // no stable release
	p.commit("d", "three (#6)")
	p.git("tag", "driver/v7.0.0")
	p.git("tag", "v9.9.9+x")
	p.git("tag", "-m", "a tree", "v8.0.0", "HEAD^{tree}")
	p.git("switch", "--quiet", "-c", "release/0.2")
	p.commit("e", "four (#7)")
	p.git("switch", "--quiet", "main")
	p.commit("f", "five (#8)")
	p.git("switch", "--quiet", "-c", "release/0.3")
	p.commit("stamp", "release: v0.3.0 (#9)")
	p.git("tag", "v0.3.0")
	p.git("switch", "--quiet", "main")
	p.commit("g", "six (#10)")

	p.want(history.Options{Head: "main"}, "v0.3.0", "#10 six")
	p.want(history.Options{Head: "release/0.1"}, "v0.1.1", "#5 unreleased fix")
	p.want(history.Options{Head: "refs/heads/release/0.2"}, "v0.1.1", "#7 four", "#6 three", "#3 two")
	// The name says nothing: the nearest release on the way counts.
	tip := p.git("rev-parse", "release/0.1")
	p.want(history.Options{Head: tip}, "v0.1.1", "#5 unreleased fix")
	p.want(history.Options{Head: "v0.1.1"}, "v0.1.0", "#4 two (#3) for 0.1")
	p.want(history.Options{Head: "refs/tags/v0.1.0"}, "", "#2 release: v0.1.0", "#1 one")
	p.want(history.Options{Head: "v0.1.0~1"}, "", "#1 one")
	p.want(history.Options{Head: "release/0.3"}, "v0.3.0")
	p.want(history.Options{Head: "main", From: "v0.1.0"}, "v0.1.0", "#10 six", "#8 five", "#6 three", "#3 two")
	p.want(history.Options{Head: "main", From: "refs/tags/v0.1.0"}, "v0.1.0", "#10 six", "#8 five", "#6 three", "#3 two")
	r := p.read(history.Options{Head: "release/0.1", From: "v0.1.0"})
	if r.FromCommit != first {
		t.Errorf("v0.1.0 is commit %s, want %s", r.FromCommit, first)
	}
	wantTags := []string{"driver/v7.0.0", "v0.1.0", "v0.1.1", "v0.2.0-rc.1", "v0.3.0", "v8.0.0", "v9.9.9+x"}
	if diff := cmp.Diff(wantTags, r.Tags); diff != "" {
		t.Error(diff)
	}
}

// A merge that no pull request made says nothing itself, what it brings does.
func TestBranchesWithoutPullRequest(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.git("tag", "v0.1.0")
	p.branch("inner", "inner one")
	p.git("switch", "--quiet", "-c", "outer")
	p.commit("o1", "outer one")
	p.commit("o2", "outer two (#20)")
	p.branch("reviewed", "not listed")
	p.merge(21, "reviewed", "reviewed on outer")
	p.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'inner' into outer", "inner")
	p.git("switch", "--quiet", "main")
	p.commit("b", "on main")
	p.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'outer'", "outer")
	p.branch("late", "inside the last")
	p.merge(22, "late", "the last")
	p.want(history.Options{}, "v0.1.0",
		"#22 the last", "- on main", "#21 reviewed on outer", "#20 outer two", "- outer one", "- inner one")
}

// What two merges have belongs to the older one.
func TestOldestMergeCounts(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.git("tag", "v0.1.0")
	p.branch("topic", "topic one")
	p.merge(1, "topic", "one")
	p.git("switch", "--quiet", "topic")
	p.commit("more", "topic two")
	p.git("switch", "--quiet", "main")
	p.git("merge", "--quiet", "--no-ff", "-m", "Merge topic again", "topic")
	p.git("switch", "--quiet", "-c", "side", "v0.1.0")
	p.commit("s", "side one")
	p.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'main' into side", "main")
	p.git("switch", "--quiet", "main")
	p.merge(2, "side", "two")
	p.want(history.Options{}, "v0.1.0", "#2 two", "- topic two", "#1 one")
}

func TestOctopusAndSeveralRoots(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.branch("x", "x one")
	p.branch("y", "y one")
	p.git("merge", "--quiet", "--no-ff", "-m", "Merge x and y", "x", "y")
	p.git("switch", "--quiet", "--orphan", "import")
	p.commit("imported", "another root")
	p.git("switch", "--quiet", "main")
	p.git("merge", "--quiet", "--no-ff", "--allow-unrelated-histories", "-m", "Merge import", "import")
	p.want(history.Options{}, "", "- another root", "- y one", "- x one", "- root")
}

// Git prints a parent before its child where clocks are wrong.
func TestSkewedClocks(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	var want []string
	for i := range 12 {
		p.now = time.Date(2027, 1, 1+(i*7)%12, 0, 0, 0, 0, time.UTC)
		p.commit("f", fmt.Sprintf("change (#%d)", i+1))
		p.branch(fmt.Sprint("b", i), "inside")
		p.now = p.now.Add(-300 * time.Hour)
		p.git("merge", "--quiet", "--no-ff", "-m", "by hand", fmt.Sprint("b", i))
		want = append(want, fmt.Sprintf("#%d change", i+1), "- inside")
	}
	got := p.read(history.Options{})
	seen := map[string]int{}
	for _, s := range titles(got.Changes) {
		seen[s]++
	}
	for _, s := range want {
		if n := seen[s]; n != 1 && (s != "- inside" || n != 12) {
			t.Errorf("%q is there %d times", s, n)
		}
	}
	if len(got.Changes) != 24 {
		t.Errorf("%d changes, want 24", len(got.Changes))
	}
}

// The release's own pull requests are no news; a stranger's of that name are.
func TestOwnPullRequests(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.git("tag", "v0.1.0")
	p.branch("release-plan/v0.2.0", "plan")
	p.merge(5, "release-plan/v0.2.0", "Release v0.2.0")
	p.branch("forward/v0.2.0", "changelog")
	p.merge(6, "forward/v0.2.0", "Changelog of v0.2.0")
	p.branch("topic", "x")
	p.merge(7, "topic", "a change")
	p.want(history.Options{}, "v0.1.0", "#7 a change")
	p.want(history.Options{Owner: "lanner-project"}, "v0.1.0", "#7 a change", "#6 Changelog of v0.2.0", "#5 Release v0.2.0")
}

func TestPicksAndReverts(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	original := p.commit("b", "mend (#11)\n\n```release-note\nMended.\n```")
	p.commit("bad", "break (#12)")
	bad := p.git("rev-parse", "HEAD")
	p.git("switch", "--quiet", "-c", "release/0.1", "HEAD~2")
	p.git("tag", "v0.1.0")
	p.git("cherry-pick", "-x", original)
	p.git("cherry-pick", "-x", bad)
	p.git("revert", "--no-edit", "HEAD")
	r := p.read(history.Options{Head: "release/0.1"})
	if got := titles(r.Changes); len(got) != 3 || got[2] != "#11 mend" {
		t.Fatalf("changes: %q", got)
	}
	doc := notes.Build(notes.Input{Version: "v0.1.1", Changes: r.Changes})
	if page := string(doc.Markdown()); !strings.Contains(page, "Mended.") || strings.Contains(page, "break") {
		t.Errorf("notes:\n%s", page)
	}
}

func TestComponentAndPaths(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.git("tag", "driver/v1.0.0")
	p.git("tag", "v0.1.0")
	p.commit("vendor/x/y.go", "vendor: update x (#2)\n\nBREAKING CHANGE: quoted")
	p.commit("engine/e.go", "faster (#3)")
	p.git("switch", "--quiet", "-c", "topic")
	p.commit("driver/bpf/d.c", "d")
	p.commit("engine/f.go", "f")
	p.git("switch", "--quiet", "main")
	p.merge(4, "topic", "both")
	p.commit("drivers", "not in the folder (#5)")
	r := p.want(history.Options{Component: "driver"}, "driver/v1.0.0", "#4 both")
	if diff := cmp.Diff([]string{"driver/bpf/d.c", "engine/f.go"}, r.Changes[0].Paths); diff != "" {
		t.Error(diff)
	}
	r = p.want(history.Options{}, "v0.1.0", "#5 not in the folder", "#4 both", "#3 faster", "#2 vendor: update x")
	if diff := cmp.Diff([]string{"vendor/x/y.go"}, r.Changes[3].Paths); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.commit("a", "root")
	p.commit("b", "more")
	shallow := git.Repo{Dir: filepath.Join(t.TempDir(), "clone")}
	if _, err := (git.Repo{Dir: t.TempDir()}).Run(t.Context(), "clone", "--quiet", "--depth=1", "file://"+p.repo.Dir, shallow.Dir); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for _, tt := range []struct {
		ctx  context.Context
		o    history.Options
		want string
	}{
		{t.Context(), history.Options{Repo: p.repo, Head: "nowhere"}, `"nowhere" is no branch, tag or commit here; run ` + "`git fetch --tags`"},
		{t.Context(), history.Options{Repo: p.repo, Head: "--all"}, `"--all" is no branch`},
		{t.Context(), history.Options{Repo: p.repo, From: "v0.7.0"}, `"v0.7.0" is no branch, tag or commit`},
		{t.Context(), history.Options{Repo: shallow}, "is a shallow clone, which knows too little of its past; run `git fetch --unshallow --tags`"},
		{t.Context(), history.Options{Repo: git.Repo{Dir: t.TempDir()}}, "not a git repository"},
		{ended, history.Options{Repo: p.repo}, "context canceled"},
	} {
		if r, err := history.Read(tt.ctx, tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %+v, %v; want %q", tt.o, r, err, tt.want)
		}
	}
}

// What a repository configures or a commit says changes nothing.
func TestHostileRepository(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.git("config", "log.showSignature", "true")
	p.git("config", "log.decorate", "full")
	p.git("config", "format.pretty", "oneline")
	p.git("config", "i18n.logOutputEncoding", "ISO-8859-1")
	p.git("config", "log.follow", "true")
	p.git("config", "log.diffMerges", "separate")
	p.commit("a", "root")
	p.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", "")
	p.commit("b", "ünïcode\x01 \xff (#2)\r\n\r\nbody")
	p.git("notes", "add", "-m", "a note")
	p.commit("c", strings.Repeat("x", 100_000))
	p.git("replace", "HEAD", "HEAD~2")
	r := p.read(history.Options{})
	if got := titles(r.Changes); len(got) != 4 || got[1] != "#2 ünïcode\x01 ÿ" || got[2] != "- " || len(got[0]) != 2+64<<10 {
		t.Errorf("changes: %.200q", got)
	}
}
