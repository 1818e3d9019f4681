// SPDX-License-Identifier: Apache-2.0

package diag

import "fmt"

// A Code names a kind of mistake. Codes are stable: scripts, editors and the
// website refer to them. A number is never used again.
type Code uint16

// String returns the code as it is printed, "LR0123".
func (c Code) String() string { return fmt.Sprintf("LR%04d", uint16(c)) }
