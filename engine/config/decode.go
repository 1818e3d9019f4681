// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// A File is a configuration file: its name, for messages, and what is in it.
type File struct {
	Name string
	Data []byte
}

// maxSize is how many bytes a file may have.
const maxSize = 1 << 20

// A decoder reads values out of YAML.
type decoder struct {
	name  string
	data  []byte
	lines []int // offsets of lines
	list  *diag.List
	found func(k *Key, pos diag.Pos) // told of each key of the file's own
}

func newDecoder(f *File, list *diag.List) *decoder {
	d := &decoder{name: f.Name, data: f.Data, lines: []int{0}, list: list}
	for i, c := range f.Data {
		if c == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	return d
}

// file reads a whole file into the fields of target.
func (d *decoder) file(t *tree, target any) {
	root, ok := d.parse()
	if !ok || root == nil {
		return
	}
	d.group(root, t, target, "")
}

// parse returns the file's one document; nil if it has none.
func (d *decoder) parse() (*yaml.Node, bool) {
	refuse := func(code diag.Code, hint, format string, args ...any) (*yaml.Node, bool) {
		d.list.Add(diag.Diagnostic{Code: code, Pos: diag.Pos{File: d.name}, Message: fmt.Sprintf(format, args...), Hint: hint})
		return nil, false
	}
	if len(d.data) > maxSize {
		return refuse(diag.FileTooLarge, "", "the file has more than %d bytes", maxSize)
	}
	if !utf8.Valid(d.data) {
		return refuse(diag.NotUTF8, "save the file as UTF-8", "the file is not UTF-8")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(d.data))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, true
	} else if err != nil {
		return d.syntax(err)
	}
	if err := decoder.Decode(&more); err == nil {
		d.report(&more, diag.ConfigType, "keep one of them", "a second document begins here")
		return nil, false
	} else if !errors.Is(err, io.EOF) {
		return d.syntax(err)
	}
	return doc.Content[0], true
}

// syntax reports what the YAML package says, at the line that it names.
func (d *decoder) syntax(err error) (*yaml.Node, bool) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	pos := diag.Pos{File: d.name}
	var line int
	if n, scanErr := fmt.Sscanf(message, "line %d:", &line); scanErr == nil && n == 1 && line >= 1 && line <= len(d.lines) {
		_, message, _ = strings.Cut(message, ": ")
		pos = d.place(line, 1)
	}
	d.list.Add(diag.Diagnostic{
		Code: diag.YAMLSyntax, Pos: pos, Message: message,
		Hint: "look for an indentation that changed, a quote or bracket that is not closed, or a colon in a text without quotes",
	})
	return nil, false
}

// place returns the place of a column, which YAML counts in characters.
func (d *decoder) place(line, column int) diag.Pos {
	if line < 1 || line > len(d.lines) {
		return diag.Pos{File: d.name}
	}
	start := d.lines[line-1]
	at := start
	if line == 1 && bytes.HasPrefix(d.data, []byte("\uFEFF")) {
		at += len("\uFEFF")
	}
	for ; column > 1 && at < len(d.data); column-- {
		_, size := utf8.DecodeRune(d.data[at:])
		at += size
	}
	return diag.Pos{File: d.name, Line: line, Col: at - start + 1, Offset: at}
}

// span returns where a node is; the end only where it is sure.
func (d *decoder) span(n *yaml.Node) (start, end diag.Pos) {
	start = d.place(n.Line, n.Column)
	if start.Line == 0 || n.Kind != yaml.ScalarNode {
		return start, diag.Pos{}
	}
	text := d.data[min(start.Offset, len(d.data)):]
	for _, quoted := range []string{n.Value, `"` + n.Value + `"`, "'" + n.Value + "'"} {
		if quoted != "" && bytes.HasPrefix(text, []byte(quoted)) {
			end = start
			end.Col += len(quoted)
			end.Offset += len(quoted)
		}
	}
	return start, end
}

