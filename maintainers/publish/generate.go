// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/maintainers/project"
)

// File is a generated file.
type File struct {
	Path    string
	Content []byte
}

// Ready refuses OWNERS files of which no list can be made: with a mistake, so
// that nobody knows whom they name, or with a name that is no login. All
// functions of this package want a project that is ready.
func Ready(p project.Project) error {
	if mistakes := p.Snapshot.Tree.Mistakes(); len(mistakes) > 0 {
		return mistakes
	}
	var all []error
	for _, bad := range p.BadLogins() {
		all = append(all, fmt.Errorf("%s: %q is no login", bad.File, bad.Login))
	}
	return errors.Join(all...)
}

// Generate makes the files that stand in the repository. People is the path of
// people.yaml, whose licence line goes into what is made of it.
func Generate(p project.Project, people string) ([]File, error) {
	if err := Ready(p); err != nil {
		return nil, err
	}
	licence := ""
	if first, _, _ := strings.Cut(p.Snapshot.Files[people], "\n"); strings.HasPrefix(first, "# SPDX-License-Identifier: ") {
		licence = first
	}
	list, err := Maintainers(p, licence)
	if err != nil {
		return nil, err
	}
	page, err := InTables(p.Snapshot.Files[TablesFile], Tables(p))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", TablesFile, err)
	}
	codeowners, err := Codeowners(p, licence)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", CodeownersFile, err)
	}
	return []File{{MaintainersFile, list}, {TablesFile, page}, {CodeownersFile, codeowners}}, nil
}
