// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Limit bounds how often rules may speak.
type Limit struct {
	Rule   string // a name in which "*" stands for any text
	Burst  int
	Window time.Duration
	Fields []string
}

// ParseLimit reads [RULE=]N/TIME[:FIELD,...].
func ParseLimit(text string) (Limit, *Problem) {
	l := Limit{Rule: "*"}
	rest := text
	// A rule's name may hold all of the other separators.
	if at := strings.LastIndex(rest, "="); at >= 0 {
		l.Rule, rest = rest[:at], rest[at+1:]
	}
	rest, fields, found := strings.Cut(rest, ":")
	if found {
		l.Fields = strings.Split(fields, ",")
	}
	burst, window, _ := strings.Cut(rest, "/")
	var err error
	l.Burst, err = strconv.Atoi(burst)
	if err == nil {
		l.Window, err = time.ParseDuration(window)
	}
	if err != nil || l.Burst < 0 || l.Window <= 0 {
		return l, problem("write [RULE=]N/TIME[:FIELD,...], as in 10/1m", "no limit: %q", text)
	}
	return l, nil
}

// String writes the limit as ParseLimit reads it.
func (l Limit) String() string {
	text := fmt.Sprintf("%s=%d/%s", l.Rule, l.Burst, l.Window)
	if len(l.Fields) > 0 {
		text += ":" + strings.Join(l.Fields, ",")
	}
	return text
}
