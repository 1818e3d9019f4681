// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// Bounds on what strangers' files can make the engine do.
const (
	// maxTokens bounds the YAML values of a file, each of which takes a
	// microsecond and 250 bytes.
	maxTokens = 300_000
	// maxVisits bounds how many values of a file are looked at, for aliases can
	// make many of few.
	maxVisits = 2_000_000
	// maxYAMLErrors is after how many errors of YAML a file is given up.
	maxYAMLErrors = 10
)

// Load reads files, one after another, and reports what is wrong with them to
// list. The set has what can be used in spite of it.
func Load(files []File, list *diag.List) *Set {
	l := loader{
		diags: list,
		set:   &Set{macros: make(map[string]*Macro)},
		rules: make(map[string]*Rule),
		lists: make(map[string]*List),
	}
	for _, f := range files {
		list.AddSource(f.Name, f.Data)
		l.file(f)
	}
	l.link()
	return l.set
}

// A loader collects the items of files in their order.
type loader struct {
	diags *diag.List
	set   *Set
	rules map[string]*Rule
	lists map[string]*List

	src    *source
	index  int // how many definitions and changes there have been
	visits int // how many values of the file have been looked at
	values int // how many values lists have, and conditions by them
}

// file reads one file.
func (l *loader) file(f File) {
	if d, ok := refuse(f); !ok {
		l.set.Broken = true
		l.diags.Add(d)
		return
	}
	l.src, l.visits = newSource(f), 0
	for _, doc := range l.documents(f.Data) {
		l.document(doc)
	}
}

// refuse reports whether a file can be read within bounds, and why not.
func refuse(f File) (diag.Diagnostic, bool) {
	d := diag.Diagnostic{Code: diag.FileTooLarge, Pos: diag.Pos{File: f.Name}}
	if len(f.Data) > maxFileSize {
		d.Message = fmt.Sprintf("the file has more than %d MiB", maxFileSize>>20)
		return d, false
	}
	if !utf8.Valid(f.Data) {
		d.Code = diag.NotUTF8
		at := 0
		for utf8.Valid(f.Data[at:min(at+1024, len(f.Data))]) && at < len(f.Data) {
			// A block may end within a character: go back to its beginning.
			at += 1024
			for at < len(f.Data) && !utf8.RuneStart(f.Data[at]) {
				at--
			}
		}
		for at < len(f.Data) {
			r, n := utf8.DecodeRune(f.Data[at:])
			if r == utf8.RuneError && n < 2 {
				break
			}
			at += n
		}
		d.Pos = newSource(f).pos(at)
		d.Message = fmt.Sprintf("byte %#x is not UTF-8", f.Data[at])
		return d, false
	}
	if n := tokens(f.Data); n > maxTokens {
		d.Message = fmt.Sprintf("the file has up to %d YAML values, more than %d", n, maxTokens)
		return d, false
	}
	return diag.Diagnostic{}, true
}

// tokens counts what can begin a value in YAML. Commas and colons inside texts
// count as well: it is a bound, made before anything is parsed.
func tokens(b []byte) int {
	n := bytes.Count(b, []byte{'\n'}) + bytes.Count(b, []byte{','}) + bytes.Count(b, []byte{'['}) +
		bytes.Count(b, []byte{'{'}) + bytes.Count(b, []byte{'\r'})
	for _, s := range []string{": ", "- ", "? ", "\u0085", "\u2028", "\u2029"} {
		n += bytes.Count(b, []byte(s))
	}
	return n
}

// documents parses the file. Where an item is not YAML, it is reported, made
// blank, and the rest is parsed again, so that one slip does not hide another.
func (l *loader) documents(data []byte) []*yaml.Node {
	for n := 1; ; n++ {
		docs, err := decode(data)
		if err == nil {
			return docs
		}
		l.set.Broken = true
		line, message := yamlError(err)
		pos := l.src.pos(min(l.src.yamlLines[min(line, len(l.src.yamlLines))-1], len(l.src.Data)))
		for pos.Offset < len(data) && data[pos.Offset] == ' ' {
			pos.Offset++
			pos.Col++
		}
		l.diags.Add(diag.Diagnostic{
			Code: diag.YAMLSyntax, Pos: pos, Message: message,
			Hint: "the slip may be in the lines around: look for indentation, quotes and brackets",
		})
		var ok bool
		if data, ok = l.without(data, pos.Line); !ok || n == maxYAMLErrors {
			return docs
		}
	}
}

// decode returns the documents up to the first error.
func decode(data []byte) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*yaml.Node
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		docs = append(docs, &doc)
	}
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// yamlError takes an error of the YAML package apart.
func yamlError(err error) (line int, message string) {
	m := yamlErrorLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	line, err = strconv.Atoi(m[1])
	if err != nil || line < 1 {
		line = 1
	}
	return line, m[2]
}

// without returns the data with the top-level item around a line made blank. It
// reports false where there is none.
func (l *loader) without(data []byte, line int) ([]byte, bool) {
	begins := func(n int) bool { return bytes.HasPrefix(data[l.src.lines[n]:], []byte("- ")) }
	from := min(line, len(l.src.lines)) - 1
	for from > 0 && !begins(from) {
		from--
	}
	to := max(line, from+1)
	for to < len(l.src.lines) && !begins(to) {
		to++
	}
	end := len(data)
	if to < len(l.src.lines) {
		end = l.src.lines[to]
	}
	start := l.src.lines[from]
	if !begins(from) || len(bytes.TrimSpace(data[start:end])) == 0 {
		return nil, false
	}
	data = bytes.Clone(data)
	for i := start; i < end; i++ {
		if data[i] != '\n' {
			data[i] = ' '
		}
	}
	return data, true
}

// document reads the items of a document.
func (l *loader) document(doc *yaml.Node) {
	root := doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		root = doc.Content[0]
	}
	root = resolve(root)
	if root.Kind != yaml.SequenceNode {
		if isNull(root) {
			return
		}
		l.report(root, diag.NotASequence, "the file is not a list of items", `put "- " before each item`)
		return
	}
	for _, n := range root.Content {
		n = resolve(n)
		switch {
		case isNull(n):
		case n.Kind != yaml.MappingNode:
			l.report(n, diag.ItemNotMapping, "the item has no keys", "begin it with rule, macro or list")
		default:
			l.item(n)
		}
	}
}

// resolve follows aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n.Kind == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// report adds an error about a node.
func (l *loader) report(n *yaml.Node, code diag.Code, message, hint string, context ...diag.Place) {
	pos, end := l.src.span(n)
	l.diags.Add(diag.Diagnostic{Code: code, Pos: pos, End: end, Message: message, Hint: hint, Context: context})
}

// warn adds a warning about a node.
func (l *loader) warn(n *yaml.Node, code diag.Code, message, hint string, context ...diag.Place) {
	pos, end := l.src.span(n)
	l.diags.Add(diag.Diagnostic{
		Severity: diag.Warning, Code: code, Pos: pos, End: end, Message: message, Hint: hint, Context: context,
	})
}
