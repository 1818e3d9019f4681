// SPDX-License-Identifier: Apache-2.0

package prowimport

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/config"
)

// plugins reads plugins.yaml: first who wants which plugin, for settings that
// Prow has for all go to those.
func (im *importer) plugins(root map[string]any) {
	im.lists(table(root["plugins"]), false)
	im.lists(table(root["external_plugins"]), true)
	im.inherit()
	known := map[string]func(any){
		"plugins": nil, "external_plugins": nil,
		"approve": im.approve, "lgtm": im.lgtm, "label": im.label, "blunderbuss": im.blunderbuss, "blockades": im.blockades,
		"require_matching_label": im.matching, "welcome": im.welcome,
	}
	for _, key := range sorted(root) {
		read, ok := known[key]
		switch {
		case !ok:
			im.leave("%s: the bot has no such setting", key)
		case read != nil:
			read(root[key])
		}
	}
	// Repositories that the bot merges in want to know why it does not.
	im.every(func(settings map[string]any) {
		if features, ok := settings["features"].([]string); ok {
			settings["features"] = unique(append(features, "merge", "why", "release"))
		}
	})
}

// inherit gives repositories what their organization wants: Prow adds the two
// lists, and ours takes the place of the one before.
func (im *importer) inherit() {
	for p, settings := range im.repos {
		org, _, _ := strings.Cut(p, "/")
		features, ok := settings["features"].([]string)
		theirs, all := im.repos[org+"/*"]["features"].([]string)
		if ok && all && p != org+"/*" {
			settings["features"] = unique(append(slices.Clone(features), theirs...))
		}
	}
}

func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// lists reads {org/repo: {plugins: […]}}, or the older {org/repo: […]}.
func (im *importer) lists(all map[string]any, external bool) {
	names := make(map[string]bool)
	for _, f := range config.Features() {
		names[f.Name] = true
	}
	for _, repo := range sorted(all) {
		entry := all[repo]
		wanted := list(entry)
		if m := table(entry); m != nil {
			wanted = list(m["plugins"])
			for _, out := range words(m["excluded_repos"]) {
				im.leave("plugins: %s: excluded_repos: write \"!%s/%s\" into match", repo, repo, out)
			}
		}
		settings := im.of(repo)
		features, _ := settings["features"].([]string)
		for _, w := range wanted {
			name := text(w)
			if external {
				name = text(table(w)["name"])
			}
			if names[name] {
				features = append(features, name)
				continue
			}
			im.leave("plugins: %s: %s: the bot has no such feature", repo, name)
		}
		if len(features) > 0 {
			settings["features"] = unique(features)
		}
	}
}

// unlike reports what a setting says that is not the bot's way.
func (im *importer) unlike(what string, v any, ways map[string]any) {
	for _, item := range list(v) {
		m := table(item)
		for _, key := range sorted(m) {
			if key == "repos" {
				continue
			}
			if way, ok := ways[key]; ok && fmt.Sprint(way) == fmt.Sprint(m[key]) {
				continue
			}
			im.leave("%s: %s: %v for %s: the bot does not have it", what, key, m[key], strings.Join(words(m["repos"]), ", "))
		}
	}
}

func (im *importer) approve(v any) {
	im.unlike("approve", v, map[string]any{"issue_required": false, "lgtm_acts_as_approve": false, "require_self_approval": false, "ignore_review_state": false})
}

func (im *importer) lgtm(v any) {
	im.unlike("lgtm", v, map[string]any{"store_tree_hash": true, "review_acts_as_lgtm": false})
}

func (im *importer) label(v any) {
	m := table(v)
	for _, key := range sorted(m) {
		switch key {
		case "additional_labels":
			additional := words(m[key])
			im.every(func(settings map[string]any) { under(settings, "labels")["additional"] = additional })
		case "restricted_labels":
			im.restricted(table(m[key]))
		default:
			im.leave("label: %s: the bot has no such setting", key)
		}
	}
}

// restricted reads the labels that some people only may put on. Whom Prow names
// there the bot does not know: it trusts roles.
func (im *importer) restricted(all map[string]any) {
	for _, repo := range sorted(all) {
		var names []string
		for _, item := range list(all[repo]) {
			m := table(item)
			names = append(names, text(m["label"]))
			for _, key := range []string{"allowed_teams", "allowed_users"} {
				if m[key] != nil {
					im.leave("label: restricted_labels: %s: %s: %s: the bot lets trusted roles", repo, text(m["label"]), key)
				}
			}
		}
		im.each([]string{repo}, func(settings map[string]any) { under(settings, "labels")["restricted"] = unique(names) })
	}
}

func (im *importer) blunderbuss(v any) {
	m := table(v)
	for _, key := range sorted(m) {
		name, ok := map[string]string{"request_count": "count", "max_request_count": "most", "exclude_approvers": "exclude_approvers"}[key]
		if !ok {
			im.leave("blunderbuss: %s: the bot has no such setting", key)
			continue
		}
		value := m[key]
		im.every(func(settings map[string]any) { under(settings, "reviewers")[name] = value })
	}
}

func (im *importer) blockades(v any) {
	for _, item := range list(v) {
		m := table(item)
		if m["branchregexp"] != nil {
			im.leave("blockades: branchregexp: %v: the bot blocks on all branches", m["branchregexp"])
		}
		b := map[string]any{"paths": words(m["blockregexps"]), "why": text(m["explanation"])}
		if except := words(m["exceptionregexps"]); len(except) > 0 {
			b["except"] = except
		}
		if !im.regexps("blockades", append(words(m["blockregexps"]), words(m["exceptionregexps"])...)) || len(words(m["blockregexps"])) == 0 || b["why"] == "" {
			im.leave("blockades: one without paths, or without an explanation")
			continue
		}
		im.each(words(m["repos"]), func(settings map[string]any) {
			all, _ := settings["blockades"].([]any)
			settings["blockades"] = append(all, b)
		})
	}
}

func (im *importer) regexps(what string, all []string) bool {
	for _, re := range all {
		if _, err := regexp.Compile(re); err != nil || re == "" {
			im.leave("%s: %q is no regular expression", what, re)
			return false
		}
	}
	return true
}

func (im *importer) matching(v any) {
	for _, item := range list(v) {
		m := table(item)
		key := text(m["org"])
		if m["repo"] != nil {
			key += "/" + text(m["repo"])
		}
		for _, left := range []string{"branch", "missing_comment", "grace_period"} {
			if m[left] != nil {
				im.leave("require_matching_label: %s: %s: the bot has no such setting", key, left)
			}
		}
		re, missing := text(m["regexp"]), text(m["missing_label"])
		if !im.regexps("require_matching_label", []string{re}) || missing == "" || regexp.MustCompile(re).MatchString(missing) {
			im.leave("require_matching_label: %s: one that can't be", key)
			continue
		}
		var on []string
		if m["prs"] == true {
			on = append(on, "pulls")
		}
		if m["issues"] == true {
			on = append(on, "issues")
		}
		settings := im.of(key)
		all, _ := settings["required_labels"].([]any)
		settings["required_labels"] = append(all, map[string]any{"missing": missing, "regexp": re, "on": on})
	}
}

func (im *importer) welcome(v any) {
	for _, item := range list(v) {
		m := table(item)
		message := text(m["message_template"])
		if strings.Contains(message, "{{") {
			im.leave("welcome: a template for %s: the bot has one text for all", strings.Join(words(m["repos"]), ", "))
			continue
		}
		im.each(words(m["repos"]), func(settings map[string]any) { settings["welcome"] = message })
	}
}
