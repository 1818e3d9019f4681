// SPDX-License-Identifier: Apache-2.0

package extract_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/state"
)

// A reading is a field, with an argument where it can have one.
type reading struct {
	name string
	op   check.Operand
	read extract.Extractor
}

// readings are all fields, with some arguments.
func readings(tb testing.TB) []reading {
	tb.Helper()
	var all []reading
	for id := range event.Fields {
		f := &event.Fields[id]
		op := check.Operand{Field: event.FieldID(id), Kind: f.Kind, List: f.List, Any: f.Any}
		for _, arg := range argumentsOf(f) {
			with := op
			with.Arg, with.Any = arg, op.Any && !arg.Set
			x, err := extract.Compile(with)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, reading{fmt.Sprintf("%s[%v]", f.Name, arg), with, x})
		}
	}
	return all
}

func argumentsOf(f *event.Field) (args []check.Arg) {
	if f.Arg&event.ArgRequired == 0 {
		args = append(args, check.Arg{})
	}
	if f.Arg&event.ArgIndex != 0 {
		for n := range 3 {
			args = append(args, check.Arg{Set: true, Index: n})
		}
	}
	var keys []string
	switch {
	case f.Name == "evt.abspath":
		keys = []string{"src", "dst"}
	case f.Name == "evt.type.is":
		keys = []string{"open"}
	case f.Name == "evt.arg" || f.Name == "evt.rawarg":
		keys = []string{"name", "fd", "res", "addr", "flags", "tuple", "args"}
	case f.Name == "thread.cgroup":
		keys = []string{"cpu"}
	case f.Arg&event.ArgKey != 0:
		keys = []string{"HOME", "a"}
	}
	for _, k := range keys {
		args = append(args, check.Arg{Set: true, IsKey: true, Key: k})
	}
	return args
}

// Every field of the table can be read.
func TestAllFields(t *testing.T) {
	t.Parallel()
	read := make(map[event.FieldID]bool)
	for _, r := range readings(t) {
		read[r.op.Field] = true
		if (r.read.One == nil) == (r.read.Many == nil) {
			t.Errorf("%s: exactly one of One and Many has to be set", r.name)
		}
	}
	for id := range event.Fields {
		if !read[event.FieldID(id)] {
			t.Errorf("%s is not read", event.Fields[id].Name)
		}
	}
}

// values is all that an extractor reads, in a form that can be compared.
func values(c *extract.Context, x *extract.Extractor) string {
	if x.One != nil {
		v, ok := x.One(c)
		if !ok {
			return "none"
		}
		return fmt.Sprintf("%q %d", v.Bytes, v.Num)
	}
	var text strings.Builder
	for _, v := range x.Many(c, nil) {
		text.WriteString(fmt.Sprintf("%q %d,", v.Bytes, v.Num))
	}
	return text.String()
}

// hang is what a value may hang on, as its field claims; empty where it may
// differ with each event.
func (r *reading) hang(c *extract.Context, name *extract.Extractor) string {
	switch r.read.Need {
	case event.NeedThread:
		if stamp := c.ThreadStamp(); stamp != 0 {
			return fmt.Sprintf("%s, thread %d", r.name, stamp)
		}
	case event.NeedName:
		return fmt.Sprintf("%s, name %s of kind %d", r.name, values(c, name), c.NameKind())
	case event.NeedNothing:
		switch c.Event.Type {
		case event.GenericEnter, event.GenericExit, event.AsyncEvent: // they stand for many
		default:
			return fmt.Sprintf("%s, type %d", r.name, c.Event.Type)
		}
	}
	return ""
}

// TestNeed makes sure that a value stays the same as long as that does which its
// field says that it hangs on: programs keep it as long.
func TestNeed(t *testing.T) {
	t.Parallel()
	all := readings(t)
	name, err := extract.Compile(check.Operand{Field: event.FieldFDName, Kind: event.KindString})
	if err != nil {
		t.Fatal(err)
	}
	wrong := make(map[string]bool)
	for seed := range uint64(100) {
		seen, where := make(map[string]string), make(map[string]string)
		follow(seed, func(c *extract.Context) {
			here := fmt.Sprintf("seed %d, event %d, %s of thread %d", seed, c.Event.Num, c.Event.Type, c.Event.TID)
			for i := range all {
				on := all[i].hang(c, &name)
				if on == "" {
					continue
				}
				value := values(c, &all[i].read)
				if old, ok := seen[on]; ok && old != value && !wrong[all[i].name] {
					wrong[all[i].name] = true
					t.Errorf("%s: %s at %s, %s at %s", on, old, where[on], value, here)
				}
				seen[on], where[on] = value, here
			}
		})
	}
}

// follow makes up a world and calls see after each of its events.
func follow(seed uint64, see func(*extract.Context)) {
	r := rand.New(rand.NewPCG(seed, 3))
	data := make([]byte, 2000)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	live(data, see)
}

func live(data []byte, see func(*extract.Context)) {
	w := enginetest.NewWorld(data)
	table := state.New(state.Config{})
	w.Fill(table)
	c := extract.New(table)
	var ev event.Event
	for w.Next(&ev) {
		c.Next(&ev)
		see(c)
	}
}

// FuzzFields reads all fields of whatever events: none panics, and all that is
// printed is text in UTF-8 and JSON.
func FuzzFields(f *testing.F) {
	all := readings(f)
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 4))
		data := make([]byte, 300)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var buf []byte
		live(data, func(c *extract.Context) {
			for i := range all {
				x := &all[i].read
				text, ok := x.AppendText(buf[:0], c)
				if !utf8.Valid(text) {
					t.Fatalf("%s of %s is printed as %q", all[i].name, c.Event.Type, text)
				}
				if why := c.Why(all[i].op); ok && x.One != nil && why != extract.Present {
					t.Fatalf("%s of %s is %q, and is missing because %s", all[i].name, c.Event.Type, text, why)
				}
				if buf = x.AppendJSON(text[:0], c); !json.Valid(buf) {
					t.Fatalf("%s of %s is in JSON %q", all[i].name, c.Event.Type, buf)
				}
			}
		})
	})
}
