// SPDX-License-Identifier: Apache-2.0

// Package syntax scans, parses and prints the language of conditions.
//
// It knows no fields, no macros and no lists: to it they are words. It reads no
// files. A parsed expression is immutable; parts of several may be put together
// to a new one, and all of it is safe for concurrent use. Any package of the
// engine may import it; it imports none but diag.
package syntax
