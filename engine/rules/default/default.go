// SPDX-License-Identifier: Apache-2.0

// Package defaultrules holds the rules that an engine runs when it is given
// none. They are in lanner.yaml beside this file, as their users see them, and
// each has a scenario that makes it fire.
//
// It checks nothing: what is in the file goes the way of all rules files. It is
// safe for concurrent use.
package defaultrules

import (
	_ "embed"

	"github.com/lanner-project/lanner/engine/rules"
)

//go:embed lanner.yaml
var text string

// File returns the rules file, under a name that says where it is from.
func File() rules.File { return rules.File{Name: "lanner.yaml (built in)", Data: []byte(text)} }
