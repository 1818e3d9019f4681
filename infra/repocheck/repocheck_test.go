// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"flag"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected findings in testdata")

// A rule is something that holds for the whole repository.
type rule struct {
	name  string // and testdata/name.txtar is a tree that breaks it
	why   string
	check func(*tree) []finding
}

var rules = []rule{
	{"layers", "layers.txt says who may import whom; DESIGN keeps the halves of the project apart", checkLayers},
	{"links", "a heavy dependency enters through the packages that layers.txt names, and no back door", checkLinks},
	{"testonly", "what is for tests does not ship", checkTestOnly},
	{"commands", "a command is wiring at the edge: <folder>/cmd/<name>, imported by nothing", checkCommands},
	{"inits", "main wires; nothing registers itself", checkInits},
	{"packagedoc", "a reader finds what a package is for in one place", checkPackageDocs},
	{"sizes", "what does not fit a screen or two is not understood in one reading", checkSizes},
	{"licence", "a file that is copied elsewhere still says its licence", checkLicences},
	{"modfile", "go install module@version refuses a go.mod with replace", checkModfile},
	{"todo", "a TODO without an issue is never done", checkTODOs},
	{"toplevel", "the top level is the map of the project, and it is fixed", checkTopLevel},
	{"machine", "a checkout works on any machine, with any mirror", checkMachine},
	{"case", "go install refuses a module with names that differ in case alone", checkCase},
	{"owners", "every path has somebody who may approve it", checkOwners},
}

// TestRepository holds this repository against every rule.
func TestRepository(t *testing.T) {
	t.Parallel()
	tr := loadRepository(t)
	tr.links = listLinks(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			findings := r.check(tr)
			sortFindings(findings)
			for _, f := range findings {
				t.Error(f)
			}
			if len(findings) > 0 {
				t.Log("why:", r.why)
			}
		})
	}
}

// TestRulesFail shows each rule a tree that breaks it, in every way it knows,
// beside things that look alike and are right. A rule that finds nothing there
// finds nothing anywhere.
func TestRulesFail(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join("testdata", r.name+".txtar")
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tr, want := fixtureTree(t, archive)
			findings := r.check(tr)
			sortFindings(findings)
			var got strings.Builder
			for _, f := range findings {
				got.WriteString(f.String() + "\n")
			}
			if *update {
				rewriteWant(t, name, archive, got.String())
				return
			}
			if want == "" {
				t.Errorf("%s: a fixture without a finding proves nothing", name)
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// fixtureTree makes a tree of an archive's files; "want" holds the findings
// and "links" what the go command would list, neither is part of the tree.
func fixtureTree(t *testing.T, archive *txtar.Archive) (tr *tree, want string) {
	t.Helper()
	tr = &tree{fset: token.NewFileSet(), links: make(map[string][]string)}
	for _, f := range archive.Files {
		switch f.Name {
		case "want":
			want = string(f.Data)
		case "links":
			for line := range strings.Lines(string(f.Data)) {
				if pkg, imports, found := strings.Cut(line, "->"); found {
					tr.links[strings.TrimSpace(pkg)] = strings.Fields(imports)
				}
			}
		default:
			if err := tr.add(f.Name, f.Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tr, want
}

func rewriteWant(t *testing.T, name string, archive *txtar.Archive, want string) {
	t.Helper()
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if i < 0 {
		i = len(archive.Files)
		archive.Files = append(archive.Files, txtar.File{Name: "want"})
	}
	archive.Files[i].Data = []byte(want)
	if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
		t.Fatal(err)
	}
}
