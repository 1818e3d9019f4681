// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/maintainers/project"
)

// CSV writes the project's block of the CNCF's project-maintainers.csv
// (https://github.com/cncf/foundation): the core maintainers, with the
// maturity and the project's name in the first line only. There is no header,
// for the block goes in between others.
func CSV(p project.Project, maturity, title string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	owners := strings.Replace(p.Address("OWNERS"), p.Repository+"/tree/", p.Repository+"/blob/", 1)
	for _, m := range p.Core() {
		if err := w.Write([]string{formula(maturity), formula(title), formula(m.Name), formula(m.Company), m.Login, owners}); err != nil {
			return nil, err
		}
		maturity, title, owners = "", "", ""
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// formula keeps a name from being one when a spreadsheet opens the file.
func formula(s string) string {
	if s != "" && strings.Contains("=+-@", s[:1]) {
		return "'" + s
	}
	return s
}

type dotProject struct {
	Maintainers []dotEntry `yaml:"maintainers"`
}

type dotEntry struct {
	ProjectID string    `yaml:"project_id"`
	Org       string    `yaml:"org"`
	Teams     []dotTeam `yaml:"teams"`
}

type dotTeam struct {
	Name    string   `yaml:"name"`
	Managed *bool    `yaml:"managed,omitempty"`
	Members []string `yaml:"members"`
}

// DotProject writes the maintainers.yaml of a .project repository
// (https://github.com/cncf/automation, utilities/dot-project): the core
// maintainers as the team that the schema requires, reviewers and emeriti as
// teams that are not managed.
func DotProject(p project.Project) ([]byte, error) {
	var core, reviewers, emeriti []string
	for _, m := range p.Core() {
		core = append(core, m.Login)
	}
	for _, f := range p.Snapshot.Folders() {
		for _, login := range f.Reviewers {
			person, _ := p.Person(login)
			reviewers = append(reviewers, person.Login)
		}
		for _, login := range f.EmeritusApprovers {
			person, _ := p.Person(login)
			emeriti = append(emeriti, person.Login)
		}
	}
	teams := []dotTeam{{Name: "project-maintainers", Members: sorted(core)}}
	for _, t := range []dotTeam{{Name: "reviewers", Members: sorted(reviewers)}, {Name: "emeritus", Members: sorted(emeriti)}} {
		if len(t.Members) > 0 {
			t.Managed = new(bool)
			teams = append(teams, t)
		}
	}
	return document("# "+notice+"\n", dotProject{[]dotEntry{{ProjectID: p.Name(), Org: p.Owner(), Teams: teams}}})
}

func sorted(logins []string) []string {
	all := append([]string{}, logins...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Gitdm writes the lines of gitdm's developers_affiliations files
// (https://github.com/cncf/gitdm) for the people who gave a public address,
// and returns how many others there are, of whom it writes nothing.
func Gitdm(p project.Project) (out []byte, silent int) {
	var b strings.Builder
	for _, person := range p.People {
		if len(person.Emails) == 0 {
			silent++
			continue
		}
		var addresses []string
		for _, e := range person.Emails {
			addresses = append(addresses, strings.ReplaceAll(e, "@", "!"))
		}
		b.WriteString(person.Login + ": " + strings.Join(addresses, ", ") + "\n")
		if len(person.Employers) == 0 {
			b.WriteString("\t" + project.Independent + "\n")
		}
		for _, e := range project.Employers(person) {
			b.WriteString("\t" + e.Name)
			if !e.From.IsZero() {
				b.WriteString(" from " + e.From.Format(time.DateOnly))
			}
			if !e.Until.IsZero() {
				b.WriteString(" until " + e.Until.Format(time.DateOnly))
			}
			b.WriteString("\n")
		}
	}
	return []byte(b.String()), silent
}
