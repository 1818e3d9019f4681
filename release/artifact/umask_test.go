// SPDX-License-Identifier: Apache-2.0

package artifact_test

import "syscall"

// umask sets the process's file mode mask and returns the one before.
func umask(mask int) int { return syscall.Umask(mask) }
