// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// An Encoding says how alerts are written. The zero Encoding is the reference's
// default, with clocks in UTC.
type Encoding struct {
	Location *time.Location // of the clock that a text begins with; nil is UTC
	ISO8601  bool           // begin with date, time and offset, in UTC

	// Of the JSON form. The reference's switches are the other way round:
	// json_include_output_property and so on.
	OmitOutput  bool // time, priority and message, as in the text form
	OmitTags    bool
	OmitFields  bool
	WithMessage bool // the message alone
}

// AppendText appends an alert as one line, without its end:
//
//	16:00:26.779031304: Error File opened for writing | file=/test2
func (e *Encoding) AppendText(dst []byte, a *Alert) []byte {
	dst = e.appendHead(dst, a)
	dst = append(dst, a.Message...)
	if a.Source != Internal {
		return dst
	}
	// The rule's author chose the fields of other messages, and put them in.
	dst = append(dst, " ("...)
	for i := range a.Fields {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, a.Fields[i].Name...)
		dst = append(dst, '=')
		dst = append(dst, a.Fields[i].JSON...)
	}
	return append(dst, ')')
}

func (e *Encoding) appendHead(dst []byte, a *Alert) []byte {
	c := clockTime
	if e.ISO8601 {
		c = clockISO8601
	}
	dst = appendClock(dst, c, a.Time, e.Location)
	dst = append(dst, ": "...)
	dst = append(dst, a.Priority.String()...)
	return append(dst, ' ')
}

// AppendJSON appends an alert as one JSON object on one line, without its end.
// Keys are sorted. The result is valid JSON whatever bytes the alert holds.
func (e *Encoding) AppendJSON(dst []byte, a *Alert) []byte {
	dst = append(dst, `{"hostname":`...)
	dst = appendQuoted(dst, a.Hostname)
	if e.WithMessage {
		dst = append(dst, `,"message":"`...)
		dst = append(a.appendMessage(dst), '"')
	}
	if !e.OmitOutput {
		dst = append(dst, `,"output":`...)
		dst = e.appendOutput(dst, a)
	}
	if !e.OmitFields {
		dst = append(dst, `,"output_fields":`...)
		dst = e.appendFields(dst, a)
	}
	dst = append(dst, `,"priority":"`...)
	dst = append(dst, a.Priority.String()...)
	dst = append(dst, `","rule":`...)
	dst = appendQuoted(dst, a.Rule)
	dst = append(dst, `,"source":`...)
	dst = appendQuoted(dst, a.Source)
	if !e.OmitTags && a.Source != Internal {
		dst = append(dst, `,"tags":[`...)
		for i, tag := range a.Tags {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendQuoted(dst, tag)
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"time":"`...)
	dst = appendClock(dst, clockJSON, a.Time, nil)
	return append(dst, `"}`...)
}

// appendOutput appends the text form as a JSON string; for what the engine says
// about itself that is the message alone, as its fields follow anyway.
func (e *Encoding) appendOutput(dst []byte, a *Alert) []byte {
	dst = append(dst, '"')
	if a.Source != Internal {
		dst = e.appendHead(dst, a) // holds nothing that needs an escape
	}
	return append(a.appendMessage(dst), '"')
}

// appendMessage appends the message as it stands inside a JSON string.
func (a *Alert) appendMessage(dst []byte) []byte {
	switch {
	case !a.isClean():
		return appendEscaped(dst, a.Message)
	case a.plain:
		return append(dst, a.Message...)
	}
	return appendClean(dst, a.Message)
}

// appendFields appends the fields as an object. The time that the text begins
// with is one of them.
func (e *Encoding) appendFields(dst []byte, a *Alert) []byte {
	start := len(dst)
	rest := a.Fields
	if a.Source != Internal {
		clock, key := timeField, timeKey
		if e.ISO8601 {
			clock, key = timeFieldISO8601, timeKeyISO8601
		}
		at, found := slices.BinarySearchFunc(a.Fields, clock, func(f Field, name string) int { return strings.Compare(f.Name, name) })
		dst = appendFields(dst, a.Fields[:at])
		dst = strconv.AppendUint(append(dst, key...), a.Time, 10)
		if rest = a.Fields[at:]; found {
			rest = rest[1:]
		}
	}
	dst = appendFields(dst, rest)
	if len(dst) == start {
		dst = append(dst, ',')
	}
	dst[start] = '{' // instead of the first one's comma
	return append(dst, '}')
}

// The fields that hold the time of the event, and how they stand before it.
var (
	timeField        = event.Fields[event.FieldEvtTime].Name
	timeFieldISO8601 = event.Fields[event.FieldEvtTimeISO8601].Name
	timeKey          = string(appendKey(nil, timeField))
	timeKeyISO8601   = string(appendKey(nil, timeFieldISO8601))
)

// appendFields appends fields, each with a comma before it.
func appendFields(dst []byte, fields []Field) []byte {
	for i := range fields {
		f := &fields[i]
		if f.key != "" {
			dst = append(dst, f.key...)
		} else {
			dst = appendKey(dst, f.Name)
		}
		dst = append(dst, f.JSON...)
	}
	return dst
}

// appendKey appends a field's name as it stands before its value.
func appendKey(dst []byte, name string) []byte {
	return append(appendQuoted(append(dst, ','), name), ':')
}
