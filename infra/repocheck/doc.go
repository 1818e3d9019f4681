// SPDX-License-Identifier: Apache-2.0

// Package repocheck holds tests about this repository itself: who may import
// whom, package documentation, sizes, licence headers.
//
// It has no product code and nothing may import it.
package repocheck
