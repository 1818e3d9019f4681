// SPDX-License-Identifier: Apache-2.0

// Package settings is a repository's labels, milestones, branch protection and
// teams as data: what they are to be, what they are, and the changes between.
//
// It reads bytes and compares; it asks GitHub nothing and changes nothing
// there, bots/cmd does. A section that a file leaves out is not managed. What
// GitHub has and the file does not name is left alone, unless the section says
// "unlisted: delete", and then a plan that would remove much is refused. The
// packages of bots may import it; all of it is safe concurrently.
package settings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Path is where the file is in a repository.
const Path = ".github/settings.yaml"

// Settings are a state: that of a file, or of GitHub. A section that is nil is
// not managed, or not known.
type Settings struct {
	Labels     *Section[Label]
	Milestones *Section[Milestone]
	Branches   *Section[Branch]
	Teams      *Section[Team]
	// Limit is which part of what there is of a kind one run may remove.
	Limit float64
}

// Section is all of one kind.
type Section[T any] struct {
	Items []T
	// Delete what is not among Items.
	Delete bool
}

// Label is a label. Names are compared without regard to case.
type Label struct {
	Name        string   `json:"name"`
	Color       string   `json:"color"` // six hexadecimal digits, lower case
	Description string   `json:"description"`
	Previously  []string `json:"-"` // names that it had: it is renamed, and stays on what has it
}

// Milestone is a milestone.
type Milestone struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	// Due is a day. Empty leaves it as it is: GitHub's interface, as it is
	// described, can't take it away.
	Due    string `json:"due"`
	Closed bool   `json:"closed"`
	Number int    `json:"-"` // on GitHub
}

// Branch is the protection of a branch.
type Branch struct {
	Name          string   `json:"name"`
	Approvals     int      `json:"approvals"`
	CodeOwners    bool     `json:"code_owners"`
	DismissStale  bool     `json:"dismiss_stale"`
	Checks        []string `json:"checks"` // sorted
	Strict        bool     `json:"strict"` // the head must have the base's tip
	EnforceAdmins bool     `json:"enforce_admins"`
	Linear        bool     `json:"linear"`
}

// Team is a team of the organization and its role in the repository.
type Team struct {
	Slug        string   `json:"slug"`
	Permission  string   `json:"permission"`
	Maintainers []string `json:"maintainers"` // logins in lower case, sorted
	Members     []string `json:"members"`
}

// Parse reads a file. The error is yamlfile.Mistakes: all of them.
func Parse(name string, src []byte) (Settings, error) {
	f, root := yamlfile.Open(name, src)
	p := parser{File: f}
	s := Settings{Limit: 0.25}
	if root != nil {
		p.fields(root, map[string]func(*yaml.Node){
			"labels": func(n *yaml.Node) {
				s.Labels = section(p, n, p.label, func(l Label) string { return strings.ToLower(l.Name) })
			},
			"milestones": func(n *yaml.Node) {
				s.Milestones = section(p, n, p.milestone, func(m Milestone) string { return m.Title })
			},
			"branches": func(n *yaml.Node) { s.Branches = section(p, n, p.branch, func(b Branch) string { return b.Name }) },
			"teams":    func(n *yaml.Node) { s.Teams = section(p, n, p.team, func(t Team) string { return t.Slug }) },
			"limit": func(n *yaml.Node) {
				v, err := strconv.ParseFloat(yamlfile.Resolve(n).Value, 64)
				if err != nil || !(v >= 0 && v <= 1) {
					p.Report(n, "want a part, such as 0.25", "limit %q", yamlfile.Resolve(n).Value)
				}
				s.Limit = v
			},
		})
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return Settings{}, mistakes
	}
	return s, nil
}

type parser struct{ *yamlfile.File }

// section reads {unlisted: …, items: […]}, or the list of items alone.
func section[T any](p parser, n *yaml.Node, read func(*yaml.Node) T, key func(T) string) *Section[T] {
	s := &Section[T]{Items: []T{}}
	items := yamlfile.Resolve(n)
	if items.Kind == yaml.MappingNode {
		var list *yaml.Node
		p.fields(n, map[string]func(*yaml.Node){
			"items": func(n *yaml.Node) { list = yamlfile.Resolve(n) },
			"unlisted": func(n *yaml.Node) {
				switch v := yamlfile.Resolve(n); v.Value {
				case "keep":
				case "delete":
					s.Delete = true
				default:
					p.Report(v, "want keep or delete", "unlisted %q", v.Value)
				}
			},
		})
		if list == nil {
			return s
		}
		items = list
	}
	if items.Kind != yaml.SequenceNode {
		p.Report(items, "write each as - key: value", "want a list")
		return s
	}
	seen := make(map[string]bool)
	for _, item := range items.Content {
		v := read(yamlfile.Resolve(item))
		if k := key(v); k == "" {
			p.Report(item, "", "it has no name")
		} else if seen[k] {
			p.Report(item, "", "%q is there twice", k)
		} else {
			seen[k] = true
			s.Items = append(s.Items, v)
		}
	}
	return s
}

