// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/event"
)

const fieldsIntro = `# Fields

<!-- Made by "lanner fields -o markdown"; a test compares them. Do not edit. -->

What a condition can compare and an output can print. The same list is in every ` + "`lanner`" + `, for the terminal, by class, or
one field at a time:

` + "```console" + `
$ lanner fields proc
$ lanner fields proc.aname
$ lanner fields -o json
` + "```" + `

A field may have no value in an event. Then all comparisons with it are false, ` + "`!=`" + ` too, and an output shows ` + "`<NA>`" + `.

An argument follows the name: ` + "`[n]`" + ` is a number in brackets, ` + "`[key]`" + ` other text in brackets, ` + "`.name`" + ` a name after a dot.
`

// kindWords say what values of a kind are, for kinds of fields.
var kindWords = map[event.Kind]string{
	event.KindString:   "text",
	event.KindBytes:    "bytes, of which some may be no text",
	event.KindBool:     "true or false",
	event.KindInt16:    "a number",
	event.KindInt32:    "a number",
	event.KindInt64:    "a number",
	event.KindUint32:   "a number that is not negative",
	event.KindUint64:   "a number that is not negative",
	event.KindDouble:   "a number with a fraction",
	event.KindDuration: "a time span in nanoseconds",
	event.KindTime:     "a point in time in nanoseconds since 1970",
	event.KindPort:     "a port number",
	event.KindIP:       "an IPv4 or IPv6 address",
	event.KindIPNet:    "an IPv4 or IPv6 network, as in 10.0.0.0/8",
	event.KindDynamic:  "the kind of the parameter that the argument names",
}

func fieldsMarkdown(out *bytes.Buffer, fields []Field) {
	out.WriteString(fieldsIntro)
	for _, c := range classes {
		rows := table{head: []string{"field", "kind", "what it is"}}
		for i := range fields {
			if f := &fields[i]; f.Class == c.name {
				rows.rows = append(rows.rows, []string{code(f.Name), f.Kind, escape(f.sentences())})
			}
		}
		if rows.rows != nil {
			fmt.Fprintf(out, "\n## %s\n\n%s\n\n", c.name, c.doc)
			rows.markdown(out)
		}
	}
	kinds := table{head: []string{"kind", "its values"}}
	for _, kind := range slices.Sorted(maps.Keys(kindWords)) {
		if slices.ContainsFunc(fields, func(f Field) bool { return f.kind == kind }) {
			kinds.rows = append(kinds.rows, []string{kind.String(), kindWords[kind]})
		}
	}
	out.WriteString("\n## Kinds\n\n")
	kinds.markdown(out)
}

const eventsIntro = `# Events

<!-- Made by "lanner events -o markdown"; a test compares them. Do not edit. -->

What can happen: the values of ` + "`evt.type`" + `, and the parameters that ` + "`evt.arg.NAME`" + ` reads. The same list is in every ` + "`lanner`" + `,
for the terminal or one event at a time, with the values that a parameter can have:

` + "```console" + `
$ lanner events
$ lanner events openat
$ lanner events -o json
` + "```" + `

A syscall is one event, when it returns. Older captures also have events for the begin of a syscall; they are made into
these before a rule sees them.
`

// sections are the parts of the page about events.
var sections = []struct {
	title, doc string
	has        func(*Event) bool
}{
	{
		"Syscalls", "",
		func(e *Event) bool { return e.Origin == event.OriginSyscall.String() && !e.Generic && !e.Old },
	},
	{
		"The kernel besides syscalls", "",
		func(e *Event) bool { return e.Origin == event.OriginTracepoint.String() && !e.Old },
	},
	{
		"Notices", "From whoever captures: about the capture, users and containers, or from plugins.",
		func(e *Event) bool {
			return (e.Origin == event.OriginMeta.String() || e.Origin == event.OriginPlugin.String()) && !e.Old
		},
	},
	{
		"What was there before", "How the kernel lists the tasks that run already, and what they have open.",
		func(e *Event) bool { return e.Origin == event.OriginIter.String() },
	},
	{
		"What there was once", "Only old captures have these.",
		func(e *Event) bool { return e.Old },
	},
}

func eventsMarkdown(out *bytes.Buffer, events []Event) {
	out.WriteString(eventsIntro)
	sets := make(map[string][]string)
	for _, s := range sections {
		t := table{head: []string{"event", "about", "parameters"}}
		for i := range events {
			if e := &events[i]; s.has(e) {
				t.rows = append(t.rows, []string{code(e.Name), e.Category, parametersMarkdown(e, sets)})
			}
		}
		if t.rows == nil {
			continue
		}
		fmt.Fprintf(out, "\n## %s\n\n", s.title)
		if s.doc != "" {
			out.WriteString(s.doc + "\n\n")
		}
		t.markdown(out)
	}
	genericMarkdown(out, events)
	if len(sets) > 0 {
		out.WriteString("\n## Values of parameters\n\nIn the order in which they are printed.\n")
	}
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		fmt.Fprintf(out, "\n### %s\n\n%s\n", name, strings.Join(sets[name], ", "))
	}
}

// parametersMarkdown lists the parameters of an event, and adds the names of
// their values to sets.
func parametersMarkdown(e *Event, sets map[string][]string) string {
	var items []string
	for i := range e.Parameters {
		p := &e.Parameters[i]
		item := code(p.Name) + " " + p.Kind
		switch {
		case p.set != "":
			item = fmt.Sprintf("%s [%s](#%s)", code(p.Name), p.Kind, p.set)
			for _, value := range p.Values {
				if v := code(value); !slices.Contains(sets[p.set], v) {
					sets[p.set] = append(sets[p.set], v)
				}
			}
		case p.text() != "":
			item += " (" + p.text() + ")"
		}
		items = append(items, item)
	}
	return strings.Join(items, ", ")
}

// genericMarkdown lists the syscalls that have no parameters of their own.
func genericMarkdown(out *bytes.Buffer, events []Event) {
	var names []string
	for i := range events {
		if events[i].Generic {
			names = append(names, code(events[i].Name))
		}
	}
	if names == nil {
		return
	}
	out.WriteString("\n## Other syscalls\n\nOf these it is only known that they happened: their one parameters are the number here, `ID`, " +
		"and on the machine, `nativeID`.\n\n")
	out.WriteString(strings.Join(names, ", ") + "\n")
}

func (t *table) markdown(out *bytes.Buffer) {
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.head)
	line(slices.Repeat([]string{"---"}, len(t.head)))
	for _, row := range t.rows {
		line(row)
	}
}

func code(s string) string { return "`" + s + "`" }

// escape keeps Markdown from seeing more in a sentence than a sentence.
var escape = strings.NewReplacer(`\`, `\\`, "<", `\<`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`).Replace
