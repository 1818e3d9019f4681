// SPDX-License-Identifier: Apache-2.0

// Package event is the vocabulary of the engine: the types of events and their
// parameters, the fields that rules can name, and the form in which events and
// the first state of a machine travel from a source to the engine.
//
// It knows no state: what a field's value is for an event is engine/extract's
// business. It reads nothing and formats nothing but names. Every package of
// this repository may import it; it imports none of them. All tables are
// read-only, so everything here but an Event under change is safe for
// concurrent use.
package event
