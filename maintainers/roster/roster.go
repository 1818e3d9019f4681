// SPDX-License-Identifier: Apache-2.0

// Package roster is the model of maintainers.yaml, who maintains what, and of
// people.yaml, who can be counted on when, and of components.yaml, which folders
// stand for what are repositories elsewhere.
//
// It reads the schema that the field has (a list of name, github, company and
// projects) and refuses unknown keys, people named twice and addresses that
// are no GitHub profile. It does no I/O, but that Go looks time zones up in
// the machine's database; any package may import it. A Roster and a Person are
// not changed after they are parsed and are safe for concurrent reading.
package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Maintainer is one person.
type Maintainer struct {
	Name     string   `yaml:"name"`
	GitHub   string   `yaml:"github"` // profile address
	Company  string   `yaml:"company"`
	Projects []string `yaml:"projects"` // addresses of repositories or of folders in them
}

// Login returns the account name, in lower case: GitHub compares logins
// without regard to case.
func (m Maintainer) Login() string {
	u, err := url.Parse(m.GitHub)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.Trim(u.Path, "/"))
}

// Roster is the content of one maintainers.yaml.
type Roster struct {
	People []Maintainer
}

// Parse reads a roster. File names it in errors, which carry a line.
func Parse(file string, data []byte) (Roster, error) {
	var r Roster
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&r.People); err != nil && !errors.Is(err, io.EOF) {
		return Roster{}, fmt.Errorf("%s: %w", file, err)
	}
	seen := map[string]string{}
	for i, m := range r.People {
		login := m.Login()
		if m.Name == "" || login == "" || strings.Contains(login, "/") {
			return Roster{}, fmt.Errorf("%s: entry %d (%q): want a name and a profile address such as https://github.com/alice, have %q", file, i+1, m.Name, m.GitHub)
		}
		if other, ok := seen[login]; ok {
			return Roster{}, fmt.Errorf("%s: entry %d (%q): account %s is listed already, as %q", file, i+1, m.Name, login, other)
		}
		seen[login] = m.Name
	}
	return r, nil
}

// Core returns the logins, sorted, of those who maintain a whole repository
// of this name ("lanner"), whatever host or owner it is served under: a fork
// and a local forge have the same maintainers.
func (r Roster) Core(repository string) []string {
	var logins []string
	for _, m := range r.People {
		for _, p := range m.Projects {
			u, err := url.Parse(p)
			if err != nil {
				continue
			}
			parts := strings.Split(strings.Trim(u.Path, "/"), "/")
			if len(parts) == 2 && strings.EqualFold(parts[1], repository) {
				logins = append(logins, m.Login())
				break
			}
		}
	}
	slices.Sort(logins)
	return logins
}
