// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	"sigs.k8s.io/prow/pkg/config"
	"sigs.k8s.io/prow/pkg/git/localgit"
	"sigs.k8s.io/prow/pkg/plugins/approve/approvers"
	"sigs.k8s.io/prow/pkg/plugins/ownersconfig"
	"sigs.k8s.io/prow/pkg/repoowners"

	"github.com/lanner-project/lanner/bots/owners"
)

var trees = flag.Int("trees", 600, "how many trees of OWNERS files the tests make")

var (
	people  = []string{"alice", "bob", "carol", "dave", "erin", "frank"}
	folders = []string{"", "a", "a/b", "a/b/c", "ab", "d"}
	names   = []string{"x.go", "x.md", "OWNERS", "sub/y.go", "sub/z"}
)

// aliases are those of all trees: they are read at the root of a repository.
const aliases = "aliases:\n  team: [Alice, bob]\n  Other-Team:\n  - CAROL\n  - dave\n  nobody: []\n"

// tree writes the OWNERS files of one tree, below a folder.
func tree(r *rand.Rand, root string, files map[string]string) {
	for _, dir := range folders {
		if r.IntN(3) > 0 {
			files[path.Join(root, dir, "OWNERS")] = ownersFile(r)
		}
	}
}

// ownersFile makes a file of one of the two shapes.
func ownersFile(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "options:\n  no_parent_owners: %t\n", r.IntN(2) == 0)
		if r.IntN(3) == 0 {
			b.WriteString("  auto_approve_unowned_subfolders: true\n")
		}
	}
	if r.IntN(3) > 0 {
		lists(r, &b, "")
	} else {
		b.WriteString("filters:\n")
		for _, filter := range []string{".*", `\\.go$`, "^sub/", "y"} {
			if r.IntN(2) == 0 {
				fmt.Fprintf(&b, "  \"%s\":\n", filter)
				b.WriteString("    labels: []\n")
				lists(r, &b, "    ")
			}
		}
	}
	if r.IntN(5) == 0 {
		b.WriteString("emeritus_approvers: [erin]\n")
	}
	return b.String()
}

func lists(r *rand.Rand, b *strings.Builder, indent string) {
	keys := []string{"approvers", "reviewers", "required_reviewers"}
	if indent == "" {
		keys = append(keys, "labels")
	}
	for _, key := range keys {
		if r.IntN(2) > 0 {
			continue
		}
		var words []string
		for range r.IntN(3) {
			switch word := people[r.IntN(len(people))]; {
			case key == "labels":
				words = append(words, "area/"+word)
			case r.IntN(4) == 0:
				words = append(words, []string{"team", "other-team", "nobody"}[r.IntN(3)])
			case r.IntN(3) == 0:
				words = append(words, "\"@"+strings.ToUpper(word)+"\"")
			default:
				words = append(words, word)
			}
		}
		fmt.Fprintf(b, "%s%s: [%s]\n", indent, key, strings.Join(words, ", "))
	}
}

// load makes the trees, each in a folder of one repository, and reads them as
// Prow does and as we do.
func load(t *testing.T) (repoowners.RepoOwner, *owners.Tree, []string) {
	t.Helper()
	logrus.SetOutput(io.Discard)
	files := map[string]string{"OWNERS_ALIASES": aliases}
	var roots []string
	for i := range *trees {
		root := fmt.Sprintf("t%05d", i)
		roots = append(roots, root)
		tree(rand.New(rand.NewPCG(uint64(i), 3)), root, files)
	}
	git, clients, err := localgit.NewV2()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := clients.Clean(); err != nil {
			t.Error(err)
		}
		if err := git.Clean(); err != nil {
			t.Error(err)
		}
	})
	if err := git.MakeFakeRepo("org", "repo"); err != nil {
		t.Fatal(err)
	}
	raw := make(map[string][]byte)
	for name, text := range files {
		raw[name] = []byte(text)
	}
	if err := git.AddCommit("org", "repo", raw); err != nil {
		t.Fatal(err)
	}
	sha, err := git.RevParse("org", "repo", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	no, yes := func(_, _ string) bool { return false }, func(_, _ string) bool { return true }
	client := repoowners.NewClient(clients, nil, no, yes, func() *config.OwnersDirDenylist { return &config.OwnersDirDenylist{} }, ownersconfig.FakeResolver)
	theirs, err := client.LoadRepoOwnersSha("org", "repo", "master", strings.TrimSpace(sha), false)
	if err != nil {
		t.Fatal(err)
	}
	ours := owners.Parse(files)
	if ms := ours.Mistakes(); len(ms) > 0 {
		t.Fatal(ms)
	}
	return theirs, ours, roots
}

