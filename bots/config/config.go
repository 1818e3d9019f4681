// SPDX-License-Identifier: Apache-2.0

// Package config is one repository's settings for the bot: what may be merged,
// how, and whose word counts.
//
// They are the file .github/lanner.yaml at the tip of a pull request's base
// branch; without it, [Default]. All keys, with their defaults:
//
//	features: [default]             # or a list of names; see Features
//	merge:
//	  method: merge                 # or squash, or rebase
//	  required_labels: [approved, lgtm]
//	  forbidden_labels: []          # beside do-not-merge/* and needs-rebase, which always forbid
//	  required_checks: []           # statuses or check runs that must be there; all that are there must be green
//	  queue: null                   # or {batch: 4, depth: 2}: see package queue
//	  first_labels: []              # who has one goes first in it
//	  blocker_label: ""             # while an open issue has it, nothing is merged; "branch:NAME" in its title means that branch
//	  freezes: []                   # each {from: 2026-12-20, until: 2027-01-05, why: holidays}, in UTC, both days included
//	trusted_roles: [admin, maintain, write, triage]
//	labels:
//	  prefixes: [area, committee, kind, language, priority, sig, stage, triage, wg]   # /kind bug
//	  additional: []                # what /label may put on
//	  restricted: [triage/accepted] # which only trusted people put on and take off
//	required_labels: []             # each {missing: needs-kind, regexp: ^kind/, on: [pulls, issues]}
//	blockades: []                   # each {paths: [regexp], except: [regexp], why: text}
//	size: {ignore: []}              # files, as in .gitignore without negation, that do not count; beside those that .gitattributes calls linguist-generated
//	reviewers: {count: 2, most: 0, exclude_approvers: false}
//	welcome: ""                     # the greeting; empty is the bot's own
//	lifecycle: {stale_after: 0, rotten_after: 0, close_after: 0}    # days without a change; 0 is never
//
// A label ending in * stands for all that begin so. An unknown key is a
// mistake, not a wish for the future. The package reads bytes, never a
// repository; the packages of bots may import it, and all of it is safe
// concurrently.
package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Path is where the settings are in a repository.
const Path = ".github/lanner.yaml"

// Settings are one repository's.
type Settings struct {
	// Features are the names of what is on.
	Features []string
	Merge    Merge
	// TrustedRoles are the roles, as GitHub names them, whose commands count.
	TrustedRoles []string
	Labels       Labels
	// Required are labels of which an issue or pull request wants one.
	Required  []Required
	Blockades []Blockade
	// Uncounted matches files that do not count for the size.
	Uncounted []*regexp.Regexp
	Reviewers Reviewers
	Welcome   string
	Lifecycle Lifecycle
}

// Merge says when and how a pull request is merged.
type Merge struct {
	Method          Method
	RequiredLabels  []string
	ForbiddenLabels []string
	RequiredChecks  []string
	// Queue is how the merge queue works; nil is without one: each pull
	// request is merged as it is, once its own checks are green.
	Queue *Queue
	// FirstLabels make a pull request go before others in the queue.
	FirstLabels []string
	// BlockerLabel is that of open issues which stop all merges; empty is none.
	BlockerLabel string
	Freezes      []Freeze
}

// Queue says how many pull requests are tested together, and how many such
// batches side by side.
type Queue struct{ Batch, Depth int }

// Freeze is a time in which nothing is merged.
type Freeze struct {
	From, Until time.Time // Until is the first moment after it
	Why         string
}

// Frozen returns why nothing is merged at a time, or "".
func (m Merge) Frozen(at time.Time) string {
	for _, f := range m.Freezes {
		if !at.Before(f.From) && at.Before(f.Until) {
			return fmt.Sprintf("%s, until %s", f.Why, f.Until.Add(-time.Second).UTC().Format(time.DateOnly))
		}
	}
	return ""
}

// MethodLabel begins the labels by which a pull request chooses how it is
// merged: Prow's tide/merge-method-squash and so on.
const MethodLabel = "tide/merge-method-"

// MethodFor returns how a pull request with some labels is merged.
func (m Merge) MethodFor(present []string) Method {
	for _, method := range []Method{ByMerge, BySquash, ByRebase} {
		if slices.Contains(present, MethodLabel+string(method)) {
			return method
		}
	}
	return m.Method
}

// Method is how GitHub merges.
type Method string

