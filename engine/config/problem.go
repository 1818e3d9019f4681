// SPDX-License-Identifier: Apache-2.0

package config

import "fmt"

// A Problem is what is wrong with a value, and what to write instead.
type Problem struct {
	Msg  string
	Help string
}

// Error returns what is wrong.
func (p *Problem) Error() string { return p.Msg }

// Hint returns what to write instead.
func (p *Problem) Hint() string { return p.Help }

func problem(hint, format string, args ...any) *Problem {
	return &Problem{Msg: fmt.Sprintf(format, args...), Help: hint}
}
