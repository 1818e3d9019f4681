// SPDX-License-Identifier: Apache-2.0

// Package rota says who leads which release.
//
// It reads maintainers/rotation.yaml and decides nothing about whose turn it
// is: what schedules it is another matter. Pure; any package may import it. A
// Rota is not changed after Parse and is safe for concurrent reading.
package rota

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Assignment is one release and who does what for it. The people are logins,
// in lower case.
type Assignment struct {
	Version string `json:"version"` // "v0.3.0"
	// Date is the day the release is meant for, "2027-01-26"; empty if open.
	Date string `json:"date,omitempty"`
	Lead string `json:"lead"`
	// Shadow learns; Backup takes over. Either may be empty.
	Shadow string `json:"shadow,omitempty"`
	Backup string `json:"backup,omitempty"`
}

// Rota is the content of one rotation.yaml.
type Rota struct {
	file     string
	Releases []Assignment // by version, lowest first
}

var keys = []string{"version", "date", "lead", "shadow", "backup"}

// reLogin is what GitHub takes as a login.
// https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
var reLogin = regexp.MustCompile(`^[a-zA-Z0-9](-?[a-zA-Z0-9])*$`)

// Parse reads a rotation. File names it in errors. All mistakes are reported,
// each with its place (see yamlfile.Mistakes).
func Parse(file string, data []byte) (Rota, error) {
	f, root := yamlfile.Open(file, data)
	r := Rota{file: file}
	if root != nil {
		for _, field := range f.Fields(root) {
			if field.Name != "releases" {
				f.Unknown(field, "", []string{"releases"})
				continue
			}
			r.read(f, field.Value)
		}
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return Rota{}, mistakes
	}
	slices.SortFunc(r.Releases, func(a, b Assignment) int { return number(a.Version).Compare(number(b.Version)) })
	return r, nil
}

func (r *Rota) read(f *yamlfile.File, list *yaml.Node) {
	list = yamlfile.Resolve(list)
	if list.Kind != yaml.SequenceNode {
		f.Report(list, "write - version: … below it", "releases is no list")
		return
	}
	seen := map[string]bool{}
	for _, item := range list.Content {
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
	var a Assignment
	into := map[string]*string{"version": &a.Version, "date": &a.Date, "lead": &a.Lead, "shadow": &a.Shadow, "backup": &a.Backup}
	good := true
	for _, field := range f.Fields(item) {
		value := yamlfile.Resolve(field.Value)
		into, known := into[field.Name]
		switch {
		case !known:
			f.Unknown(field, "", keys)
			good = false
		case value.Kind != yaml.ScalarNode || !valid(field.Name, value.Value):
			f.Report(value, wants[field.Name], "%s is %q", field.Name, value.Value)
			good = false
		default:
			*into = value.Value
		}
	}
	for _, who := range []*string{&a.Lead, &a.Shadow, &a.Backup} {
		*who = strings.ToLower(*who)
	}
	switch {
	case !good:
	case a.Version == "" || a.Lead == "":
		f.Report(item, "every release has a version and a lead", "version or lead is missing")
		good = false
	case a.Lead == a.Backup || a.Lead == a.Shadow:
		f.Report(item, "another account", "%s is lead and %s's own backup or shadow of %s", a.Lead, a.Lead, a.Version)
		good = false
	}
	return a, good
}

var wants = map[string]string{
	"version": "want a semantic version with a v, such as v0.3.0",
	"date":    "want a day, such as 2027-01-26",
	"lead":    "want a GitHub login, without @",
	"shadow":  "want a GitHub login, without @",
	"backup":  "want a GitHub login, without @",
}

func valid(key, value string) bool {
	switch key {
	case "version":
		return strings.HasPrefix(value, "v") && number(value) != nil
	case "date":
		_, err := time.Parse(time.DateOnly, value)
		return err == nil
	}
	return reLogin.MatchString(value)
}

// Lead returns who leads a version ("v0.3.0"). A patch without an entry of its
// own is led by who led its minor version's first release, a pre-release by
// who leads its final one.
func (r Rota) Lead(version string) (Assignment, error) {
	v := number(version)
	if v == nil || !strings.HasPrefix(version, "v") {
		return Assignment{}, fmt.Errorf("version %q is not semantic; %s", version, wants["version"])
	}
	final := fmt.Sprintf("v%d.%d.%d", v.Major(), v.Minor(), v.Patch())
	first := fmt.Sprintf("v%d.%d.0", v.Major(), v.Minor())
	for _, want := range []string{version, final, first} {
		for _, a := range r.Releases {
			if a.Version == want {
				return a, nil
			}
		}
	}
	return Assignment{}, fmt.Errorf("%s names nobody to lead %s; add a release %s with a lead by a pull request", r.file, version, first)
}

func number(version string) *semver.Version {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return nil
	}
	return v
}
