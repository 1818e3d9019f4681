// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
)

// setText gives a field the value that a text stands for: one of a flag, of a
// variable, or of a scalar in the file. To a list it adds.
func setText(k *Key, target any, text string) *Problem {
	if wrong := k.allow(text); wrong != nil {
		return wrong
	}
	var wrong *Problem
	var err error
	switch p := target.(type) {
	case *string:
		*p = text
	case *bool:
		switch text {
		case "true", "false":
			*p = text == "true"
		default:
			wrong = problem("write true or false", "%s is neither true nor false: %q", k.Name, text)
		}
	case *int:
		if *p, err = strconv.Atoi(text); err != nil || *p < k.Least {
			wrong = problem(fmt.Sprintf("write a whole number from %d", k.Least), "%s cannot be %q", k.Name, text)
		}
	case *time.Duration:
		if *p, err = time.ParseDuration(text); err != nil || *p < time.Duration(k.Least) {
			wrong = problem("write a number with a unit, as in 30s, 10m or 1h", "%s is no duration: %q", k.Name, text)
		}
	case *Size:
		if *p, wrong = ParseSize(text); wrong == nil && *p < Size(k.Least) {
			wrong = problem("write at least "+Size(k.Least).String(), "%s is too small: %s", k.Name, text)
		}
	case *check.Priority:
		var ok bool
		if *p, ok = check.ParsePriority(text); !ok {
			wrong = UnknownPriority(text)
		}
	case *Scope:
		*p, wrong = ParseScope(text)
	case *[]string:
		*p = append(*p, text)
	case *[]Selection:
		var s Selection
		s, wrong = ParseSelection(text)
		*p = append(*p, s)
	case *[]Sink:
		var s Sink
		s, wrong = ParseSink(text)
		*p = append(*p, s)
	case *[]Limit:
		var l Limit
		l, wrong = ParseLimit(text)
		*p = append(*p, l)
	default:
		wrong = problem("write it into the file", "%s cannot be written as one text", k.Name)
	}
	return wrong
}

// allow refuses a text that the key never takes.
func (k *Key) allow(text string) *Problem {
	if len(k.Values) > 0 && !slices.Contains(k.Values, text) {
		hint := "write one of " + strings.Join(k.Values, ", ")
		if near := diag.Suggest(text, slices.Values(k.Values)); near != "" {
			hint = "did you mean " + near + "?"
		}
		return problem(hint, "%s cannot be %q", k.Name, text)
	}
	if k.check != nil {
		return k.check(text)
	}
	return nil
}

// texts is the inverse of setText: what makes a value again.
func texts(value any) []string {
	switch p := value.(type) {
	case *string:
		return []string{*p}
	case *bool:
		return []string{strconv.FormatBool(*p)}
	case *int:
		return []string{strconv.Itoa(*p)}
	case *time.Duration:
		return []string{shortDuration(*p)}
	case *Size:
		return []string{p.String()}
	case *check.Priority:
		return []string{strings.ToLower(p.String())}
	case *Scope:
		return []string{p.String()}
	case *[]string:
		return *p
	case *[]Selection:
		all := make([]string, len(*p))
		for i, s := range *p {
			all[i] = s.String()
		}
		return all
	}
	return nil
}

// shortDuration writes 10m0s as 10m.
func shortDuration(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 && d != 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 && d != 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
