// SPDX-License-Identifier: Apache-2.0

package alert_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/scenario"
	"github.com/lanner-project/lanner/engine/state"
)

// someEvents has one event of many kinds, for outputs to be filled in with.
const someEvents = `test "events"
  machine hostname=box time=2026-01-02T03:04:05Z
  user uid=0 name=root
  proc 1 exepath=/sbin/init
  proc 10 ptid=1 exepath=/usr/sbin/sshd
  proc 100 ptid=10 exepath=/usr/bin/curl args=["-6" "http://example.org/\"quoted\""] env=[HOME=/root]
  100 openat fd=3 name="/tmp/a\tb" flags=O_RDONLY
  100 socket fd=4 domain=AF_INET type=1
  100 connect fd=4 tuple=10.0.0.2:40000->203.0.113.5:443 addr=203.0.113.5:443
  100 openat fd=-2 name=/none flags=O_RDWR
  100 execve exepath=/bin/sh args=[-c "echo ż\xff\x01"]
  100 close fd=3
  7 close fd=3
`

// contexts calls f with the context of each of some events.
func contexts(t testing.TB, f func(c *extract.Context)) {
	t.Helper()
	file, list := scenario.Parse("events", someEvents)
	if len(list.Diagnostics) > 0 {
		t.Fatalf("%+v", list.Diagnostics)
	}
	world := file.Tests[0].World
	table := state.New(state.Config{})
	for _, tell := range world.Snapshot {
		tell(table)
	}
	c := extract.New(table)
	for i := range world.Events {
		c.Next(&world.Events[i])
		f(c)
	}
}

func format(t testing.TB, text string) check.Format {
	t.Helper()
	f, err := check.ParseFormat(text)
	if err != nil {
		t.Fatalf("format %q: %v", text, err)
	}
	return f
}

func printer(t testing.TB, output string, extra ...alert.Extra) *alert.Printer {
	t.Helper()
	p, err := alert.NewPrinter(&check.Rule{Name: "r", Source: "syscall", Tags: []string{"a", "b"}, Output: format(t, output)}, alert.Config{Extra: extra})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// connected is the event that most of these outputs are filled in for.
const connected = 2

type printTest struct {
	name, output string
	extra        []alert.Extra
	event        int
	message      string
	fields       string
}

func printTests(t *testing.T) []printTest {
	return []printTest{
		{"no field", "plain", nil, connected, "plain", `{}`},
		{
			"fields", "*%proc.name %fd.num|%fd.name.", nil, connected,
			"curl 4|10.0.0.2:40000->203.0.113.5:443.",
			`{"fd.name":"10.0.0.2:40000->203.0.113.5:443","fd.num":4,"proc.name":"curl"}`,
		},
		{
			"one field twice", "%proc.pid %proc.pid", nil, connected,
			"100 100", `{"proc.pid":100}`,
		},
		{
			"missing", "[%proc.aname[9]][%10proc.aname[9]][%2proc.name][%8proc.name]", nil, connected,
			"[<NA>][<NA>      ][cu][curl    ]", `{"proc.aname[9]":null,"proc.name":"curl"}`,
		},
		{
			"quoting", "%proc.cmdline", nil, connected,
			`curl -6 http://example.org/"quoted"`, `{"proc.cmdline":"curl -6 http://example.org/\"quoted\""}`,
		},
		{
			"what cannot be printed", "%fd.name", nil, 0,
			"/tmp/a\uFFFDb", `{"fd.name":"/tmp/a` + "\uFFFD" + `b"}`,
		},
		{
			"time", "%evt.time %evt.time.s %evt.datetime.s %evt.time.iso8601", nil, connected,
			"03:04:05.003000000 03:04:05 2026-01-02 03:04:05 2026-01-02T03:04:05.003000000+0000",
			`{"evt.datetime.s":1767323045003000000,"evt.time":1767323045003000000,"evt.time.iso8601":1767323045003000000,"evt.time.s":1767323045003000000}`,
		},
		{
			"several values", "%proc.aname|%fd.ip|%fd.port|%proc.apid", nil, connected,
			"sshd init|<NA>|<NA>|100", `{"fd.ip":null,"fd.port":null,"proc.aname":"sshd init","proc.apid":100}`,
		},
		{
			"arguments", "%proc.aname[1] %proc.env[HOME] %evt.arg.fd %evt.arg[1]", nil, connected,
			"sshd /root <4t>10.0.0.2:40000->203.0.113.5:443 10.0.0.2:40000->203.0.113.5:443", ``,
		},
		{
			"transformers", "%toupper(proc.name) %len(proc.name) %concat(proc.name, proc.pname)", nil, connected,
			"CURL 4 curlsshd", `{"proc.name":"curl","proc.pname":"sshd"}`,
		},
		{
			"added", "%proc.name",
			[]alert.Extra{
				{Output: format(t, "as %user.name")},
				{Rule: "other", Output: format(t, "never")},
				{Source: "other", Output: format(t, "never")},
				{Tags: []string{"a", "c"}, Output: format(t, "never")},
				{Rule: "r", Tags: []string{"b", "a"}, Fields: []alert.ExtraField{
					{Name: "text", Format: format(t, "%proc.pid!")},
					{Name: "proc.ppid", Format: format(t, "%proc.ppid"), Raw: true},
					{Name: "empty"},
				}},
			},
			connected,
			"curl as root", `{"empty":"","proc.name":"curl","proc.ppid":10,"text":"100!","user.name":"root"}`,
		},
		{
			"suggested", "%proc.name",
			[]alert.Extra{alert.Suggested()},
			connected,
			"curl container_id=host container_name=host container_image_repository= container_image_tag= k8s_pod_name=<NA> k8s_ns_name=<NA>",
			`{"container.id":"host","container.image.repository":"","container.image.tag":"","container.name":"host","k8s.ns.name":null,"k8s.pod.name":null,"proc.name":"curl"}`,
		},
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, tt := range printTests(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := printer(t, tt.output, tt.extra...)
			var a alert.Alert
			n := 0
			contexts(t, func(c *extract.Context) {
				p.Print(&a, c) // all of them, into the same memory
				if n == tt.event {
					if diff := cmp.Diff(tt.message, string(a.Message)); diff != "" {
						t.Errorf("message (-want +got):\n%s", diff)
					}
					fields := fieldsOf(&a)
					if diff := cmp.Diff(tt.fields, fields); tt.fields != "" && diff != "" {
						t.Errorf("fields (-want +got):\n%s", diff)
					}
				}
				n++
			})
		})
	}
}

