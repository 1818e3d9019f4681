// SPDX-License-Identifier: Apache-2.0

// Package explain tells why a rule matched an event, or why not: the rule's
// condition as a tree, with what each test saw and whether it held.
//
// It evaluates every part of a condition, also those that matching would skip,
// so it is slow: it is for people who look at one rule and a few events. It
// reads no events and prints only to the writer that it is given. An Explainer
// belongs to one goroutine.
package explain
