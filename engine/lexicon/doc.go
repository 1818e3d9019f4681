// SPDX-License-Identifier: Apache-2.0

// Package lexicon lists the words that rules are made of, fields and types of
// events: as a table for a terminal, as JSON for programs, as Markdown for the
// website.
//
// It knows nothing of its own about them: what it writes is what the tables of
// engine/event say, so that the reference cannot differ from what the engine
// does. It reads neither rules nor events. Commands import it. All of it is
// safe for concurrent use.
package lexicon
