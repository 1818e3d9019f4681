// SPDX-License-Identifier: Apache-2.0

package check

import "strings"

// A Priority is how severe a rule's alerts are. A lower one is more severe, as
// in syslog.
type Priority uint8

// The priorities, numbered as in syslog.
const (
	Emergency Priority = iota
	Alert
	Critical
	Error
	Warning
	Notice
	Informational
	Debug
)

var priorityNames = [...]string{
	"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug",
}

// String returns the name that alerts carry.
func (p Priority) String() string { return priorityNames[p] }

// ParsePriority reads a name in any case; "info" is short for the longest.
func ParsePriority(s string) (Priority, bool) {
	if strings.EqualFold(s, "info") {
		return Informational, true
	}
	for i, name := range priorityNames {
		if strings.EqualFold(s, name) {
			return Priority(i), true
		}
	}
	return 0, false
}
