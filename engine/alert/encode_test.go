// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
)

// goldenAlert is an alert as the reference writes it.
type goldenAlert struct {
	Hostname string
	Output   string
	Fields   map[string]json.RawMessage `json:"output_fields"`
	Priority string
	Rule     string
	Source   string
	Tags     []string
	Time     time.Time
}

func (g *goldenAlert) alert(t testing.TB) *Alert {
	t.Helper()
	p, ok := check.ParsePriority(g.Priority)
	if !ok {
		t.Fatalf("unknown priority %q", g.Priority)
	}
	_, message, _ := strings.Cut(g.Output, ": "+g.Priority+" ")
	a := &Alert{
		Rule: g.Rule, Priority: p, Source: g.Source, Tags: g.Tags, Hostname: g.Hostname,
		Time: uint64(g.Time.UnixNano()), Event: 1, Message: []byte(message),
	}
	for name, value := range g.Fields {
		if name != "evt.time" {
			a.Fields = append(a.Fields, Field{Name: name, JSON: value})
		}
	}
	slices.SortFunc(a.Fields, func(x, y Field) int { return strings.Compare(x.Name, y.Name) })
	return a
}

// Every alert that the reference wrote, taken apart and put together again, is
// the same line.
func TestJSONIsTheReferences(t *testing.T) {
	t.Parallel()
	data := enginetest.Shared(t)
	for _, pattern := range []string{"default_rules/*.jsonl", "probe/*.gz", "probe_new/*.gz"} {
		files, err := filepath.Glob(filepath.Join(data, "golden", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no golden alerts in %s (%v)", pattern, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				sameLines(t, file)
			})
		}
	}
}

