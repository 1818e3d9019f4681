// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

func TestFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ word, first, last string }{
		{"proc.name", "proc.name", "proc.name"},
		{"proc.aname[2]", "proc.aname", "proc.aname"},
		{"evt.arg.flags", "evt.arg", "evt.arg"},
		{"evt.abspath.src", "evt.abspath", "evt.abspath"},
		{"thread.cgroup.cpu.x", "thread.cgroup", "thread.cgroup"},
		{"syscall", "syscall.type", "syscall.type"},
		{"fs", "fs.path.name", "fs.path.targetraw"},
		{"fs.path", "fs.path.name", "fs.path.targetraw"},
		{"k8s.pod", "k8s.pod.name", "k8s.pod.cni.json"},
		{"", "evt.num", "k8s.deployment.labels"},
	} {
		fields, err := Fields(test.word)
		if err != nil {
			t.Errorf("Fields(%q): %v", test.word, err)
		} else if first, last := fields[0].Name, fields[len(fields)-1].Name; first != test.first || last != test.last {
			t.Errorf("Fields(%q) = %s … %s, want %s … %s", test.word, first, last, test.first, test.last)
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	fields := func(word string) error { _, err := Fields(word); return err }
	events := func(word string) error { _, err := Events(word); return err }
	for _, test := range []struct {
		find       func(string) error
		word, near string
	}{
		{fields, "proc.nmae", "proc.name"},
		{fields, "contaner", "container"},
		{fields, "proc.name.first", ""}, // proc.name takes no name after a dot
		{fields, "proc.name.", "proc.name"},
		{fields, ".", ""},
		{fields, "[2]", ""},
		{fields, "something.else", ""},
		{events, "opnat", "openat"},
		{events, "getpdi", "getpid"},
		{events, "unknown", ""},
		{events, "syscall", ""},
	} {
		err := test.find(test.word)
		var unknown *UnknownError
		if !errors.As(err, &unknown) {
			t.Errorf("%q is found: %v", test.word, err)
		} else if unknown.Word != test.word || unknown.Near != test.near {
			t.Errorf("%q is unknown, near %q, want %q", unknown.Word, unknown.Near, test.near)
		}
	}
}

// The list is by class; no field may get lost in that, nor a kind be left
// without words.
func TestAllFieldsAreListed(t *testing.T) {
	t.Parallel()
	fields, err := Fields("")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]int)
	for i := range fields {
		f := &fields[i]
		listed[f.Name]++
		if kindWords[f.kind] == "" {
			t.Errorf("%s: no words for its kind %s", f.Name, f.Kind)
		}
		if f.Argument != nil && f.Argument.String() == "" {
			t.Errorf("%s: takes an argument of no form", f.Name)
		}
	}
	for i := range event.Fields {
		if name := event.Fields[i].Name; listed[name] != 1 {
			t.Errorf("%s is listed %d times; classes have to have %s once", name, listed[name], classOf(&event.Fields[i]))
		}
	}
	for kind, words := range kindWords {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.kind == kind }) {
			t.Errorf("there are words %q for the kind %s, which no field has", words, kind)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	events, err := Events("openat")
	if err != nil {
		t.Fatal(err)
	}
	openat := events[0]
	if len(openat.Parameters) < 5 || len(openat.Parameters[3].Values) < 10 {
		t.Fatalf("openat is %+v", openat)
	}
	openat.Parameters = openat.Parameters[:3]
	want := Event{Name: "openat", Origin: "syscall", Category: "file", Parameters: []Parameter{
		{Name: "fd", Kind: "FD", Values: []string{}, Kinds: []string{}},
		{Name: "dirfd", Kind: "FD", Values: []string{}, Kinds: []string{}},
		{Name: "name", Kind: "FSRELPATH", Values: []string{}, Kinds: []string{}, RelativeTo: "dirfd"},
	}}
	if diff := cmp.Diff(want, openat, cmp.AllowUnexported(Parameter{})); diff != "" {
		t.Errorf("openat (-want +got):\n%s", diff)
	}
	for word, generic := range map[string]bool{"getpid": true, "open": false, "procexit": false, "container": false} {
		if e, err := Events(word); err != nil || e[0].Generic != generic {
			t.Errorf("Events(%s) = %+v, %v", word, e, err)
		}
	}
	// Every name that a rule may compare evt.type with is listed.
	names := EventWords()
	for id := range event.Type(event.NumTypes) {
		unlisted := id.Info().Flags&event.Unused != 0 || id == event.GenericEnter || id == event.GenericExit
		if _, found := slices.BinarySearch(names, id.String()); found == unlisted {
			t.Errorf("event %s of type %d: listed %v", id, id, found)
		}
	}
}

