// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/maintainers/verify"
)

var update = flag.Bool("update", false, "rewrite the expected output")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"maintainers": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for _, role := range []string{"AUTHOR", "COMMITTER"} {
				e.Setenv("GIT_"+role+"_NAME", "Example")
				e.Setenv("GIT_"+role+"_EMAIL", "example@example.com")
			}
			e.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
			return nil
		},
	})
}

// What stands in this repository is what its own files make.
func TestRepository(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	for _, args := range [][]string{
		{"generate", "--check"},
		// Approvers here are asked for reviews as well.
		{"verify", "--no-history", "--allow", "two-lists"},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), append(args, "--dir", root), strings.NewReader(""), &out, t.Output()); err != nil {
			t.Errorf("%v: %v\n%s", args, err, &out)
		}
	}
}

// The website explains every code.
func TestCodes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "website", "content", "maintainers.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range verify.Codes {
		if !bytes.Contains(page, []byte("`"+c.Code+"`")) {
			t.Errorf("the page has nothing on %s", c.Code)
		}
	}
}

// Callers in scripts tell by the code what went wrong.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	for args, want := range map[string]int{
		"":                                      cli.Done,
		"--help":                                cli.Done,
		"nonsense":                              cli.Misuse,
		"generate --check --dir " + root:        cli.Done,
		"generate --check --dir " + t.TempDir(): cli.Misuse, // no go.mod to know the repository by
		"generate --nonsense":                   cli.Misuse,
		"export --format nonsense":              cli.Misuse,
		"export --dir " + filepath.Join(root, "gone"): cli.Failed,
		"verify --no-history --dir " + root:           cli.Failed, // there are findings
		"verify -o nonsense":                          cli.Misuse,
		"history --dir " + t.TempDir():                cli.Failed,
	} {
		var out, messages bytes.Buffer
		err := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &messages)
		if got := cli.Report("maintainers", &messages, err); got != want {
			t.Errorf("maintainers %s: exit %d, want %d\n%s", args, got, want, &messages)
		}
	}
}
