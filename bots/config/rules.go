// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Labels says which labels commands may put on.
type Labels struct {
	// Prefixes are the words before the slash of a label that are commands.
	Prefixes []string
	// Additional are the labels of /label.
	Additional []string
	// Restricted are those that take a trusted role.
	Restricted []string
}

// Required is a label that says that another one is missing.
type Required struct {
	Missing       string
	Match         *regexp.Regexp
	Pulls, Issues bool
}

// Blockade is paths that must not change.
type Blockade struct {
	Paths, Except []*regexp.Regexp
	Why           string
}

// Blocks reports whether a change of a path is blocked.
func (b Blockade) Blocks(path string) bool {
	matches := func(re *regexp.Regexp) bool { return re.MatchString(path) }
	return slices.ContainsFunc(b.Paths, matches) && !slices.ContainsFunc(b.Except, matches)
}

// Reviewers says who is asked for a review.
type Reviewers struct {
	// Count is how many are asked; Most is how many may be asked in all, by
	// whomever, and 0 is any number.
	Count, Most int
	// ExcludeApprovers: only those whom the OWNERS files name as reviewers.
	ExcludeApprovers bool
}

// Lifecycle says after how many days without a change something is marked as
// stale, then as rotten, then closed. 0 is never.
type Lifecycle struct {
	StaleAfter, RottenAfter, CloseAfter int
}

// QueueBranches is how the branches begin on which candidates of the merge
// queue are tested.
const QueueBranches = "lanner-queue/"

func (p *parser) queue(n *yaml.Node) {
	m := &p.settings.Merge
	if n = yamlfile.Resolve(n); n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		m.Queue = nil
		return
	}
	q := Queue{Batch: 4, Depth: 2}
	p.fields(n, map[string]func(*yaml.Node){
		"batch": func(n *yaml.Node) { q.Batch = p.number(n) },
		"depth": func(n *yaml.Node) { q.Depth = p.number(n) },
	})
	if q.Batch < 1 || q.Batch > 50 || q.Depth < 1 || q.Depth > 20 {
		p.Report(n, "want a batch of 1 to 50, and a depth of 1 to 20", "batch %d, depth %d", q.Batch, q.Depth)
	}
	m.Queue = &q
}

func (p *parser) freezes(n *yaml.Node) {
	p.settings.Merge.Freezes = nil
	p.each(n, func(n *yaml.Node) {
		f := Freeze{}
		day := func(into *time.Time) func(*yaml.Node) {
			return func(n *yaml.Node) {
				at, err := time.Parse(time.DateOnly, p.text(n))
				if err != nil {
					p.Report(n, "want a day, such as 2027-01-05", "day %q", yamlfile.Resolve(n).Value)
				}
				*into = at
			}
		}
		p.fields(n, map[string]func(*yaml.Node){"from": day(&f.From), "until": day(&f.Until), "why": func(n *yaml.Node) { f.Why = p.text(n) }})
		f.Until = f.Until.AddDate(0, 0, 1)
		if f.Why == "" || f.From.IsZero() || !f.From.Before(f.Until) {
			p.Report(n, "such as {from: 2026-12-20, until: 2027-01-05, why: holidays}", "from, until and why are needed, in this order of time")
			return
		}
		p.settings.Merge.Freezes = append(p.settings.Merge.Freezes, f)
	})
}

func (p *parser) labels(n *yaml.Node) {
	l := &p.settings.Labels
	p.fields(n, map[string]func(*yaml.Node){
		"prefixes":   func(n *yaml.Node) { l.Prefixes = p.prefixes(n) },
		"additional": func(n *yaml.Node) { l.Additional = p.Words(n) },
		"restricted": func(n *yaml.Node) { l.Restricted = p.Words(n) },
	})
}

var prefix = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// prefixes reads words that become commands.
func (p *parser) prefixes(n *yaml.Node) []string {
	var words []string
	for _, item := range p.Items(n) {
		if !prefix.MatchString(item.Value) || strings.HasPrefix(item.Value, "remove-") {
			p.Report(item, "want lower-case letters, digits and hyphens: it becomes a command", "prefix %q", item.Value)
			continue
		}
		words = append(words, item.Value)
	}
	return words
}

func (p *parser) required(n *yaml.Node) {
	p.settings.Required = nil
	p.each(n, func(n *yaml.Node) {
		r := Required{Pulls: true, Issues: true}
		p.fields(n, map[string]func(*yaml.Node){
			"missing": func(n *yaml.Node) { r.Missing = p.text(n) },
			"regexp":  func(n *yaml.Node) { r.Match = p.regexp(yamlfile.Resolve(n)) },
			"on": func(n *yaml.Node) {
				r.Pulls, r.Issues = false, false
				for _, item := range p.Items(n) {
					switch item.Value {
					case "pulls":
						r.Pulls = true
					case "issues":
						r.Issues = true
					default:
						p.Report(item, "want pulls or issues", "on %q", item.Value)
					}
				}
			},
		})
		switch {
		case r.Missing == "" || r.Match == nil:
			p.Report(n, "such as {missing: needs-kind, regexp: ^kind/}", "missing and regexp are both needed")
		case r.Match.MatchString(r.Missing):
			p.Report(n, "", "the label %q would satisfy its own rule", r.Missing)
		default:
			p.settings.Required = append(p.settings.Required, r)
		}
	})
}

