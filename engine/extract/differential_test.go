// SPDX-License-Identifier: Apache-2.0

package extract_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/state"
)

// An answer is what the reference printed for one event under one probe.
type answer struct {
	Rule   string                     `json:"rule"`
	Output string                     `json:"output"`
	Fields map[string]json.RawMessage `json:"output_fields"`
	num    uint64
}

// TestReferenceValues compares every value of every field that the reference
// printed for the events of real captures.
func TestReferenceValues(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads a quarter of a gigabyte of answers")
	}
	data := enginetest.Shared(t)
	probes := readProbes(t, filepath.Join(data, "golden/probe/probe_rules.yaml"))
	total := newTally()
	for _, name := range slices.Sorted(maps.Keys(captures(t, data))) {
		path := captures(t, data)[name]
		one := newTally()
		compareCapture(t, probes, path, name, one)
		total.add(one)
		t.Logf("%s: %d values, %d equal, %d explained, %d different", filepath.Base(path), one.compared, one.equal, one.explained, one.different())
	}
	t.Logf("together: %d values, %d equal, %d explained, %d different", total.compared, total.equal, total.explained, total.different())
	for i := range differences {
		t.Logf("%d differ: %s: %s", total.reasons[i], strings.Join(differences[i].fields, ", "), differences[i].why)
	}
	for _, key := range total.worst() {
		t.Errorf("%s: %d differences, for example %s", key, total.count[key], strings.Join(total.examples[key], "; "))
	}
}

// captures maps files of answers to the captures that they are about.
func captures(t *testing.T, data string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, c := range []struct{ golden, captures, suffix string }{
		{"golden/probe_new", "captures/new", ".new.scap"},
		{"golden/probe", "captures", ".scap"},
	} {
		files, err := filepath.Glob(filepath.Join(data, c.golden, "*.jsonl.gz"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			base := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
			found[file] = filepath.Join(data, c.captures, base+c.suffix)
		}
	}
	return found
}

// A tally counts what was compared, by field.
type tally struct {
	compared, equal, explained int
	count                      map[string]int
	examples                   map[string][]string
	reasons                    map[int]int // by index of differences
}

func newTally() *tally {
	return &tally{count: make(map[string]int), examples: make(map[string][]string), reasons: make(map[int]int)}
}

// compare counts one value; where says which event it is of.
func (y *tally) compare(c *extract.Context, field string, got, want []byte, same bool, where func() string) {
	y.compared++
	if same {
		y.equal++
		return
	}
	for i := range differences {
		if d := &differences[i]; d.covers(c, field, string(got), string(want)) {
			y.explained++
			y.reasons[i]++
			return
		}
	}
	y.differ(field, fmt.Sprintf("%s: %s, the reference %s", where(), got, want))
}

func (y *tally) differ(field, example string) {
	y.count[field]++
	if len(y.examples[field]) < 3 {
		y.examples[field] = append(y.examples[field], example)
	}
}

func (y *tally) different() int { return y.compared - y.equal - y.explained }

func (y *tally) add(o *tally) {
	y.compared += o.compared
	y.equal += o.equal
	y.explained += o.explained
	for k, n := range o.count {
		y.count[k] += n
		for _, e := range o.examples[k] {
			if len(y.examples[k]) < 3 {
				y.examples[k] = append(y.examples[k], e)
			}
		}
	}
	for k, n := range o.reasons {
		y.reasons[k] += n
	}
}

// worst are the fields that differ, those that do so most often first.
func (y *tally) worst() []string {
	keys := slices.Collect(maps.Keys(y.count))
	slices.SortFunc(keys, func(a, b string) int {
		if y.count[a] != y.count[b] {
			return y.count[b] - y.count[a]
		}
		return strings.Compare(a, b)
	})
	return keys
}

// A probe is a field of the reference's output, and how ours is read.
type probe struct {
	name, before string             // before stands in front of the value in messages
	read         *extract.Extractor // nil: not compared
}

var outputField = regexp.MustCompile(`([ "]\w*=)%([a-z0-9_.]+(?:\[[^\]]*\])?)`)

// readProbes finds the fields of each probe rule.
func readProbes(t *testing.T, file string) map[string][]probe {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	probes := make(map[string][]probe)
	for _, part := range strings.Split(string(text), "- rule: ")[1:] {
		rule, rest, _ := strings.Cut(part, "\n")
		_, output, _ := strings.Cut(rest, "output: ")
		for _, m := range outputField.FindAllStringSubmatch(output, -1) {
			p := probe{name: m[2], before: strings.Replace(m[1], `"`, " ", 1)}
			if p.name != "evt.type.is" { // which has no value without an argument, the reference's a chance one
				x, err := extract.Compile(operand(t, p.name))
				if err != nil {
					t.Fatal(err)
				}
				p.read = &x
			}
			probes[rule] = append(probes[rule], p)
		}
	}
	return probes
}

// operand reads a field's name and argument as outputs have them.
func operand(t *testing.T, text string) check.Operand {
	t.Helper()
	name, arg, set := strings.Cut(strings.TrimSuffix(text, "]"), "[")
	id, ok := event.LookupField(name)
	for at := len(name); !ok; id, ok = event.LookupField(name[:at]) { // the argument may be the name's last parts
		if at = strings.LastIndexByte(name[:at], '.'); at < 0 {
			t.Fatalf("the field %s is not known", name)
		}
		arg, set = name[at+1:], true
	}
	f := id.Field()
	op := check.Operand{Field: id, Kind: f.Kind, List: f.List, Any: f.Any}
	if set {
		op.Arg.Set = true
		if n, err := strconv.Atoi(arg); err == nil {
			op.Arg.Index, op.Any = n, false
		} else {
			op.Arg.Key, op.Arg.IsKey = arg, true
		}
	}
	return op
}

func compareCapture(t *testing.T, probes map[string][]probe, path, golden string, y *tally) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table := state.New(state.Config{})
	src, err := capture.NewReader(f, table)
	if err != nil {
		t.Fatal(err)
	}
	answers := openAnswers(t, golden)
	c := extract.New(table)
	var ev event.Event
	for a := answers.next(); a != nil; {
		if err := src.Next(&ev); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			t.Errorf("%s: the reference saw event %d, we saw %d", path, a.num, ev.Num)
			return
		}
		c.Next(&ev)
		for ; a != nil && a.num == ev.Num; a = answers.next() {
			compareEvent(c, a, probes[a.Rule], filepath.Base(path), y)
		}
		if a != nil && a.num < ev.Num {
			t.Fatalf("%s: event %d of the reference is missing", path, a.num)
		}
	}
}

