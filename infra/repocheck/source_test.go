// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

const (
	maxFunction = 80
	maxFile     = 800
	longComment = "//repocheck:long"
)

// A kind is what sort of source a file is, as far as the rules care.
type kind int

const (
	other kind = iota // data, prose, fixtures
	goSource
	cSource
	hashSource // shell, make, YAML: comments start with "#"
)

func kindOf(f *file) kind {
	base := path.Base(f.path)
	switch path.Ext(base) {
	case ".go":
		if f.ast != nil {
			return goSource
		}
	case ".c", ".h":
		if !f.fixture() {
			return cSource
		}
	case ".sh", ".yaml", ".yml":
		if !f.fixture() {
			return hashSource
		}
	case "":
		if base == "Makefile" || !f.fixture() && strings.HasPrefix(f.text, "#!") {
			return hashSource
		}
	}
	return other
}

// checkLicences wants the licence of a source file in its first line, after
// "#!" where there is one. Programs that the kernel loads have to offer the
// GPL: helpers marked gpl_only refuse others.
func checkLicences(t *tree) []finding {
	const tag = "SPDX-License-Identifier: "
	want := map[kind]string{
		goSource:   "// " + tag + "Apache-2.0",
		cSource:    "// " + tag + "(GPL-2.0-only OR Apache-2.0)",
		hashSource: "# " + tag + "Apache-2.0",
	}
	var findings []finding
	for _, f := range t.files {
		line, rest, _ := strings.Cut(f.text, "\n")
		if strings.HasPrefix(line, "#!") {
			line, _, _ = strings.Cut(rest, "\n")
		}
		if header := want[kindOf(f)]; line != header && !f.generated() && header != "" {
			findings = append(findings, finding{path: f.path, line: 1, msg: fmt.Sprintf("starts with %q, not with %q", line, header)})
		}
	}
	return findings
}

// checkPackageDocs wants one package comment for a package, in one file.
func checkPackageDocs(t *tree) []finding {
	type docs struct {
		name  string
		files []*file
	}
	packages := make(map[string]*docs)
	for _, f := range t.goFiles() {
		if f.isTest() {
			continue
		}
		p := packages[f.dir()]
		if p == nil {
			p = &docs{}
			packages[f.dir()] = p
		}
		p.name = f.ast.Name.Name
		if f.ast.Doc != nil && f.ast.Doc.Text() != "" { // "//go:build" alone has no text
			p.files = append(p.files, f)
		}
	}
	var findings []finding
	for dir, p := range packages {
		start := "Package " + p.name + " "
		if p.name == "main" {
			start = "Command " + path.Base(dir) + " "
		}
		switch len(p.files) {
		case 0:
			findings = append(findings, finding{path: dir, msg: fmt.Sprintf("no file has a package comment, \"// %s…\"", start)})
		case 1:
			if text := p.files[0].ast.Doc.Text(); !strings.HasPrefix(text, start) {
				findings = append(findings, t.at(p.files[0].ast.Doc, "the package comment does not start with %q", start))
			}
		default:
			for _, f := range p.files {
				findings = append(findings, t.at(f.ast.Doc, "%d files have a package comment, one of them this", len(p.files)))
			}
		}
	}
	return findings
}

// checkSizes limits functions and files. A function that has to be long says
// why in its comment, a file cannot.
func checkSizes(t *tree) []finding {
	var findings []finding
	for _, f := range t.files {
		lines := strings.Count(f.text, "\n")
		if kindOf(f) != other && lines > maxFile && !f.generated() {
			findings = append(findings, finding{path: f.path, msg: fmt.Sprintf("%d lines, more than %d", lines, maxFile)})
		}
	}
	for _, f := range t.goFiles() {
		if f.generated() {
			continue
		}
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := t.fset.Position(fn.End()).Line - t.fset.Position(fn.Pos()).Line + 1
			reason, excused := excuse(fn)
			switch {
			case lines > maxFunction && !excused:
				findings = append(findings, t.at(fn, "func %s has %d lines, more than %d", fn.Name.Name, lines, maxFunction))
			case lines <= maxFunction && excused:
				findings = append(findings, t.at(fn, "func %s has %d lines and needs no %s", fn.Name.Name, lines, longComment))
			case excused && !strings.HasPrefix(reason, "because "):
				findings = append(findings, t.at(fn, "%s says no reason, \"%s because …\"", longComment, longComment))
			}
		}
	}
	return findings
}

