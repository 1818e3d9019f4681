// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
	"github.com/lanner-project/lanner/maintainers/roster"
)

// reLogin is what GitHub takes as a login.
// https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
var reLogin = regexp.MustCompile(`^[a-zA-Z0-9](-?[a-zA-Z0-9])*$`)

var sections = []string{"releases", "away", "declined", "freezes", "rules", "people"}

// Parse reads a rotation. File names it in errors. All mistakes are reported,
// each with its place (see yamlfile.Mistakes).
func Parse(file string, data []byte) (Rota, error) {
	f, root := yamlfile.Open(file, data)
	r := Rota{file: file, Rules: defaultRules()}
	if root != nil {
		for _, field := range f.Fields(root) {
			r.section(f, field)
		}
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return Rota{}, mistakes
	}
	slices.SortFunc(r.Releases, byVersion)
	return r, nil
}

func (r *Rota) section(f *yamlfile.File, field yamlfile.Field) {
	switch field.Name {
	case "releases":
		r.releases(f, field.Value)
	case "away":
		for _, item := range list(f, "away", field.Value) {
			words, good := mapping(f, item, "login", "from", "until")
			from, until := words.day("from"), words.day("until")
			if good && (words["login"] == "" || words["from"] == "" || !until.IsZero() && until.Before(from)) {
				f.Report(item, "want a login, from and until", "that is no absence")
			}
			r.Away = append(r.Away, Absence{strings.ToLower(words["login"]), roster.Interval{From: from, Until: until}})
		}
	case "declined":
		for _, item := range list(f, "declined", field.Value) {
			words, good := mapping(f, item, "version", "login")
			if good && (words["version"] == "" || words["login"] == "") {
				f.Report(item, "want a version and a login", "version or login is missing")
			}
			r.Declined = append(r.Declined, Refusal{words["version"], strings.ToLower(words["login"])})
		}
	case "freezes":
		for _, item := range list(f, "freezes", field.Value) {
			r.Freezes = append(r.Freezes, readFreeze(f, item))
		}
	case "rules":
		r.Rules.read(f, field.Value)
	case "people":
		r.People = roster.ReadPeople(f, field.Value)
	default:
		f.Unknown(field, "", sections)
	}
}

func (r *Rota) releases(f *yamlfile.File, n *yaml.Node) {
	seen := map[string]bool{}
	for _, item := range list(f, "releases", n) {
		a, ok := readAssignment(f, item)
		if !ok {
			continue
		}
		if seen[a.Version] {
			f.Report(item, "", "%s is there twice", a.Version)
			continue
		}
		seen[a.Version] = true
		r.Releases = append(r.Releases, a)
	}
}

func readAssignment(f *yamlfile.File, item *yaml.Node) (Assignment, bool) {
	words, good := mapping(f, item, "version", "date", "slip", "lead", "shadow", "backup", "unstaffed")
	a := Assignment{Version: words["version"], Date: words["date"], Unstaffed: words["unstaffed"]}
	for _, role := range Roles {
		*a.at(role) = strings.ToLower(words[string(role)])
	}
	if words["slip"] != "" {
		// mapping has looked at it already.
		a.Slip, _ = strconv.Atoi(words["slip"])
	}
	switch {
	case !good:
	case a.Version == "" || a.Lead == "" && a.Unstaffed == "":
		f.Report(item, "every release has a version and a lead, or says why it is unstaffed", "version or lead is missing")
		good = false
	case a.Lead != "" && a.Unstaffed != "":
		f.Report(item, "", "%s has a lead, and so it is not unstaffed", a.Version)
		good = false
	case a.Lead != "" && (a.Lead == a.Backup || a.Lead == a.Shadow):
		f.Report(item, "another account", "%s is lead and %s's own backup or shadow of %s", a.Lead, a.Lead, a.Version)
		good = false
	case a.Backup != "" && a.Backup == a.Shadow:
		f.Report(item, "another account", "%s is backup and shadow of %s", a.Backup, a.Version)
		good = false
	}
	return a, good
}

func (r *Rules) read(f *yamlfile.File, n *yaml.Node) {
	counts := map[string]*int{"shadows": &r.Shadows, "most_slip": &r.MostSlip, "spacing": &r.Spacing}
	for _, field := range f.Fields(n) {
		value := yamlfile.Resolve(field.Value)
		into, isCount := counts[field.Name]
		switch {
		case isCount:
			count, err := strconv.Atoi(value.Value)
			if err != nil || count < 0 || count > 100 {
				f.Report(value, "want a number from 0 to 100", "%s is %q", field.Name, value.Value)
			}
			*into = count
		case field.Name == "relax":
			for _, item := range f.Items(value) {
				rule := Rule(item.Value)
				if !slices.Contains(relaxable, rule) {
					f.Report(item, "want one of "+join(relaxable), "no rule %q can be relaxed", item.Value)
				}
				r.Relax = append(r.Relax, rule)
			}
		default:
			f.Unknown(field, "", []string{"shadows", "most_slip", "spacing", "relax"})
		}
	}
}

func join[T ~string](words []T) string {
	var all []string
	for _, w := range words {
		all = append(all, string(w))
	}
	return strings.Join(all, ", ")
}

// fields are the words of one entry.
type fields map[string]string

func (w fields) day(key string) time.Time {
	// mapping has looked at it already.
	day, _ := time.Parse(time.DateOnly, w[key])
	return day
}

// mapping reads the words of one entry of a list.
func mapping(f *yamlfile.File, item *yaml.Node, keys ...string) (fields, bool) {
	words, good := fields{}, true
	if item = yamlfile.Resolve(item); item.Kind != yaml.MappingNode {
		f.Report(item, "", "want a mapping (key: value)")
		return words, false
	}
	for _, field := range f.Fields(item) {
		value := yamlfile.Resolve(field.Value)
		switch {
		case !slices.Contains(keys, field.Name):
			f.Unknown(field, "", keys)
			good = false
		case value.Kind != yaml.ScalarNode || !valid(field.Name, value.Value):
			f.Report(value, wants[field.Name], "%s is %q", field.Name, value.Value)
			good = false
		default:
			words[field.Name] = value.Value
		}
	}
	return words, good
}

// list returns the entries of a list; null has none.
func list(f *yamlfile.File, name string, n *yaml.Node) []*yaml.Node {
	n = yamlfile.Resolve(n)
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		f.Report(n, "write - … below it", "%s is no list", name)
		return nil
	}
	return n.Content
}

const (
	wantDay   = "want a day, such as 2027-01-26"
	wantLogin = "want a GitHub login, without @"
)

var wants = map[string]string{
	"version": "want a semantic version with a v, such as v0.3.0",
	"date":    wantDay, "from": wantDay, "until": wantDay,
	"slip": "want by how many days the release is late, from 1",
	"lead": wantLogin, "shadow": wantLogin, "backup": wantLogin, "login": wantLogin,
	"unstaffed": "want one line that says why nobody leads the release", "why": "want one line that says why",
}

func valid(key, value string) bool {
	switch key {
	case "version":
		return strings.HasPrefix(value, "v") && number(value) != nil
	case "date", "from", "until":
		_, err := time.Parse(time.DateOnly, value)
		return err == nil
	case "slip":
		n, err := strconv.Atoi(value)
		return err == nil && n > 0 && n < 1000 && value == fmt.Sprint(n)
	case "unstaffed", "why":
		return value != "" && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 })
	}
	return reLogin.MatchString(value)
}
