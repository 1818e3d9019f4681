// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/infra/grid"
	"github.com/lanner-project/lanner/release/plan"
)

const driverObject = "the driver of amd64\n"

const driverTargets = `-- driver/bpf/lanner_x86_bpfel.o --
` + driverObject + `-- driver/targets/debian.yaml --
family: debian
suites: [trixie]
architectures: [amd64]
packages: ['linux-image-.*-cloud-amd64']
threshold: 50
targets:
`

// targets are three kernels; the file has a line for each.
func targets(t *testing.T) (lines string, all []grid.Target) {
	t.Helper()
	var b strings.Builder
	for i := range 3 {
		release := fmt.Sprintf("6.12.%d-cloud-amd64", 90+i)
		fmt.Fprintf(&b, "  - {release: %[1]s, arch: amd64, suite: trixie, package: linux-image-%[1]s, version: \"1\", file: pool/main/l/%[2]d.deb, size: 1, sha256: %[3]x}\n",
			release, i, sha256.Sum256([]byte(release)))
	}
	fam, err := grid.ParseFamily("debian.yaml", []byte("family: debian\nsuites: [trixie]\narchitectures: [amd64]\npackages: ['x']\ntargets:\n"+b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), fam.Targets
}

// publish writes the index of a grid on which some of the kernels work, as grid
// publish does, signed by the maintainer's key if sign says so.
func (w *world) publish(all []grid.Target, works int, object string, sign bool) string {
	w.t.Helper()
	dir := w.t.TempDir()
	index := grid.Index{Schema: grid.IndexSchema, Version: "1.0.0"}
	w.check(json.Unmarshal(fmt.Appendf(nil, `{"amd64": "%x"}`, sha256.Sum256([]byte(object))), &index.Drivers))
	for i, t := range all {
		row := grid.Row{Target: t, Verdict: grid.Refused, Reason: "it lacks what the driver needs"}
		if i < works {
			row = grid.Row{Target: t, Verdict: grid.Works, Class: "c1", BootedOn: t.Release}
		}
		index.Kernels = append(index.Kernels, grid.Published{Row: row})
	}
	text, err := index.JSON()
	w.check(err)
	file := filepath.Join(dir, "index.json")
	w.check(os.WriteFile(file, text, 0o644))
	if sign {
		if out, err := exec.Command("ssh-keygen", "-q", "-Y", "sign", "-n", "lanner-driver", "-f", w.key, file).CombinedOutput(); err != nil {
			w.t.Fatalf("%v %s", err, out)
		}
	}
	return dir
}

// codes are those of the findings of a plan.
func (w *world) codes(args ...string) []string {
	w.t.Helper()
	r := w.release("alice", append([]string{"plan", "engine", "-o", "json"}, args...)...)
	var out struct {
		Findings []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		w.t.Fatalf("%v: %v", err, r)
	}
	var codes []string
	for _, f := range out.Findings {
		if strings.Contains(f.Code, "grid") {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// TestGrid releases an engine whose driver a grid has run: the release says on
// which kernels it works, and whoever verifies it finds the same.
func TestGrid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lines, all := targets(t)
	public, err := os.ReadFile(w.key + ".pub")
	w.check(err)
	w.pull("driver", "driver: kernels", "kind/feature", driverTargets+lines+
		"-- release/allowed_signers --\nalice namespaces=\"git,lanner-release,lanner-driver\" "+string(public), "```release-note\nNONE\n```")
	w.green()
	for _, test := range []struct {
		what  string
		grid  string
		codes []string
	}{
		{"no grid", "", []string{"no-grid"}},
		{"another driver", w.publish(all, 3, "another", true), []string{"grid-driver"}},
		{"nobody signed it", w.publish(all, 3, driverObject, false), []string{"grid-signature"}},
		{"too few work", w.publish(all, 1, driverObject, true), []string{"grid-threshold"}},
		{"one is missing", w.publish(all[:2], 2, driverObject, true), []string{"grid-missing"}},
		{"all is well", w.publish(all, 2, driverObject, true), nil},
	} {
		var args []string
		if test.grid != "" {
			args = []string{"--grid", test.grid}
		}
		if got := w.codes(args...); !slices.Equal(got, test.codes) {
			t.Errorf("%s: findings %q, want %q", test.what, got, test.codes)
		}
	}
	site := httptest.NewServer(http.FileServer(http.Dir(w.publish(all, 1, driverObject, true))))
	defer site.Close()
	args := append(slices.Clone(cutArgs), "--grid", site.URL, "--waive", "grid-threshold=the first release")
	if r := w.release("alice", args...); r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Fatalf("the first cut should wait for approvals: %v", r)
	}
	w.approve("bob", "carol")
	// What was approved is carried out; the site is not asked again.
	site.Close()
	w.must("alice", cutArgs...)
	if !slices.Contains(w.state().Assets, "v0.1.0 compat.json uploaded") {
		t.Fatalf("the release has %q", w.state().Assets)
	}
	w.work.Git("fetch", "-q", "--tags", "origin")
	text := w.work.Git("cat-file", "blob", "v0.1.0:"+plan.CompatPath)
	var compat grid.Compat
	w.check(json.Unmarshal([]byte(text), &compat))
	if len(compat.Kernels) != 3 || compat.Kernels[0].Verdict != grid.Works || compat.Kernels[2].Verdict != grid.Refused {
		t.Errorf("compat.json: %s", text)
	}
	var p plan.Plan
	w.check(json.Unmarshal([]byte(w.work.Git("cat-file", "blob", "v0.1.0:"+plan.Path("engine", "v0.1.0"))), &p))
	if len(p.DriverTargets) != 3 || !slices.ContainsFunc(p.Waivers, func(w plan.Waiver) bool { return w.Finding == "grid-threshold" && w.By == "alice" }) {
		t.Errorf("the plan has %q and %+v", p.DriverTargets, p.Waivers)
	}
	if !slices.Contains(p.Artifacts, "compat.json") {
		t.Errorf("the plan's artifacts are %q", p.Artifacts)
	}
	r := w.release("dave", "verify", "v0.1.0", "--skip-rebuild", "--repository", w.forge.URL+"/"+place)
	if r.code != 0 || !strings.Contains(r.stdout, "files have the sums") {
		t.Errorf("verify: %v", r)
	}
}
