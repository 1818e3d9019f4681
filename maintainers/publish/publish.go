// SPDX-License-Identifier: Apache-2.0

// Package publish writes the lists of maintainers that others read, each in
// their format: maintainers.yaml, tables, CODEOWNERS, teams, the CNCF's files
// and gitdm's.
//
// All are functions of a project alone, with no clock and no order of a map,
// so that the same files make the same bytes. An e-mail address comes only
// from an entry that has it as a public one. It writes no files. Packages of
// maintainers may import it; its functions are safe concurrently.
package publish

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/roster"
)

// notice says in a generated file what it comes from.
const notice = "Made by \"maintainers generate\" from people.yaml and the OWNERS files; do not edit."

// Maintainers writes maintainers.yaml, in the schema that the field has. The
// licence is the file's first line, or is left out when empty.
func Maintainers(p project.Project, licence string) ([]byte, error) {
	var list []roster.Maintainer
	for _, m := range p.Maintainers() {
		list = append(list, roster.Maintainer{Name: m.Name, GitHub: p.Profile(m.Login), Company: m.Company, Projects: m.Projects(p)})
	}
	return document(header(licence), list)
}

func header(licence string) string {
	if licence != "" {
		licence += "\n"
	}
	return licence + "# " + notice + "\n"
}

func document(head string, v any) ([]byte, error) {
	out := bytes.NewBufferString(head)
	encoder := yaml.NewEncoder(out)
	encoder.SetIndent(2)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Codeowners writes GitHub's CODEOWNERS: for each folder with an OWNERS file
// those who may approve all of it. Where several lines match, GitHub takes the
// last; so each line has the approvers of the folders above as well. What only
// a filter gives somebody can't be said there, and is left out.
func Codeowners(p project.Project, licence string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(header(licence))
	for _, f := range p.Snapshot.Folders() {
		if strings.ContainsAny(f.Path, `#!*?[]\`) || strings.ContainsFunc(f.Path, func(r rune) bool { return !strconv.IsPrint(r) }) {
			return nil, fmt.Errorf("folder %q: CODEOWNERS can't name it", f.Path)
		}
		if len(f.Filters) > 0 {
			fmt.Fprintf(&b, "# %s has filters, which CODEOWNERS does not know: this is who approves everything.\n", f.OwnersFile())
		}
		approvers := p.Snapshot.MayApprove(f.Path)
		if len(approvers) == 0 {
			fmt.Fprintf(&b, "# Nobody may approve everything below %s.\n", name(f.Path))
			continue
		}
		pattern := "*"
		if f.Path != "" {
			pattern = "/" + strings.ReplaceAll(f.Path, " ", `\ `) + "/"
		}
		b.WriteString(pattern)
		for _, login := range approvers {
			person, _ := p.Person(login)
			b.WriteString(" @" + person.Login)
		}
		b.WriteString("\n")
	}
	return []byte(b.String()), nil
}

// name is a folder as people read it.
func name(folder string) string {
	if folder == "" {
		return "the root"
	}
	return folder
}

// Team is a team of GitHub, as .github/settings.yaml has it.
type Team struct {
	Slug       string   `yaml:"slug"`
	Permission string   `yaml:"permission"`
	Members    []string `yaml:"members,flow"`
}

// Teams returns a team of the core maintainers, and one of the approvers that
// each folder's file names itself. Logins are in lower case, sorted.
func Teams(p project.Project) ([]Team, error) {
	var core []string
	for _, m := range p.Core() {
		core = append(core, m.Login)
	}
	slices.Sort(core)
	var teams []Team
	from := make(map[string]string)
	add := func(slug, folder string, members []string) error {
		if other, taken := from[slug]; taken {
			return fmt.Errorf("team %s: both of %s and of %s", slug, name(other), name(folder))
		}
		from[slug] = folder
		teams = append(teams, Team{Slug: slug, Permission: "push", Members: members})
		return nil
	}
	if len(core) > 0 {
		if err := add("core-maintainers", "", core); err != nil {
			return nil, err
		}
	}
	for _, f := range p.Snapshot.Folders() {
		if f.Path == "" || len(f.Approvers) == 0 {
			continue
		}
		if err := add(slug(f.Path)+"-maintainers", f.Path, f.Approvers); err != nil {
			return nil, err
		}
	}
	return teams, nil
}

// slug makes of a path what GitHub makes of a team's name: small letters,
// digits, and a dash for anything else.
func slug(folder string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(folder) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// TeamsSection writes the teams: section of .github/settings.yaml.
func TeamsSection(p project.Project) ([]byte, error) {
	teams, err := Teams(p)
	if err != nil {
		return nil, err
	}
	return document("", struct {
		Teams []Team `yaml:"teams"`
	}{teams})
}

// Paths of what is generated, in the repository.
var (
	MaintainersFile = path.Join("maintainers", "maintainers.yaml")
	TablesFile      = path.Join("maintainers", "MAINTAINERS.md")
	CodeownersFile  = path.Join(".github", "CODEOWNERS")
)
