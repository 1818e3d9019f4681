// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"encoding/json"
	"io"
	"slices"
)

type falcoPosition struct {
	Name   string `json:"name"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Offset int    `json:"offset"`
}

type falcoLocation struct {
	ItemType string        `json:"item_type"`
	ItemName string        `json:"item_name"`
	Position falcoPosition `json:"position"`
}

type falcoContext struct {
	Locations []falcoLocation `json:"locations"`
	Snippet   string          `json:"snippet"`
}

type falcoEntry struct {
	Code     string       `json:"code"`
	CodeDesc string       `json:"codedesc"`
	Context  falcoContext `json:"context"`
	Message  string       `json:"message"`
}

type falcoResult struct {
	Name       string       `json:"name"`
	Successful bool         `json:"successful"`
	Errors     []falcoEntry `json:"errors"`
	Warnings   []falcoEntry `json:"warnings"`
}

// WriteFalco writes the diagnostics in the shape of Falco's load results, under
// its codes, for tools that read those: one result for each file. What Falco
// has no code for is left out, so what it would be silent about stays silent.
func (l *List) WriteFalco(w io.Writer) error {
	results := make([]falcoResult, 0, len(l.sources))
	for _, s := range l.sources {
		results = append(results, falcoResult{
			Name: s.file, Successful: true, Errors: []falcoEntry{}, Warnings: []falcoEntry{},
		})
	}
	for i := range l.Diagnostics {
		d := &l.Diagnostics[i]
		entry, ok := l.falcoEntry(d)
		if !ok && d.Severity == Warning {
			continue
		}
		at := 0
		for at < len(results) && results[at].Name != d.Pos.File {
			at++
		}
		if at == len(results) {
			// Of a file that could not even be read.
			results = append(results, falcoResult{
				Name: d.Pos.File, Successful: true, Errors: []falcoEntry{}, Warnings: []falcoEntry{},
			})
		}
		r := &results[at]
		if d.Severity == Error {
			r.Successful = false
			r.Errors = append(r.Errors, entry)
		} else {
			r.Warnings = append(r.Warnings, entry)
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string][]falcoResult{"falco_load_results": results})
}

func (l *List) falcoEntry(d *Diagnostic) (falcoEntry, bool) {
	code := d.Code.Info().Reference
	e := falcoEntry{
		Code:     code,
		CodeDesc: d.Code.Info().Title,
		Message:  d.Message,
		Context: falcoContext{Locations: []falcoLocation{{
			ItemType: "rules content",
			Position: falcoPosition{Name: d.Pos.File},
		}}},
	}
	for _, p := range slices.Concat(d.Context, []Place{{Kind: "value for", Pos: d.Pos}}) {
		e.Context.Locations = append(e.Context.Locations, falcoLocation{
			ItemType: p.Kind,
			ItemName: p.Name,
			Position: falcoPos(p.Pos),
		})
	}
	if q, ok := quoteLine(l.text(d.Pos.File), d.Pos, d.End); ok {
		e.Context.Snippet = q.line + "\n" + q.before + "^\n"
	}
	return e, code != ""
}

// falcoPos returns a place as Falco counts: lines and columns from 0.
func falcoPos(p Pos) falcoPosition {
	return falcoPosition{Name: p.File, Line: max(0, p.Line-1), Column: max(0, p.Col-1), Offset: p.Offset}
}
