// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestSetup drives infra/setup on machines that lack something: a machine is a
// folder of commands, the only one in PATH.
func TestSetup(t *testing.T) {
	t.Parallel()
	repo, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/setup",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SETUP", filepath.Join(repo, "infra", "setup"))
			env.Setenv("PATH", filepath.Join(env.WorkDir, "bin"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"machine": makeMachine},
	})
}

// makeMachine gives the machine commands: NAME is this machine's own, NAME=TEXT
// one that does what the shell script TEXT says.
func makeMachine(ts *testscript.TestScript, _ bool, args []string) {
	bin := ts.MkAbs("bin")
	ts.Check(os.MkdirAll(bin, 0o777))
	for _, arg := range args {
		name, text, made := strings.Cut(arg, "=")
		target := filepath.Join(bin, name)
		if made {
			ts.Check(os.WriteFile(target, []byte("#!/bin/sh\n"+text+"\n"), 0o777))
			continue
		}
		path, err := exec.LookPath(name)
		ts.Check(err)
		ts.Check(os.Symlink(path, target))
	}
}
