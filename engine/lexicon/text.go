// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"bytes"
	"io"
	"strings"
)

// WriteFields writes a list of fields. A table of one is a page about it.
func WriteFields(w io.Writer, layout Layout, fields []Field) error {
	text := func(out *bytes.Buffer) {
		if len(fields) == 1 {
			fieldPage(out, layout.Width, &fields[0])
			return
		}
		t := table{head: []string{"NAME", "KIND", "DESCRIPTION"}}
		for i := range fields {
			t.rows = append(t.rows, []string{fields[i].Name, fields[i].Kind, fields[i].sentences()})
		}
		t.write(out, layout.Width)
	}
	return write(w, layout, text, func(out *bytes.Buffer) { fieldsMarkdown(out, fields) }, fields)
}

// sentences are all that there is to say of a field besides its kind.
func (f *Field) sentences() string {
	text := f.Doc
	if f.Argument != nil {
		text += " Argument: " + f.Argument.String() + "."
	}
	if f.List {
		text += " A list: " + forLists + "."
	}
	if use := f.use(); use != "" {
		text += " For " + use + " only."
	}
	if f.Deprecated != "" {
		text += " Deprecated: " + f.Deprecated + "."
	}
	return text
}

// forLists says what lists are good for.
const forLists = "in, intersects and exists alone apply"

// use says where alone the field can stand.
func (f *Field) use() string {
	switch {
	case f.ConditionsOnly:
		return "conditions"
	case f.OutputsOnly:
		return "outputs"
	}
	return ""
}

func fieldPage(out *bytes.Buffer, width int, f *Field) {
	out.WriteString(f.Name + "\n\n" + strings.Join(wrap(f.Doc, width), "\n") + "\n\n")
	argument, values, use := "none", "one", "conditions and outputs"
	if f.Argument != nil {
		argument = f.Argument.String()
	}
	switch {
	case f.List:
		values = "a list: " + forLists
	case f.Any:
		values = "several, of which one has to match"
	}
	if only := f.use(); only != "" {
		use = only + " only"
	}
	t := table{rows: [][]string{{"kind", f.Kind + ", " + kindWords[f.kind]}, {"argument", argument}, {"values", values}, {"use", use}}}
	if f.Deprecated != "" {
		t.rows = append(t.rows, []string{"deprecated", f.Deprecated})
	}
	t.write(out, width)
}

// WriteEvents writes a list of events. A table of one is a page about it, with
// the values of its parameters.
func WriteEvents(w io.Writer, layout Layout, events []Event) error {
	text := func(out *bytes.Buffer) {
		if len(events) == 1 {
			eventPage(out, layout.Width, &events[0])
			return
		}
		t := table{head: []string{"NAME", "ORIGIN", "CATEGORY", "PARAMETERS"}}
		for i := range events {
			e := &events[i]
			names := make([]string, len(e.Parameters))
			for j := range e.Parameters {
				names[j] = e.Parameters[j].Name
			}
			t.rows = append(t.rows, []string{e.Name, e.Origin, e.Category, strings.Join(names, " ")})
		}
		t.write(out, layout.Width)
	}
	return write(w, layout, text, func(out *bytes.Buffer) { eventsMarkdown(out, events) }, events)
}

func eventPage(out *bytes.Buffer, width int, e *Event) {
	out.WriteString(e.Name + "\n\n" + strings.Join(wrap(e.summary(), width), "\n") + "\n\n")
	if len(e.Parameters) == 0 {
		out.WriteString("no parameters\n")
		return
	}
	t := table{head: []string{"PARAMETER", "KIND", "VALUES"}}
	for i := range e.Parameters {
		p := &e.Parameters[i]
		t.rows = append(t.rows, []string{p.Name, p.Kind, p.text()})
	}
	t.write(out, width)
}

// summary says what the event is, but for its parameters.
func (e *Event) summary() string {
	text := "origin " + e.Origin + ", category " + e.Category
	if e.Generic {
		text += "; of this syscall it is only known that it happened"
	}
	if e.Old {
		text += "; only old captures have it"
	}
	return text
}

// text says what the values of a parameter are, beyond its kind.
func (p *Parameter) text() string {
	switch {
	case p.RelativeTo != "":
		return "relative to " + p.RelativeTo
	case len(p.Kinds) > 0:
		return or(p.Kinds)
	}
	return strings.Join(p.Values, " ")
}
