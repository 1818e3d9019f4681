// SPDX-License-Identifier: Apache-2.0

package yamlfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ src, want string }{
		"syntax":     {"a: 1\nb: [\n", "f:2:1: not YAML: did not find expected node content\nb: [\n^"},
		"no mapping": {"\t", "f:1:1: not YAML: found character that cannot start any token\n\t\n^"},
		"list":       {"- a\n", "f:1:1: want a mapping (key: value), found a list\n- a\n^"},
		"twice":      {"a: 1\na: 2\n", "f:2:1: \"a\" is there twice\na: 2\n^"},
		"merge":      {"x: &x {y: 1}\n<<: *x\n", "f:2:1: merge keys are not read\n<<: *x\n^\nhint: write the keys out"},
		"documents":  {"a: 1\n---\nb: 1\n", "f:2:1: a second document; one is read\n---\n^"},
		"binary":     {"a: \xff", "f:1:1: not YAML: the file is not UTF-8\na: \uFFFD\n^"},
		"empty":      {"# nothing\n", ""},
		"null":       {"~\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, root := yamlfile.Open("f", []byte(tt.src))
			if root != nil {
				f.Fields(root)
			}
			if diff := cmp.Diff(tt.want, f.Mistakes().Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCaret(t *testing.T) {
	t.Parallel()
	f, root := yamlfile.Open("f", []byte("é: {a: [x, {b: 1}, ~]}\n"))
	for _, field := range f.Fields(root) {
		for _, inner := range f.Fields(field.Value) {
			f.Items(inner.Value)
			f.Bool(inner.Value)
		}
	}
	want := strings.TrimPrefix(`
f:1:12: want a word, found a mapping
é: {a: [x, {b: 1}, ~]}
           ^
f:1:20: want a word, found nothing
é: {a: [x, {b: 1}, ~]}
                   ^
f:1:8: want true or false, found a list
é: {a: [x, {b: 1}, ~]}
       ^`, "\n")
	if diff := cmp.Diff(want, f.Mistakes().Error()); diff != "" {
		t.Error(diff)
	}
}
