// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// A clock is how a time is written. An alert holds three of them, and
// time.AppendFormat, which reads its layout each time, was a tenth of its cost.
type clock uint8

const (
	noClock       clock = iota
	clockTime           // 15:04:05.000000000
	clockTimeS          // 15:04:05
	clockDatetime       // 2006-01-02 15:04:05.000000000
	clockDatetimeS
	clockISO8601 // 2006-01-02T15:04:05.000000000+0000, in UTC
	clockJSON    // 2006-01-02T15:04:05.000000000Z, in UTC
)

// clockOf returns how a field prints the time of the event. The field's JSON
// value is a number all the same, the nanoseconds since the epoch.
func clockOf(id event.FieldID) clock {
	switch id {
	case event.FieldEvtTime:
		return clockTime
	case event.FieldEvtTimeS:
		return clockTimeS
	case event.FieldEvtTimeISO8601:
		return clockISO8601
	case event.FieldEvtDatetime:
		return clockDatetime
	case event.FieldEvtDatetimeS:
		return clockDatetimeS
	}
	return noClock
}

// appendClock appends a time, nanoseconds since the epoch. Those that name a
// zone are in UTC, the others in loc.
func appendClock(dst []byte, c clock, ns uint64, loc *time.Location) []byte {
	if c >= clockISO8601 || loc == nil {
		loc = time.UTC
	}
	t := time.Unix(int64(ns/1e9), 0).In(loc)
	if c >= clockDatetime {
		year, month, day := t.Date()
		between := byte(' ')
		if c >= clockISO8601 {
			between = 'T'
		}
		dst = appendTwo(appendTwo(dst, year/100), year%100)
		dst = appendTwo(append(dst, '-'), int(month))
		dst = appendTwo(append(dst, '-'), day)
		dst = append(dst, between)
	}
	hour, minute, second := t.Clock()
	dst = appendTwo(dst, hour)
	dst = appendTwo(append(dst, ':'), minute)
	dst = appendTwo(append(dst, ':'), second)
	if c != clockTimeS && c != clockDatetimeS {
		dst = append(dst, ".000000000"...)
		for at, fraction := len(dst)-1, ns%1e9; fraction > 0; at, fraction = at-1, fraction/10 {
			dst[at] += byte(fraction % 10)
		}
	}
	switch c {
	case clockISO8601:
		dst = append(dst, "+0000"...)
	case clockJSON:
		dst = append(dst, 'Z')
	}
	return dst
}

func appendTwo(dst []byte, n int) []byte { return append(dst, '0'+byte(n/10%10), '0'+byte(n%10)) }
