// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/extract"
)

// Internal is the source of what the engine says about itself: events that it
// lost, alerts that it could not deliver.
const Internal = "internal"

// An Alert is what a rule says about an event, or the engine about itself.
type Alert struct {
	Rule     string
	Priority check.Priority
	Source   string   // that of the rule, or Internal
	Tags     []string // sorted, each once
	Time     uint64   // of the event, nanoseconds since the epoch
	Event    uint64   // its number in its source; 0 where no event stands behind the alert
	Hostname string
	Message  []byte  // the rule's output, filled in
	Fields   []Field // sorted by name, each name once

	clean  []byte // a Message that is UTF-8 without control characters
	plain  bool   // and that is the same inside a JSON string
	buf    []byte // backs Message and the values of Fields
	cells  []cell
	values []extract.Value

	printer *Printer // whose names Fields have
}

// A Field is a value that an alert carries by its name.
type Field struct {
	Name string
	JSON []byte // the value: a string, a number, a boolean, null, or an array of those

	key string // the name as it stands in JSON, between a comma and a colon; "": to be made of Name
}

// Number makes a field of a count.
func Number(name string, n uint64) Field {
	return Field{Name: name, JSON: strconv.AppendUint(nil, n, 10)}
}

// String makes a field of a text. What cannot be printed is replaced.
func String(name, text string) Field {
	return Field{Name: name, JSON: appendQuoted(nil, extract.Sanitize(nil, []byte(text)))}
}

// NewInternal makes an alert about the engine itself.
func NewInternal(rule string, p check.Priority, time uint64, hostname, message string, fields ...Field) *Alert {
	fields = slices.Clone(fields)
	slices.SortFunc(fields, func(x, y Field) int { return strings.Compare(x.Name, y.Name) })
	return &Alert{
		Rule: rule, Priority: p, Source: Internal, Time: time, Hostname: hostname,
		Message: []byte(message), Fields: fields,
	}
}

// Field returns the JSON value of a field, nil where the alert has none of that
// name.
func (a *Alert) Field(name string) []byte {
	i, found := slices.BinarySearchFunc(a.Fields, name, func(f Field, name string) int {
		return strings.Compare(f.Name, name)
	})
	if !found {
		return nil
	}
	return a.Fields[i].JSON
}

// Clone makes a copy that shares nothing that a Printer writes to.
func (a *Alert) Clone() *Alert {
	size := len(a.Message)
	for i := range a.Fields {
		size += len(a.Fields[i].JSON)
	}
	c := *a
	c.cells, c.values, c.printer = nil, nil, nil
	c.buf = make([]byte, 0, size)
	c.Fields = make([]Field, len(a.Fields))
	keep := func(text []byte) []byte {
		start := len(c.buf)
		c.buf = append(c.buf, text...)
		return c.buf[start:len(c.buf):len(c.buf)]
	}
	c.Message, c.clean = keep(a.Message), nil
	if a.isClean() {
		c.clean = c.Message
	}
	for i := range a.Fields {
		c.Fields[i] = Field{Name: a.Fields[i].Name, JSON: keep(a.Fields[i].JSON), key: a.Fields[i].key}
	}
	return &c
}

// room returns the cells of n columns.
func (a *Alert) room(n int) []cell {
	if cap(a.cells) < n {
		a.cells = make([]cell, n)
	}
	return a.cells[:n]
}

// isClean reports whether the message is the one that a Printer made, and found
// to need no looking at each character.
func (a *Alert) isClean() bool {
	n := len(a.Message)
	return n > 0 && n == len(a.clean) && &a.Message[0] == &a.clean[0]
}

// Equal reports whether two alerts say the same.
func (a *Alert) Equal(b *Alert) bool {
	return a.Rule == b.Rule && a.Priority == b.Priority && a.Source == b.Source &&
		slices.Equal(a.Tags, b.Tags) && a.Time == b.Time && a.Event == b.Event &&
		a.Hostname == b.Hostname && bytes.Equal(a.Message, b.Message) &&
		slices.EqualFunc(a.Fields, b.Fields, func(x, y Field) bool {
			return x.Name == y.Name && bytes.Equal(x.JSON, y.JSON)
		})
}
