// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
)

// missing is what an output shows of a field that has no value.
const missing = "<NA>"

// maxWidth bounds the width in a format: a rules file must not be able to ask
// for an alert of a gigabyte.
const maxWidth = 4096

// A Config says what alerts hold that the rules do not say.
type Config struct {
	Location *time.Location // of the fields that print a clock; nil is UTC
	Extra    []Extra
}

// A Printer makes the alerts of one rule.
type Printer struct {
	rule     *check.Rule
	location *time.Location
	columns  []column
	message  []piece
	clean    bool          // the texts in message are UTF-8 without control characters
	plain    bool          // and none needs an escape in JSON
	fields   []namedColumn // sorted by name
}

// A column is a value that is read once for an alert, for its message, its
// fields, or both.
type column struct {
	from   origin
	clock  clock
	read   extract.Extractor
	text   bool    // the JSON value is the text
	clean  bool    // and it is UTF-8 without control characters
	pieces []piece // of a text put together from other columns
}

// An origin says where a column's value comes from.
type origin uint8

const (
	fromField  origin = iota
	fromFields        // the values of a field that has many, with blanks between them
	fromClock
	fromPieces
	fromNowhere // a field that outputs show no value of
)

// A piece of a message is a text, or a column.
type piece struct {
	text   string
	column int // -1: none
	width  int
}

type namedColumn struct {
	name, key string // key: the name as it stands in JSON, between a comma and a colon
	column    int
}

// A cell is where in an alert's buffer the forms of a column's value are.
type cell struct {
	text, json struct{ start, end int }
	ok         bool
}

// NewPrinter compiles what a rule's alerts are made of.
func NewPrinter(rule *check.Rule, cfg Config) (*Printer, error) {
	size := len(rule.Output.Parts)
	for i := range cfg.Extra {
		size += len(cfg.Extra[i].Output.Parts) + len(cfg.Extra[i].Fields)
	}
	size = size/2 + 1 // every other part is a text
	b := builder{
		p:      &Printer{rule: rule, location: cfg.Location, columns: make([]column, 0, size)},
		byName: make(map[string]int, size),
		fields: make(map[string]int, size),
	}
	message, err := b.format(rule.Output)
	if err != nil {
		return nil, fmt.Errorf("output of rule %q: %w", rule.Name, err)
	}
	for i := range cfg.Extra {
		extra := &cfg.Extra[i]
		if !extra.matches(rule) {
			continue
		}
		if extra.Output.Text != "" {
			more, err := b.format(extra.Output)
			if err != nil {
				return nil, fmt.Errorf("output %q added to rule %q: %w", extra.Output.Text, rule.Name, err)
			}
			message = append(append(message, piece{text: " ", column: -1}), more...)
		}
		for _, f := range extra.Fields {
			if err := b.extraField(f); err != nil {
				return nil, fmt.Errorf("field %q added to rule %q: %w", f.Name, rule.Name, err)
			}
		}
	}
	b.p.message = joinTexts(message)
	b.p.clean, b.p.plain = clean(b.p.message)
	b.p.fields = make([]namedColumn, 0, len(b.fields))
	for name, column := range b.fields {
		b.p.fields = append(b.p.fields, namedColumn{name, string(appendKey(nil, name)), column})
	}
	slices.SortFunc(b.p.fields, func(x, y namedColumn) int { return strings.Compare(x.name, y.name) })
	return b.p, nil
}

// Rule returns the rule whose alerts the printer makes.
func (p *Printer) Rule() *check.Rule { return p.rule }

