// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Root takes neither configuration nor rules that any user can change, or put
// another in the place of.
func TestRootObeysNobody(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root has somebody to be wary of")
	}
	for name, tt := range map[string]struct {
		path string
		mode fs.FileMode
		want string
	}{
		"all well":                {"", 0, ""},
		"configuration":           {"lanner.yaml", 0o666, "lanner.yaml: error LR0706: any user can change it"},
		"rules":                   {"rules.yaml", 0o602, "rules.yaml: error LR0706: any user can change it"},
		"folder":                  {".", 0o777, ": error LR0706: any user can change it"},
		"folder with the t bit":   {".", 0o777 | fs.ModeSticky, ""},
		"named folder of rules":   {"rules.d", 0o777 | fs.ModeSticky, "rules.d: error LR0706: any user can change it"},
		"file in folder of rules": {"rules.d/a.yaml", 0o606, "a.yaml: error LR0706: any user can change it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := prepare(t, "rules: {paths: [DIR/rules.yaml, DIR/rules.d]}\n", openRule)
			if err := os.Mkdir(filepath.Join(r.dir, "rules.d"), 0o700); err != nil {
				t.Fatal(err)
			}
			r.write("rules.d/a.yaml", strings.ReplaceAll(openRule, "Opened", "Second"))
			if tt.path != "" {
				if err := os.Chmod(filepath.Join(r.dir, tt.path), tt.mode); err != nil {
					t.Fatal(err)
				}
			}
			var stdout, stderr text
			err := app{open: r.src.open}.run(t.Context(), []string{"config", "check", "--config", filepath.Join(r.dir, "lanner.yaml")},
				strings.NewReader(""), &stdout, &stderr)
			said := stderr.String()
			if (err != nil) != (tt.want != "") || !strings.Contains(said, tt.want) || tt.want != "" && !strings.Contains(said, "hint: chmod o-w ") {
				t.Errorf("%v, want %q:\n%s", err, tt.want, said)
			}
		})
	}
}
