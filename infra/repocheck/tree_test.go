// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The repository this is about, seen from this folder.
const root = "../.."

// module is the module path; fixtures use the same.
const module = "github.com/lanner-project/lanner"

// A tree is what the rules look at: a repository's files, read once.
//
// The files are read by the test process itself, folder by folder: that is
// what makes "go test" notice a change and not serve a stale pass from its
// cache. It would not notice what a subprocess reads.
type tree struct {
	fset  *token.FileSet
	files []*file
	dirs  []string // those of the top level
	// links maps each package that a build for Linux needs, of this module and
	// of others, to what it imports.
	links map[string][]string
}

// A file is one that is not ignored by git; the content of a file that is not
// text is left out.
type file struct {
	path string // slash-separated, relative to the root
	text string
	ast  *ast.File // of a Go file
}

func (f *file) dir() string  { return path.Dir(f.path) }
func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// fixture says whether f is an example of a test rather than source.
func (f *file) fixture() bool {
	return strings.HasPrefix(f.path, "testdata/") || strings.Contains(f.path, "/testdata/")
}

// generated says whether a Go file is, by the convention of go generate.
func (f *file) generated() bool { return f.ast != nil && ast.IsGenerated(f.ast) }

func (t *tree) file(name string) *file {
	i := slices.IndexFunc(t.files, func(f *file) bool { return f.path == name })
	if i < 0 {
		return nil
	}
	return t.files[i]
}

// goFiles are the Go files outside testdata.
func (t *tree) goFiles() []*file {
	var files []*file
	for _, f := range t.files {
		if f.ast != nil {
			files = append(files, f)
		}
	}
	return files
}

// A finding is one broken rule.
type finding struct {
	path string
	line int // 0: the whole file
	msg  string
}

func (f finding) String() string {
	if f.line == 0 {
		return f.path + ": " + f.msg
	}
	return f.path + ":" + strconv.Itoa(f.line) + ": " + f.msg
}

func (t *tree) at(n ast.Node, format string, args ...any) finding {
	pos := t.fset.Position(n.Pos())
	return finding{path: pos.Filename, line: pos.Line, msg: fmt.Sprintf(format, args...)}
}

func sortFindings(all []finding) {
	slices.SortFunc(all, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.msg, b.msg))
	})
}

// add reads one file into the tree.
func (t *tree) add(name string, text []byte) error {
	f := &file{path: name}
	if utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		f.text = string(text)
	}
	if strings.HasSuffix(name, ".go") && !f.fixture() {
		parsed, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f.ast = parsed
	}
	if dir, _, found := strings.Cut(name, "/"); found && !slices.Contains(t.dirs, dir) {
		t.dirs = append(t.dirs, dir)
	}
	t.files = append(t.files, f)
	return nil
}

// loadRepository reads the repository this test is part of.
func loadRepository(t *testing.T) *tree {
	t.Helper()
	repo := os.DirFS(root)
	ignored, err := readIgnored(repo)
	if err != nil {
		t.Fatal(err)
	}
	tr := &tree{fset: token.NewFileSet()}
	err = fs.WalkDir(repo, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git", d.IsDir() && ignored(name+"/"):
			return skip(d)
		case d.IsDir(), !d.Type().IsRegular(), ignored(name):
			return nil
		}
		text, err := fs.ReadFile(repo, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file of an editor or of another test
		}
		if err != nil {
			return err
		}
		return tr.add(name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// skip leaves out a folder, or a file: .git is one in a linked work tree.
func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// readIgnored understands as much of .gitignore as this repository uses, and
// fails on more: /folder/, and *.suffix.
func readIgnored(repo fs.FS) (func(name string) bool, error) {
	text, err := fs.ReadFile(repo, ".gitignore")
	if err != nil {
		return nil, err
	}
	var folders, suffixes []string
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "/") && strings.HasSuffix(line, "/"):
			folders = append(folders, line[1:])
		case strings.HasPrefix(line, "*.") && !strings.ContainsAny(line[2:], "*?[/"):
			suffixes = append(suffixes, line[1:])
		default:
			return nil, fmt.Errorf(".gitignore:%d: repocheck understands /folder/ and *.suffix, not %q", i+1, line)
		}
	}
	return func(name string) bool {
		return slices.Contains(folders, name) ||
			slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) })
	}, nil
}

// listLinks asks the go command what a build for Linux links. A cached result
// of this test cannot be stale: the answer follows from go.mod, go.sum and the
// source files, and the test reads all of those itself.
func listLinks(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	links := make(map[string][]string)
	for dec := json.NewDecoder(&stdout); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		switch err := dec.Decode(&pkg); {
		case errors.Is(err, io.EOF):
			return links
		case err != nil:
			t.Fatalf("go list: %v", err)
		}
		links[pkg.ImportPath] = pkg.Imports
	}
}
