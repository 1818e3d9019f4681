// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/command"
)

// Feature is something that the bot does in the repositories that want it. Its
// name is that of Prow's plugin, where Prow has one.
type Feature struct {
	Name string
	// Default: it is on where the settings do not list features. These are
	// the commands, which do nothing that nobody asked for.
	Default bool
	Text    string
}

// Features returns all that there are, sorted by name.
func Features() []Feature {
	return []Feature{
		{"approve", true, "approval by the OWNERS files"},
		{"assign", true, "assigns people and asks for reviews"},
		{"blockade", false, "blocks changes to some paths"},
		{"blunderbuss", false, "asks owners for a review when a pull request is opened"},
		{"branchcleaner", false, "deletes the branch of a merged pull request"},
		{"cherrypicker", true, "opens the pull request that carries a change to another branch"},
		{"dco", false, "wants every commit signed off"},
		{"help", true, "marks issues that wait for somebody, or for a newcomer"},
		{"hold", true, "holds a merge"},
		{"invalidcommitmsg", false, "blocks commit messages that would close issues, mention people or wait for a squash"},
		{"issue-management", true, "links a pull request to the issues that it closes, transfers issues and pins them"},
		{"label", true, "puts on labels and takes them off"},
		{"lgtm", true, "review of the files as they are"},
		{"lifecycle", true, "closes and reopens, and says how alive an issue is"},
		{"merge", true, "merges what meets all criteria, and says in a comment what is missing"},
		{"mergecommitblocker", false, "blocks branches with merge commits"},
		{"milestone", true, "sets the milestone"},
		{"needs-rebase", false, "labels pull requests with a conflict"},
		{"override", true, "lets an administrator take a failed check for a passed one"},
		{"owners-label", false, "puts on the labels that the OWNERS files name"},
		{"release", true, "tells how far a release is"},
		{"release-note", false, "wants a release note in every pull request"},
		{"require-matching-label", false, "says which label is missing"},
		{"retitle", true, "changes the title"},
		{"size", false, "labels pull requests by how much they change"},
		{"verify-owners", false, "blocks changes that break an OWNERS file"},
		{"welcome", false, "greets those who are here for the first time"},
		{"why", true, "tells why a pull request is not merging"},
		{"wip", false, "blocks drafts and what calls itself work in progress"},
	}
}

func defaultFeatures() []string {
	var names []string
	for _, f := range Features() {
		if f.Default {
			names = append(names, f.Name)
		}
	}
	return names
}

// Has reports whether a feature is on.
func (s Settings) Has(feature string) bool { return slices.Contains(s.Features, feature) }

// features reads the list. "default" in it stands for what is on without one.
func (p *parser) features(n *yaml.Node) {
	known := []string{"default"}
	for _, f := range Features() {
		known = append(known, f.Name)
	}
	var features []string
	for _, item := range p.Items(n) {
		switch {
		case item.Value == "default":
			features = append(features, defaultFeatures()...)
		case slices.Contains(known, item.Value):
			features = append(features, item.Value)
		default:
			hint := "the features are in the documentation of the settings"
			if near := command.Suggest(item.Value, known); near != "" {
				hint = "did you mean \"" + near + "\"?"
			}
			p.Report(item, hint, "unknown feature %q", item.Value)
		}
	}
	slices.Sort(features)
	p.settings.Features = slices.Compact(features)
}
