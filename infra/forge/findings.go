// SPDX-License-Identifier: Apache-2.0

package forge

// findings is what keeps a pull request from being merged, conflicts aside.
type findings struct {
	blocks       []string // why protection refuses, in GitHub's words
	adminsExempt bool     // administrators may merge all the same
	behind       bool     // the base has moved, and must be in the head first
	unstable     bool     // something that is not required has failed or is not done
}

// mergeFindings looks for all that protection of the base branch asks for.
func (v *view) mergeFindings(r *repository, i *issue) (findings, error) {
	return findings{}, nil
}

// dismissStale takes the weight off approvals of older commits, where the base
// branch is protected so.
func (v *view) dismissStale(r *repository, i *issue) error {
	return nil
}
