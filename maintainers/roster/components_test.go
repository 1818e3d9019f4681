// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/maintainers/roster"
)

func TestPeopleEmails(t *testing.T) {
	t.Parallel()
	people, err := roster.ParsePeople("p.yaml", []byte("- {login: a, public_emails: [a@example.com, b@example.com]}"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a@example.com", "b@example.com"}, people[0].Emails); diff != "" {
		t.Error(diff)
	}
	_, err = roster.ParsePeople("p.yaml", []byte("- {login: a, public_emails: [a, \"a!b@c\"], name: \"A\\nB\"}\n- {login: b, employers: [{name: \" x\"}]}"))
	for _, want := range []string{`p.yaml:1:30: "a" is no e-mail address`, `p.yaml:1:33: "a!b@c" is no`, `p.yaml:1:49: want a word in one line`, `p.yaml:2:33: want a word in one line`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}

func TestParseComponents(t *testing.T) {
	t.Parallel()
	got, err := roster.ParseComponents("c.yaml", []byte("- {name: Engine, path: engine, scope: Core, status: Stable}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]roster.Component{{Name: "Engine", Path: "engine", Scope: "Core", Status: "Stable"}}, got); diff != "" {
		t.Error(diff)
	}
	for in, want := range map[string]string{
		"- {name: E, path: engine, scope: core}": "c.yaml:1:34: want one of Core, Ecosystem, Infra, Special",
		"- {name: E, path: ../x, scope: Core}":   "c.yaml:1:19: want a folder as the repository has it",
		"- {name: E, scope: Core}":               "c.yaml:1:3: want name, path and scope",
		"- {name: E, pth: e, scope: Core}":       "c.yaml:1:13: unknown key \"pth\"",
		"a: b":                                   "want a list",
		"- {name: E, path: e, scope: Core}\n- {name: F, path: e, scope: Core}": "c.yaml:2:3: e is there twice",
	} {
		if _, err := roster.ParseComponents("c.yaml", []byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

// FuzzComponents holds for any file: parsing does not panic, and what it
// accepts is below the root.
func FuzzComponents(f *testing.F) {
	f.Add([]byte("- {name: a, path: a/b, scope: Core}"))
	f.Add([]byte("- &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := roster.ParseComponents("c.yaml", data)
		if err != nil {
			return
		}
		for _, c := range all {
			if c.Path == "" || strings.HasPrefix(c.Path, "/") || strings.HasPrefix(c.Path, "..") {
				t.Errorf("path %q", c.Path)
			}
		}
	})
}
