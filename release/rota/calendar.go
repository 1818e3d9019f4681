// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Freeze is an interval in which nothing is released. One of every year has no
// years: "12-20".
type Freeze struct{ From, Until, Why string }

const yearly = "01-02" // the layout of a day of every year

func readFreeze(f *yamlfile.File, item *yaml.Node) Freeze {
	var z Freeze
	into := map[string]*string{"from": &z.From, "until": &z.Until, "why": &z.Why}
	for _, field := range f.Fields(item) {
		value := yamlfile.Resolve(field.Value)
		target, known := into[field.Name]
		switch {
		case !known:
			f.Unknown(field, "", []string{"from", "until", "why"})
		case value.Kind != yaml.ScalarNode || field.Name != "why" && !valid("date", value.Value) && !dayOfYear(value.Value):
			f.Report(value, "want a day, such as 2027-03-15, or 12-20 for one of every year", "%s is %q", field.Name, value.Value)
		default:
			*target = value.Value
		}
	}
	if z.From == "" || z.Until == "" || len(z.From) != len(z.Until) || len(z.From) == len(time.DateOnly) && z.Until < z.From {
		f.Report(yamlfile.Resolve(item), "want from and until, both with a year or both without", "that is no interval")
	}
	return z
}

func dayOfYear(s string) bool {
	_, err := time.Parse(yearly, s)
	return err == nil
}

// covers reports whether a day is in the freeze. One of every year may go over
// the end of the year.
func (z Freeze) covers(day time.Time) bool {
	s := day.Format(time.DateOnly)
	if len(z.From) == len(yearly) {
		s = day.Format(yearly)
		if z.Until < z.From {
			return s >= z.From || s <= z.Until
		}
	}
	return z.From <= s && s <= z.Until
}

// nominal returns the first day after another that the cadence has a release
// on: the last Tuesday of January, March, and so on.
func nominal(after time.Time) time.Time {
	for month := time.Date(after.Year(), after.Month(), 1, 0, 0, 0, 0, time.UTC); ; month = month.AddDate(0, 1, 0) {
		if month.Month()%2 == 0 {
			continue
		}
		last := month.AddDate(0, 1, -1)
		day := last.AddDate(0, 0, -(int(last.Weekday())-int(time.Tuesday)+7)%7)
		if day.After(after) {
			return day
		}
	}
}

// working reports whether a release may be on that day: people must be there
// in the days after it.
func (r Rota) working(day time.Time) bool {
	return day.Weekday() >= time.Monday && day.Weekday() <= time.Thursday &&
		!slices.ContainsFunc(r.Freezes, func(z Freeze) bool { return z.covers(day) })
}

// farthest is how many days ahead a release is looked for: before the next one
// of the cadence.
const farthest = 55

// shift returns the first day from one on that a release may be on and that
// suits. With none it returns false.
func (r Rota) shift(from time.Time, suits func(time.Time) bool) (time.Time, bool) {
	for i := range farthest {
		if day := from.AddDate(0, 0, i); r.working(day) && suits(day) {
			return day, true
		}
	}
	return from, false
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }
