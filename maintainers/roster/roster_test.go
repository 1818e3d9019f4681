// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/maintainers/roster"
)

func TestCore(t *testing.T) {
	r, err := roster.Parse("m.yaml", []byte(`
- {name: A, github: https://github.com/Alice, projects: [https://github.com/lanner-project/lanner]}
- {name: B, github: https://github.com/bob, company: X, projects: [https://github.com/lanner-project/lanner/tree/main/website]}
- {name: C, github: https://github.com/carol, projects: [https://github.com/lanner-project/other, http://127.0.0.1/o/lanner]}
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"alice", "carol"}, r.Core("lanner")); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"- {name: A, github: https://github.com/a, compnay: X}":                                "compnay",
		"- {name: A, github: https://github.com/a}\n- {name: B, github: https://github.com/A}": "listed already",
		"- {name: A, github: https://github.com/a/b}":                                          "profile address",
		"- {github: https://github.com/a}":                                                     "profile address",
		"name: A":                                                                              "cannot unmarshal",
	} {
		_, err := roster.Parse("m.yaml", []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "m.yaml: ") {
			t.Errorf("Parse(%q): %v, want %q", in, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("- {name: A, github: https://github.com/a}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := roster.Parse("m.yaml", data)
		if err != nil {
			return
		}
		for _, m := range r.People {
			if m.Login() == "" {
				t.Errorf("%+v has no login", m)
			}
		}
	})
}
