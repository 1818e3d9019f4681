// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"encoding/json"
	"io"
)

type jsonPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonRelated struct {
	jsonPlace
	Message string `json:"message"`
}

type jsonContext struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

type jsonDiagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Title    string `json:"title"`
	jsonPlace
	EndLine   int           `json:"endLine"`
	EndColumn int           `json:"endColumn"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint,omitempty"`
	Reference string        `json:"falcoCode,omitempty"`
	Context   []jsonContext `json:"context"`
	Related   []jsonRelated `json:"related"`
}

// WriteJSON writes one object with the diagnostics and their numbers, for
// programs. Lines and columns count from 1, columns in bytes; 0 means that the
// place is not known.
func (l *List) WriteJSON(w io.Writer) error {
	out := struct {
		Errors      int              `json:"errors"`
		Warnings    int              `json:"warnings"`
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
	}{
		Errors:      l.Errors(),
		Warnings:    l.Warnings(),
		Diagnostics: make([]jsonDiagnostic, 0, len(l.Diagnostics)),
	}
	for i := range l.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, describe(&l.Diagnostics[i]))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func describe(d *Diagnostic) jsonDiagnostic {
	info := d.Code.Info()
	j := jsonDiagnostic{
		Severity:  d.Severity.String(),
		Code:      d.Code.String(),
		Title:     info.Title,
		jsonPlace: jsonPlace{d.Pos.File, d.Pos.Line, d.Pos.Col},
		EndLine:   d.End.Line,
		EndColumn: d.End.Col,
		Message:   d.Message,
		Hint:      d.Hint,
		Reference: info.Reference,
		Context:   make([]jsonContext, 0, len(d.Context)),
		Related:   make([]jsonRelated, 0, len(d.Related)),
	}
	for _, c := range d.Context {
		j.Context = append(j.Context, jsonContext{c.Kind, c.Name})
	}
	for _, r := range d.Related {
		j.Related = append(j.Related, jsonRelated{jsonPlace{r.Pos.File, r.Pos.Line, r.Pos.Col}, r.Message})
	}
	return j
}
