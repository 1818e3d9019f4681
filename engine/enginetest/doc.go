// SPDX-License-Identifier: Apache-2.0

// Package enginetest is what the tests of the engine share: where to find
// captures and what the reference answered on them.
//
// Only tests may import it. It is safe for concurrent use.
package enginetest
