// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// A File is a file of tests.
type File struct {
	Name  string
	Loads []Load // rules files, in order
	Tests []Test
}

// A Load names a rules file, relative to the test file.
type Load struct {
	Path string
	Pos  diag.Pos
}

// A Test is one story and the alerts that it must raise.
type Test struct {
	Name  string
	Pos   diag.Pos
	First bool // first-match: only the first rule in order that matches alerts

	Capture string // instead of a World: a capture file, relative to the test file
	World   *World
	Expect  []Expectation // in the order of the file
}

// An Expectation is an alert that has to come.
type Expectation struct {
	Event  uint64 // the event that raises it, counted from 1
	Rule   string
	Fields []Field
	Output string // the whole text after time and priority; empty: any
	Pos    diag.Pos
}

// A Field is a value that an alert's event must have.
type Field struct {
	Name, Value string
	Pos         diag.Pos
}

// Parse reads a file of tests. The list has all mistakes; the file is complete
// where it is empty.
func Parse(name, text string) (*File, diag.List) {
	p := parser{file: &File{Name: name}}
	p.list.AddSource(name, []byte(text))
	offset, line := 0, 0
	for l := range strings.Lines(text) {
		line++
		pos := diag.Pos{File: name, Line: line, Col: 1, Offset: offset}
		offset += len(l)
		words, problem, at := splitLine(strings.TrimRight(l, "\r\n"), pos)
		if problem != "" {
			p.report(at, problem)
			continue
		}
		if len(words) == 0 {
			continue
		}
		if err := p.line(words); err != nil {
			at := words[0].pos
			var le *lineError
			if errors.As(err, &le) && le.pos.Line > 0 {
				at = le.pos
			}
			p.report(at, err.Error())
		}
	}
	return p.file, p.list
}

type parser struct {
	file *File
	list diag.List
}

func (p *parser) report(pos diag.Pos, message string) {
	p.list.Add(diag.Diagnostic{Severity: diag.Error, Code: diag.ScenarioLine, Pos: pos, Message: message})
}

func (p *parser) line(words []word) error {
	first := words[0]
	switch {
	case first.key != "":
		return badWord(first, "a line starts with load, test, matching, capture, proc, file, user, group, machine, \"->\" or a thread id, not with %q", first.key)
	case first.value == "load":
		if len(words) != 2 {
			return badWord(first, "write: load FILE")
		}
		p.file.Loads = append(p.file.Loads, Load{Path: words[1].value, Pos: words[1].pos})
		return nil
	case first.value == "test":
		if len(words) != 2 || words[1].value == "" {
			return badWord(first, "write: test \"what it shows\"")
		}
		p.file.Tests = append(p.file.Tests, Test{Name: words[1].value, Pos: first.pos})
		return nil
	}
	if len(p.file.Tests) == 0 {
		return badWord(first, "%q comes after a line: test \"what it shows\"", first.value)
	}
	t := &p.file.Tests[len(p.file.Tests)-1]
	switch first.value {
	case "matching":
		if len(words) != 2 || words[1].value != "first" && words[1].value != "all" {
			return badWord(first, "write: matching first, or: matching all")
		}
		t.First = words[1].value == "first"
		return nil
	case "capture":
		if len(words) != 2 || t.World != nil || t.Capture != "" {
			return badWord(first, "a test has one capture, and then no events of its own; write: capture FILE")
		}
		t.Capture = words[1].value
		return nil
	case "->":
		return t.expect(words)
	}
	if t.Capture != "" {
		return badWord(first, "a test with a capture has no events of its own")
	}
	if t.World == nil {
		t.World = newWorld()
	}
	return t.World.add(words)
}

// expect reads "-> "RULE" FIELD=VALUE …", and after a capture "-> EVENT "RULE" …".
func (t *Test) expect(words []word) error {
	e := Expectation{Pos: words[0].pos}
	rest := words[1:]
	switch {
	case t.Capture != "":
		if len(rest) == 0 {
			return badWord(words[0], "after a capture, write: -> EVENT \"RULE\" …")
		}
		n, err := strconv.ParseUint(rest[0].value, 10, 64)
		if err != nil || rest[0].key != "" {
			return badWord(rest[0], "after a capture, write the number of the event before the rule: -> 1234 \"RULE\"")
		}
		e.Event, rest = n, rest[1:]
	case t.World == nil || len(t.World.Events) == 0:
		return badWord(words[0], "\"->\" comes after the event that raises the alert")
	default:
		e.Event = t.World.Events[len(t.World.Events)-1].Num
	}
	if len(rest) == 0 || rest[0].key != "" || rest[0].value == "" {
		return badWord(words[0], "write: -> \"RULE\" FIELD=VALUE …")
	}
	e.Rule = rest[0].value
	for _, w := range rest[1:] {
		switch w.key {
		case "":
			return badWord(w, "write FIELD=VALUE, not %q", w.value)
		case "output":
			e.Output = w.value
		default:
			e.Fields = append(e.Fields, Field{Name: w.key, Value: w.value, Pos: w.pos})
		}
	}
	t.Expect = append(t.Expect, e)
	return nil
}