func compareEvent(c *extract.Context, a *answer, probes []probe, file string, y *tally) {
	where := func() string { return fmt.Sprintf("%s#%d %s", file, a.num, c.Event.Type) }
	var buf []byte
	for i := range probes {
		p := &probes[i]
		want, ok := a.Fields[p.name]
		if !ok || p.read == nil {
			continue
		}
		buf = p.read.AppendJSON(buf[:0], c)
		y.compare(c, p.name, buf, want, sameJSON(buf, want), where)
	}
	texts := splitOutput(probes, a.Output)
	if texts == nil {
		y.differ("output", fmt.Sprintf("%s cannot be split: %s", where(), a.Output))
	}
	for i, want := range texts {
		if probes[i].read == nil {
			continue
		}
		buf, ok := probes[i].read.AppendText(buf[:0], c)
		if !ok {
			buf = append(buf, "<NA>"...)
		}
		y.compare(c, probes[i].name, buf, []byte(want), string(buf) == want, where)
	}
}

// splitOutput takes the values out of a message, by the names before them.
func splitOutput(probes []probe, output string) []string {
	texts := make([]string, len(probes))
	for i, p := range probes {
		_, rest, ok := strings.Cut(output, p.before)
		if !ok {
			return nil
		}
		if output = rest; i+1 == len(probes) {
			texts[i] = rest
			break
		}
		end := strings.Index(rest, probes[i+1].before)
		if end < 0 {
			return nil
		}
		texts[i], output = rest[:end], rest[end:]
	}
	return texts
}

func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errA := decode(a)
	y, errB := decode(b)
	return errA == nil && errB == nil && reflect.DeepEqual(x, y)
}

// decode reads JSON and keeps numbers as they are written.
func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

type answerFile struct {
	t    *testing.T
	name string
	scan *bufio.Scanner
}

func openAnswers(t *testing.T, name string) *answerFile {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(z)
	scan.Buffer(nil, 1<<24)
	return &answerFile{t, name, scan}
}

// next returns the next answer, nil at the end.
func (f *answerFile) next() *answer {
	if !f.scan.Scan() {
		if err := f.scan.Err(); err != nil {
			f.t.Fatal(err)
		}
		return nil
	}
	var a answer
	if err := json.Unmarshal(f.scan.Bytes(), &a); err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
	if err := json.Unmarshal(a.Fields["evt.num"], &a.num); err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
	return &a
}
