// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "selftest-acting" {
		main() // under another name, in a root folder without /proc
	}
	testscript.Main(m, map[string]func(){"lanner": main, "lanner-live": fakeMain, "lanner-flooder": floodMain, "lanner-profiled": profiledMain})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		// Whatever a script runs, it does not watch what others do here.
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANNER_DRIVER_SCOPE", fmt.Sprintf("pid-tree:%d", os.Getpid()))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"capture": writeCapture,
			"cut":     cutFile,
			"receive": receive,
			"await":   await,
		},
	})
}
