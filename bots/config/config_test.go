// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/config"
)

func TestParse(t *testing.T) {
	t.Parallel()
	full := config.Default()
	full.Merge = config.Merge{
		Method: config.BySquash, RequiredLabels: []string{"lgtm"},
		ForbiddenLabels: []string{"do-not-merge/*", "needs-rebase", "frozen"}, RequiredChecks: []string{"unit / linux"},
	}
	full.TrustedRoles = []string{"admin"}
	for name, tt := range map[string]struct {
		src  string
		want config.Settings
	}{
		"empty": {"# no settings\n", config.Default()},
		"full": {`merge:
  method: squash
  required_labels: [lgtm]
  forbidden_labels: [frozen]
  required_checks: ["unit / linux"]
trusted_roles: [Admin]
`, full},
		"null": {"merge:\n", config.Default()},
	} {
		got, err := config.Parse(config.Path, []byte(tt.src))
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	t.Parallel()
	_, err := config.Parse(".github/lanner.yaml", []byte(`merge:
  metod: squash
  method: fast-forward
  required_labels: lgtm
reviews: 2
trusted_roles: []
`))
	want := strings.TrimPrefix(`
.github/lanner.yaml:2:3: unknown key "metod"
  metod: squash
  ^
hint: did you mean "method"?
.github/lanner.yaml:3:11: unknown merge method "fast-forward"
  method: fast-forward
          ^
hint: want merge, squash or rebase
.github/lanner.yaml:4:20: want a list, found "lgtm"
  required_labels: lgtm
                   ^
.github/lanner.yaml:5:1: unknown key "reviews"
reviews: 2
^
hint: known are merge, trusted_roles
.github/lanner.yaml:6:16: nobody is trusted
trusted_roles: []
               ^
hint: leave trusted_roles out for the default`, "\n")
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestForbids(t *testing.T) {
	t.Parallel()
	m := config.Default().Merge
	for label, want := range map[string]bool{
		"do-not-merge/hold": true, "do-not-merge/": true, "needs-rebase": true, "do-not-merge": false, "kind/bug": false, "lgtm": false,
	} {
		if got := m.Forbids([]string{"size/S", label}) != ""; got != want {
			t.Errorf("%s forbids: %v", label, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"merge: {method: squash}", "&a [*a]", "trusted_roles: &x [*x]", "merge:\n\t- a", "a: b\na: c", "---\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := config.Parse(config.Path, src)
		if err == nil && (s.Merge.Forbids([]string{"do-not-merge/hold"}) == "" || len(s.TrustedRoles) == 0) {
			t.Errorf("%q makes %+v", src, s)
		}
	})
}
