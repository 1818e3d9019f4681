// SPDX-License-Identifier: Apache-2.0

package artifact_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
	"github.com/lanner-project/lanner/release/artifact/signature"
)

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	for name, tt := range map[string]struct {
		change func(*artifact.Spec)
		want   string
	}{
		"another toolchain": {func(s *artifact.Spec) { s.Toolchain = "go1.99.0" }, "planned with go1.99.0, but the go command here is " + runtime.Version()},
		"no toolchain":      {func(s *artifact.Spec) { s.Toolchain = "" }, "no toolchain"},
		"short version":     {func(s *artifact.Spec) { s.Version = "v1.2" }, `version "v1.2"`},
		"metadata":          {func(s *artifact.Spec) { s.Version = "v1.2.3+driver" }, "no Go module version"},
		"new major":         {func(s *artifact.Spec) { s.Version = "v2.0.0" }, "a new major version needs a module path"},
		"short commit":      {func(s *artifact.Spec) { s.Commit = "abc" }, "want full object ids"},
		"command outside":   {func(s *artifact.Spec) { s.Command = "../x" }, `command "../x"`},
		"no targets":        {func(s *artifact.Spec) { s.Targets = nil }, "no targets"},
		"another system":    {func(s *artifact.Spec) { s.Targets = []artifact.Target{{OS: "plan9", Arch: "amd64"}} }, "target plan9/amd64"},
		"no such commit":    {func(s *artifact.Spec) { s.Commit = strings.Repeat("a", 40) }, "the release needs the file LICENSE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := p.Spec(t)
			tt.change(&spec)
			if _, err := artifact.Build(t.Context(), spec, t.TempDir(), artifact.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "old.deb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.Build(t.Context(), p.Spec(t), full, artifact.Options{}); err == nil || !strings.Contains(err.Error(), "is not empty (it has old.deb)") {
		t.Errorf("a folder in use: %v", err)
	}
}

func TestReleaseCandidate(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	spec := p.Spec(t)
	spec.Version = "v1.2.0-rc.1"
	set := p.Build(t, spec)
	amd64 := spec.Targets[0]
	if got, want := spec.Package(amd64, "deb"), "lanner_1.2.0-rc.1_linux_amd64.deb"; got != want {
		t.Errorf("package %s, want %s", got, want)
	}
	if out := artifacttest.Run(t, set.Dir, "dpkg-deb", "--field", spec.Package(amd64, "deb"), "Version"); out != "1.2.0~rc.1-1\n" {
		t.Errorf("version of the deb: %q", out)
	}
	if out := artifacttest.Run(t, set.Dir, "rpm", "--query", "--package", "--queryformat", "%{VERSION}", spec.Package(amd64, "rpm")); out != "1.2.0~rc.1" {
		t.Errorf("version of the rpm: %q", out)
	}
	// That is the point of the "~": the release must be an upgrade.
	artifacttest.Run(t, "", "dpkg", "--compare-versions", "1.2.0~rc.1-1", "lt", "1.2.0-1")
}

func TestCompareNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	before := p.Build(t, p.Spec(t))
	p.Write(t, "LICENSE", "Another licence.\n")
	p.Release = p.Commit(t, "lanner: change the licence")
	after := p.Build(t, p.Spec(t))
	diffs, err := artifact.Compare(before, after)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, d := range diffs {
		got[d.File+" "+d.Member] = true
	}
	for _, want := range []string{
		"lanner_0.1.0_linux_amd64.tar.gz LICENSE",
		"lanner_0.1.0_linux_arm64.deb data.tar.gz!./usr/share/doc/lanner/copyright",
		"lanner_0.1.0_linux_amd64.rpm payload!/usr/share/licenses/lanner/LICENSE",
		"lanner_0.1.0_linux_amd64.cdx.json ", // the binary's module sum is another
		"checksums.txt ",
	} {
		if !got[want] {
			t.Errorf("no difference at %q in %v", want, diffs)
		}
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	spec := p.Spec(t)
	set := p.Build(t, spec)
	signed := sign(t, p, set)
	again := sign(t, p, set)
	if diff := cmp.Diff(signed.Files, again.Files); diff != "" {
		t.Errorf("signing twice gives other files:\n%s", diff)
	}
	envelope, err := os.ReadFile(filepath.Join(set.Dir, spec.Provenance()))
	if err != nil {
		t.Fatal(err)
	}
	signers, err := signature.ParseAllowedSigners("allowed_signers", []byte(p.Signers))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := artifact.OpenProvenance(t.Context(), envelope, signers, artifacttest.When)
	if err != nil {
		t.Fatal(err)
	}
	want := artifact.Provenance{
		Subjects: map[string]string{"image-index": strings.TrimPrefix(set.Image, "sha256:")},
		Version:  "v0.1.0", Command: "github.com/lanner-project/lanner/engine/cmd/lanner",
		SourceURL: spec.SourceURL, Plan: spec.Plan, Commit: spec.Commit, Tree: spec.Tree,
		Toolchain: runtime.Version(), ModuleSum: set.ModuleSum, GoSum: set.GoSum, Builder: got.Builder,
	}
	for _, f := range set.Files {
		want.Subjects[f.Name] = f.SHA256
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("provenance (-want +got):\n%s", diff)
	}

	key, err := signature.OpenKey(t.Context(), p.KeyFile, "")
	if err != nil {
		t.Fatal(err)
	}
	deb := filepath.Join(set.Dir, spec.Package(spec.Targets[0], "deb"))
	if err := os.WriteFile(deb, []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.Sign(t.Context(), set, key); err == nil || !strings.Contains(err.Error(), "was changed after it was built") {
		t.Errorf("signing a changed set: %v", err)
	}
}

// TestEnvelopeIsPlainDSSE reads the envelope as any in-toto tool does.
func TestEnvelopeIsPlainDSSE(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	key, err := signature.OpenKey(t.Context(), p.KeyFile, "")
	if err != nil {
		t.Fatal(err)
	}
	line, err := signature.SignEnvelope(t.Context(), key, "application/vnd.in-toto+json", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	var envelope dsse.Envelope
	if err := json.Unmarshal(line, &envelope); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(envelope.Payload)
	if err != nil || string(payload) != "{}" || len(envelope.Signatures) != 1 || envelope.Signatures[0].KeyID != key.Fingerprint() {
		t.Errorf("envelope %s: %v", line, err)
	}
}
