// SPDX-License-Identifier: Apache-2.0

package job_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

var (
	expectation = regexp.MustCompile(`# ERROR (.*)$`)
	quoted      = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// TestMistakes reads the bad files: each line that says # ERROR has these
// mistakes, and no other line has any.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file := job.File{Name: name, Src: src}
		if strings.HasSuffix(name, "central.yaml") {
			_, err = job.ParseCentral(file)
		} else {
			_, err = job.ParseRepo("acme/demo", nil, file)
		}
		var mistakes yamlfile.Mistakes
		if !errors.As(err, &mistakes) {
			t.Fatalf("%s: %v", name, err)
		}
		found := make(map[int][]string)
		for _, m := range mistakes {
			found[m.Line] = append(found[m.Line], m.Message)
		}
		for i, line := range strings.Split(string(src), "\n") {
			var want []string
			if m := expectation.FindStringSubmatch(line); m != nil {
				want = quoted.FindAllString(m[1], -1)
			}
			got := found[i+1]
			for _, w := range want {
				text, err := strconv.Unquote(w)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), text) {
					t.Errorf("%s:%d: want %q, got %q", name, i+1, text, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s:%d: want %d mistakes, got %q", name, i+1, len(want), got)
			}
		}
	}
}

func parseRepo(t *testing.T, src string) *job.Config {
	t.Helper()
	c, err := job.ParseRepo("acme/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(src)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := parseRepo(t, `
presubmits:
- name: unit.x
  cluster:
  spec: {containers: [{image: golang, command: [make, "1.10"], env: [{name: V, value: "1.10"}]}], nodeSelector: {disk: ssd}}
- name: custom
  context: ci/custom
  trigger: (?m)^/custom( .*)?$
  rerun_command: /custom now
  optional: true
  decorate: true
  decoration_config: {timeout: 2h, grace_period: 15s, default_memory_request: 1Gi}
  spec: &spec {containers: [{image: golang, command: [make]}]}
postsubmits:
- {name: always, spec: *spec}
- {name: docs, run_if_changed: ^docs/, spec: *spec}
- {name: hand, always_run: false, spec: *spec}
`)
	pre, post := c.Presubmits["acme/demo"], c.Postsubmits["acme/demo"]
	j := pre[0]
	if j.Report.Context != "unit.x" || j.Command.Rerun != "/test unit.x" || j.Cluster != "default" || j.When.Always || j.Decorate || !j.Required() || !j.ByHand() {
		t.Errorf("%+v", j)
	}
	for line, want := range map[string]bool{
		"/test unit.x": true, "/test a unit.x b": true, "/test unit.x, a": true, "/test unit-x": false, "/test unit.xy": false, " /test unit.x": false,
	} {
		if got := j.Command.Trigger.MatchString(line); got != want {
			t.Errorf("trigger of %q: %v", line, got)
		}
	}
	wantRaw := map[string]any{
		"nodeSelector": map[string]any{"disk": "ssd"},
		"containers": []any{map[string]any{
			"image": "golang", "command": []any{"make", "1.10"}, "env": []any{map[string]any{"name": "V", "value": "1.10"}},
		}},
	}
	if diff := cmp.Diff(wantRaw, j.Pod.Raw); diff != "" {
		t.Error(diff)
	}
	j = pre[1]
	if j.Report.Context != "ci/custom" || j.Required() || j.Decoration.Timeout != 2*time.Hour || j.Decoration.GracePeriod != 15*time.Second || j.Decoration.Raw["default_memory_request"] != "1Gi" {
		t.Errorf("%+v", j)
	}
	if !post[0].When.Always || post[1].When.Always || post[2].When.Always {
		t.Error("the defaults of always_run", post)
	}
}

// TestPresets merges presets of one file into jobs of another.
func TestPresets(t *testing.T) {
	t.Parallel()
	central, err := job.ParseCentral(
		job.File{Name: "a.yaml", Src: []byte("periodics:\n- {name: p, interval: 1h, labels: {cache: hit}, spec: {containers: [{image: x}]}}\n- {name: q, interval: 1h, spec: {containers: [{image: x}]}}")},
		job.File{Name: "b.yaml", Src: []byte("presets:\n- {labels: {cache: hit}, env: [{name: A, value: '1'}], volumes: [{name: c, emptyDir: {}}], volumeMounts: [{name: c, mountPath: /c}]}\n- env: [{name: B}]")},
	)
	if err != nil {
		t.Fatal(err)
	}
	p, q := central.Periodics[0], central.Periodics[1]
	wantRaw := map[string]any{
		"volumes": []any{map[string]any{"name": "c", "emptyDir": map[string]any{}}},
		"containers": []any{map[string]any{
			"image": "x", "env": []any{map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "B"}},
			"volumeMounts": []any{map[string]any{"name": "c", "mountPath": "/c"}},
		}},
	}
	if diff := cmp.Diff(wantRaw, p.Pod.Raw); diff != "" {
		t.Error(diff)
	}
	if len(p.Pod.Containers[0].Env) != 2 || len(q.Pod.Containers[0].Env) != 1 || len(q.Pod.Volumes) != 0 {
		t.Errorf("%+v, %+v", p.Pod, q.Pod)
	}
	// The presets of the central folder count in a repository too.
	c, err := job.ParseRepo("acme/demo", central, job.File{Name: ".prow.yaml", Src: []byte("presubmits:\n- {name: a, spec: {containers: [{image: x}]}}")})
	if err != nil || len(c.Presubmits["acme/demo"][0].Pod.Containers[0].Env) != 1 {
		t.Error(c, err)
	}
}

// TestAliases refuses files that have no end, or none that anybody sees.
func TestAliases(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x]\n")
	for i := range 30 {
		n, m := strconv.Itoa(i), strconv.Itoa(i+1)
		bomb.WriteString("a" + m + ": &a" + m + " [*a" + n + ", *a" + n + "]\n")
	}
	for name, src := range map[string]string{"a bomb": bomb.String(), "a loop": "presubmits: &a [*a]"} {
		if _, err := job.ParseRepo("", nil, job.File{Name: "x", Src: []byte(src)}); err == nil || !strings.Contains(err.Error(), "aliases") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	// Small ones: the fuzzer spends its time on making large ones smaller.
	f.Add([]byte("presets:\n- {labels: {a: b}, env: [{name: A, value: 1}], volumes: [{name: c}]}\npresubmits:\n- {name: a, labels: {a: b}, spec: {containers: [{image: x}]}}"), "/test all")
	f.Add([]byte("presubmits:\n  a/b:\n  - &a {name: a, decorate: true, decoration_config: {timeout: 1h}, spec: {containers: [{image: x, args: [y]}]}}\n  - *a"), "> /test a")
	f.Add([]byte("postsubmits:\n- {name: a, extra_refs: [{org: a, repo: b}], branches: [a], spec: {containers: [{image: x, volumeMounts: [{name: c, mountPath: /c}]}]}}"), "/TEST all")
	f.Add([]byte("presubmits:\n- {name: a, run_if_changed: a, spec: {containers: [{image: x}]}}"), "/retest\n/test a")
	f.Add([]byte("periodics:\n- {name: a, cron: '*/5 1-3 * * mon', spec: {containers: [{image: x}]}}"), "/test ?")
	f.Fuzz(func(t *testing.T, src []byte, comment string) {
		file := job.File{Name: "x", Src: src}
		if c, err := job.ParseRepo("acme/demo", nil, file); err == nil {
			pull := job.Pull{Action: job.Commented, Branch: "main", Files: []string{"a"}, ByTrusted: true, Comment: comment}
			jobs := c.Presubmits["acme/demo"]
			if p := pull.Plan(jobs); len(p.Run)+len(p.Skip) != len(jobs) {
				t.Errorf("%d run, %d are skipped, of %d", len(p.Run), len(p.Skip), len(jobs))
			}
			job.Push{Branch: "main", Files: []string{"a"}}.Plan(c.Postsubmits["acme/demo"])
		}
		if c, err := job.ParseCentral(file); err == nil {
			now := time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC)
			due, later := job.Tick(c.Periodics, nil, now)
			if len(due)+len(later) != len(c.Periodics) {
				t.Error("periodics are lost")
			}
		}
	})
}
