// SPDX-License-Identifier: Apache-2.0

package decode

// Some flags of open differ with the processor.
const (
	directFlag    = 0o200000
	directoryFlag = 0o40000
	largefileFlag = 0o400000
)
