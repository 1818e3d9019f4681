// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// serveEnv makes this test binary the bot itself, for a test that kills it.
const serveEnv = "BOT_TEST_IS_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(serveEnv) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"bot": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update})
}
