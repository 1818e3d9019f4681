// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Status says what became of a check.
type Status string

// The statuses of checks.
const (
	Proven    Status = "proven"
	Failed    Status = "failed"
	NotProven Status = "not proven"
)

// A Row is one check of a Report.
type Row struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"` // what to do
}

// A Report is all that was checked of a release, and what was not.
type Report struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Rows    []Row  `json:"rows"`
}

// OK reports whether nothing failed. What is not proven does not count: some
// of it nobody can prove.
func (r Report) OK() bool {
	for _, row := range r.Rows {
		if row.Status == Failed {
			return false
		}
	}
	return true
}

// WriteText writes r as a table, with what to do below each failure.
func (r Report) WriteText(w io.Writer) error {
	var counts [3]int
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		i := map[Status]int{Proven: 0, Failed: 1, NotProven: 2}[row.Status]
		counts[i]++
		mark := [3]string{"proven", "FAILED", "not proven"}[i]
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\n", mark, row.Check, clean(row.Detail)); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		if row.Advice != "" {
			if _, err := fmt.Fprintf(table, "\t\t-> %s\n", clean(row.Advice)); err != nil {
				return fmt.Errorf("write report: %w", err)
			}
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	verdict := "Nothing failed."
	if counts[1] > 0 {
		verdict = "DO NOT INSTALL this release."
	}
	_, err := fmt.Fprintf(w, "\n%s %s: %d proven, %d failed, %d not proven. %s\n", r.Version, short(r.Commit), counts[0], counts[1], counts[2], verdict)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// clean keeps what came from a stranger's file from driving the terminal, and
// a table's row on its line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

func (v *verifier) prove(check, detail string) { v.add(check, Proven, detail, "") }

func (v *verifier) fail(check, detail, advice string) { v.add(check, Failed, detail, advice) }

func (v *verifier) skip(check, why string) { v.add(check, NotProven, why, "") }

func (v *verifier) add(check string, status Status, detail, advice string) {
	v.report.Rows = append(v.report.Rows, Row{check, status, detail, advice})
}

func short(commit string) string { return commit[:min(12, len(commit))] }
