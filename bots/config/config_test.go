// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"regexp"
	"slices"
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
	rules := config.Default()
	rules.Features = append(rules.Features, "size", "wip")
	slices.Sort(rules.Features)
	rules.Labels = config.Labels{Prefixes: []string{"kind"}, Additional: []string{"a b"}}
	rules.Required = []config.Required{{Missing: "needs-kind", Match: regexp.MustCompile("^kind/"), Pulls: true}}
	rules.Blockades = []config.Blockade{{Paths: []*regexp.Regexp{regexp.MustCompile("^x/")}, Except: []*regexp.Regexp{regexp.MustCompile(`\.md$`)}, Why: "it is frozen"}}
	rules.Uncounted = []*regexp.Regexp{
		regexp.MustCompile(`(?s)^(?:.*/)?[^/]*\.pb\.go(?:/.*)?$`), regexp.MustCompile(`(?s)^(?:.*/)?vendor/.*$`), regexp.MustCompile(`(?s)^a/(?:.*/)?b(?:/.*)?$`),
	}
	rules.Reviewers = config.Reviewers{Count: 3, Most: 5, ExcludeApprovers: true}
	rules.Welcome = "hello"
	rules.Lifecycle = config.Lifecycle{StaleAfter: 90, RottenAfter: 30, CloseAfter: 30}
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
		"rules": {`features: [default, size, size, wip]
labels: {prefixes: [kind], additional: [a b], restricted: []}
required_labels: [{missing: needs-kind, regexp: ^kind/, on: [pulls]}]
blockades: [{paths: ["^x/"], except: ['\.md$'], why: it is frozen}]
size: {ignore: ["*.pb.go", vendor/, a/**/b]}
reviewers: {count: 3, most: 5, exclude_approvers: true}
welcome: hello
lifecycle: {stale_after: 90, rotten_after: 30, close_after: 30}
`, rules},
		"null": {"merge:\n", config.Default()},
	} {
		got, err := config.Parse(config.Path, []byte(tt.src))
		if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() })); diff != "" || err != nil {
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
hint: did you mean "reviewers"?
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

// TestRuleMistakes has what each rule refuses.
func TestRuleMistakes(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"features: [sizes]":                                     `1:12: unknown feature "sizes"`,
		"labels: {prefixes: [a/b]}":                             `1:21: prefix "a/b"`,
		"labels: {prefix: []}":                                  `1:10: unknown key "prefix"`,
		"required_labels: {}":                                   "1:18: want a list",
		"required_labels: [{missing: x}]":                       "1:19: missing and regexp are both needed",
		"required_labels: [{missing: kind/x, regexp: ^kind/}]":  `1:19: the label "kind/x" would satisfy its own rule`,
		"required_labels: [{missing: x, regexp: '('}]":          "1:40: regular expression: error parsing regexp: missing closing ): `(`",
		"required_labels: [{missing: x, regexp: y, on: [all]}]": `1:48: on "all"`,
		"blockades: [{paths: [x]}]":                             "1:13: paths and why are both needed",
		"reviewers: {count: -1}":                                `1:20: want a number, found "-1"`,
		"reviewers: {count: [1]}":                               `1:20: want a number, found ""`,
		"welcome: [x]":                                          "1:10: want a text",
	} {
		_, err := config.Parse("f", []byte(src))
		if err == nil || !strings.HasPrefix(err.Error(), "f:"+want+"\n") {
			t.Errorf("%s: %v, want %s", src, err, want)
		}
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
	for _, seed := range []string{
		"merge: {method: squash}", "&a [*a]", "trusted_roles: &x [*x]", "merge:\n\t- a", "a: b\na: c", "---\n---\n",
		"features: [default, size]\nrequired_labels: [{missing: needs-kind, regexp: ^kind/}]\nsize: {ignore: ['a/**/*.go', '[x']}",
		"blockades: [{paths: [x], why: y}]\nlifecycle: {stale_after: 9}\nlabels: &a {prefixes: *a}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := config.Parse(config.Path, src)
		if err == nil && (s.Merge.Forbids([]string{"do-not-merge/hold"}) == "" || len(s.TrustedRoles) == 0) {
			t.Errorf("%q makes %+v", src, s)
		}
		if err != nil {
			return
		}
		// What a file says over itself is the same.
		twice, err := config.ParseOver(s, config.Path, src)
		if diff := cmp.Diff(s, twice, cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() })); err != nil || diff != "" {
			t.Errorf("%q: %v: %s", src, err, diff)
		}
	})
}

func TestShared(t *testing.T) {
	t.Parallel()
	shared, err := config.ParseShared("bot.yaml", []byte(`repositories:
- match: [acme/*, "!acme/attic"]
  settings:
    features: [lgtm, size]
    merge: {forbidden_labels: [a]}
    blockades: [{paths: [x], why: y}]
- match: [acme/kernel]
  settings:
    merge: {method: rebase}
    blockades: []
`))
	if err != nil {
		t.Fatal(err)
	}
	for repo, want := range map[string]string{
		"Acme/site":   "lgtm,size merge do-not-merge/*,needs-rebase,a 1",
		"acme/kernel": "lgtm,size rebase do-not-merge/*,needs-rebase,a 0",
		"acme/attic":  "default merge do-not-merge/*,needs-rebase 0",
		"other/site":  "default merge do-not-merge/*,needs-rebase 0",
	} {
		s := shared.For(repo)
		features := strings.Join(s.Features, ",")
		if slices.Equal(s.Features, config.Default().Features) {
			features = "default"
		}
		got := fmt.Sprintf("%s %s %s %d", features, s.Merge.Method, strings.Join(s.Merge.ForbiddenLabels, ","), len(s.Blockades))
		if got != want {
			t.Errorf("%s: %s, want %s", repo, got, want)
		}
	}
	own, err := config.ParseOver(shared.For("acme/kernel"), "f", []byte("merge: {required_checks: [unit]}"))
	if err != nil || own.Merge.Method != config.ByRebase || own.Merge.RequiredChecks[0] != "unit" {
		t.Errorf("%v %+v", err, own)
	}
	if got := (*config.Shared)(nil).For("a/b"); got.Merge.Method != config.ByMerge {
		t.Errorf("%+v", got)
	}
	_, err = config.ParseShared("bot.yaml", []byte("repositories:\n- match: [acme, 'a[/b']\n  settings: {merge: {metod: x}}\n- match: [a/b]\n"))
	for _, want := range []string{
		`bot.yaml:2:11: pattern "acme": want owner/name`, `bot.yaml:2:17: pattern "a[/b": it is no pattern`, `bot.yaml:3:22: unknown key "metod"`,
		"bot.yaml:4:3: match and settings are both needed",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
