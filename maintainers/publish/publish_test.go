// SPDX-License-Identifier: Apache-2.0

package publish_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
	"github.com/lanner-project/lanner/maintainers/roster"
)

// make a project of its files; the people are in people.yaml.
func with(t *testing.T, files map[string]string) project.Project {
	t.Helper()
	people, err := roster.ParsePeople("people.yaml", []byte(files["people.yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	return project.Project{
		Snapshot: gather.Snapshot{Files: files, Tree: owners.Parse(files)}, People: people,
		Repository: "https://github.com/o/r", Branch: "main",
	}
}

var allFormats = map[string]func(project.Project) ([]byte, error){
	"maintainers": func(p project.Project) ([]byte, error) { return publish.Maintainers(p, "") },
	"codeowners":  func(p project.Project) ([]byte, error) { return publish.Codeowners(p, "") },
	"tables":      func(p project.Project) ([]byte, error) { return publish.Tables(p), nil },
	"csv":         func(p project.Project) ([]byte, error) { return publish.CSV(p, "Graduated", "R") },
	"project":     publish.DotProject,
	"teams":       publish.TeamsSection,
	"gitdm":       func(p project.Project) ([]byte, error) { out, _ := publish.Gitdm(p); return out, nil },
}

// A random project, its entries shuffled, is published to the same bytes in
// every format; what comes out as maintainers.yaml can be read, and nobody is
// a core maintainer there who does not approve the root.
func TestPermutations(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		files := make(map[string]string)
		var entries []string
		for i := range r.IntN(12) {
			entries = append(entries, fmt.Sprintf("- {login: P%d, name: Name %d, employers: [{name: E%d}], public_emails: [p%d@example.com]}\n", i, r.IntN(4), r.IntN(3), i))
		}
		for _, folder := range []string{"", "a/", "a/b/", "c d/"}[:1+r.IntN(4)] {
			var who []string
			for range r.IntN(5) {
				who = append(who, fmt.Sprintf("p%d", r.IntN(14)))
			}
			list := strings.Join(who, ", ")
			if r.IntN(3) == 0 {
				files[folder+"OWNERS"] = fmt.Sprintf("filters: {'.*': {approvers: [%s]}, 'x$': {approvers: [p1, p13]}}", list)
			} else {
				files[folder+"OWNERS"] = fmt.Sprintf("approvers: [%s]\nreviewers: [p2]\nemeritus_approvers: [p3]", list)
			}
		}
		files["people.yaml"] = strings.Join(entries, "")
		first := with(t, files)
		r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		files["people.yaml"] = strings.Join(entries, "")
		second := with(t, files)
		for name, format := range allFormats {
			a, err := format(first)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, name, err)
			}
			b, err := format(second)
			if err != nil || !bytes.Equal(a, b) {
				t.Fatalf("seed %d: %s depends on the order of people.yaml: %v\n%s", seed, name, err, cmp.Diff(string(a), string(b)))
			}
		}
		list, err := publish.Maintainers(first, "")
		if err != nil {
			t.Fatal(err)
		}
		read, err := roster.Parse("maintainers.yaml", list)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, list)
		}
		root, _ := first.Snapshot.Tree.Lists("OWNERS")
		if diff := cmp.Diff(append([]string{}, root.Approvers...), append([]string{}, read.Core("r")...)); diff != "" {
			t.Errorf("seed %d: core maintainers (-root OWNERS +maintainers.yaml)\n%s", seed, diff)
		}
	}
}

// No e-mail address leaves people.yaml but through gitdm's file.
func TestEmails(t *testing.T) {
	t.Parallel()
	p := with(t, map[string]string{
		"OWNERS":      "approvers: [alice, bob]",
		"people.yaml": "- {login: alice, public_emails: [secret@example.com]}\n- {login: bob}\n",
	})
	for name, format := range allFormats {
		out, err := format(p)
		if err != nil {
			t.Fatal(err)
		}
		if found := bytes.Contains(out, []byte("secret")); found != (name == "gitdm") {
			t.Errorf("%s: an address is in it: %v", name, found)
		}
	}
	out, silent := publish.Gitdm(p)
	if string(out) != "alice: secret!example.com\n\tIndependent\n" || silent != 1 {
		t.Errorf("%d left out of\n%s", silent, out)
	}
}

// What strangers name themselves stays text.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	p := with(t, map[string]string{
		"OWNERS":      "approvers: [alice]",
		"people.yaml": "- {login: alice, name: '=A|<b>[x](y)`', employers: [{name: '@SUM'}]}",
	})
	tables := string(publish.Tables(p))
	if want := `| =A\|\<b\>\[x\](y)\` + "`" + ` | [alice](https://github.com/alice) | @SUM |`; !strings.Contains(tables, want) {
		t.Errorf("no %s in\n%s", want, tables)
	}
	out, err := publish.CSV(p, "Sandbox", "R")
	if err != nil {
		t.Fatal(err)
	}
	if want := "Sandbox,R,'=A|<b>[x](y)`,'@SUM,alice,https://github.com/o/r/blob/main/OWNERS\n"; string(out) != want {
		t.Errorf("%s, want %s", out, want)
	}
	p = with(t, map[string]string{"OWNERS": "approvers: [a]", "a#b/OWNERS": "approvers: [a]"})
	if out, err := publish.Codeowners(p, ""); err == nil {
		t.Errorf("CODEOWNERS of a folder that it can't name:\n%s", out)
	}
	p = with(t, map[string]string{"OWNERS": "approvers: [a]\nreviewers: [\"x\\n* @mallory\"]"})
	if files, err := publish.Generate(p, ""); err == nil || err.Error() != `OWNERS: "x\n* @mallory" is no login` {
		t.Errorf("%v: %v", files, err)
	}
	p = with(t, map[string]string{"a/b/OWNERS": "approvers: [a]", "a-b/OWNERS": "approvers: [a]"})
	if teams, err := publish.Teams(p); err == nil {
		t.Errorf("two folders, one team: %+v", teams)
	}
}

// FuzzInTables holds for any page: what is around the markers stays, and
// doing it again changes nothing.
func FuzzInTables(f *testing.F) {
	f.Add("# Us\n" + publish.Begin + "\nold\n" + publish.End + "\nmore\n")
	f.Add(publish.End + "\n" + publish.Begin + "\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, page string) {
		once, err := publish.InTables(page, []byte("tables\n"))
		if err != nil {
			return
		}
		twice, err := publish.InTables(string(once), []byte("tables\n"))
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v:\n%s\nthen\n%s", err, once, twice)
		}
		before, _, _ := strings.Cut(page, publish.Begin)
		if !strings.HasPrefix(string(once), before) {
			t.Errorf("%q is gone", before)
		}
	})
}
