// SPDX-License-Identifier: Apache-2.0

package owners

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// The names of the files.
const (
	Filename        = "OWNERS"
	AliasesFilename = "OWNERS_ALIASES"
)

// Parse reads the OWNERS files among files, a map from path to content, and
// the OWNERS_ALIASES at the root. Other files are ignored.
//
// A broken file makes no error here: the tree then knows that nobody may
// approve what it governs, and [Tree.Mistakes] says why.
func Parse(files map[string]string) *Tree { return ParseWith(files, nil) }

// ParseWith is Parse with the aliases of another tree where files has none:
// the files of a change, beside what the change leaves as it is.
func ParseWith(files map[string]string, other *Tree) *Tree {
	t := &Tree{dirs: make(map[string]*dir), files: files}
	aliases := make(map[string][]string)
	if other != nil {
		aliases, t.brokenAliases = other.aliases, other.brokenAliases
	}
	if src, ok := files[AliasesFilename]; ok {
		f, root := yamlfile.Open(AliasesFilename, []byte(src))
		if root != nil {
			aliases = parseAliases(f, root)
		}
		t.brokenAliases = len(f.Mistakes()) > 0
		t.mistakes = append(t.mistakes, f.Mistakes()...)
	}
	t.aliases = aliases
	var paths []string
	for p := range files {
		if path.Base(p) == Filename {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	for _, p := range paths {
		f, root := yamlfile.Open(p, []byte(files[p]))
		d := &dir{}
		if root != nil {
			(&parser{File: f, aliases: aliases, dir: d}).file(root)
		}
		if mistakes := f.Mistakes(); len(mistakes) > 0 {
			t.mistakes = append(t.mistakes, mistakes...)
			d = &dir{broken: true}
		}
		t.dirs[parent(p)] = d
	}
	return t
}

// Normalize returns a login as this package compares it: GitHub's are
// case-insensitive, and people write them with an @.
func Normalize(login string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(login), "@"))
}

// parseAliases reads a mapping from alias to logins. An alias in an alias is
// taken for a login, as Prow does.
func parseAliases(f *yamlfile.File, root *yaml.Node) map[string][]string {
	aliases := make(map[string][]string)
	for _, field := range f.Fields(root) {
		if field.Name != "aliases" {
			f.Unknown(field, command.Suggest(field.Name, []string{"aliases"}), []string{"aliases"})
			continue
		}
		for _, alias := range f.Fields(field.Value) {
			aliases[Normalize(alias.Name)] = members(f, alias.Value)
		}
	}
	return aliases
}

// members reads the logins of an alias: a list, or a set written as a mapping
// without values ({alice, bob}), which Prow takes too.
func members(f *yamlfile.File, n *yaml.Node) []string {
	logins := []string{}
	if n = yamlfile.Resolve(n); n.Kind == yaml.MappingNode {
		for _, m := range f.Fields(n) {
			logins = append(logins, Normalize(m.Name))
		}
		return logins
	}
	for _, m := range f.Items(n) {
		logins = append(logins, Normalize(m.Value))
	}
	return logins
}

// The keys of an OWNERS file. The last ones are documentation: they give
// nobody a right. Others are ignored as in Prow, which has no list of them;
// but one that is nearly a key of ours is a mistake, or else a typing error in
// "approvers" would hand a folder to the approvers of its parent.
var (
	ruleKeys = []string{"approvers", "reviewers", "required_reviewers", "labels"}
	textKeys = []string{"emeritus_approvers", "emeritus_reviewers", "security_contacts"}
	fileKeys = slices.Concat(ruleKeys, []string{"options", "filters"}, textKeys)
)

type parser struct {
	*yamlfile.File
	aliases map[string][]string
	dir     *dir
}

func (p *parser) file(root *yaml.Node) {
	var filters, simple *yamlfile.Field
	all := rule{}
	for _, field := range p.Fields(root) {
		switch {
		case field.Name == "options":
			p.options(field.Value)
		case field.Name == "filters":
			filters = &field
		case slices.Contains(ruleKeys, field.Name):
			simple = &field
			p.rule(&all, field)
		case !slices.Contains(textKeys, field.Name):
			p.doubt(field, fileKeys)
		}
	}
	switch {
	case filters != nil && simple != nil:
		p.Report(filters.Key, `put them under the filter ".*"`, "filters beside top-level %s: Prow would ignore the filters", simple.Name)
	case filters != nil:
		p.filters(filters.Value)
	case simple != nil:
		p.dir.rules = []rule{all}
	}
}

func (p *parser) options(n *yaml.Node) {
	for _, field := range p.Fields(n) {
		switch field.Name {
		case "no_parent_owners":
			p.dir.noParent = p.Bool(field.Value)
		case "auto_approve_unowned_subfolders":
			p.dir.autoApprove = p.Bool(field.Value)
		default:
			p.doubt(field, []string{"no_parent_owners", "auto_approve_unowned_subfolders"})
		}
	}
}

func (p *parser) filters(n *yaml.Node) {
	for _, filter := range p.Fields(n) {
		r := rule{filter: filter.Name}
		if filter.Name != ".*" { // which would not match a name with a line feed in it
			re, err := regexp.Compile(filter.Name)
			if err != nil {
				p.Report(filter.Key, "the syntax is Go's: https://pkg.go.dev/regexp/syntax", "filter: %v", err)
			}
			r.match = re
		}
		for _, field := range p.Fields(filter.Value) {
			if slices.Contains(ruleKeys, field.Name) {
				p.rule(&r, field)
			} else {
				p.doubt(field, ruleKeys)
			}
		}
		p.dir.rules = append(p.dir.rules, r)
	}
}

func (p *parser) rule(r *rule, field yamlfile.Field) {
	switch field.Name {
	case "approvers":
		r.approvers = p.logins(field.Value)
	case "reviewers":
		r.reviewers = p.logins(field.Value)
	case "required_reviewers":
		r.required = p.logins(field.Value)
	case "labels":
		for _, item := range p.Items(field.Value) {
			r.labels = append(r.labels, item.Value)
		}
	}
}

// logins reads a list of logins and aliases and expands the aliases.
func (p *parser) logins(n *yaml.Node) []string {
	var logins []string
	for _, item := range p.Items(n) {
		login := Normalize(item.Value)
		if group, ok := p.aliases[login]; ok {
			logins = append(logins, group...)
		} else {
			logins = append(logins, login)
		}
	}
	slices.Sort(logins)
	return slices.Compact(logins)
}

// doubt reports a key that is nearly one of the known.
func (p *parser) doubt(field yamlfile.Field, known []string) {
	if near := command.Suggest(field.Name, known); near != "" {
		p.Unknown(field, near, known)
	}
}

func parent(p string) string {
	if d := path.Dir(p); d != "." {
		return d
	}
	return ""
}
