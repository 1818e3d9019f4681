// SPDX-License-Identifier: Apache-2.0

package prowimport_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/prowimport"
)

const plugins = `
plugins:
  acme:
    plugins: [approve, lgtm, hold, cat]
    excluded_repos: [attic]
  acme/one: [size, wip, trigger]
  acme/two: [wip, size]
external_plugins:
  acme/two:
  - {name: needs-rebase, events: [pull_request]}
  - {name: refresh}
approve:
- {repos: [acme], lgtm_acts_as_approve: true, require_self_approval: false}
lgtm:
- {repos: [acme], store_tree_hash: true, review_acts_as_lgtm: true}
label:
  additional_labels: [tide/x]
  restricted_labels:
    "*": [{label: cherry-pick-approved, allowed_teams: [core]}]
blunderbuss: {request_count: 3, use_status_availability: true}
blockades:
- {repos: [acme/one], blockregexps: ['^vendor/'], explanation: it is generated}
- {repos: [acme/one], blockregexps: ['('], explanation: x}
require_matching_label:
- {org: acme, repo: two, prs: true, regexp: ^kind/, missing_label: needs-kind, grace_period: 5s}
welcome:
- {repos: [acme/one], message_template: "Hello"}
- {repos: [acme/two], message_template: "Hello {{.AuthorName}}"}
heart: {adorees: [x]}
`

const prow = `
deck: {}
tide:
  sync_period: 1m
  blocker_label: stop
  queries:
  - {orgs: [acme], labels: [lgtm, approved], missingLabels: [do-not-merge/hold, frozen], reviewApprovedRequired: true}
  - {orgs: [acme], labels: [x]}
  merge_method: {acme/one: rebase, acme/two: {main: {}}}
presubmits: {}
`

func TestImport(t *testing.T) {
	t.Parallel()
	got, err := prowimport.Import([]byte(plugins), []byte(prow))
	if err != nil {
		t.Fatal(err)
	}
	wantLeft := strings.TrimPrefix(`
config.yaml: deck: it is about Prow's own parts
config.yaml: presubmits: jobs have files of their own
config.yaml: tide: merge_method: acme/two: map[main:map[]]: the bot has one method for a repository
config.yaml: tide: queries: a second one for acme: the first counts
config.yaml: tide: queries: reviewApprovedRequired for acme: the bot has no such setting
config.yaml: tide: sync_period: the bot has no such setting
plugins.yaml: approve: lgtm_acts_as_approve: true for acme: the bot does not have it
plugins.yaml: blockades: "(" is no regular expression
plugins.yaml: blockades: one without paths, or without an explanation
plugins.yaml: blunderbuss: use_status_availability: the bot has no such setting
plugins.yaml: heart: the bot has no such setting
plugins.yaml: label: restricted_labels: *: cherry-pick-approved: allowed_teams: the bot lets trusted roles
plugins.yaml: lgtm: review_acts_as_lgtm: true for acme: the bot does not have it
plugins.yaml: plugins: acme/one: trigger: the bot has no such feature
plugins.yaml: plugins: acme/two: refresh: the bot has no such feature
plugins.yaml: plugins: acme: cat: the bot has no such feature
plugins.yaml: plugins: acme: excluded_repos: write "!acme/attic" into match
plugins.yaml: require_matching_label: acme/two: grace_period: the bot has no such setting
plugins.yaml: welcome: a template for acme/two: the bot has one text for all
`, "\n")
	if diff := cmp.Diff(wantLeft, strings.Join(got.Left, "\n")+"\n"); diff != "" {
		t.Error(diff)
	}
	shared, err := config.ParseShared("f", got.Settings)
	if err != nil {
		t.Fatal(err)
	}
	org, one, two := shared.For("acme/other"), shared.For("acme/one"), shared.For("acme/two")
	for name, pair := range map[string][2]any{
		"features of the org":     {[]string{"approve", "hold", "lgtm", "merge", "release", "why"}, org.Features},
		"features of one":         {[]string{"approve", "hold", "lgtm", "merge", "release", "size", "why", "wip"}, one.Features},
		"features of two":         {[]string{"approve", "hold", "lgtm", "merge", "needs-rebase", "release", "size", "why", "wip"}, two.Features},
		"forbidden":               {[]string{"do-not-merge/*", "needs-rebase", "frozen"}, org.Merge.ForbiddenLabels},
		"required":                {[]string{"lgtm", "approved"}, one.Merge.RequiredLabels},
		"method":                  {config.ByRebase, one.Merge.Method},
		"blocker":                 {"stop", two.Merge.BlockerLabel},
		"reviewers":               {3, two.Reviewers.Count},
		"additional":              {[]string{"tide/x"}, two.Labels.Additional},
		"restricted":              {[]string{"cherry-pick-approved"}, one.Labels.Restricted},
		"welcome":                 {"Hello", one.Welcome},
		"what another has is not": {"", two.Welcome},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if len(one.Blockades) != 1 || !one.Blockades[0].Blocks("vendor/x") || len(two.Required) != 1 || !two.Required[0].Pulls || two.Required[0].Issues {
		t.Errorf("%+v %+v", one.Blockades, two.Required)
	}
}

// TestSame has repositories that want the same: they are one block.
func TestSame(t *testing.T) {
	t.Parallel()
	var src strings.Builder
	src.WriteString("plugins:\n")
	for _, repo := range []string{"a", "b", "c", "d"} {
		src.WriteString("  acme/" + repo + ": {plugins: [lgtm, approve]}\n")
	}
	got, err := prowimport.Import([]byte(src.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `repositories:
  - match:
      - acme/a
      - acme/b
      - acme/c
      - acme/d
    settings:
      features:
        - approve
        - lgtm
        - merge
        - release
        - why
`
	if diff := cmp.Diff(want, string(got.Settings)); diff != "" || len(got.Left) > 0 {
		t.Errorf("%s %v", diff, got.Left)
	}
}

// FuzzImport holds for any files: translating them does not panic, and what
// comes of it is a settings file.
func FuzzImport(f *testing.F) {
	f.Add([]byte(plugins), []byte(prow))
	f.Add([]byte("plugins: {'': [lgtm], a/b/c: [lgtm], '[': [size]}"), []byte("tide: {queries: [1, {repos: [x/y], labels: 3}]}"))
	f.Fuzz(func(t *testing.T, plugins, prow []byte) {
		if _, err := prowimport.Import(plugins, prow); err != nil && strings.Contains(err.Error(), "no settings file") && !strings.Contains(err.Error(), "pattern") && !strings.Contains(err.Error(), "want a number") {
			t.Error(err)
		}
	})
}