func (d *decoder) report(n *yaml.Node, code diag.Code, hint, format string, args ...any) {
	start, end := d.span(n)
	d.list.Add(diag.Diagnostic{Code: code, Pos: start, End: end, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// group reads a mapping whose keys are those of t.
func (d *decoder) group(n *yaml.Node, t *tree, target any, prefix string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias // of a mapping without aliases in itself, or the YAML package would not have read it
	}
	if isNull(n) {
		return // "rules:" and nothing but comments below it
	}
	if n.Kind != yaml.MappingNode {
		d.report(n, diag.ConfigType, "write its keys below it, indented: "+strings.Join(t.names, ", "),
			"%s takes keys and values, not %s", nameOr(prefix, "the file"), describe(n))
		return
	}
	seen := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if first := seen[key.Value]; first != nil {
			pos, _ := d.span(first)
			d.report(key, diag.ConfigTwice, fmt.Sprintf("remove one of them; the other is on line %d", pos.Line), "%s is given twice", join(prefix, key.Value))
			continue
		}
		seen[key.Value] = key
		kid := t.kids[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || kid == nil:
			d.report(key, diag.ConfigKey, d.nearby(key.Value, t, prefix), "unknown key %s", join(prefix, key.Value))
		case kid.key == nil:
			d.group(value, kid, target, join(prefix, key.Value))
		default:
			if d.found != nil && prefix == strings.TrimSuffix(strings.TrimSuffix(kid.key.Name, key.Value), ".") {
				pos, _ := d.span(value)
				d.found(kid.key, pos)
			}
			d.value(kid.key, value, kid.key.field.of(target))
		}
	}
}

// nearby says what may have been meant by a key.
func (d *decoder) nearby(word string, t *tree, prefix string) string {
	if near := d.list.Suggest(word, slices.Values(t.names)); near != "" {
		return "did you mean " + join(prefix, near) + "?"
	}
	for i := range keys {
		if name := keys[i].Name; name == word || strings.HasSuffix(name, "."+word) {
			return "did you mean " + name + "?"
		}
	}
	return "there are " + strings.Join(t.names, ", ")
}

// value reads the value of a key.
func (d *decoder) value(k *Key, n *yaml.Node, target any) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch p := target.(type) {
	case *[]string, *[]Selection:
		clearList(p)
		d.sequence(k, n, func(item *yaml.Node) { d.scalar(k, item, p) })
	case *[]Sink:
		*p = nil
		d.sequence(k, n, func(item *yaml.Node) {
			if item.Kind != yaml.MappingNode {
				d.scalar(k, item, p)
				return
			}
			var s Sink
			d.entry(k, item, &s, func() *Problem { return s.validate() }, "type")
			*p = append(*p, s)
		})
	case *[]Limit:
		*p = nil
		d.sequence(k, n, func(item *yaml.Node) {
			if item.Kind != yaml.MappingNode {
				d.scalar(k, item, p)
				return
			}
			var l Limit
			d.entry(k, item, &l, nil, "burst", "window")
			*p = append(*p, l)
		})
	case *map[string]string:
		d.byName(k, n, p)
	default:
		d.scalar(k, n, target)
	}
}

func clearList(p any) {
	switch p := p.(type) {
	case *[]string:
		*p = nil
	case *[]Selection:
		*p = nil
	case *[]Sink:
		*p = nil
	case *[]Limit:
		*p = nil
	}
}

// sequence reads each item of a list.
func (d *decoder) sequence(k *Key, n *yaml.Node, each func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		d.report(n, diag.ConfigType, "put the values in brackets, or each on a line of its own behind a dash", "%s takes a list, not %s", k.Name, describe(n))
		return
	}
	for _, item := range n.Content {
		if item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		each(item)
	}
}

