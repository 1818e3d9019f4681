// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/grid"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"grid": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			source, err := filepath.Abs("../../..")
			env.Setenv("SOURCE", source)
			return err
		},
	})
}

// command is the grid as a process.
type command struct {
	t             *testing.T
	program, dir  string
	source, store string
}

// start starts it and returns what it says on standard error, line by line.
func (c command) start(args ...string) (*exec.Cmd, *bufio.Scanner, *bytes.Buffer) {
	c.t.Helper()
	args = append(args, "--source", c.source, "--targets", filepath.Join(c.dir, "targets"), "--store", filepath.Join(c.dir, c.store))
	cmd := exec.Command(c.program, args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	talk, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd, bufio.NewScanner(talk), &out
}

// run runs it to its end and returns what it said.
func (c command) run(args ...string) (stdout string, stderr []string, err error) {
	c.t.Helper()
	cmd, talk, out := c.start(args...)
	for talk.Scan() {
		stderr = append(stderr, talk.Text())
	}
	err = cmd.Wait()
	return out.String(), stderr, err
}

// killAfter runs it until it has said that something was done, and kills it.
func (c command) killAfter(what string, args ...string) {
	c.t.Helper()
	cmd, talk, _ := c.start(args...)
	said := false
	for !said && talk.Scan() {
		said = strings.Contains(talk.Text(), what)
	}
	if !said {
		c.t.Errorf("it ended without %q", what)
	}
	if err := cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		c.t.Error("it was not killed")
	}
}

// files are when the files of a store were written.
func (c command) files() map[string]time.Time {
	all := make(map[string]time.Time)
	root := filepath.Join(c.dir, c.store)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		info, err := d.Info()
		all[path] = info.ModTime()
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

func (c command) index() string {
	c.t.Helper()
	to := filepath.Join(c.dir, c.store+"-site")
	if out, talk, err := c.run("publish", "--driver-version", "1.0.0", "--to", to); err != nil {
		c.t.Fatal(out, talk, err)
	}
	b, err := os.ReadFile(filepath.Join(to, "1.0.0", "index.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

const someKernels = `family: debian
suites: [bookworm-security]
architectures: [amd64]
packages: ['linux-image-6\.12\..*-cloud-amd64']
targets:
`

// crawl makes a file of targets with the two newest kernels of 6.12.
func (c command) crawl() {
	c.t.Helper()
	file := filepath.Join(c.dir, "targets", "debian.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(someKernels), 0o644); err != nil {
		c.t.Fatal(err)
	}
	if _, talk, err := c.run("crawl", "--write"); err != nil {
		c.t.Skipf("Debian's archive cannot be asked: %v %s", err, talk)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	fam, err := grid.ParseFamily(file, src)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(fam.Targets) < 2 {
		c.t.Skipf("the archive offers %d kernels", len(fam.Targets))
	}
	fam.Targets = fam.Targets[len(fam.Targets)-2:]
	if err := os.WriteFile(file, fam.Format(), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// TestCrawlProposes has kernels that are new proposed: one pull request comes of
// it, however often it is asked for.
func TestCrawlProposes(t *testing.T) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		t.Skip(err)
	}
	source, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "grid")
	build := exec.Command("go", "build", "-o", program, "./infra/cmd/grid")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f := forgetest.Start(t)
	work := f.NewRepositoryFrom("alice", "acme/demo", "-- targets/debian.yaml --\n"+someKernels)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(f.Token("alice")), 0o600); err != nil {
		t.Fatal(err)
	}
	c := command{t: t, program: program, dir: work.Dir, source: source, store: "store"}
	out, talk, err := c.run("crawl", "--propose", "--token-file", token)
	if err != nil && !strings.Contains(strings.Join(talk, " "), "GitHub") {
		t.Skipf("Debian's archive cannot be asked: %v %s", err, talk)
	}
	if !strings.Contains(out, "/acme/demo/pull/1\n") {
		t.Fatalf("%v\n%s\n%s", err, out, talk)
	}
	if out, _, err := c.run("crawl", "--propose", "--token-file", token); err != nil || !strings.Contains(out, "proposed before (open)") {
		t.Errorf("asked again: %v, %s", err, out)
	}
	pull, _, err := f.Client("alice").PullRequests.Get(t.Context(), "acme", "demo", 1)
	if err != nil || !strings.HasPrefix(pull.GetTitle(), "Add ") || !strings.Contains(pull.GetBody(), "-cloud-amd64` 6.12.") {
		t.Errorf("the pull request: %v, %q, %s", err, pull.GetTitle(), pull.GetBody())
	}
	files, _, err := f.Client("alice").PullRequests.ListFiles(t.Context(), "acme", "demo", 1, nil)
	if err != nil || len(files) != 1 || files[0].GetFilename() != "targets/debian.yaml" {
		t.Errorf("its files: %v, %v", files, err)
	}
	if out := work.Git("status", "--porcelain", "targets"); out != "" {
		t.Errorf("the clone was changed: %s", out)
	}
}

// A grid that is killed, and whose worker is killed, comes to the same index as one
// that is left alone, and does nothing twice.
func TestKilled(t *testing.T) {
	for _, tool := range []string{"apt-get", "qemu-system-x86_64"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	source, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	c := command{t: t, dir: t.TempDir(), source: source, store: "alone"}
	c.program = filepath.Join(c.dir, "grid")
	driver := filepath.Join(c.dir, "driver")
	for file, pkg := range map[string]string{c.program: "./infra/cmd/grid", driver: "./driver/cmd/driver"} {
		cmd := exec.Command("go", "build", "-o", file, pkg)
		cmd.Dir = source
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	c.crawl()
	if _, talk, err := c.run("run"); err != nil {
		t.Fatal(err, talk)
	}
	want := c.index()
	if strings.Count(want, `"verdict": "works"`) != 2 {
		t.Fatal(want)
	}
	before := c.files()
	if out, talk, err := c.run("run"); err != nil || len(talk) != 0 || !strings.Contains(out, "2 works") {
		t.Errorf("nothing was to be done: %v\n%s\n%s", err, out, talk)
	}
	if diff := cmp.Diff(before, c.files()); diff != "" {
		t.Errorf("something was done twice:\n%s", diff)
	}

	c.store = "killed"
	frail := filepath.Join(c.dir, "frail")
	script := fmt.Sprintf("#!/bin/sh\n[ -e %[1]s.died ] || { touch %[1]s.died; kill -9 $$; }\nexec %[2]s \"$@\"\n", frail, driver)
	if err := os.WriteFile(frail, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	c.killAfter("] check ", "run", "-j", "1", "--driver", frail)
	half := c.files()
	if len(half) != 1 {
		t.Errorf("after one check there are %d files: %v", len(half), half)
	}
	if _, talk, err := c.run("run", "--driver", frail); err != nil || slices.ContainsFunc(talk, func(s string) bool { return strings.Contains(s, "FAILED") }) {
		t.Fatal(err, talk)
	}
	now := c.files()
	for file, written := range half {
		if !now[file].Equal(written) {
			t.Errorf("%s was found out twice", file)
		}
	}
	if diff := cmp.Diff(want, c.index()); diff != "" {
		t.Errorf("(-alone +killed)\n%s", diff)
	}
}

// Two runs do not share a store.
func TestLock(t *testing.T) {
	s := store{t.TempDir()}
	one, err := s.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.lock(); err == nil || !strings.Contains(err.Error(), "is in use by another run") {
		t.Error(err)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	two, err := s.lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := two.Close(); err != nil {
		t.Error(err)
	}
}
