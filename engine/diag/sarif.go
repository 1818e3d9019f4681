// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"unicode/utf8"
)

// The parts of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) that a list
// of diagnostics needs. GitHub's code scanning reads them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
		Help  sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

// WriteSARIF writes the diagnostics as a SARIF 2.1.0 log of a tool of this
// version, which may be empty.
func (l *List) WriteSARIF(w io.Writer, version string) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "lanner", Version: version, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	used := l.usedCodes()
	for _, code := range used {
		info := code.Info()
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: code.String(), Short: sarifText{info.Title}, Full: sarifText{info.Cause}, Help: sarifText{info.Fix},
		})
	}
	for i := range l.Diagnostics {
		d := &l.Diagnostics[i]
		message := d.Message
		if d.Hint != "" {
			message += "; " + d.Hint
		}
		index, _ := slices.BinarySearch(used, d.Code)
		r := sarifResult{
			RuleID: d.Code.String(), RuleIndex: index, Level: d.Severity.String(), Message: sarifText{message},
			Locations: []sarifLocation{{Physical: l.sarifPhysical(d.Pos, d.End)}},
		}
		for _, rel := range d.Related {
			r.Related = append(r.Related, sarifLocation{l.sarifPhysical(rel.Pos, Pos{}), &sarifText{rel.Message}})
		}
		run.Results = append(run.Results, r)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// usedCodes returns the codes of the diagnostics, in order, each once.
func (l *List) usedCodes() []Code {
	var used []Code
	for i := range l.Diagnostics {
		used = append(used, l.Diagnostics[i].Code)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

func (l *List) sarifPhysical(pos, end Pos) sarifPhysical {
	// A path is not a URI: it can have blanks, percent signs and, on Windows,
	// backslashes.
	p := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: filepath.ToSlash(pos.File)}).EscapedPath()}}
	if pos.Line == 0 {
		return p
	}
	text := l.text(pos.File)
	p.Region = &sarifRegion{StartLine: pos.Line, StartColumn: codePoints(text, pos)}
	if end.Line != 0 {
		p.Region.EndLine, p.Region.EndColumn = end.Line, codePoints(text, end)
	}
	return p
}

// codePoints returns the column of a place in characters, from 1.
func codePoints(text []byte, p Pos) int {
	start := p.Offset - (p.Col - 1)
	if start < 0 || p.Offset > len(text) {
		return p.Col
	}
	return utf8.RuneCount(text[start:p.Offset]) + 1
}
