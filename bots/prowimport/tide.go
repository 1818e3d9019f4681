// SPDX-License-Identifier: Apache-2.0

package prowimport

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/config"
)

// config reads what config.yaml says of merging.
func (im *importer) config(root map[string]any) {
	for _, key := range sorted(root) {
		switch key {
		case "tide":
			im.tide(table(root[key]))
		case "branch-protection":
			im.leave("branch-protection: see \"bot settings\"")
		case "presubmits", "postsubmits", "periodics":
			im.leave("%s: jobs have files of their own", key)
		default:
			im.leave("%s: it is about Prow's own parts", key)
		}
	}
}

func (im *importer) tide(m map[string]any) {
	for _, key := range sorted(m) {
		switch key {
		case "queries":
			for _, q := range list(m[key]) {
				im.query(table(q))
			}
		case "merge_method":
			im.methods(table(m[key]))
		case "blocker_label":
			label, ok := m[key].(string)
			if !ok {
				im.leave("tide: blocker_label: %v: it is no text", m[key])
				continue
			}
			// Prow has one for all repositories that its queries name.
			for _, q := range list(m["queries"]) {
				for _, repo := range append(words(table(q)["orgs"]), words(table(q)["repos"])...) {
					under(im.of(repo), "merge")["blocker_label"] = label
				}
			}
		default:
			im.leave("tide: %s: the bot has no such setting", key)
		}
	}
}

// query reads what a pull request needs. Several for one repository are
// alternatives with Prow, most often by branch: the first counts.
func (im *importer) query(q map[string]any) {
	repos := append(words(q["orgs"]), words(q["repos"])...)
	for _, key := range sorted(q) {
		if !slices.Contains([]string{"orgs", "repos", "labels", "missingLabels"}, key) {
			im.leave("tide: queries: %s for %s: the bot has no such setting", key, strings.Join(repos, ", "))
		}
	}
	forbidden := config.Default().Merge
	for _, repo := range repos {
		merge := under(im.of(repo), "merge")
		if merge["required_labels"] != nil {
			im.leave("tide: queries: a second one for %s: the first counts", repo)
			continue
		}
		merge["required_labels"] = append([]string{}, words(q["labels"])...)
		var more []string
		for _, label := range words(q["missingLabels"]) {
			if forbidden.Forbids([]string{label}) == "" {
				more = append(more, label)
			}
		}
		if len(more) > 0 {
			merge["forbidden_labels"] = more
		}
	}
}

func (im *importer) methods(m map[string]any) {
	for _, repo := range sorted(m) {
		method, ok := m[repo].(string)
		if !ok || !slices.Contains([]string{"merge", "squash", "rebase"}, method) {
			im.leave("tide: merge_method: %s: %v: the bot has one method for a repository", repo, m[repo])
			continue
		}
		under(im.of(repo), "merge")["method"] = method
	}
}
