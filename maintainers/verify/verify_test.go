// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/maintainers/verify"
)

// input is a project whose generated files are up to date.
func input(t *testing.T, files map[string]string) verify.Input {
	t.Helper()
	people, err := roster.ParsePeople("people.yaml", []byte(files["people.yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	p := project.Project{Snapshot: gather.Snapshot{Files: files, Tree: owners.Parse(files)}, People: people, Repository: "https://github.com/o/r", Branch: "main"}
	if publish.Ready(p) == nil {
		generated, err := publish.Generate(p, "people.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range generated {
			if _, ok := files[f.Path]; !ok {
				files[f.Path] = string(f.Content)
			}
		}
	}
	return verify.Input{Project: p, People: "people.yaml", Day: day("2027-01-26"), Cap: 40, Title: "R"}
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func found(t *testing.T, in verify.Input) []string {
	t.Helper()
	findings, err := verify.Check(in)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, f := range findings {
		if !slices.ContainsFunc(verify.Codes, func(c struct{ Code, Meaning string }) bool { return c.Code == f.Code }) {
			t.Errorf("%s is in no list of codes", f.Code)
		}
		all = append(all, strings.Join([]string{f.Code, f.Path, f.Login, f.Message}, "|"))
	}
	return all
}

const threeEmployers = "- {login: alice, employers: [{name: One}]}\n- {login: bob, employers: [{name: Two}]}\n- {login: carol, employers: [{name: Three}]}\n"

const three = "approvers: [alice, bob, carol]\n"

var findingTests = map[string]struct {
	files  map[string]string
	change func(*verify.Input)
	want   []string
}{
	"nothing": {files: map[string]string{"OWNERS": three}},
	"missing and unused": {
		files: map[string]string{"OWNERS": "approvers: [alice, bob, dave]\nreviewers: [erin]\nemeritus_approvers: [frank]\n"},
		want: []string{
			"person-missing|people.yaml|dave|dave is in OWNERS and has no entry", "person-missing|people.yaml|erin|erin is in OWNERS and has no entry",
			"person-unused|people.yaml|carol|carol has an entry and is in no OWNERS file",
		},
	},
	"two lists": {
		files: map[string]string{"OWNERS": three + "reviewers: [alice]\nemeritus_approvers: [bob]\n"},
		want:  []string{"two-lists|OWNERS|alice|alice is in approvers and reviewers", "two-lists|OWNERS|bob|bob is in approvers and emeritus_approvers"},
	},
	"emeritus above": {
		files: map[string]string{"OWNERS": three, "a/OWNERS": "approvers: [alice, bob]\nemeritus_approvers: [carol]\n"},
		want:  []string{"emeritus-approves|a/OWNERS|carol|carol is emeritus there and may approve it through a folder above"},
	},
	"emeritus unproven": {
		files: map[string]string{"OWNERS": three + "emeritus_approvers: [frank, grace]\n"},
		change: func(in *verify.Input) {
			in.History = &gather.History{Tenures: []gather.Tenure{{Login: "frank", Folder: "x", Role: gather.Approver}}}
		},
		want: []string{"emeritus-unproven|OWNERS|grace|grace is emeritus there and was an approver at no commit"},
	},
	"shallow": {
		files:  map[string]string{"OWNERS": three + "emeritus_approvers: [frank]\n"},
		change: func(in *verify.Input) { in.History = &gather.History{Cut: true} },
	},
	"few": {
		files: map[string]string{"OWNERS": three, "a/OWNERS": "approvers: [bob]\n", "b/OWNERS": "approvers: [carol]\noptions: {no_parent_owners: true}\n", "c/OWNERS": "labels: [x]\n"},
		want:  []string{"few-approvers|a/OWNERS||names one approver, bob; with those of the folders above, 3 may approve", "few-approvers|b/OWNERS||only carol may approve all below it"},
	},
	"broken": {
		files: map[string]string{"OWNERS": "approvers: alice\n", "a/OWNERS": three},
		want:  []string{"owners-mistake|OWNERS||line 1: want a list, found \"alice\""},
	},
	"no login": {
		files: map[string]string{"OWNERS": three + "reviewers: ['org/team']\nemeritus_approvers: [\"x\\n* @mallory\"]\n"},
		want: []string{
			"login-invalid|OWNERS|org/team|\"org/team\" is no login", "login-invalid|OWNERS|x\n* @mallory|\"x\\n* @mallory\" is no login",
			"person-missing|people.yaml|org/team|org/team is in OWNERS and has no entry",
		},
	},
	"no root": {
		files: map[string]string{"a/OWNERS": three},
		want:  []string{"no-root-owners|OWNERS||the root has no OWNERS file"},
	},
	"ended": {
		files: map[string]string{"OWNERS": three, "people.yaml": strings.Replace(threeEmployers, "{name: Two}", "{name: Two, until: 2027-01-25}", 1)},
		want:  []string{"employer-ended|people.yaml|bob|the last employment of bob, with Two, ended on 2027-01-25"},
	},
	"ends today": {files: map[string]string{"OWNERS": three, "people.yaml": strings.Replace(threeEmployers, "{name: Two}", "{name: Two, until: 2027-01-26}", 1)}},
	"cap": {
		files: map[string]string{"OWNERS": three, "people.yaml": strings.Replace(threeEmployers, "Two", "oNE", 1)},
		want:  []string{"employer-cap|people.yaml||One has 2 of the 3 core maintainers, 67%; the cap is 40%"},
	},
	"drift": {
		files: map[string]string{"OWNERS": three, publish.CodeownersFile: "* @mallory\n"},
		want:  []string{`file-drift|.github/CODEOWNERS||it is not what "maintainers generate" makes`},
	},
	"teams": {
		files: map[string]string{"OWNERS": three, "a/OWNERS": "approvers: [alice, bob]\n", verify.SettingsFile: "teams: [{slug: Core-Maintainers, maintainers: [Alice], members: [bob, mallory]}]"},
		want: []string{
			"team-drift|.github/settings.yaml||there is no team a-maintainers", "team-drift|.github/settings.yaml|carol|team core-maintainers lacks carol",
			"team-drift|.github/settings.yaml|mallory|team core-maintainers has mallory, who should not be in it",
		},
	},
	"csv": {
		files: map[string]string{"OWNERS": three},
		change: func(in *verify.Input) {
			in.CSV = ",Project,Maintainer Name,Company,Github Name,OWNERS/MAINTAINERS\nGraduated,Other,X,Y,mallory,z\n,R,Alice,One,Alice,x\n,,Bob,Old,bob,\n,,Dave,One,dave,\n,Next,X,Y,carol,\n"
		},
		want: []string{"csv-drift||bob|the CSV has bob with \"Old\", people.yaml with \"Two\"", "csv-drift||carol|the CSV lacks carol", "csv-drift||dave|the CSV has dave, who should not be in it"},
	},
	".project": {
		files: map[string]string{"OWNERS": three},
		change: func(in *verify.Input) {
			in.DotProject = "maintainers: [{project_id: r, org: o, teams: [{name: maintainers, members: [alice, bob]}, {name: reviewers, managed: false, members: [zoe]}]}]"
		},
		want: []string{"project-drift||carol|the team of maintainers lacks carol"},
	},
	"left": {
		files: map[string]string{"OWNERS": three, "people.yaml": strings.Replace(threeEmployers, "bob,", "bob, left: 2027-01-26,", 1)},
		want:  []string{"person-left|people.yaml|bob|bob approves, and left on 2027-01-26"},
	},
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, tt := range findingTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(tt.files)
			if files["people.yaml"] == "" {
				files["people.yaml"] = threeEmployers
			}
			in := input(t, files)
			if tt.change != nil {
				tt.change(&in)
			}
			if diff := cmp.Diff(append([]string{}, tt.want...), found(t, in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The cap is "no more than": 40% may be had, and not a vote more.
func TestCap(t *testing.T) {
	t.Parallel()
	for votes, over := range map[int]bool{7: false, 8: false, 9: true, 12: true} {
		var people, logins strings.Builder
		for i := range 20 {
			employer := "E" + fmt.Sprint(i)
			if i < votes {
				employer = "Big"
			}
			fmt.Fprintf(&people, "- {login: p%d, employers: [{name: %s}]}\n", i, employer)
			fmt.Fprintf(&logins, "p%d, ", i)
		}
		got := found(t, input(t, map[string]string{"OWNERS": "approvers: [" + logins.String() + "]", "people.yaml": people.String()}))
		if (len(got) > 0) != over {
			t.Errorf("%d of 20: %v", votes, got)
		}
	}
}

// FuzzForeign holds for any file of others: it is compared or refused.
func FuzzForeign(f *testing.F) {
	f.Add("Graduated,R,A,One,alice,x\n", "maintainers: [{teams: [{name: maintainers, members: [a]}]}]", "teams: [{slug: a}]")
	f.Add("\"", "&a [*a]", "teams: &a {items: *a}")
	f.Fuzz(func(t *testing.T, csv, dotProject, settings string) {
		in := input(t, map[string]string{"OWNERS": "approvers: [alice]", "people.yaml": threeEmployers, verify.SettingsFile: settings})
		in.CSV, in.DotProject = csv, dotProject
		findings, err := verify.Check(in)
		if err == nil && !slices.IsSortedFunc(findings, func(a, b verify.Finding) int { return strings.Compare(a.Code, b.Code) }) {
			t.Errorf("not sorted: %+v", findings)
		}
	})
}
