// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/sink"
)

const limitHelp = `LIMIT is [RULE=]N/TIME[:FIELD,...]: so many alerts of a rule pass in that time
from the first of them, and the rest is told in one: "and 312 more in 60 s".
RULE may have "*" for any text; the first limit that fits a rule counts. With
fields, alerts that differ in them count apart. Times are those of the events.
As in: --limit 'Write below *=1/10m:proc.name,fd.name' --limit 100/1m`

// A namedLimit is a limit and the rules that it is for.
type namedLimit struct {
	pattern string
	limit   sink.Limit
}

// parseLimits reads what --limit was given.
func parseLimits(texts []string) ([]namedLimit, error) {
	var limits []namedLimit
	for _, text := range texts {
		l, ok := parseLimit(text)
		if !ok {
			return nil, misuse("write [RULE=]N/TIME[:FIELD,...], as in 10/1m", "no limit: %q", text)
		}
		limits = append(limits, l)
	}
	return limits, nil
}

func parseLimit(text string) (namedLimit, bool) {
	l := namedLimit{pattern: "*"}
	// A rule's name may hold all of the other separators.
	if at := strings.LastIndex(text, "="); at >= 0 {
		l.pattern, text = text[:at], text[at+1:]
	}
	text, fields, found := strings.Cut(text, ":")
	if found {
		l.limit.Fields = strings.Split(fields, ",")
	}
	burst, window, _ := strings.Cut(text, "/")
	var err error
	if l.limit.Burst, err = strconv.Atoi(burst); err != nil || l.limit.Burst < 0 {
		return l, false
	}
	l.limit.Window, err = time.ParseDuration(window)
	return l, err == nil && l.limit.Window > 0
}

// limitOf returns a function that knows the limit of a rule.
func limitOf(limits []namedLimit) func(rule string) (sink.Limit, bool) {
	return func(rule string) (sink.Limit, bool) {
		for i := range limits {
			if engine.MatchName(limits[i].pattern, rule) {
				return limits[i].limit, true
			}
		}
		return sink.Limit{}, false
	}
}