// Print makes a the alert of the context's event, but for the hostname. Of what
// a held, only its memory stays: whoever wants to keep an alert keeps its Clone.
//
// Preconditions: nobody changed the names of the fields of an alert that the
// printer made before.
func (p *Printer) Print(a *Alert, c *extract.Context) {
	a.Rule, a.Priority, a.Source, a.Tags = p.rule.Name, p.rule.Priority, p.rule.Source, p.rule.Tags
	a.Time, a.Event = c.Event.Time, c.Event.Num
	buf, cells := a.buf[:0], a.room(len(p.columns))
	for i := range p.columns {
		col, cl := &p.columns[i], &cells[i]
		if col.clean {
			buf = append(buf, 0) // becomes a quote, if the text is a JSON value, too
		}
		cl.text.start = len(buf)
		buf, cl.ok = p.appendText(buf, col, a, cells, c)
		cl.text.end = len(buf)
		if col.clean {
			buf = append(buf, 0)
		}
	}
	plain := !needsEscape(buf) // nearly always, so all texts are looked at together
	for i := range p.columns {
		col, cl := &p.columns[i], &cells[i]
		if plain && col.clean && cl.ok {
			cl.json.start, cl.json.end = cl.text.start-1, cl.text.end+1
			buf[cl.json.start], buf[cl.text.end] = '"', '"'
			continue
		}
		cl.json.start = len(buf)
		buf = appendJSON(buf, col, cl, c)
		cl.json.end = len(buf)
	}
	start := len(buf)
	buf = appendPieces(buf, p.message, cells)
	a.Message, a.clean = buf[start:len(buf):len(buf)], nil
	if p.clean {
		a.clean, a.plain = a.Message, plain && p.plain
	}
	if a.printer != p || len(a.Fields) != len(p.fields) {
		a.Fields, a.printer = a.Fields[:0], p
		for i := range p.fields {
			a.Fields = append(a.Fields, Field{Name: p.fields[i].name, key: p.fields[i].key})
		}
	}
	for i := range a.Fields {
		at := cells[p.fields[i].column].json
		a.Fields[i].JSON = buf[at.start:at.end:at.end]
	}
	a.buf, a.cells = buf, cells
}

// appendText appends a column's value as outputs show it.
func (p *Printer) appendText(buf []byte, col *column, a *Alert, cells []cell, c *extract.Context) ([]byte, bool) {
	switch col.from {
	case fromClock:
		return appendClock(buf, col.clock, c.Event.Time, p.location), true
	case fromPieces:
		return appendPieces(buf, col.pieces, cells), true
	case fromFields:
		a.values = col.read.Many(c, a.values[:0])
		for i, v := range a.values {
			if i > 0 {
				buf = append(buf, ' ')
			}
			buf = extract.Sanitize(buf, v.Bytes)
		}
		return buf, len(a.values) > 0
	case fromNowhere:
		return buf, false
	}
	return col.read.AppendText(buf, c)
}

// appendJSON appends a column's value as alerts hold it.
func appendJSON(buf []byte, col *column, cl *cell, c *extract.Context) []byte {
	switch {
	case !cl.ok:
		return append(buf, "null"...)
	case col.from == fromClock:
		return strconv.AppendUint(buf, c.Event.Time, 10)
	case col.clean:
		return append(appendClean(append(buf, '"'), buf[cl.text.start:cl.text.end]), '"')
	case col.text:
		return appendQuoted(buf, buf[cl.text.start:cl.text.end])
	}
	return col.read.AppendJSON(buf, c)
}

func appendPieces(buf []byte, pieces []piece, cells []cell) []byte {
	for i := range pieces {
		pc := &pieces[i]
		if pc.column < 0 {
			buf = append(buf, pc.text...)
			continue
		}
		var value []byte
		if cl := &cells[pc.column]; cl.ok {
			value = buf[cl.text.start:cl.text.end]
		} else {
			value = []byte(missing)
		}
		if pc.width > 0 {
			buf = appendFitted(buf, value, pc.width)
		} else {
			buf = append(buf, value...)
		}
	}
	return buf
}

// joinTexts puts texts that follow one another together.
func joinTexts(pieces []piece) []piece {
	joined := make([]piece, 0, len(pieces))
	for _, pc := range pieces {
		if last := len(joined) - 1; last >= 0 && pc.column < 0 && joined[last].column < 0 {
			joined[last].text += pc.text
			continue
		}
		joined = append(joined, pc)
	}
	return joined
}

// textual reports whether the JSON value of a kind is its text.
func textual(k event.Kind) bool {
	switch k {
	case event.KindString, event.KindBytes, event.KindPath, event.KindRelPath,
		event.KindIPv4, event.KindIPv6, event.KindIP, event.KindIPNet, event.KindIPv4Net, event.KindIPv6Net:
		return true
	}
	return false
}
