// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// The YAML package stops at the first error, and says where the collection
// began that it is in, not where it stopped. So that one slip does not hide
// another, the top-level item with the error is taken out and the rest parsed
// again; and to find the line, the item is parsed line by line.

const (
	// maxYAMLErrors is after how many errors of YAML a file is given up.
	maxYAMLErrors = 10
	// maxItemLines is up to how many lines an item is parsed line by line.
	maxItemLines = 300
)

// documents reports what is wrong with the YAML of a file that was decoded, and
// tries again without the items that have errors.
func (l *loader) documents(data []byte, docs []*yaml.Node, err error) []*yaml.Node {
	for n := 1; ; n++ {
		if err == nil {
			return docs
		}
		l.set.Broken = true
		line, message := yamlError(err)
		line = l.src.pos(l.src.yamlLines[min(line, len(l.src.yamlLines))-1]).Line
		from, to, ok := l.itemAround(data, line-1)
		if ok {
			line, message, ok = l.errorIn(data, from, to, line, message)
		}
		pos := l.src.pos(l.src.lines[line-1])
		for pos.Offset < len(data) && data[pos.Offset] == ' ' {
			pos.Offset++
			pos.Col++
		}
		l.diags.Add(diag.Diagnostic{
			Code: diag.YAMLSyntax, Pos: pos, Message: message,
			Hint: "look at the indentation, the quotes and the brackets here and above",
		})
		if !ok || n == maxYAMLErrors {
			return docs
		}
		data = l.without(data, from, to)
		docs, err = decode(data)
	}
}

// decode returns the documents up to the first error.
func decode(data []byte) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*yaml.Node
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		docs = append(docs, &doc)
	}
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parserErrors are what the YAML package counts lines from 0 for; for all
// others it counts from 1.
var parserErrors = []string{
	"did not find expected <", "did not find expected node content", "did not find expected '-' indicator",
	"did not find expected key", "did not find expected ',' or", "found duplicate %", "found undefined tag handle",
	"found incompatible YAML document",
}

// yamlError takes an error of the YAML package apart.
func yamlError(err error) (line int, message string) {
	m := yamlErrorLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	line, err = strconv.Atoi(m[1])
	if err != nil {
		line = 0
	}
	for _, p := range parserErrors {
		if strings.HasPrefix(m[2], p) {
			line++
			break
		}
	}
	return max(line, 1), m[2]
}

// line returns the text from line n on, counted from 0; nothing behind the last.
func (l *loader) line(data []byte, n int) []byte {
	if n >= len(l.src.lines) {
		return nil
	}
	return data[l.src.lines[n]:]
}

// itemAround returns the lines of the top-level item that a line is in, counted
// from 0. It reports false where there is none.
func (l *loader) itemAround(data []byte, line int) (from, to int, ok bool) {
	begins := func(n int) bool { return bytes.HasPrefix(l.line(data, n), []byte("- ")) }
	from = line
	for from > 0 && !begins(from) {
		from--
	}
	to = line + 1
	for to < len(l.src.lines) && !begins(to) {
		to++
	}
	return from, to, begins(from)
}

// errorIn finds the error in an item by itself: in which line, counted from 1,
// and what it is. It reports false where the item alone has none.
func (l *loader) errorIn(data []byte, from, to, line int, message string) (int, string, bool) {
	item := data[l.src.lines[from] : len(data)-len(l.line(data, to))]
	_, err := decode(item)
	if err == nil {
		return line, message, false
	}
	first, message := yamlError(err)
	line = min(from+first, to)
	if to-from > maxItemLines {
		return line, message, true
	}
	// From the whole item back: the error is in the line without which there is
	// another or none.
	for n := to - 1; n > from; n-- {
		_, err := decode(item[:l.src.lines[n]-l.src.lines[from]])
		if err == nil {
			return n + 1, message, true
		}
		if _, other := yamlError(err); other != message {
			return n + 1, message, true
		}
		line = n
	}
	return line, message, true
}

// without returns the data with some lines made blank.
func (l *loader) without(data []byte, from, to int) []byte {
	data = bytes.Clone(data)
	item := data[l.src.lines[from] : len(data)-len(l.line(data, to))]
	for i, c := range item {
		if c != '\n' {
			item[i] = ' '
		}
	}
	return data
}