// The reference's lists hold what rules in the field are made of.
func TestReferenceNames(t *testing.T) {
	t.Parallel()
	lists := filepath.Join(enginetest.Shared(t), "golden", "lists")
	text, err := os.ReadFile(filepath.Join(lists, "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	matches := regexp.MustCompile("(?m)^(?:Yes|No) \\| `[<>]` \\| `(\\w+)`").FindAllStringSubmatch(string(text), -1)
	if len(matches) < 100 {
		t.Fatalf("events.md has %d events, which cannot be", len(matches))
	}
	for _, m := range matches {
		if _, err := Events(m[1]); err != nil {
			t.Error(err)
		}
	}

	type field struct {
		Name     string
		Type     string
		IsList   bool `json:"is_list"`
		Argument *struct{ Required bool }
	}
	var reference struct {
		FieldClasses []struct{ Fields []field }
	}
	if text, err = os.ReadFile(filepath.Join(lists, "fields.json")); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	for _, class := range reference.FieldClasses {
		for _, want := range class.Fields {
			fields, err := Fields(want.Name)
			if err != nil || fields[0].Name != want.Name {
				t.Errorf("%s: %v %v", want.Name, fields, err)
				continue
			}
			f := fields[0]
			argument := f.Argument != nil
			required := argument && f.Argument.Required
			if f.Kind != want.Type || f.List != want.IsList ||
				argument != (want.Argument != nil) || required != (want.Argument != nil && want.Argument.Required) {
				t.Errorf("the reference says %+v, we %+v", want, f)
			}
		}
	}
}

// Whatever the width, a table keeps its words, and its lines fit unless a
// single name does not.
func TestWidths(t *testing.T) {
	t.Parallel()
	fields, err := Fields("")
	if err != nil {
		t.Fatal(err)
	}
	events, err := Events("")
	if err != nil {
		t.Fatal(err)
	}
	words := func(width int) (fieldWords, eventWords []string) {
		var f, e bytes.Buffer
		layout := Layout{Format: Table, Width: width}
		if err := errors.Join(WriteFields(&f, layout, fields), WriteEvents(&e, layout, events)); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(f.String() + e.String()) {
			line = strings.TrimRight(line, "\n")
			if width > 0 && utf8.RuneCountInString(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("wider than %d: %q", width, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("blanks at the end: %q", line)
			}
		}
		return strings.Fields(f.String()), strings.Fields(e.String())
	}
	wantFields, wantEvents := words(0)
	for _, width := range []int{40, 60, 80, 100, 200, 1000} {
		gotFields, gotEvents := words(width)
		if width < 70 { // what is stacked has no head
			gotFields = append(wantFields[:3:3], gotFields...)
		}
		if width < 80 {
			gotEvents = append(wantEvents[:4:4], gotEvents...)
		}
		if !slices.Equal(gotFields, wantFields) || !slices.Equal(gotEvents, wantEvents) {
			t.Errorf("a table of width %d has other words", width)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	table := table{head: []string{"NAME", "KIND", "DESCRIPTION"}, rows: [][]string{
		{"fd.num", "INT64", "Number of the descriptor that the event is about, as in 3."},
		{"proc.exe_ino.ctime_duration_proc_start", "ABSTIME", "Nanoseconds."},
		{"none", "", ""},
	}}
	for width, want := range map[int]string{
		0: `
NAME                                    KIND     DESCRIPTION
fd.num                                  INT64    Number of the descriptor that the event is about, as in 3.
proc.exe_ino.ctime_duration_proc_start  ABSTIME  Nanoseconds.
none
`,
		48: `
NAME    KIND     DESCRIPTION
fd.num  INT64    Number of the descriptor that
                 the event is about, as in 3.
proc.exe_ino.ctime_duration_proc_start
        ABSTIME  Nanoseconds.
none
`,
		40: `
fd.num  INT64
    Number of the descriptor that the
    event is about, as in 3.
proc.exe_ino.ctime_duration_proc_start
    ABSTIME
    Nanoseconds.
none
`,
	} {
		var got bytes.Buffer
		table.write(&got, width)
		if diff := cmp.Diff(want, "\n"+got.String()); diff != "" {
			t.Errorf("width %d (-want +got):\n%s", width, diff)
		}
	}
}

// The sections of a page share out all that there is.
func TestMarkdownHasAll(t *testing.T) {
	t.Parallel()
	fields, err := Fields("")
	if err != nil {
		t.Fatal(err)
	}
	events, err := Events("")
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	layout := Layout{Format: Markdown}
	if err := errors.Join(WriteFields(&page, layout, fields), WriteEvents(&page, layout, events)); err != nil {
		t.Fatal(err)
	}
	for i := range fields {
		if n := strings.Count(page.String(), "\n| `"+fields[i].Name+"` |"); n != 1 {
			t.Errorf("%s is on the page %d times", fields[i].Name, n)
		}
	}
	for i := range events {
		e := &events[i]
		n := strings.Count(page.String(), "\n| `"+e.Name+"` |")
		if e.Generic {
			n += len(regexp.MustCompile("`"+e.Name+"`(, |\n)").FindAllString(page.String(), -1))
		}
		if n != 1 {
			t.Errorf("%s is on the page %d times", e.Name, n)
		}
	}
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 4 && strings.Count(line, "|") != 3 {
			t.Errorf("a row with other cells: %s", line)
		}
	}
}
