// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/sink"
)

const limitHelp = `LIMIT is [RULE=]N/TIME[:FIELD,...]: so many alerts of a rule pass in that time
from the first of them, and the rest is told in one: "and 312 more in 60 s".
RULE may have "*" for any text; the first limit that fits a rule counts. With
fields, alerts that differ in them count apart. Times are those of the events.
As in: --limit 'Write below *=1/10m:proc.name,fd.name' --limit 100/1m`

// parseLimits reads what --limit was given.
func parseLimits(texts []string) ([]config.Limit, error) {
	var limits []config.Limit
	for _, text := range texts {
		l, wrong := config.ParseLimit(text)
		if wrong != nil {
			return nil, misuse(wrong.Help, "%s", wrong.Msg)
		}
		limits = append(limits, l)
	}
	return limits, nil
}

// limitOf returns a function that knows the limit of a rule.
func limitOf(limits []config.Limit) func(rule string) (sink.Limit, bool) {
	return func(rule string) (sink.Limit, bool) {
		for i := range limits {
			l := &limits[i]
			if engine.MatchName(l.Rule, rule) {
				return sink.Limit{Burst: l.Burst, Window: l.Window, Fields: l.Fields}, true
			}
		}
		return sink.Limit{}, false
	}
}