// The merge methods of GitHub.
const (
	ByMerge  Method = "merge"
	BySquash Method = "squash"
	ByRebase Method = "rebase"
)

// Default returns the settings of a repository that has no file.
func Default() Settings {
	return Settings{
		Features: defaultFeatures(),
		Merge: Merge{
			Method:          ByMerge,
			RequiredLabels:  []string{labels.Approved, labels.LGTM},
			ForbiddenLabels: []string{"do-not-merge/*", labels.NeedsRebase},
		},
		TrustedRoles: []string{"admin", "maintain", "write", "triage"},
		Labels: Labels{
			Prefixes:   []string{"area", "committee", "kind", "language", "priority", "sig", "stage", "triage", "wg"},
			Restricted: []string{labels.TriageAccepted},
		},
		Reviewers: Reviewers{Count: 2},
	}
}

// Forbids returns the first of the labels that forbids a merge, or "".
func (m Merge) Forbids(present []string) string {
	for _, label := range present {
		for _, pattern := range m.ForbiddenLabels {
			prefix, isPrefix := strings.CutSuffix(pattern, "*")
			if label == pattern || isPrefix && strings.HasPrefix(label, prefix) {
				return label
			}
		}
	}
	return ""
}

// Parse reads a settings file. The error is yamlfile.Mistakes: all of them.
func Parse(name string, src []byte) (Settings, error) { return ParseOver(Default(), name, src) }

// ParseOver is Parse over other settings than the default ones.
func ParseOver(base Settings, name string, src []byte) (Settings, error) {
	f, root := yamlfile.Open(name, src)
	p := parser{File: f, settings: base}
	if root != nil {
		p.file(root)
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return Settings{}, mistakes
	}
	return p.settings, nil
}

type parser struct {
	*yamlfile.File
	settings Settings
}

func (p *parser) file(root *yaml.Node) {
	p.fields(root, map[string]func(*yaml.Node){
		"features":        p.features,
		"merge":           p.merge,
		"trusted_roles":   p.roles,
		"labels":          p.labels,
		"required_labels": p.required,
		"blockades":       p.blockades,
		"size":            p.size,
		"reviewers":       p.reviewers,
		"welcome":         func(n *yaml.Node) { p.settings.Welcome = p.text(n) },
		"lifecycle":       p.lifecycle,
	})
}

func (p *parser) merge(n *yaml.Node) {
	m := &p.settings.Merge
	p.fields(n, map[string]func(*yaml.Node){
		"method":           p.method,
		"required_labels":  func(n *yaml.Node) { m.RequiredLabels = p.Words(n) },
		"forbidden_labels": func(n *yaml.Node) { m.ForbiddenLabels = slices.Concat(Default().Merge.ForbiddenLabels, p.Words(n)) },
		"required_checks":  func(n *yaml.Node) { m.RequiredChecks = p.Words(n) },
		"queue":            p.queue,
		"first_labels":     func(n *yaml.Node) { m.FirstLabels = p.Words(n) },
		"blocker_label":    func(n *yaml.Node) { m.BlockerLabel = p.text(n) },
		"freezes":          p.freezes,
	})
	// What a candidate waits for must have a name: that nothing has reported
	// yet looks like that nothing reports.
	if m.Queue != nil && len(m.RequiredChecks) == 0 {
		p.Report(n, "name those that run on the branches "+QueueBranches, "a merge queue without required_checks")
	}
	if m.Queue != nil && m.Method == ByRebase {
		p.Report(n, "want merge or squash", "a merge queue can't rebase")
	}
}

func (p *parser) method(n *yaml.Node) {
	n = yamlfile.Resolve(n)
	m := Method(n.Value)
	if n.Kind != yaml.ScalarNode || m != ByMerge && m != BySquash && m != ByRebase {
		p.Report(n, "want merge, squash or rebase", "unknown merge method %q", n.Value)
		return
	}
	p.settings.Merge.Method = m
}

// roles reads whom to trust. An empty list would leave nobody who could ever
// change it by a command.
func (p *parser) roles(n *yaml.Node) {
	roles := p.Words(n)
	if len(roles) == 0 {
		p.Report(n, "leave trusted_roles out for the default", "nobody is trusted")
		return
	}
	for i, r := range roles {
		roles[i] = strings.ToLower(r)
	}
	p.settings.TrustedRoles = roles
}

func (p *parser) fields(n *yaml.Node, known map[string]func(*yaml.Node)) {
	p.Read(n, known, command.Suggest)
}
