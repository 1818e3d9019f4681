// SPDX-License-Identifier: Apache-2.0

package project

import (
	"regexp"
	"slices"
)

// login is what GitHub gives out or gave out once; some old ones end with a
// dash, and those of managed users have an underscore.
var login = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\[bot\])?$`)

// BadLogin is a name in an OWNERS file that can't be anybody's account.
type BadLogin struct{ File, Login string }

// BadLogins returns them, sorted by file. Whoever writes such a name into a
// list of lines writes lines of its own into it.
func (p Project) BadLogins() []BadLogin {
	var bad []BadLogin
	for _, f := range p.Snapshot.Folders() {
		for _, name := range slices.Concat(f.Approvers, f.Partial, f.Reviewers, f.EmeritusApprovers, f.EmeritusReviewers) {
			if b := (BadLogin{f.OwnersFile(), name}); !login.MatchString(name) && !slices.Contains(bad, b) {
				bad = append(bad, b)
			}
		}
	}
	return bad
}
