// SPDX-License-Identifier: Apache-2.0

package table

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// Write returns the Go files of the table, by name.
func (t *Table) Write() (map[string][]byte, error) {
	files := make(map[string][]byte)
	for name, write := range map[string]func(*bytes.Buffer){
		"types_gen.go":    t.writeTypes,
		"flags_gen.go":    t.writeFlags,
		"syscalls_gen.go": t.writeSyscalls,
	} {
		var b bytes.Buffer
		b.WriteString("// Code generated from events.txt by go generate; DO NOT EDIT.\n\n")
		b.WriteString("// SPDX-License-Identifier: Apache-2.0\n\npackage event\n\n")
		write(&b)
		formatted, err := format.Source(b.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = formatted
	}
	return files, nil
}

func (t *Table) writeTypes(b *bytes.Buffer) {
	fmt.Fprintf(b, "// NumTypes is how many types the table has.\nconst NumTypes = %d\n\n", len(t.Events))
	b.WriteString("// The types. Of several versions of an event the plain name is the newest.\nconst (\n")
	for i, e := range t.Events {
		fmt.Fprintf(b, "%s Type = %d\n", e.constant, i)
	}
	b.WriteString(")\n\nvar types = [NumTypes]TypeInfo{\n")
	for _, e := range t.Events {
		fmt.Fprintf(b, "%s: {Name: %q, Origin: %s, Category: %s", e.constant, e.name, origins[e.origin], categories[e.category])
		if len(e.flags) > 0 {
			words := make([]string, len(e.flags))
			for i, f := range e.flags {
				words[i] = typeFlags[f]
			}
			fmt.Fprintf(b, ", Flags: %s", strings.Join(words, " | "))
		}
		fmt.Fprintf(b, ", FD: %d", slices.IndexFunc(e.params, func(p param) bool { return p.isFD }))
		if len(e.params) > 0 {
			b.WriteString(", Params: []Param{\n")
			for _, p := range e.params {
				t.writeParam(b, p)
			}
			b.WriteString("}")
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n")
}

func (t *Table) writeParam(b *bytes.Buffer, p param) {
	b.WriteString("{")
	if p.name != "" {
		fmt.Fprintf(b, "Name: %q, ", p.name)
	}
	fmt.Fprintf(b, "Kind: Kind%s, Format: %s, Dir: %d", kinds[p.kind].constant, formats[p.format], p.dir)
	switch {
	case p.what == "":
	case p.kind == "dyn":
		fmt.Fprintf(b, ", Variants: %s", variable("variants", p.what))
	default:
		fmt.Fprintf(b, ", Flags: &%s", variable("flags", p.what))
	}
	b.WriteString("},\n")
}

func (t *Table) writeFlags(b *bytes.Buffer) {
	b.WriteString("var (\n")
	for _, f := range t.Flags {
		fmt.Fprintf(b, "%s = FlagSet{Name: %q, Values: []FlagValue{\n", variable("flags", f.name), f.name)
		for _, v := range f.values {
			fmt.Fprintf(b, "{%q, %#x},\n", v.name, v.value)
		}
		b.WriteString("}}\n")
	}
	b.WriteString(")\n\nvar (\n")
	for _, v := range t.Variants {
		fmt.Fprintf(b, "%s = []Param{\n", variable("variants", v.name))
		for _, p := range v.params {
			t.writeParam(b, p)
		}
		b.WriteString("}\n")
	}
	b.WriteString(")\n")
}

func (t *Table) writeSyscalls(b *bytes.Buffer) {
	fmt.Fprintf(b, "var syscalls = [...]string{\n")
	for i, name := range t.Syscalls {
		fmt.Fprintf(b, "%d: %q,\n", i, name)
	}
	b.WriteString("}\n")
}

// variable makes a Go name of a table's name.
func variable(kind, name string) string {
	b := []byte(kind)
	for word := range strings.SplitSeq(name, "_") {
		b = append(b, strings.ToUpper(word[:1])...)
		b = append(b, word[1:]...)
	}
	return string(b)
}