func fieldsOf(a *alert.Alert) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range a.Fields {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:", a.Fields[i].Name)
		b.Write(a.Fields[i].JSON)
	}
	b.WriteByte('}')
	return b.String()
}

func TestPrinterRefuses(t *testing.T) {
	t.Parallel()
	wide := format(t, "%4096proc.name")
	wide.Parts[0].Width = 1 << 30
	for _, extra := range []alert.Extra{
		{Output: wide},
		{Fields: []alert.ExtraField{{Name: "a", Format: wide}}},
		{Fields: []alert.ExtraField{{Name: "a", Format: format(t, "x %proc.name"), Raw: true}}},
	} {
		if _, err := alert.NewPrinter(&check.Rule{Source: "syscall"}, alert.Config{Extra: []alert.Extra{extra}}); err == nil {
			t.Errorf("NewPrinter takes %+v", extra)
		}
	}
}

// An alert costs no memory once one was made.
func TestPrintAllocatesNothing(t *testing.T) {
	p := printer(t, "File below / opened | file=%fd.name evt_type=%evt.type user=%user.name process=%proc.name command=%proc.cmdline", alert.Suggested())
	var a alert.Alert
	var line []byte
	e := alert.Encoding{}
	contexts(t, func(c *extract.Context) {
		p.Print(&a, c)
		line = e.AppendJSON(line[:0], &a)
		if n := testing.AllocsPerRun(10, func() {
			p.Print(&a, c)
			line = e.AppendJSON(line[:0], &a)
		}); n > 0 {
			t.Errorf("event %d: %v allocations", c.Event.Num, n)
		}
	})
}

// Whatever stands in a format that is accepted, alerts can be made with it, and
// their JSON is valid.
func FuzzFormat(f *testing.F) {
	for _, text := range []string{
		"plain", "%", "%%", "%5", "%proc.name", "*%10proc.name|", "%proc.name.", "%proc.aname[2", "%proc.aname[2]", "%evt.arg.flags",
		"%evt.arg[0] %evt.rawarg.fd", "%tolower(proc.name)", `%join("-", (proc.name, proc.pname))`, "%container.info x", "%fd.ip %fd.net %fd.types",
		"%evt.time %evt.reltime %evt.args %evt.buffer %proc.env[HOME]", "%3evt.args\xff\x00\"\\ż", "%len(concat(proc.name, \"x\"))", "%getopt(proc.args,\"c:\")[c]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := check.ParseFormat(text)
		if err != nil {
			return
		}
		p, err := alert.NewPrinter(&check.Rule{Name: text, Source: "syscall", Output: parsed}, alert.Config{Extra: []alert.Extra{alert.Suggested()}})
		if err != nil {
			t.Fatalf("format %q is accepted and not compiled: %v", text, err)
		}
		var a alert.Alert
		var e alert.Encoding
		contexts(t, func(c *extract.Context) {
			p.Print(&a, c)
			line := e.AppendJSON(nil, &a)
			if !json.Valid(line) || !utf8.Valid(line) {
				t.Errorf("format %q gives %q", text, line)
			}
			if clone := a.Clone(); !clone.Equal(&a) {
				t.Errorf("format %q: the clone differs", text)
			}
		})
	})
}

func BenchmarkAlert(b *testing.B) {
	p := printer(b, "File below / opened | file=%fd.name evt_type=%evt.type user=%user.name user_uid=%user.uid user_loginuid=%user.loginuid process=%proc.name proc_exepath=%proc.exepath parent=%proc.pname command=%proc.cmdline terminal=%proc.tty args=%evt.args res=%evt.res", alert.Suggested())
	var a alert.Alert
	var line []byte
	for _, form := range []string{"text", "json"} {
		b.Run(form, func(b *testing.B) {
			b.ReportAllocs()
			contexts(b, func(c *extract.Context) {
				if c.Event.Num != 1 {
					return
				}
				var e alert.Encoding
				for b.Loop() {
					c.Next(c.Event) // forgets the texts that the last round made
					p.Print(&a, c)
					if form == "json" {
						line = e.AppendJSON(line[:0], &a)
					} else {
						line = e.AppendText(line[:0], &a)
					}
				}
			})
		})
	}
}