var color = regexp.MustCompile(`^#?[0-9a-fA-F]{6}$`)

func (p parser) label(n *yaml.Node) Label {
	l := Label{Color: "ededed"} // GitHub's own default
	p.fields(n, map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) { l.Name = p.text(n) },
		"color": func(n *yaml.Node) {
			if l.Color = strings.ToLower(strings.TrimPrefix(p.text(n), "#")); !color.MatchString(l.Color) {
				p.Report(n, "want six hexadecimal digits, in quotes: \"d73a4a\"", "color %q", l.Color)
			}
		},
		"description": func(n *yaml.Node) {
			// GitHub takes 100 characters.
			if l.Description = p.text(n); len([]rune(l.Description)) > 100 {
				p.Report(n, "GitHub takes 100 characters", "the description has %d", len([]rune(l.Description)))
			}
		},
		"previously": func(n *yaml.Node) { l.Previously = p.Words(n) },
	})
	return l
}

func (p parser) milestone(n *yaml.Node) Milestone {
	m := Milestone{}
	p.fields(n, map[string]func(*yaml.Node){
		"title":       func(n *yaml.Node) { m.Title = p.text(n) },
		"description": func(n *yaml.Node) { m.Description = p.text(n) },
		"due": func(n *yaml.Node) {
			m.Due = p.text(n)
			if _, err := time.Parse(time.DateOnly, m.Due); err != nil {
				p.Report(n, "want a day, such as 2027-01-26", "due %q", m.Due)
			}
		},
		"closed": func(n *yaml.Node) { m.Closed = p.Bool(n) },
	})
	return m
}

func (p parser) branch(n *yaml.Node) Branch {
	b := Branch{}
	p.fields(n, map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) { b.Name = p.text(n) },
		"approvals": func(n *yaml.Node) {
			v, err := strconv.Atoi(p.text(n))
			if err != nil || v < 0 || v > 6 {
				p.Report(n, "GitHub takes 0 to 6", "approvals %q", yamlfile.Resolve(n).Value)
			}
			b.Approvals = v
		},
		"code_owners":    func(n *yaml.Node) { b.CodeOwners = p.Bool(n) },
		"dismiss_stale":  func(n *yaml.Node) { b.DismissStale = p.Bool(n) },
		"checks":         func(n *yaml.Node) { b.Checks = sorted(p.Words(n)) },
		"strict":         func(n *yaml.Node) { b.Strict = p.Bool(n) },
		"enforce_admins": func(n *yaml.Node) { b.EnforceAdmins = p.Bool(n) },
		"linear":         func(n *yaml.Node) { b.Linear = p.Bool(n) },
	})
	return b
}

var permissions = []string{"pull", "triage", "push", "maintain", "admin"}

func (p parser) team(n *yaml.Node) Team {
	t := Team{Permission: "pull"}
	p.fields(n, map[string]func(*yaml.Node){
		"slug": func(n *yaml.Node) { t.Slug = strings.ToLower(p.text(n)) },
		"permission": func(n *yaml.Node) {
			if t.Permission = p.text(n); !slices.Contains(permissions, t.Permission) {
				p.Report(n, "want one of "+strings.Join(permissions, ", "), "permission %q", t.Permission)
			}
		},
		"maintainers": func(n *yaml.Node) { t.Maintainers = p.logins(n) },
		"members":     func(n *yaml.Node) { t.Members = p.logins(n) },
	})
	for _, login := range t.Maintainers {
		if slices.Contains(t.Members, login) {
			p.Report(n, "a maintainer is a member as well", "%s is both maintainer and member", login)
		}
	}
	return t
}

func (p parser) logins(n *yaml.Node) []string {
	var logins []string
	for _, w := range p.Words(n) {
		logins = append(logins, strings.ToLower(strings.TrimPrefix(w, "@")))
	}
	return sorted(logins)
}

func (p parser) text(n *yaml.Node) string {
	if n = yamlfile.Resolve(n); n.Kind != yaml.ScalarNode {
		p.Report(n, "", "want a text")
		return ""
	}
	return n.Value
}

func (p parser) fields(n *yaml.Node, known map[string]func(*yaml.Node)) {
	p.Read(n, known, command.Suggest)
}

func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
