// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/maintainers/project"
)

// File is a generated file.
type File struct {
	Path    string
	Content []byte
}

// Generate makes the files that stand in the repository. It refuses OWNERS
// files with a mistake: nobody knows whom they name. People is the path of
// people.yaml, whose licence line goes into what is made of it.
func Generate(p project.Project, people string) ([]File, error) {
	if mistakes := p.Snapshot.Tree.Mistakes(); len(mistakes) > 0 {
		return nil, mistakes
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
