// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// The layouts of the fields that print the time of the event. Their JSON value
// is a number all the same, the nanoseconds since the epoch.
const (
	layoutTime      = "15:04:05.000000000"
	layoutTimeS     = "15:04:05"
	layoutDatetime  = "2006-01-02 15:04:05.000000000"
	layoutDatetimeS = "2006-01-02 15:04:05"
	layoutISO8601   = "2006-01-02T15:04:05.000000000+0000"
	layoutJSON      = "2006-01-02T15:04:05.000000000Z"
)

// clockLayout returns how a field prints the time of the event, "" for all
// other fields.
func clockLayout(id event.FieldID) string {
	switch id {
	case event.FieldEvtTime:
		return layoutTime
	case event.FieldEvtTimeS:
		return layoutTimeS
	case event.FieldEvtTimeISO8601:
		return layoutISO8601
	case event.FieldEvtDatetime:
		return layoutDatetime
	case event.FieldEvtDatetimeS:
		return layoutDatetimeS
	}
	return ""
}

// appendClock appends a time, nanoseconds since the epoch, in a layout. Those
// that name a zone are in UTC, the others in loc.
func appendClock(dst []byte, layout string, ns uint64, loc *time.Location) []byte {
	if layout == layoutISO8601 || layout == layoutJSON || loc == nil {
		loc = time.UTC
	}
	return time.Unix(int64(ns/1e9), int64(ns%1e9)).In(loc).AppendFormat(dst, layout)
}
