// SPDX-License-Identifier: Apache-2.0

package table

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Table is what events.txt says.
type Table struct {
	Flags    []flagSet
	Variants []variants
	Syscalls []string
	Events   []typeRow
}

type flagSet struct {
	name   string
	values []flagValue
}

type flagValue struct {
	name  string
	value uint32
}

type variants struct {
	name   string
	params []param
}

type typeRow struct {
	constant, name   string
	origin, category string
	flags            []string
	params           []param
}

type param struct {
	name, kind string
	format     string
	what       string // flags or variants
	dir        int    // of a relpath; else -1
	isFD       bool   // the descriptor that the event is about
}

// Parse reads the table. Its notation is described at the table's top.
func Parse(text string) (*Table, error) {
	t := &Table{}
	for _, l := range joinLines(text) {
		word, rest, _ := strings.Cut(l.text, " ")
		args := strings.Fields(rest)
		var err error
		switch word {
		case "flags":
			err = t.addFlags(args)
		case "variants":
			err = t.addVariants(args)
		case "syscalls":
			err = t.addSyscalls(args)
		case "event":
			err = t.addEvent(args)
		default:
			err = fmt.Errorf("unknown word %q", word)
		}
		if err != nil {
			return nil, fmt.Errorf("events.txt:%d: %w", l.number, err)
		}
	}
	return t, t.checkNames()
}

type line struct {
	number int
	text   string
}

// joinLines drops comments and joins a line that starts with blanks to the one
// before.
func joinLines(text string) []line {
	var lines []line
	for i, l := range strings.Split(text, "\n") {
		switch {
		case l == "" || l[0] == '#':
		case l[0] == ' ' && len(lines) > 0:
			lines[len(lines)-1].text += l
		default:
			lines = append(lines, line{i + 1, l})
		}
	}
	return lines
}

func (t *Table) addFlags(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("flags wants a name and values")
	}
	set := flagSet{name: args[0]}
	for _, arg := range args[1:] {
		name, number, _ := strings.Cut(arg, "=")
		value, err := strconv.ParseUint(number, 0, 32)
		if err != nil {
			return fmt.Errorf("flag %s: %w", name, err)
		}
		set.values = append(set.values, flagValue{name, uint32(value)})
	}
	t.Flags = append(t.Flags, set)
	return nil
}

func (t *Table) addVariants(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("variants wants a name and kinds")
	}
	v := variants{name: args[0]}
	for _, arg := range args[1:] {
		p, err := parseParam(":"+arg, nil)
		if err != nil {
			return err
		}
		v.params = append(v.params, p)
	}
	t.Variants = append(t.Variants, v)
	return nil
}

func (t *Table) addSyscalls(args []string) error {
	if len(args) < 2 || args[0] != strconv.Itoa(len(t.Syscalls)) {
		return fmt.Errorf("syscalls wants the next number, which is %d, and names", len(t.Syscalls))
	}
	t.Syscalls = append(t.Syscalls, args[1:]...)
	return nil
}

func (t *Table) addEvent(args []string) error {
	if len(args) < 5 || args[0] != strconv.Itoa(len(t.Events)) {
		return fmt.Errorf("event wants the next number, which is %d, a constant, a name, a source and a category", len(t.Events))
	}
	e := typeRow{constant: args[1], name: args[2], origin: args[3], category: args[4]}
	e.flags = args[5:]
	if i := slices.Index(e.flags, ":"); i >= 0 {
		var list []string
		e.flags, list = e.flags[:i], e.flags[i+1:]
		for _, arg := range list {
			p, err := parseParam(arg, e.params)
			if err != nil {
				return fmt.Errorf("event %s: %w", e.constant, err)
			}
			e.params = append(e.params, p)
		}
	}
	if _, ok := origins[e.origin]; !ok {
		return fmt.Errorf("event %s: unknown source %q", e.constant, e.origin)
	}
	if _, ok := categories[e.category]; !ok {
		return fmt.Errorf("event %s: unknown category %q", e.constant, e.category)
	}
	for _, f := range e.flags {
		if _, ok := typeFlags[f]; !ok {
			return fmt.Errorf("event %s: unknown flag %q", e.constant, f)
		}
	}
	t.Events = append(t.Events, e)
	return nil
}

var paramForm = regexp.MustCompile(`^(\*?)(\w*):(\w+)(?:/([dxo-]))?(?:\((\w+)\))?$`)

// parseParam reads NAME:KIND/FORMAT(WHAT); before are the event's parameters
// so far.
func parseParam(arg string, before []param) (param, error) {
	m := paramForm.FindStringSubmatch(arg)
	if m == nil {
		return param{}, fmt.Errorf("parameter %q is not NAME:KIND[/FORMAT][(WHAT)]", arg)
	}
	p := param{isFD: m[1] != "", name: m[2], kind: m[3], format: m[4], what: m[5], dir: -1}
	k, ok := kinds[p.kind]
	if !ok {
		return param{}, fmt.Errorf("parameter %q: unknown kind %q", arg, p.kind)
	}
	if p.format == "" {
		p.format = k.format
	}
	if p.kind == "relpath" {
		p.dir = slices.IndexFunc(before, func(q param) bool { return q.name == p.what })
		if p.dir < 0 {
			return param{}, fmt.Errorf("parameter %q: no parameter %q before it", arg, p.what)
		}
		p.what = ""
	}
	return p, nil
}

// checkNames wants every set of flags or variants that a parameter names.
func (t *Table) checkNames() error {
	known := make(map[string]bool)
	for _, f := range t.Flags {
		known[f.name] = true
	}
	for _, v := range t.Variants {
		known[v.name] = true
	}
	for _, e := range t.Events {
		for _, p := range e.params {
			if p.what != "" && !known[p.what] {
				return fmt.Errorf("events.txt: event %s, parameter %s: no flags or variants %q", e.constant, p.name, p.what)
			}
		}
	}
	return nil
}