// TestOwners holds who has a say about a file against Prow's answer.
func TestOwners(t *testing.T) {
	theirs, ours, roots := load(t)
	compared, differ := 0, 0
	for _, root := range roots {
		for _, dir := range folders {
			for _, name := range names {
				file := path.Join(root, dir, name)
				for what, pair := range map[string][2][]string{
					"approvers":          {theirs.Approvers(file).Set().UnsortedList(), ours.Approvers(file)},
					"leaf approvers":     {theirs.LeafApprovers(file).UnsortedList(), ours.LeafApprovers(file)},
					"reviewers":          {theirs.Reviewers(file).Set().UnsortedList(), ours.Reviewers(file)},
					"leaf reviewers":     {theirs.LeafReviewers(file).UnsortedList(), ours.LeafReviewers(file)},
					"required reviewers": {theirs.RequiredReviewers(file).UnsortedList(), ours.RequiredReviewers(file)},
					"labels":             {theirs.FindLabelsForFile(file).UnsortedList(), ours.Labels(file)},
					"home":               {{theirs.FindApproverOwnersForFile(file)}, {ours.Home(file)}},
				} {
					slices.Sort(pair[0])
					compared++
					if !slices.Equal(pair[0], pair[1]) {
						if differ++; differ <= 10 {
							t.Errorf("%s of %s: Prow says %q, we say %q", what, file, pair[0], pair[1])
						}
					}
				}
			}
		}
	}
	t.Logf("%d answers compared, %d differ", compared, differ)
}

// TestApproval holds whether a change is approved by some people against Prow's
// answer.
func TestApproval(t *testing.T) {
	theirs, ours, roots := load(t)
	log := logrus.NewEntry(logrus.StandardLogger())
	approved, known := 0, 0
	for i, root := range roots {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		var files []string
		var changes []owners.Change
		for range 1 + r.IntN(4) {
			file := path.Join(root, folders[r.IntN(len(folders))], names[r.IntN(len(names))])
			files, changes = append(files, file), append(changes, owners.Change{Path: file})
		}
		ap := approvers.NewApprovers(approvers.NewOwners(log, files, theirs, int64(i)))
		var by []string
		for _, login := range people {
			if r.IntN(3) == 0 {
				by = append(by, login)
				ap.AddApprover(login, "", false)
			}
		}
		cover := ours.Cover(changes, by)
		switch got, want := cover.Covered(), ap.AreFilesApproved(); {
		case want && !got && uncovered(theirs, files, by):
			known++
		case got != want:
			t.Errorf("%v approved by %v: Prow says %v, we say %v: %+v", files, by, want, got, cover)
		case got:
			approved++
		}
	}
	t.Logf("%d changes compared, %d approved, %d that only Prow approves", len(roots), approved, known)
}

// uncovered reports whether a file is left that nobody may approve who did, by
// Prow's own word on that file. Prow approves such a change all the same when a
// folder above has a say about another file of it: it drops the folder below
// from what needs an approval, although the filters of the one above do not
// match what is in there. We want an approver for each file.
func uncovered(theirs repoowners.RepoOwner, files, by []string) bool {
	return slices.ContainsFunc(files, func(file string) bool {
		approvers := theirs.Approvers(file).Set()
		return !slices.ContainsFunc(by, approvers.Has)
	})
}
