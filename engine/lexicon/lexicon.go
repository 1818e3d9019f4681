// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// A Format is how a list is written.
type Format string

// The formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	Markdown Format = "markdown"
)

// Formats are all formats, the usual one first.
var Formats = []Format{Table, JSON, Markdown}

// A Layout is a format, and how wide a table may be: lines are broken to fit,
// but for a width of 0, where an entry has one line however long.
type Layout struct {
	Format Format
	Width  int
}

// An UnknownError says that there is nothing of a name.
type UnknownError struct {
	What string // it could have been: "field or class"
	Word string // that was asked for
	Near string // what may have been meant; "" if nothing is like it
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no %s %q", e.What, e.Word)
}

func unknown(what, word string, known []string) error {
	return &UnknownError{What: what, Word: word, Near: diag.Suggest(word, slices.Values(known))}
}

// write writes what one of three functions makes, in one piece: a reader that
// goes away in the middle is an error of one place.
func write(w io.Writer, layout Layout, table, markdown func(*bytes.Buffer), list any) error {
	var out bytes.Buffer
	switch layout.Format {
	case Table:
		table(&out)
	case Markdown:
		markdown(&out)
	case JSON:
		enc := json.NewEncoder(&out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false) // people read it too, and no browser does
		if err := enc.Encode(list); err != nil {
			return fmt.Errorf("lexicon: %w", err)
		}
	default:
		return fmt.Errorf("lexicon: unknown format %q", layout.Format)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// or joins alternatives as a sentence does.
func or(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
