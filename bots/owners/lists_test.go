// SPDX-License-Identifier: Apache-2.0

package owners_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/owners"
)

func TestLists(t *testing.T) {
	t.Parallel()
	tree := owners.Parse(map[string]string{
		"OWNERS":         "approvers: [Team, dave]\nreviewers: [eve]\nemeritus_approvers: [Old, team]\nemeritus_reviewers: [older]\n",
		"a/OWNERS":       "filters:\n  \".*\": {approvers: [alice]}\n  \"\\\\.go$\": {approvers: [alice, bob], required_reviewers: [carol]}\n",
		"b/OWNERS":       "approvers: {}\n",
		"c/OWNERS":       "emeritus_approvers: {strange: shape}\n",
		"OWNERS_ALIASES": "aliases: {team: [alice, bob]}\n",
	})
	for file, want := range map[string]owners.Lists{
		"OWNERS":   {Approvers: []string{"alice", "bob", "dave"}, Reviewers: []string{"eve"}, EmeritusApprovers: []string{"alice", "bob", "old"}, EmeritusReviewers: []string{"older"}},
		"a/OWNERS": {Approvers: []string{"alice"}, Partial: []string{"bob"}, Reviewers: []string{"carol"}, Filters: []string{`\.go$`}},
		"c/OWNERS": {},
	} {
		got, ok := tree.Lists(file)
		if diff := cmp.Diff(want, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" || !ok {
			t.Errorf("%s: %v\n%s", file, ok, diff)
		}
	}
	for _, file := range []string{"b/OWNERS", "d/OWNERS", "OWNERS_ALIASES"} {
		if l, ok := tree.Lists(file); ok {
			t.Errorf("%s: %+v, want nothing", file, l)
		}
	}
}
