// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/driver/kernel"
)

// Evidence is what is known of one driver.
type Evidence struct {
	// Checks are by the SHA-256 of a kernel's package.
	Checks map[string]*kernel.Check
	// Boots are by class.
	Boots map[string]*kernel.Boot
	// Errors are why something is not known, by a package's SHA-256 or a class: a
	// fetch that failed, a worker that was killed. They are tried again.
	Errors map[string]string
}

// NewEvidence is that nothing is known.
func NewEvidence() *Evidence {
	return &Evidence{Checks: make(map[string]*kernel.Check), Boots: make(map[string]*kernel.Boot), Errors: make(map[string]string)}
}

// A Verdict is what evidence comes to for one target.
type Verdict string

// From good to bad.
const (
	Works     Verdict = "works"       // one of its class was booted, and all was seen
	Fits      Verdict = "fits"        // all relocations resolve; none of its class was booted
	Unknown   Verdict = "unknown"     // nothing is known yet
	Uncovered Verdict = "not covered" // nothing can be known, such as without BTF
	Refused   Verdict = "refused"     // the driver needs what the kernel lacks
	Broken    Verdict = "broken"      // it fits, and does not work when booted
)

// Verdicts are all of them.
func Verdicts() []Verdict { return []Verdict{Works, Fits, Unknown, Uncovered, Refused, Broken} }

// A Row is a target with what is known of it.
type Row struct {
	Target
	Verdict Verdict `json:"verdict"`
	// Reason is why it is not Works.
	Reason string `json:"reason,omitempty"`
	Class  string `json:"class,omitempty"`
	// BootedOn is the release that was booted for its class.
	BootedOn string        `json:"bootedOn,omitempty"`
	Check    *kernel.Check `json:"-"`
	Boot     *kernel.Boot  `json:"-"`
}

// Judge says of every target what is known of it.
func Judge(targets []Target, evidence *Evidence) []Row {
	rows := make([]Row, 0, len(targets))
	for _, t := range targets {
		rows = append(rows, judge(t, evidence))
	}
	slices.SortFunc(rows, func(a, b Row) int { return a.compare(&b.Target) })
	return rows
}

func judge(t Target, e *Evidence) Row {
	row := Row{Target: t, Check: e.Checks[t.SHA256]}
	if row.Check == nil {
		row.Verdict, row.Reason = Unknown, cmp.Or(e.Errors[t.SHA256], "it was not checked yet")
		return row
	}
	row.Class = row.Check.Class
	if row.Check.Uncovered != "" {
		row.Verdict, row.Reason = Uncovered, row.Check.Uncovered
		return row
	}
	if err := row.Check.Err(); err != nil {
		row.Verdict, row.Reason = Refused, err.Error()
		return row
	}
	row.Boot = e.Boots[row.Class]
	switch {
	case row.Boot == nil:
		row.Verdict, row.Reason = Fits, cmp.Or(e.Errors[row.Class], "no kernel of its class was booted yet")
	case row.Boot.Problem != "":
		row.Verdict, row.Reason, row.BootedOn = Broken, row.Boot.Problem, row.Boot.Release
	default:
		row.Verdict, row.BootedOn = Works, row.Boot.Release
	}
	return row
}

// Count returns how many rows have each verdict.
func Count(rows []Row) map[Verdict]int {
	n := make(map[Verdict]int)
	for _, r := range rows {
		n[r.Verdict]++
	}
	return n
}

// Checks returns the targets that are to be checked.
func Checks(rows []Row) []Target {
	var all []Target
	for _, r := range rows {
		if r.Verdict == Unknown {
			all = append(all, r.Target)
		}
	}
	return all
}

// Boots returns the targets that are to be booted: of each class of which none was,
// the newest.
func Boots(rows []Row) []Row {
	newest := make(map[string]Row)
	for _, r := range rows {
		if r.Verdict != Fits {
			continue
		}
		if have, ok := newest[r.Class]; !ok || kernel.CompareReleases(have.Release, r.Release) < 0 {
			newest[r.Class] = r
		}
	}
	all := make([]Row, 0, len(newest))
	for _, r := range newest {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Row) int { return a.compare(&b.Target) })
	return all
}

// Short returns which families do not reach their threshold, with how many of a
// hundred of their targets work. A family without targets reaches none.
func Short(families []*Family, rows []Row) map[string]int {
	short := make(map[string]int)
	for _, fam := range families {
		all, good := 0, 0
		for _, r := range rows {
			if r.Family == fam.Name {
				all++
				if r.Verdict == Works {
					good++
				}
			}
		}
		percent := 0
		if all > 0 {
			percent = good * 100 / all
		}
		if percent < fam.Threshold {
			short[fam.Name] = percent
		}
	}
	return short
}

// shortLines says of each family that is short how far it comes.
func shortLines(families []*Family, rows []Row) []string {
	short := Short(families, rows)
	var lines []string
	for _, fam := range families {
		if have, ok := short[fam.Name]; ok {
			lines = append(lines, fmt.Sprintf("%s: the driver works on %d%% of the kernels, and %d%% are wanted", fam.Name, have, fam.Threshold))
		}
	}
	slices.Sort(lines)
	return lines
}

// Enough is an error if a family is short of its threshold.
func Enough(families []*Family, rows []Row) error {
	if lines := shortLines(families, rows); lines != nil {
		return errors.New(strings.Join(lines, "\n"))
	}
	return nil
}