// entry reads a mapping that is an item of a list.
func (d *decoder) entry(k *Key, n *yaml.Node, target any, validate func() *Problem, required ...string) {
	applyDefaults(k.entry, target)
	before := d.list.Errors()
	sub := *d
	sub.found = nil
	sub.group(n, treeOf(k.entry), target, "")
	var given []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		given = append(given, n.Content[i].Value)
	}
	for _, name := range required {
		if !slices.Contains(given, name) {
			d.report(n, diag.ConfigMissing, "add "+name+": to it", "this entry of %s lacks the key %s", k.Name, name)
		}
	}
	if d.list.Errors() > before {
		return
	}
	if s, ok := target.(*Sink); ok {
		d.strangers(n, s)
	}
	if validate == nil {
		return
	}
	if wrong := validate(); wrong != nil {
		d.report(n, diag.ConfigValue, wrong.Help, "%s", wrong.Msg)
	}
}

// strangers reports keys of a sink that mean nothing to its type.
func (d *decoder) strangers(n *yaml.Node, s *Sink) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		owner := ""
		for _, name := range slices.Sorted(maps.Keys(needs)) {
			if need := needs[name]; need.key == key.Value || slices.Contains(need.others, key.Value) {
				if name == s.Type {
					owner = ""
					break
				}
				owner = name
			}
		}
		if owner != "" {
			d.report(key, diag.ConfigKey, "it belongs to sinks of type "+owner, "a sink of type %s has no key %s", s.Type, key.Value)
		}
	}
}

// byName reads texts by name.
func (d *decoder) byName(k *Key, n *yaml.Node, into *map[string]string) {
	if n.Kind != yaml.MappingNode {
		d.report(n, diag.ConfigType, "write NAME: VALUE below it, indented", "%s takes texts by name, not %s", k.Name, describe(n))
		return
	}
	*into = make(map[string]string)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		switch _, twice := (*into)[name.Value]; {
		case twice:
			d.report(name, diag.ConfigTwice, "remove one of them", "%s: %s is given twice", k.Name, name.Value)
		case value.Kind != yaml.ScalarNode || value.ShortTag() != "!!str":
			d.report(value, diag.ConfigType, "write a text; in quotes where it looks like something else", "%s: %s takes a text, not %s", k.Name, name.Value, describe(value))
		default:
			(*into)[name.Value] = value.Value
		}
	}
}

// tags says what a scalar has to be for each kind of field, and what to write.
func tags(target any) (tags []string, hint string) {
	switch target.(type) {
	case *bool:
		return []string{"!!bool"}, "write true or false"
	case *int:
		return []string{"!!int"}, "write a whole number, without quotes"
	case *time.Duration:
		return []string{"!!str"}, "write a number with a unit, as in 30s"
	case *Size:
		return []string{"!!str", "!!int"}, "write a whole number and KiB, MiB or GiB, as in 32MiB"
	}
	return []string{"!!str"}, "write a text; in quotes where it looks like something else"
}

// scalar reads a single value.
func (d *decoder) scalar(k *Key, n *yaml.Node, target any) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	allowed, hint := tags(target)
	if len(k.Values) > 0 {
		hint = "write one of " + strings.Join(k.Values, ", ")
	}
	if isNull(n) {
		d.report(n, diag.ConfigType, "give it a value, or remove it", "%s has no value", k.Name)
		return
	}
	if n.Kind != yaml.ScalarNode || !slices.Contains(allowed, n.ShortTag()) {
		d.report(n, diag.ConfigType, hint, "%s takes %s, not %s", k.Name, single(k), describe(n))
		return
	}
	if wrong := setText(k, target, n.Value); wrong != nil {
		d.report(n, diag.ConfigValue, wrong.Help, "%s", wrong.Msg)
	}
}

// single is the type of a key, or of an item of its list.
func single(k *Key) string {
	if k.IsList() {
		return "texts"
	}
	switch t := k.Type(); {
	case len(k.Values) > 0, t == "text", t == "size", t == "duration", t == "priority", t == "number":
		if len(k.Values) > 0 {
			return "one of " + t
		}
		return "a " + t
	default:
		return t
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// describe says what a node is.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!bool":
		return "the truth value " + n.Value
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!null":
		return "nothing"
	case "!!str":
		return fmt.Sprintf("the text %q", n.Value)
	}
	return fmt.Sprintf("%q", n.Value)
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}
