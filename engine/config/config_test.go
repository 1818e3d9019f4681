// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
)

// load loads a file, and fails if there are mistakes.
func load(t *testing.T, text string, env []string, flags ...Setting) *Settings {
	t.Helper()
	var list diag.List
	s := Load(Input{File: &File{"lanner.yaml", []byte(text)}, Env: env, Flags: flags}, &list)
	if list.Errors() > 0 {
		t.Fatalf("mistakes:\n%s", report(t, &list))
	}
	return s
}

func report(t *testing.T, list *diag.List) string {
	t.Helper()
	list.Sort()
	var b strings.Builder
	if err := list.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A flag is stronger than a variable, that than the file, and that than the
// default; a list is replaced as a whole.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	const file = `
rules:
  paths: [file.yaml, other.yaml]
  matching: all
  priority: notice
output:
  format: json
drain_timeout: 5s
driver: {buffer_size: 64MiB, scope: "pid-tree:7"}
`
	s := load(t, file, []string{"LANNER_RULES_PATHS=a.yaml,b.yaml", "LANNER_OUTPUT_FORMAT=text", "LANNER_LIMITS=[{burst: 1, window: 10m}]", "LANNER_PORT=tcp://10.0.0.1:80"},
		Setting{"rules.paths", "--rules", "x.yaml"}, Setting{"rules.paths", "--rules", "y.yaml"}, Setting{"rules.select", "--disable", "disable tag=network"})
	got := []any{
		s.Rules.Paths, s.Origin("rules.paths").String(),
		s.Rules.Matching, s.Origin("rules.matching").String(),
		s.Rules.Priority, s.Rules.Select,
		s.Output.Format, s.Origin("output.format").String(),
		s.Drain, s.Driver.BufferSize, s.Driver.Scope, s.Limits,
		s.Log.Level, s.Origin("log.level").String(),
	}
	want := []any{
		[]string{"x.yaml", "y.yaml"},
		"flag --rules",
		"all", "lanner.yaml:4:13",
		check.Notice,
		[]Selection{{Action: "disable", Tag: "network"}},
		"text", "environment variable LANNER_OUTPUT_FORMAT",
		5 * time.Second, Size(64 << 20),
		Scope{Kind: "pid-tree", PID: 7},
		[]Limit{{Rule: "*", Burst: 1, Window: 10 * time.Minute}},
		"info", "default",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// Without anything, what Keys calls the defaults holds.
func TestDefaults(t *testing.T) {
	t.Parallel()
	s := load(t, "# nothing\n", nil)
	if got := s.Sinks; len(got) != 1 || got[0].Type != "stdout" || got[0].Queue != 8192 {
		t.Errorf("sinks: %+v", got)
	}
	if s.Server.Listen != "127.0.0.1:8765" || !s.Watch || s.State.Threads != 262144 || s.Rules.Priority != check.Debug {
		t.Errorf("settings: %+v", s.Config)
	}
}