// excuse returns what follows //repocheck:long in the comment of fn.
func excuse(fn *ast.FuncDecl) (reason string, found bool) {
	if fn.Doc == nil {
		return "", false
	}
	for _, c := range fn.Doc.List {
		if rest, found := strings.CutPrefix(c.Text, longComment); found {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

var (
	todo      = regexp.MustCompile(`\b(?:TODO|FIXME|XXX)\b`)
	todoIssue = regexp.MustCompile(`^TODO\(#\d+\)`)
)

// checkTODOs looks in comments only where it knows what a comment is.
func checkTODOs(t *tree) []finding {
	var findings []finding
	bare := func(line string) bool {
		return slices.ContainsFunc(todo.FindAllStringIndex(line, -1), func(at []int) bool {
			return !todoIssue.MatchString(line[at[0]:])
		})
	}
	const msg = "a bare TODO; write TODO(#issue)"
	for _, f := range t.files {
		switch kindOf(f) {
		case goSource:
			for _, group := range f.ast.Comments {
				for _, c := range group.List {
					if bare(c.Text) {
						findings = append(findings, t.at(c, msg))
					}
				}
			}
		case cSource, hashSource:
			for i, line := range strings.Split(f.text, "\n") {
				if bare(line) {
					findings = append(findings, finding{path: f.path, line: i + 1, msg: msg})
				}
			}
		}
	}
	return findings
}

// checkInits refuses code that runs because it was imported.
func checkInits(t *tree) []finding {
	var findings []finding
	for _, f := range t.goFiles() {
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" && !f.generated() {
				findings = append(findings, t.at(fn, "func init; call it from main"))
			}
		}
	}
	return append(findings, t.eachImport(func(imp imported, report func(string, ...any)) {
		if imp.blank && !slices.Contains(registers, imp.path) {
			report("imports %s for what its init does", imp.path)
		}
	})...)
}

// registers are the packages that can be used only by importing them blank:
// the embed directive, a database/sql driver, nfpm's packagers,
// Prow's plugins.
var registers = []string{
	"embed", "modernc.org/sqlite", "github.com/goreleaser/nfpm/v2/deb", "github.com/goreleaser/nfpm/v2/rpm",
	"sigs.k8s.io/prow/pkg/hook/plugin-imports",
}

// checkCommands keeps commands in their place, and out of everything else.
func checkCommands(t *tree) []finding {
	var findings []finding
	seen := make(map[string]bool)
	for _, f := range t.goFiles() {
		if f.ast.Name.Name != "main" || seen[f.dir()] {
			continue
		}
		seen[f.dir()] = true
		if elements := strings.Split(f.dir(), "/"); len(elements) != 3 || elements[1] != "cmd" {
			findings = append(findings, finding{path: f.dir(), msg: "a command outside <folder>/cmd/<name>"})
		}
	}
	return append(findings, t.eachImport(func(imp imported, report func(string, ...any)) {
		if inside, ok := strings.CutPrefix(imp.path, module+"/"); ok && strings.Contains(inside+"/", "/cmd/") {
			report("imports the command %s", inside)
		}
	})...)
}

func checkModfile(t *tree) []finding {
	f := t.file("go.mod")
	if f == nil {
		return []finding{{path: "go.mod", msg: "missing"}}
	}
	mod, err := modfile.Parse("go.mod", []byte(f.text), nil)
	if err != nil {
		return []finding{{path: "go.mod", msg: err.Error()}}
	}
	var findings []finding
	for _, r := range mod.Replace {
		findings = append(findings, finding{path: "go.mod", line: r.Syntax.Start.Line, msg: "replaces " + r.Old.Path})
	}
	for _, e := range mod.Exclude {
		findings = append(findings, finding{path: "go.mod", line: e.Syntax.Start.Line, msg: "excludes " + e.Mod.Path})
	}
	if mod.Module.Mod.Path != module {
		findings = append(findings, finding{path: "go.mod", line: mod.Module.Syntax.Start.Line, msg: "the module is not " + module})
	}
	return findings
}
