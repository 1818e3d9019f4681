// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/syntax"
)

// common are the fields that rules ask for most; the others come now and then.
var common = []string{
	"evt.type", "proc.name", "fd.name", "proc.cmdline", "fd.typechar", "fd.num", "evt.rawres", "evt.is_open_write", "container.id",
	"proc.aname", "proc.aname[2]", "fd.ip", "fd.port", "fd.net", "fd.sip", "fd.sport", "fd.types[1]", "evt.buffer", "user.uid", "proc.fdusage",
	"evt.arg.name", "evt.arg.flags", "evt.rawarg.fd", "fd.directory", "fd.filename", "proc.env[HOME]", "thread.cgroup.cpu", "evt.num", "proc.pname", "proc.args",
}

// condition writes a random condition. What is in it may be refused by the
// check: not every operator goes with every field.
func (w *world) condition(depth int) string {
	switch n := w.IntN(10); {
	case depth == 0 || n < 3:
		return w.test()
	case n < 4:
		return "not (" + w.condition(depth-1) + ")"
	default:
		word := pick(w, []string{" and ", " or "})
		var parts []string
		for range 2 + w.IntN(3) {
			parts = append(parts, "("+w.condition(depth-1)+")")
		}
		return strings.Join(parts, word)
	}
}

func (w *world) field() (string, event.Kind) {
	if w.IntN(3) > 0 {
		name := pick(w, common)
		base, _, _ := strings.Cut(name, "[")
		if id, ok := event.LookupField(base); ok {
			return name, id.Field().Kind
		}
		return name, event.KindString // evt.arg.x and the like
	}
	f := &event.Fields[w.IntN(len(event.Fields))]
	name := f.Name
	switch {
	case f.Arg&event.ArgDotted != 0:
		name += "." + pick(w, []string{"name", "flags", "fd", "res", "path", "cpu", "src", "addr", "tuple", "uid", "exe"})
	case f.Arg&event.ArgKey != 0 && (f.Arg&event.ArgRequired != 0 || w.IntN(2) == 0):
		name += "[" + pick(w, []string{"HOME", "x", "a*"}) + "]"
	case f.Arg&event.ArgIndex != 0 && (f.Arg&event.ArgRequired != 0 || w.IntN(2) == 0):
		name += fmt.Sprintf("[%d]", w.IntN(4))
	}
	return name, f.Kind
}

func (w *world) test() string {
	field, kind := w.field()
	if w.IntN(8) == 0 {
		field = w.transformed(field)
	}
	switch kind {
	case event.KindString, event.KindPath, event.KindDynamic, event.KindBytes:
		if w.IntN(12) == 0 {
			return field + " exists"
		}
		return field + " " + w.textTest(field)
	case event.KindIP, event.KindIPNet:
		return field + " " + w.listTest([]string{"=", "!="}, []string{"in", "intersects"}, func() string {
			a := pick(w, []string{"10.0.0.0", "10.0.0.1", "10.1.0.1", "fe80::", "fe80::1", "fe80:100::2"})
			if kind == event.KindIPNet {
				a += pick(w, []string{"/8", "/31", "/32", "/0", "/16"})
			}
			return `"` + a + `"`
		})
	case event.KindBool:
		return field + " " + w.listTest([]string{"=", "!="}, []string{"in"}, func() string { return pick(w, []string{"true", "false"}) })
	}
	if w.IntN(12) == 0 {
		return field + " exists"
	}
	return field + " " + w.listTest([]string{"=", "!=", "<", "<=", ">", ">="}, []string{"in", "intersects"}, func() string {
		return fmt.Sprint(pick(w, []int64{0, 1, 2, 3, 5, 80, 8080, 1000, 65535, -1, -2, -13, int64(w.IntN(12))}))
	})
}

func (w *world) transformed(field string) string {
	switch w.IntN(7) {
	case 0:
		return "toupper(" + field + ")"
	case 1:
		return "basename(" + field + ")"
	case 2:
		return "b64(" + field + ")"
	case 3:
		return "len(" + field + ")"
	case 4:
		return "concat(" + field + ", proc.name)"
	case 5:
		return "join(\"/\", (" + field + ", proc.name))"
	}
	return "tolower(" + field + ")"
}

// listTest writes an operator that takes one constant, or one that takes a list.
func (w *world) listTest(single, list []string, constant func() string) string {
	if w.IntN(2) == 0 {
		return pick(w, single) + " " + constant()
	}
	var all []string
	for range w.IntN(5) {
		all = append(all, constant())
	}
	return pick(w, list) + " (" + strings.Join(all, ", ") + ")"
}

func (w *world) textTest(field string) string {
	op := pick(w, []string{
		"=", "!=", "contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex", "in", "in", "pmatch", "intersects",
		"bcontains", "bstartswith", "<", ">=", "=", "startswith",
	})
	constant := func() string { return syntax.Quote(w.constant(op)) }
	switch {
	case strings.HasSuffix(field, "evt.type") && w.IntN(8) > 0:
		return w.listTest([]string{"=", "!="}, []string{"in"}, func() string { return pick(w, often).Info().Name })
	case op == "in" || op == "pmatch" || op == "intersects":
		return w.listTest([]string{"="}, []string{op}, constant)
	case w.IntN(10) == 0:
		other, _ := w.field()
		return op + " val(" + other + ")"
	case w.IntN(4) == 0:
		return op + " " + w.listTest([]string{"="}, []string{"anyof", "allof", "oneof"}, constant)
	}
	return op + " " + constant()
}

// constant makes a constant that has something to do with the values.
func (w *world) constant(op string) string {
	s := pick(w, texts)
	from := w.IntN(len(s) + 1)
	to := from + w.IntN(len(s)-from+1)
	switch w.IntN(4) {
	case 0:
		s = s[from:]
	case 1:
		s = s[:from]
	case 2:
		s = s[from:to]
	}
	if w.IntN(8) == 0 {
		s = strings.ToUpper(s)
	}
	switch op {
	case "bcontains", "bstartswith":
		return hex.EncodeToString([]byte(s))
	case "glob", "iglob", "pmatch":
		for range w.IntN(3) {
			at := w.IntN(len(s) + 1)
			s = s[:at] + pick(w, []string{"*", "?", "[a-z]", "[!x]", "\\", "[", "*/"}) + s[at:]
		}
	case "regex":
		return pick(w, []string{".*", "[a-z]+", "/etc/.*", ".*passwd", "(a|sh|bash)", "/[^/]*/.*", ".?.?", "\\S+"})
	}
	return s
}
