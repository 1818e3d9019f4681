// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Each file has a scalar with the word HERE in its value, and it must be found
// where it stands in the file.
func TestMapScalar(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"plain":                 "k: a HERE b\n",
		"plain, two lines":      "k: a b\n   c HERE d\n",
		"plain, empty lines":    "k: a\n\n\n   HERE\n",
		"plain, tab":            "k: a \t HERE\n",
		"plain, comment":        "k: a HERE # b\nl: c\n",
		"plain, in a list":      "k: [a, b HERE, c]\n",
		"plain, characters":     "k: äöü HERE\n",
		"plain, tag and anchor": "k: !!str &a\n  b HERE\n",
		"single":                "k: 'it''s ''HERE'\n",
		"single, two lines":     "k: 'a   \n\n  b HERE c'\n",
		"double":                `k: "a\tb\"\\ HERE"` + "\n",
		"double, numbers":       `k: "\x41\u00e4\U0001F600 HERE"` + "\n",
		"double, two lines":     "k: \"a\n  b\n\n  HERE\"\n",
		"double, joined lines":  "k: \"a \\\n  b\\\n\n   HERE\"\n",
		"literal":               "k: |\n  a\n  b HERE\n",
		"literal, indented":     "k: |\n  a\n    b HERE\n",
		"literal, number":       "k: |2-\n    a HERE\n",
		"literal, empty lines":  "k: |+\n\n\n  a\n\n   \n  HERE\n\n",
		"literal, comment":      "k: | # comment\n  a\n  HERE\n",
		"folded":                "k: >\n  a\n  b HERE\n  c\n",
		"folded, paragraphs":    "k: >-\n  a\n\n  b HERE\n\n\n  c\n",
		"folded, indented":      "k: >\n  a\n    b\n    c HERE\n  d\n",
		"folded, blank line":    "k: >\n  a\n    b\n\n  c HERE\n",
		"folded, from the top":  "k: >\n\n\n  a HERE\n",
		"folded, deep":          "k:\n  l:\n    - m: >\n        a\n        HERE\n",
		"literal, blank lines":  "k: |1\n   \n a HERE\n",
		"windows":               "k: >\r\n  a\r\n  b HERE\r\n",
		"byte order mark":       "\uFEFFk: a HERE\n",
		"other line breaks":     "a: b\u2028\nk: \"c HERE\"\n",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		src := newSource(File{"f", []byte(text)})
		found := false
		walkScalars(&doc, func(n *yaml.Node) {
			i := strings.Index(n.Value, "HERE")
			if i < 0 {
				return
			}
			found = true
			at := src.offset(n)
			m, ok := mapScalar(src.Data[at:], n)
			if !ok {
				t.Errorf("%s: %q does not lead to %q", name, text[at:], n.Value)
				return
			}
			if got := at + m.at(i); got != strings.Index(text, "HERE") {
				t.Errorf("%s: HERE is at %d, found at %d", name, strings.Index(text, "HERE"), got)
			}
		})
		if !found {
			t.Errorf("%s: no value has the word", name)
		}
	}
}

func walkScalars(n *yaml.Node, f func(*yaml.Node)) {
	if n.Kind == yaml.ScalarNode {
		f(n)
	}
	for _, c := range n.Content {
		walkScalars(c, f)
	}
}

// Every scalar of any YAML is found again, byte for byte.
func FuzzMapScalar(f *testing.F) {
	for _, s := range []string{
		"k: a b\n", "k: 'it''s\n\n x'\n", "k: \"a\\n\\x41\\\n  b\"\n", "k: |2-\n    a\n\n  b\n", "k: >+\n a\n  b\n\n c\n\n",
		"- !!str &a\n  b\n- *a\n", "? >\n a\n : |\n b\n", "\uFEFFa: [b, 'c', \"d\"]\n", "k: >\n\n  a\n   \n  b\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := File{"f", []byte(text)}
		if _, ok := refuse(file); !ok {
			return
		}
		docs, err := decode(file.Data)
		if err != nil {
			return
		}
		src := newSource(file)
		for _, doc := range docs {
			walkScalars(doc, func(n *yaml.Node) {
				at := src.offset(n)
				m, ok := mapScalar(src.Data[at:], n)
				// Other line breaks than \n become \n or stay, by rules that
				// nobody writes rules files by.
				if !ok && strings.TrimSpace(n.Value) != "" && !strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
					t.Fatalf("%q: %q does not lead to %q", text, text[at:], n.Value)
				}
				for i := range n.Value {
					if o := m.at(i); ok && (o < 0 || at+o > len(text)) {
						t.Fatalf("%q: byte %d of %q is at %d", text, i, n.Value, o)
					}
				}
			})
		}
	})
}
