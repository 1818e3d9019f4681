// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"
)

// goCommand runs the go command as a user would, with github.com standing for
// the forge: what it does with tags and retractions is Go's own doing.
func (w *world) goCommand(args ...string) (string, error) {
	w.t.Helper()
	home := filepath.Join(w.dir, "gohome")
	cmd := exec.Command("go", args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(),
		"GOPROXY=direct", "GONOSUMDB=*", "GONOSUMCHECK=1", "GOFLAGS=-modcacherw", "GOTOOLCHAIN=local", "GOWORK=off", "GOSUMDB=off",
		"GOPATH="+home, "GOMODCACHE="+filepath.Join(home, "mod"), "GOBIN="+filepath.Join(home, "bin"), "GOCACHE="+userCache(w.t), "CGO_ENABLED=0",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url."+w.forge.URL+"/.insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/",
	)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

const command = "github.com/lanner-project/lanner/engine/cmd/lanner"

func TestInstallAndYank(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.released()
	if out, err := w.goCommand("install", command+"@v0.1.0"); err != nil {
		t.Fatalf("go install %s@v0.1.0: %v\n%s", command, err, out)
	}
	out, err := exec.Command(filepath.Join(w.dir, "gohome", "bin", "lanner")).CombinedOutput()
	if err != nil || string(out) != "version v0.1.0\n" {
		t.Errorf("the installed engine says %q, %v", out, err)
	}

	r := w.release("alice", "yank", "v0.1.0")
	if r.code != 1 || !strings.Contains(r.stderr, "needs a --reason") {
		t.Errorf("without a reason: %v", r)
	}
	args := []string{"yank", "v0.1.0", "--reason", "it crashes\non start"}
	if r := w.release("alice", args...); r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Fatalf("the withdrawal should wait for approvals: %v", r)
	}
	w.approve("bob", "carol")
	w.must("alice", args...)

	// Nothing is deleted and no tag moved; Go's newest is not ours any more.
	if out, err := w.goCommand("install", command+"@v0.1.0"); err != nil {
		t.Errorf("the withdrawn version can't be had any more: %v\n%s", err, out)
	}
	out2, err := w.goCommand("list", "-m", "-retracted", "-f", "{{.Version}} {{.Retracted}}", "github.com/lanner-project/lanner@v0.1.0")
	if err != nil || !strings.Contains(out2, "v0.1.0 [Withdrawn: it crashes on start]") {
		t.Errorf("go list -retracted: %q, %v", out2, err)
	}
	owner, name, _ := strings.Cut(place, "/")
	rel, _, err := w.forge.Client("bob").Repositories.GetReleaseByTag(w.ctx(), owner, name, "v0.1.0")
	if err != nil || !strings.Contains(rel.GetBody(), "**Withdrawn.** it crashes on start") || len(rel.Assets) == 0 {
		t.Errorf("the release says %q, %v", rel.GetBody(), err)
	}
	w.work.Git("fetch", "-q", "origin", "downloads")
	index := w.work.Git("show", "FETCH_HEAD:index.json")
	if !strings.Contains(index, `"reason": "it crashes on start"`) || strings.Contains(index, `"stable"`) {
		t.Errorf("the download index: %s", index)
	}
	if r := w.release("alice", "yank", "v0.1.0", "--reason", "again"); r.code != 1 || !strings.Contains(r.stderr, "withdrawn already, by v0.1.1") {
		t.Errorf("a second withdrawal: %v", r)
	}
}

// trackingBody is the text of the one tracking issue.
func (w *world) trackingBody() string {
	w.t.Helper()
	owner, name, _ := strings.Cut(place, "/")
	issues, _, err := w.forge.Client("alice").Issues.ListByRepo(w.ctx(), owner, name, &gh.IssueListByRepoOptions{State: "all", Labels: []string{"release/tracking"}})
	if err != nil || len(issues) != 1 {
		w.t.Fatalf("%d tracking issues, %v", len(issues), err)
	}
	return issues[0].GetBody()
}
