// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
)

// replayed runs lanner replay and returns what it writes.
func replayed(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), append([]string{"replay", "--utc", "--stats", "none"}, args...), nil, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", &stderr)
	}
	return stdout.String()
}

func publicRules(data string) []string {
	var flags []string
	for _, name := range []string{"falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"} {
		flags = append(flags, "-r", filepath.Join(data, "rules", name))
	}
	return flags
}

// The public rulesets raise the reference's alerts on its captures, to the byte,
// however many workers there are.
func TestAlertsAreTheReferences(t *testing.T) {
	t.Parallel()
	data := enginetest.Shared(t)
	files, err := filepath.Glob(filepath.Join(data, "golden", "default_rules", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden alerts (%v)", err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			args := append(publicRules(data), "-o", "json", "--rule-matching", "all", "--hostname", "golden")
			for _, workers := range []string{"1", "2"} {
				got := replayed(t, append(args, "--workers", workers, filepath.Join(data, "captures", name+".scap"))...)
				if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
					t.Errorf("%s workers (-reference +ours):\n%s", workers, diff)
				}
			}
		})
	}
}

// everyEvent says of each event what one worker and several could see
// differently: what it hangs on of the process, its ancestors and its files.
const everyEvent = `- rule: Every event
  desc: to compare workers
  condition: evt.num >= 0
  output: "%evt.num %evt.type %evt.args %fd.num %fd.name %fd.types %proc.cmdline %proc.exepath %proc.cwd %proc.aname %proc.tty %proc.nchilds %proc.fdopencount %user.name %container.id"
  priority: DEBUG
  warn_evttypes: false
`

// Each event has the same alerts in the same place, however many workers there
// are.
func TestWorkersAgree(t *testing.T) {
	t.Parallel()
	data := enginetest.Shared(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(everyEvent), 0o600); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"*.scap", "new/*.scap"} {
		more, err := filepath.Glob(filepath.Join(data, "captures", pattern))
		if err != nil || len(more) == 0 {
			t.Fatalf("no captures %s (%v)", pattern, err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		// With the race detector, the large ones would take minutes. The new ones
		// are compressed.
		most := int64(600 << 10)
		if strings.HasSuffix(file, ".new.scap") {
			most = 96 << 10
		}
		if info, err := os.Stat(file); err != nil || info.Size() > most {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			one := strings.Split(replayed(t, "-r", rules, file), "\n")
			several := strings.Split(replayed(t, "-r", rules, "--workers", "3", file), "\n")
			if len(one) != len(several) {
				t.Fatalf("3 workers: %d alerts, want %d", len(several), len(one))
			}
			for i := range one {
				if one[i] != several[i] {
					t.Fatalf("3 workers, alert %d (-one +several):\n-%s\n+%s", i+1, one[i], several[i])
				}
			}
		})
	}
}
