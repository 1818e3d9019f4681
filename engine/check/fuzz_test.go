// SPDX-License-Identifier: Apache-2.0

package check_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/syntax"
)

// Whatever a rules file holds, it is read without a panic and without delay,
// what is reported stands in it, errors are the same without warnings, and rules
// without an error are whole.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no files", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		start := time.Now()
		var list diag.List
		file := rules.File{Name: "f.yaml", Data: data}
		set := rules.Load([]rules.File{file}, &list)
		checked := check.Rules(set, &list)
		if d := time.Since(start); d > 5*time.Second {
			t.Fatalf("%d bytes took %v", len(data), d)
		}
		list.Sort()
		errorsAlone(t, file, &list, checked)
		for _, d := range list.Diagnostics {
			if d.Message == "" || d.Pos.Offset > len(data) || d.End.Offset > len(data) || d.End.Line != 0 && d.End.Offset < d.Pos.Offset {
				t.Fatalf("%s at %v to %v: %q", d.Code, d.Pos, d.End, d.Message)
			}
			if d.Code.Info().Cause == "" {
				t.Fatalf("%s is not explained", d.Code)
			}
		}
		for i := range checked {
			r := &checked[i]
			if r.Name == "" || r.Condition == nil || r.Output.Text == "" {
				t.Fatalf("rule %d is not whole: %+v", i, r)
			}
		}
		for _, r := range set.Rules {
			if r.Condition == nil {
				continue
			}
			// A condition with its lists and macros put in is still one.
			text := syntax.Print(set.Compiled(r.Condition))
			if _, err := syntax.Parse(text, 0); err != nil && len(text) < 1<<12 {
				t.Fatalf("rule %s: %s: %v", r.Name.Value, text, err)
			}
		}
	})
}

// An output that is taken apart is all there: its texts are in it, in order.
func FuzzParseFormat(f *testing.F) {
	for _, s := range []string{
		"%proc.name", "*x %10proc.name|", "%proc.name. %proc.namex", "%tolower(proc.name)%len(fd.name)", "%evt.arg.flags %evt.arg[0]",
		"%proc.aname[2", "100%", "% %5", `%join("-", (proc.name, "a"))`, "%container.info %fd.ip",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		format, err := check.ParseFormat(text)
		if format.Text != text {
			t.Fatalf("text %q is %q", text, format.Text)
		}
		if err != nil {
			return
		}
		at, before := 0, check.Part{Operand: &check.Operand{}}
		for _, p := range format.Parts {
			if (p.Operand == nil) == (p.Text == "") {
				t.Fatalf("%q: part %+v is neither text nor operand", text, p)
			}
			if p.Operand == nil && before.Operand == nil {
				t.Fatalf("%q: two texts in a row", text)
			}
			for i := range p.Text {
				for at < len(text) && text[at] != p.Text[i] {
					at++
				}
				if at++; at > len(text) {
					t.Fatalf("%q: %q is not in it", text, p.Text)
				}
			}
			before = p
		}
	})
}
