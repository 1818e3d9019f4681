// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"fmt"
	"runtime"
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
	maxVisits = 1_000_000
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
	parsed := parse(files)
	for i, f := range files {
		list.AddSource(f.Name, f.Data)
		l.file(f, <-parsed[i])
	}
	l.link()
	return l.set
}

// A parsed file is what there is in one before anything is understood.
type parsed struct {
	src     *source
	refusal *diag.Diagnostic // why it is not parsed
	docs    []*yaml.Node     // up to the first error
	err     error
}

// parse parses files at the same time, for that is most of what loading takes.
func parse(files []File) []chan parsed {
	all := make([]chan parsed, len(files))
	busy := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range files {
		all[i] = make(chan parsed, 1)
		go func() {
			busy <- struct{}{}
			defer func() { <-busy }()
			var p parsed
			if d, ok := refuse(f); ok {
				p.src = newSource(f)
				p.docs, p.err = decode(f.Data)
			} else {
				p.refusal = &d
			}
			all[i] <- p
		}()
	}
	return all
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
func (l *loader) file(f File, p parsed) {
	if p.refusal != nil {
		l.set.Broken = true
		l.diags.Add(*p.refusal)
		return
	}
	l.src, l.visits = p.src, 0
	for _, doc := range l.documents(f.Data, p.docs, p.err) {
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
	l.add(n, diag.Diagnostic{Code: code, Message: message, Hint: hint, Context: context})
}

// warn adds a warning about a node.
func (l *loader) warn(n *yaml.Node, code diag.Code, message, hint string, context ...diag.Place) {
	l.add(n, diag.Diagnostic{Severity: diag.Warning, Code: code, Message: message, Hint: hint, Context: context})
}

func (l *loader) add(n *yaml.Node, d diag.Diagnostic) {
	if l.diags.Keeps(d.Severity) {
		d.Pos, d.End = l.src.span(n)
	}
	l.diags.Add(d)
}
