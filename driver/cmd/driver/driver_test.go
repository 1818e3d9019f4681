// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"driver": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			source, err := filepath.Abs("../../..")
			env.Setenv("SOURCE", source)
			return err
		},
		Condition: func(cond string) (bool, error) {
			// Whether this kernel tells its types.
			_, err := os.Stat(ownBTF)
			return cond == "btf" && err == nil, nil
		},
	})
}
