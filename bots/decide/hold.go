// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"strings"

	"sigs.k8s.io/prow/pkg/labels"
)

// hold obeys /hold, /hold REASON and /hold cancel. As in Prow anybody may hold
// and let go: a hold is a flag that somebody waves, not a lock. "cancel" with
// more words after it is neither a reason nor a clear wish, and Prow would
// take it for a hold.
func (d *decision) hold(_ Remark, args []string) bool {
	cancel := len(args) > 0 && strings.EqualFold(args[0], "cancel")
	if cancel && len(args) > 1 {
		return false
	}
	d.label(labels.Hold, !cancel)
	return true
}

// unhold obeys /unhold and /remove-hold.
func (d *decision) unhold(_ Remark, args []string) bool {
	if len(args) > 0 {
		return false
	}
	d.label(labels.Hold, false)
	return true
}
