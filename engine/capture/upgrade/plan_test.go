// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/event"
)

// A key is a type of event with a number of parameters.
type key struct {
	typ event.Type
	n   int
}

// A conversion is a step of the reference.
type conversion struct {
	to     event.Type
	params []string
}

// What follows from the schemas is what the reference has written down.
func TestPlansLikeReference(t *testing.T) {
	t.Parallel()
	table := readConversions(t, "testdata/conversions.txt")
	for from := range table {
		want, to := compose(table, from)
		plan := rows()[from.typ].plan(from.n)
		if plan == nil {
			t.Errorf("%s(%d) with %d parameters: stays as it is, want %v", from.typ, from.typ, from.n, want)
			continue
		}
		var have []string
		for i, s := range plan.steps {
			kind := to.Info().Params[i].Kind
			have = append(have, s.String())
			want[i] = decided(want[i], kind, from.typ)
			if kind.Width() == 0 {
				have[i] = strings.TrimSuffix(have[i], "?")
			}
		}
		if plan.to != to || !slices.Equal(want, have) {
			t.Errorf("%s(%d) with %d parameters becomes\n\t%d: %v, want\n\t%d: %v", from.typ, from.typ, from.n, plan.to, have, to, want)
		}
	}
	// No other type is changed, nor is one that is complete.
	for typ := range event.Type(event.NumTypes) {
		known := slices.ContainsFunc(keys(table), func(k key) bool { return k.typ == typ })
		row := rows()[typ]
		if typ.Info().Flags&event.Old == 0 && row.plan(len(typ.Info().Params)) != nil {
			t.Errorf("%s(%d) is changed though it is complete", typ, typ)
		}
		if typ == event.ContainerV4 || typ == event.BpfExit {
			continue // one is made anew, the other always had all parameters
		}
		if row.complete > 0 && !known {
			t.Errorf("%s(%d) is changed, and the reference does not", typ, typ)
		}
	}
}

// decided is what we make of a parameter in place of what the reference does.
func decided(symbol string, kind event.Kind, from event.Type) string {
	begin := (from - 1).Info().Params
	var index int
	if n, _ := fmt.Sscanf(symbol, "b%d", &index); n == 1 && index >= len(begin) {
		// The begin is of an older version, which did not have it.
		symbol = "z"
		if strings.HasSuffix(symbol, "?") {
			symbol = "-"
		}
	}
	switch kind {
	case event.KindFD, event.KindPID, event.KindUID, event.KindGID:
		// An unknown one is not 0.
		if symbol[0] == 'b' && !strings.HasSuffix(symbol, "?") {
			symbol += "?"
		}
	}
	if kind.Width() == 0 { // 0 and empty are the same
		symbol = strings.Replace(strings.TrimSuffix(symbol, "?"), "z", "-", 1)
	}
	return symbol
}

// String returns a step as the table has it.
func (s step) String() string {
	switch {
	case s.source == ownParam:
		return fmt.Sprint("o", s.index)
	case s.source == beginParam && s.zeros > 0:
		return fmt.Sprint("b", s.index)
	case s.source == beginParam:
		return fmt.Sprint("b", s.index, "?")
	case s.zeros > 0:
		return "z"
	}
	return "-"
}

// compose takes steps until none applies.
func compose(table map[key]conversion, from key) (params []string, typ event.Type) {
	for i := range from.n {
		params = append(params, fmt.Sprint("o", i))
	}
	typ = from.typ
	for {
		c, ok := table[key{typ, len(params)}]
		if !ok {
			return params, typ
		}
		next := slices.Clone(params)
		if c.to != 0 {
			typ, next = c.to, nil
		}
		for _, p := range c.params {
			if n, ok := strings.CutPrefix(p, "o"); ok {
				i, _ := strconv.Atoi(n)
				p = params[i]
			}
			next = append(next, p)
		}
		params = next
	}
}

func readConversions(t *testing.T, path string) map[key]conversion {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table := make(map[key]conversion)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		head, params, ok := strings.Cut(lines.Text(), ":")
		if strings.HasPrefix(head, "#") || !ok {
			continue
		}
		head, toText, _ := strings.Cut(head, " > ")
		var name string
		var from, to, n int
		if _, err := fmt.Sscan(head, &name, &from, &n); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		if toText != "" {
			if to, err = strconv.Atoi(toText); err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
		}
		if event.Type(from).String() != name {
			t.Fatalf("%s: type %d is %s", lines.Text(), from, event.Type(from))
		}
		table[key{event.Type(from), n}] = conversion{event.Type(to), symbols(params)}
	}
	return table
}

func symbols(text string) []string {
	var params []string
	for p := range strings.FieldsSeq(text) {
		var first, last int
		if n, _ := fmt.Sscanf(p, "o%d-%d", &first, &last); n != 2 {
			params = append(params, p)
			continue
		}
		for ; first <= last; first++ {
			params = append(params, fmt.Sprint("o", first))
		}
	}
	return params
}

func keys(table map[key]conversion) []key {
	var list []key
	for k := range table {
		list = append(list, k)
	}
	return list
}
