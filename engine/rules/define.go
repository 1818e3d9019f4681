// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// next counts a definition or a change.
func (l *loader) next() int {
	l.index++
	return l.index - 1
}

// A listItem is a list's item and where it is written.
type listItem struct {
	src  *source
	node *yaml.Node
}

// list defines or extends a list.
func (l *loader) list(m *mapping) {
	name := m.scalar("list", false)
	if name.Value == "" {
		return
	}
	m.in = []diag.Place{{Kind: "list", Name: name.Value, Pos: name.Pos}}
	if !syntax.IsBare(name.Value) {
		m.warn(m.get("list"), diag.ListName, "", "no condition can name the list %q", name.Value)
	}
	nodes, ok := m.sequence("items", false)
	appends := m.changes([]string{"items"})
	added := &List{Name: name, class: class{src: l.src}}
	for _, n := range nodes {
		added.Items = append(added.Items, n.Value)
		added.items = append(added.items, listItem{l.src, n})
	}
	prev := l.lists[name.Value]
	switch {
	case prev == nil && appends:
		m.noSuch("list", name.Value, names(l.set.Lists))
	case appends:
		prev.Items = append(prev.Items, added.Items...)
		prev.items = append(prev.items, added.items...)
		prev.visibility = l.next()
	case prev == nil:
		added.index = l.next()
		added.visibility = added.index
		l.lists[name.Value] = added
		l.set.Lists = append(l.set.Lists, added)
	case ok:
		m.redefined("list", prev.Name, prev.src)
		added.index, added.visibility = prev.index, l.next()
		*prev = *added
	}
}

// macro defines or extends a macro.
func (l *loader) macro(m *mapping) {
	name := m.scalar("macro", false)
	if name.Value == "" {
		return
	}
	m.in = []diag.Place{{Kind: "macro", Name: name.Value, Pos: name.Pos}}
	if !syntax.IsMacroName(name.Value) {
		m.warn(m.get("macro"), diag.MacroName, "", "no condition can name the macro %q", name.Value)
	}
	added := &Macro{Name: name, class: class{src: l.src}}
	if v := m.text("condition", false); v != nil {
		added.text = newText(l.src, v)
	}
	appends := m.changes([]string{"condition"})
	prev := l.set.macros[name.Value]
	switch {
	case prev == nil && appends:
		m.noSuch("macro", name.Value, names(l.set.Macros))
	case appends:
		if added.text.parts != nil {
			prev.text.join(added.text)
		}
		prev.visibility = l.next()
	case prev == nil:
		added.index = l.next()
		added.visibility = added.index
		l.set.macros[name.Value] = added
		l.set.Macros = append(l.set.Macros, added)
	default:
		m.redefined("macro", prev.Name, prev.src)
		added.index, added.visibility = prev.index, l.next()
		*prev = *added
	}
}

// changes reads append and override of a list or a macro, which have one key
// that can be changed. It reports whether the item adds to an earlier one.
func (m *mapping) changes(keys []string) bool {
	appends := m.appendFlag()
	o := m.overrides(keys, keys)
	if appends && o != nil {
		m.bothChanges()
	}
	return appends || len(o) > 0 && slices.Contains(slices.Collect(maps.Values(o)), "append")
}

// appendFlag reads the old "append: true".
func (m *mapping) appendFlag() bool {
	appends := false
	m.truth("append", &appends)
	if appends {
		m.warn(m.key("append"), diag.DeprecatedAppend, "write for example override: {condition: append}", "append is deprecated")
	}
	return appends
}

func (m *mapping) bothChanges() {
	m.report(m.key("override"), diag.OverrideAndAppend, "remove append", "the item has both override and append: true")
}

// overrides reads which keys the item overrides and how: empty where it says so
// wrongly. It is nil where the item has no override.
func (m *mapping) overrides(appendable, replaceable []string) map[string]string {
	v := m.get("override")
	if v == nil {
		return nil
	}
	if v.Kind != yaml.MappingNode {
		m.report(v, diag.OverrideOperation, "write for example override: {condition: append}", "override is not a mapping")
		return nil
	}
	out := make(map[string]string)
	for _, k := range m.l.mapping(v, m.in...).keys {
		var allowed []string
		if slices.Contains(appendable, k.name) {
			allowed = append(allowed, "append")
		}
		if slices.Contains(replaceable, k.name) {
			allowed = append(allowed, "replace")
		}
		op := k.value.Value
		switch {
		case len(allowed) == 0:
			hint := ""
			if s := m.l.diags.Suggest(k.name, slices.Values(replaceable)); s != "" {
				hint = fmt.Sprintf("did you mean %s?", s)
			}
			m.report(k.key, diag.OverrideOperation, hint, "%s cannot be overridden", k.name)
			out[k.name] = ""
		case !slices.Contains(allowed, op):
			m.report(k.value, diag.OverrideOperation, "write "+strings.Join(allowed, " or "),
				"%s cannot be overridden by %q", k.name, op)
			out[k.name] = ""
		default:
			out[k.name] = op
		}
	}
	return out
}

// names yields the names of items in the order of their definitions: of those
// that are equally close to a word, the same is suggested each time.
func names[T interface{ name() string }](items []T) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, item := range items {
			if !yield(item.name()) {
				return
			}
		}
	}
}

func (r *Rule) name() string  { return r.Name.Value }
func (m *Macro) name() string { return m.Name.Value }
func (x *List) name() string  { return x.Name.Value }

// noSuch reports a change to an item that does not exist. Where a part of a
// file could not be read, the item may have been there.
func (m *mapping) noSuch(kind, name string, names iter.Seq[string]) {
	if m.l.set.Broken {
		return
	}
	hint := "define it before this place, or remove append"
	if s := m.l.diags.Suggest(name, names); s != "" {
		hint = fmt.Sprintf("did you mean %s?", s)
	}
	m.report(m.get(kind), diag.AppendToNothing, hint, "no %s %s has been defined that could be changed", kind, name)
}

// redefined warns about a second definition in one file. In another one it is
// how users adapt rulesets.
func (m *mapping) redefined(kind string, first Scalar, src *source) {
	if src != m.l.src {
		return
	}
	pos, end := m.l.src.span(m.get(kind))
	m.l.diags.Add(diag.Diagnostic{
		Severity: diag.Warning, Code: diag.Redefined, Pos: pos, End: end, Context: m.in,
		Message: fmt.Sprintf("%s %s is defined again", kind, first.Value),
		Hint:    "the earlier definition has no effect; use override to change a part",
		Related: []diag.Related{{Pos: first.Pos, Message: "defined here before"}},
	})
}
