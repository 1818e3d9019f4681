// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
)

// SettingsFile is where the teams stand.
const SettingsFile = ".github/settings.yaml"

func files(in Input) ([]Finding, error) {
	generated, err := publish.Generate(in.Project, in.People)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, f := range generated {
		if have, ok := in.Project.Snapshot.Files[f.Path]; !ok {
			findings = append(findings, Finding{Code: "file-drift", Path: f.Path, Message: "it is missing"})
		} else if have != string(f.Content) {
			findings = append(findings, Finding{Code: "file-drift", Path: f.Path, Message: `it is not what "maintainers generate" makes`})
		}
	}
	return findings, nil
}

// teams compares the teams of the settings, if they have any.
func teams(in Input) ([]Finding, error) {
	src, ok := in.Project.Snapshot.Files[SettingsFile]
	if !ok {
		return nil, nil
	}
	type team struct {
		Slug                 string
		Maintainers, Members []string
	}
	var settings struct {
		Teams yaml.Node
	}
	if err := yaml.Unmarshal([]byte(src), &settings); err != nil {
		return nil, fmt.Errorf("%s: %w", SettingsFile, err)
	}
	node := &settings.Teams
	if node.IsZero() {
		return nil, nil
	}
	var section struct{ Items []team }
	var err error
	if node.Kind == yaml.MappingNode { // with what to do about others
		err = node.Decode(&section)
	} else {
		err = node.Decode(&section.Items)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: teams: %w", SettingsFile, err)
	}
	want, err := publish.Teams(in.Project)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, w := range want {
		i := slices.IndexFunc(section.Items, func(t team) bool { return strings.EqualFold(t.Slug, w.Slug) })
		if i < 0 {
			findings = append(findings, Finding{Code: "team-drift", Path: SettingsFile, Message: "there is no team " + w.Slug})
			continue
		}
		have := make(map[string]string)
		for _, login := range slices.Concat(section.Items[i].Maintainers, section.Items[i].Members) {
			have[owners.Normalize(login)] = ""
		}
		for _, d := range against(w.Members, have) {
			findings = append(findings, Finding{Code: "team-drift", Path: SettingsFile, Login: d.login, Message: "team " + w.Slug + " " + d.what})
		}
	}
	return findings, nil
}

type difference struct{ login, what string }

// against says who is missing in a list, and who is in it for nothing.
func against(want []string, have map[string]string) []difference {
	var all []difference
	for _, login := range want {
		if _, ok := have[login]; !ok {
			all = append(all, difference{login, "lacks " + login})
		}
	}
	for _, login := range slices.Sorted(maps.Keys(have)) {
		if !slices.Contains(want, login) {
			all = append(all, difference{login, "has " + login + ", who should not be in it"})
		}
	}
	return all
}

func coreLogins(p project.Project) []string {
	var logins []string
	for _, m := range p.Core() {
		logins = append(logins, m.Login)
	}
	return logins
}

// csvBlock compares the project's block in the CNCF's file.
func csvBlock(in Input) ([]Finding, error) {
	if in.CSV == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(in.CSV))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("CSV: %w", err)
	}
	have := make(map[string]string)
	current := ""
	found := false
	for _, row := range rows {
		if len(row) < 5 {
			continue
		}
		if title := strings.TrimSpace(row[1]); title != "" {
			current = title
		}
		if login := owners.Normalize(row[4]); strings.EqualFold(current, in.Title) && login != "" {
			found = true
			have[login] = strings.TrimSpace(row[3])
		}
	}
	if !found {
		return []Finding{{Code: "csv-drift", Message: "the CSV has no project " + in.Title}}, nil
	}
	var findings []Finding
	for _, d := range against(coreLogins(in.Project), have) {
		findings = append(findings, Finding{Code: "csv-drift", Login: d.login, Message: "the CSV " + d.what})
	}
	for _, m := range in.Project.Core() {
		if company, ok := have[m.Login]; ok && m.Known && company != m.Company {
			findings = append(findings, Finding{Code: "csv-drift", Login: m.Login, Message: fmt.Sprintf("the CSV has %s with %q, people.yaml with %q", m.Login, company, m.Company)})
		}
	}
	return findings, nil
}

// dotProject compares the team of maintainers of a .project repository; the
// specification calls it project-maintainers, and files that exist call it
// maintainers.
func dotProject(in Input) ([]Finding, error) {
	if in.DotProject == "" {
		return nil, nil
	}
	var file struct {
		Maintainers []struct {
			Teams []struct {
				Name    string
				Members []string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(in.DotProject), &file); err != nil {
		return nil, fmt.Errorf(".project: %w", err)
	}
	have := make(map[string]string)
	found := false
	for _, entry := range file.Maintainers {
		for _, t := range entry.Teams {
			if t.Name == "project-maintainers" || t.Name == "maintainers" {
				found = true
				for _, login := range t.Members {
					have[owners.Normalize(login)] = ""
				}
			}
		}
	}
	if !found {
		return []Finding{{Code: "project-drift", Message: "the file has no team project-maintainers"}}, nil
	}
	var findings []Finding
	for _, d := range against(coreLogins(in.Project), have) {
		findings = append(findings, Finding{Code: "project-drift", Login: d.login, Message: "the team of maintainers " + d.what})
	}
	return findings, nil
}
