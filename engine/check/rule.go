// SPDX-License-Identifier: Apache-2.0

package check

import (
	"time"

	"github.com/lanner-project/lanner/engine/diag"
)

// A Rule is a rule whose names and types are checked, ready to be compiled.
type Rule struct {
	Name     string
	Desc     string
	Priority Priority
	Source   string   // "syscall" where the file does not say
	Tags     []string // sorted, each once
	Enabled  bool

	Condition Expr
	Types     TypeSet // it can match no event of another type
	Output    Format

	Capture         bool // ask for a capture when it matches
	CaptureDuration time.Duration

	Pos diag.Pos // of its first definition, which decides its place in the order
}