func sameLines(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	var got, text []byte
	for n := 1; lines.Scan(); n++ {
		if n > 100 && n%11 != 0 { // all of them take a minute with the race detector
			continue
		}
		var g goldenAlert
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		// The probes ran without json_include_tags_property.
		e := Encoding{OmitTags: g.Tags == nil}
		a := g.alert(t)
		got = e.AppendJSON(got[:0], a)
		if diff := cmp.Diff(lines.Text(), string(got)); diff != "" {
			t.Fatalf("line %d (-reference +ours):\n%s", n, diff)
		}
		text = e.AppendText(text[:0], a)
		if diff := cmp.Diff(g.Output, string(text)); diff != "" {
			t.Fatalf("line %d, text (-reference +ours):\n%s", n, diff)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	a := &Alert{
		Rule: `Say "hi"`, Priority: check.Informational, Source: "syscall", Tags: []string{"a", "b"},
		Time: 1534527348514682170, Event: 7, Hostname: "box",
		Message: []byte("cat\tä\xE2\x82 x\x7F"), Fields: []Field{String("a.first", "1"), Number("evt.type", 2)},
	}
	internal := NewInternal("Lanner internal: lost", check.Critical, 1534527348514682170, "box", "lost some",
		Number("n", 3), String("kind", "a\nb"))
	tests := []struct {
		name       string
		encoding   Encoding
		alert      *Alert
		text, json string
	}{
		{
			"default",
			Encoding{},
			a,
			"17:35:48.514682170: Informational cat\tä\xE2\x82 x\x7F",
			`{"hostname":"box","output":"17:35:48.514682170: Informational cat\tä` + "\uFFFD\uFFFD x\x7F" +
				`","output_fields":{"a.first":"1","evt.time":1534527348514682170,"evt.type":2},"priority":"Informational",` +
				`"rule":"Say \"hi\"","source":"syscall","tags":["a","b"],"time":"2018-08-17T17:35:48.514682170Z"}`,
		},
		{
			"iso 8601, a message, no fields",
			Encoding{ISO8601: true, WithMessage: true, OmitFields: true, OmitTags: true},
			a,
			"2018-08-17T17:35:48.514682170+0000: Informational cat\tä\xE2\x82 x\x7F",
			`{"hostname":"box","message":"cat\tä` + "\uFFFD\uFFFD x\x7F" + `","output":"2018-08-17T17:35:48.514682170+0000: Informational cat\tä` +
				"\uFFFD\uFFFD x\x7F" + `","priority":"Informational","rule":"Say \"hi\"","source":"syscall","time":"2018-08-17T17:35:48.514682170Z"}`,
		},
		{
			"iso 8601, fields",
			Encoding{ISO8601: true, OmitOutput: true, OmitTags: true},
			a,
			"2018-08-17T17:35:48.514682170+0000: Informational cat\tä\xE2\x82 x\x7F",
			`{"hostname":"box","output_fields":{"a.first":"1","evt.time.iso8601":1534527348514682170,"evt.type":2},` +
				`"priority":"Informational","rule":"Say \"hi\"","source":"syscall","time":"2018-08-17T17:35:48.514682170Z"}`,
		},
		{
			"another zone",
			Encoding{Location: time.FixedZone("east", 3600), OmitOutput: true, OmitFields: true},
			a,
			"18:35:48.514682170: Informational cat\tä\xE2\x82 x\x7F",
			`{"hostname":"box","priority":"Informational","rule":"Say \"hi\"","source":"syscall","tags":["a","b"],"time":"2018-08-17T17:35:48.514682170Z"}`,
		},
		{
			"internal",
			Encoding{},
			internal,
			`17:35:48.514682170: Critical lost some (kind="a` + "\uFFFD" + `b" n=3)`,
			`{"hostname":"box","output":"lost some","output_fields":{"kind":"a` + "\uFFFD" + `b","n":3},"priority":"Critical",` +
				`"rule":"Lanner internal: lost","source":"internal","time":"2018-08-17T17:35:48.514682170Z"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.text, string(tt.encoding.AppendText(nil, tt.alert))); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			got := tt.encoding.AppendJSON([]byte("before"), tt.alert)
			if diff := cmp.Diff("before"+tt.json, string(got)); diff != "" {
				t.Errorf("json (-want +got):\n%s", diff)
			}
			if !json.Valid(got[len("before"):]) {
				t.Errorf("not valid JSON: %s", got)
			}
		})
	}
}

func TestFitted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"curl", 10, "curl      "},
		{"curl", 2, "cu"},
		{"curl", 4, "curl"},
		{"żółw", 2, "ż"},
		{"żółw", 3, "ż "},
		{"🐢", 3, "   "},
		{"", 1, " "},
	} {
		if got := string(appendFitted(nil, []byte(tt.text), tt.width)); got != tt.want {
			t.Errorf("appendFitted(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	a := &Alert{Rule: "r", Message: []byte("one"), Fields: []Field{String("a", "b")}}
	c := a.Clone()
	if !a.Equal(c) {
		t.Fatalf("a clone differs: %+v, want %+v", c, a)
	}
	copy(a.Message, "two")
	copy(a.Fields[0].JSON, `"x"`)
	if string(c.Message) != "one" || string(c.Field("a")) != `"b"` {
		t.Errorf("the clone changed with the original: %s %s", c.Message, c.Field("a"))
	}
	if c.Field("b") != nil {
		t.Errorf("a field that is not there: %s", c.Field("b"))
	}
}

// Whatever bytes an alert holds, its JSON is valid.
func FuzzEncoding(f *testing.F) {
	f.Add("rule", "host", "message \x00\xE2\x82", "tag", uint64(1534527348514682170), uint8(3))
	f.Add("\"\\\b\f\n\r\t", "\uFFFE", "<&>/", "", uint64(0), uint8(255))
	f.Add("", "", "\xF0\x9F\x90\xED\xA0\x80", "\u0085", uint64(1<<64-1), uint8(8))
	f.Fuzz(func(t *testing.T, rule, host, message, tag string, ns uint64, flags uint8) {
		a := &Alert{
			Rule: rule, Priority: check.Priority(flags % 8), Source: "syscall", Tags: []string{tag}, Time: ns, Hostname: host,
			Message: []byte(message), Fields: []Field{String(rule, message)},
		}
		e := Encoding{
			ISO8601: flags&8 != 0, OmitOutput: flags&16 != 0, OmitTags: flags&32 != 0,
			OmitFields: flags&64 != 0, WithMessage: flags&128 != 0,
		}
		var got goldenAlert
		if line := e.AppendJSON(nil, a); !json.Valid(line) || json.Unmarshal(line, &got) != nil {
			t.Fatalf("not JSON: %q", line)
		}
	})
}