func (p *parser) blockades(n *yaml.Node) {
	p.settings.Blockades = nil
	p.each(n, func(n *yaml.Node) {
		b := Blockade{}
		p.fields(n, map[string]func(*yaml.Node){
			"paths":  func(n *yaml.Node) { b.Paths = p.regexps(n) },
			"except": func(n *yaml.Node) { b.Except = p.regexps(n) },
			"why":    func(n *yaml.Node) { b.Why = p.text(n) },
		})
		if len(b.Paths) == 0 || b.Why == "" {
			p.Report(n, "a blockade names paths, and says why to those whom it stops", "paths and why are both needed")
			return
		}
		p.settings.Blockades = append(p.settings.Blockades, b)
	})
}

func (p *parser) size(n *yaml.Node) {
	p.fields(n, map[string]func(*yaml.Node){
		"ignore": func(n *yaml.Node) {
			p.settings.Uncounted = nil
			for _, item := range p.Items(n) {
				p.settings.Uncounted = append(p.settings.Uncounted, glob(item.Value))
			}
		},
	})
}

// glob translates a pattern of .gitignore: "*" is anything in one name, "**"
// any folders; without a slash but at the end it matches at any depth, and a
// folder stands for what is below it.
func glob(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	rest := strings.TrimSuffix(pattern, "/")
	if !strings.Contains(rest, "/") {
		b.WriteString("(?:.*/)?")
	}
	rest = strings.TrimPrefix(rest, "/")
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString("(?:.*/)?")
			rest = rest[3:]
		case strings.HasPrefix(rest, "**"):
			b.WriteString(".*")
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString("[^/]*")
			rest = rest[1:]
		case rest[0] == '?':
			b.WriteString("[^/]")
			rest = rest[1:]
		default:
			i := strings.IndexAny(rest, "*?")
			if i < 0 {
				i = len(rest)
			}
			b.WriteString(regexp.QuoteMeta(rest[:i]))
			rest = rest[i:]
		}
	}
	if strings.HasSuffix(pattern, "/") {
		b.WriteString("/.*$")
	} else {
		b.WriteString("(?:/.*)?$")
	}
	return regexp.MustCompile("(?s)" + b.String())
}

func (p *parser) reviewers(n *yaml.Node) {
	r := &p.settings.Reviewers
	p.fields(n, map[string]func(*yaml.Node){
		"count":             func(n *yaml.Node) { r.Count = p.number(n) },
		"most":              func(n *yaml.Node) { r.Most = p.number(n) },
		"exclude_approvers": func(n *yaml.Node) { r.ExcludeApprovers = p.Bool(n) },
	})
}

func (p *parser) lifecycle(n *yaml.Node) {
	l := &p.settings.Lifecycle
	p.fields(n, map[string]func(*yaml.Node){
		"stale_after":  func(n *yaml.Node) { l.StaleAfter = p.number(n) },
		"rotten_after": func(n *yaml.Node) { l.RottenAfter = p.number(n) },
		"close_after":  func(n *yaml.Node) { l.CloseAfter = p.number(n) },
	})
}

// each reads a list of mappings.
func (p *parser) each(n *yaml.Node, read func(*yaml.Node)) {
	if n = yamlfile.Resolve(n); n.Kind != yaml.SequenceNode {
		p.Report(n, "write each as - key: value", "want a list")
		return
	}
	for _, item := range n.Content {
		read(yamlfile.Resolve(item))
	}
}

func (p *parser) text(n *yaml.Node) string {
	if n = yamlfile.Resolve(n); n.Kind != yaml.ScalarNode {
		p.Report(n, "", "want a text")
		return ""
	}
	return n.Value
}

func (p *parser) number(n *yaml.Node) int {
	n = yamlfile.Resolve(n)
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || v < 0 || v > 100_000 {
		p.Report(n, "", "want a number, found %q", n.Value)
		return 0
	}
	return v
}

func (p *parser) regexps(n *yaml.Node) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, item := range p.Items(n) {
		if re := p.regexp(item); re != nil {
			all = append(all, re)
		}
	}
	return all
}

func (p *parser) regexp(n *yaml.Node) *regexp.Regexp {
	re, err := regexp.Compile(n.Value)
	if n.Kind != yaml.ScalarNode || n.Value == "" || err != nil {
		p.Report(n, "the syntax is Go's: https://pkg.go.dev/regexp/syntax", "regular expression: %v", err)
		return nil
	}
	return re
}
