// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A Status is how a check went.
type Status uint8

// From good to bad.
const (
	OK Status = iota
	Warn
	Fail
)

func (s Status) String() string { return [...]string{"OK", "WARN", "FAIL"}[s] }

// MarshalText implements encoding.TextMarshaler.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Found  string `json:"found"`
	Fix    string `json:"fix"` // what to do; "": nothing
}

// A Report is all that was looked at.
type Report struct {
	Checks []Check `json:"checks"`
}

// Worst returns the worst of the checks' outcomes, OK where there are none.
func (r Report) Worst() Status {
	worst := OK
	for _, c := range r.Checks {
		worst = max(worst, c.Status)
	}
	return worst
}

// Failed returns the names of the checks that failed.
func (r Report) Failed() []string {
	var names []string
	for _, c := range r.Checks {
		if c.Status == Fail {
			names = append(names, c.Name)
		}
	}
	return names
}

// WriteText writes a table: a line for a check, and one more for what to do.
func (r Report) WriteText(w io.Writer) error {
	width := 0
	for _, c := range r.Checks {
		width = max(width, len(c.Name))
	}
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-4s  %-*s  %s\n", c.Status, width, c.Name, oneLine(c.Found))
		if c.Fix != "" {
			fmt.Fprintf(&b, "%-4s  %-*s  fix: %s\n", "", width, "", oneLine(c.Fix))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// oneLine keeps what the machine says from looking like a line of ours.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// WriteJSON writes an object with the worst outcome, "status", and all "checks".
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Status Status  `json:"status"`
		Checks []Check `json:"checks"`
	}{r.Worst(), r.Checks})
}
