// SPDX-License-Identifier: Apache-2.0

// Package yamlfile reads the YAML files that people keep in a repository, so
// that each mistake is reported at its line and column with the line itself.
//
// It has no schema: its callers walk the nodes and say what is a mistake. It
// reads one document of a file and takes neither duplicate keys nor merge
// keys, which other readers understand each in their own way. Any package may
// import it. A File belongs to one goroutine.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Mistake is one thing wrong in a file.
type Mistake struct {
	File      string
	Line, Col int // from 1; Col counts characters
	Message   string
	// Hint says what to do about it, or is empty.
	Hint string
	// Source is the line it is on.
	Source string
}

// Error shows the mistake at its place:
//
//	.github/lanner.yaml:2:3: unknown key "metod"
//	  metod: squash
//	  ^
//	hint: did you mean "method"?
func (m *Mistake) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s\n", m.File, m.Line, m.Col, m.Message)
	if source := printable(m.Source); source != "" {
		indent := []rune(source)
		indent = indent[:min(m.Col-1, len(indent))]
		for i, r := range indent {
			if r != '\t' {
				indent[i] = ' '
			}
		}
		fmt.Fprintf(&b, "%s\n%s^\n", source, string(indent))
	}
	if m.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", m.Hint)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Mistakes is everything wrong in one or several files, in order of the lines.
type Mistakes []*Mistake

func (ms Mistakes) Error() string {
	var b strings.Builder
	for i, m := range ms {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(m.Error())
	}
	return b.String()
}

// File is a file being read, and the mistakes found so far.
type File struct {
	name     string
	lines    []string
	mistakes Mistakes
}

// Field is one entry of a mapping.
type Field struct {
	Name  string
	Key   *yaml.Node
	Value *yaml.Node
}

// Open parses the file and returns its root, or nil when it is empty or no
// YAML.
func Open(name string, src []byte) (*File, *yaml.Node) {
	f := &File{name: name, lines: strings.Split(string(src), "\n")}
	if !utf8.Valid(src) {
		f.syntax(errors.New("yaml: the file is not UTF-8"))
		return f, nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			f.syntax(err)
		}
		return f, nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		f.Report(&second, "", "a second document; one is read")
	case !errors.Is(err, io.EOF):
		f.syntax(err)
		return f, nil
	}
	root := Resolve(doc.Content[0])
	if isNull(root) {
		return f, nil
	}
	return f, root
}

var yamlError = regexp.MustCompile(`^(?:yaml: )*(?:line (\d+): )?`)

// syntax reports what the YAML parser said. It gives a line, no column.
func (f *File) syntax(err error) {
	m := yamlError.FindStringSubmatch(err.Error())
	line, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		line = 1
	}
	f.add(line, 1, "", "not YAML: "+strings.TrimPrefix(err.Error(), m[0]))
}

func (f *File) add(line, col int, hint, message string) {
	// The parser reports the end of a file as the line after it.
	line = max(1, min(line, len(f.lines)))
	f.mistakes = append(f.mistakes, &Mistake{
		File: f.name, Line: line, Col: max(1, col), Message: message, Hint: hint, Source: strings.TrimSuffix(f.lines[line-1], "\r"),
	})
}

// Report notes a mistake at a node.
func (f *File) Report(at *yaml.Node, hint, format string, args ...any) {
	f.add(at.Line, at.Column, hint, fmt.Sprintf(format, args...))
}

// Mistakes returns what was found, first line first.
func (f *File) Mistakes() Mistakes {
	slices.SortStableFunc(f.mistakes, func(a, b *Mistake) int { return a.Line - b.Line })
	return f.mistakes
}

// Fields returns the entries of a mapping; null has none, and what is no
// mapping is a mistake.
func (f *File) Fields(n *yaml.Node) []Field {
	n = Resolve(n)
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		f.Report(n, "", "want a mapping (key: value), found %s", describe(n))
		return nil
	}
	var fields []Field
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := Resolve(n.Content[i])
		switch {
		case key.Kind != yaml.ScalarNode:
			f.Report(key, "", "want a word as key, found %s", describe(key))
		case key.ShortTag() == "!!merge":
			f.Report(key, "write the keys out", "merge keys are not read")
		case seen[key.Value]:
			f.Report(key, "", "%q is there twice", key.Value)
		default:
			seen[key.Value] = true
			fields = append(fields, Field{Name: key.Value, Key: key, Value: n.Content[i+1]})
		}
	}
	return fields
}

// Unknown reports a key that does not exist, with the nearest of those that do.
func (f *File) Unknown(field Field, nearest string, known []string) {
	hint := "known are " + strings.Join(known, ", ")
	if nearest != "" {
		hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	f.Report(field.Key, hint, "unknown key %q", field.Name)
}

// Items returns the words of a list; null is an empty one, and what is no list
// of words is a mistake.
func (f *File) Items(n *yaml.Node) []*yaml.Node {
	n = Resolve(n)
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		f.Report(n, "", "want a list, found %s", describe(n))
		return nil
	}
	var items []*yaml.Node
	for _, c := range n.Content {
		if c = Resolve(c); c.Kind != yaml.ScalarNode || isNull(c) || c.Value == "" {
			f.Report(c, "", "want a word, found %s", describe(c))
			continue
		}
		items = append(items, c)
	}
	return items
}

// Words returns the words of a list.
func (f *File) Words(n *yaml.Node) []string {
	var words []string
	for _, item := range f.Items(n) {
		words = append(words, item.Value)
	}
	return words
}

// Read hands each value of a mapping to the reader of its key. A key that has
// none is unknown, and nearest says which one was meant.
func (f *File) Read(n *yaml.Node, known map[string]func(*yaml.Node), nearest func(name string, known []string) string) {
	for _, field := range f.Fields(n) {
		if read, ok := known[field.Name]; ok {
			read(field.Value)
			continue
		}
		names := slices.Sorted(maps.Keys(known))
		f.Unknown(field, nearest(field.Name, names), names)
	}
}

// Bool returns the value of a node that is true or false.
func (f *File) Bool(n *yaml.Node) bool {
	n = Resolve(n)
	var v bool
	if n.Kind != yaml.ScalarNode || n.Decode(&v) != nil {
		f.Report(n, "", "want true or false, found %s", describe(n))
	}
	return v
}

// Resolve follows an alias (*name) to its anchor.
func Resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.ScalarNode && (isNull(n) || n.Value == ""):
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// printable keeps a stranger's line from moving the cursor of a terminal, and
// a minified file from filling it.
func printable(s string) string {
	const width = 200
	runes := []rune(s)
	if len(runes) > width {
		runes = append(runes[:width], '…')
	}
	for i, r := range runes {
		if r != '\t' && !strconv.IsPrint(r) {
			runes[i] = '\uFFFD'
		}
	}
	return string(runes)
}
