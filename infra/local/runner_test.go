// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/job/run/runtest"
)

func TestMain(m *testing.M) {
	if code, is := Child(os.Args); is {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// harness is a place on this machine.
func harness(t *testing.T, config Config) runtest.Harness {
	t.Helper()
	config.Dir, config.Secrets = filepath.Join(t.TempDir(), "runs"), t.TempDir()
	if err := os.Mkdir(filepath.Join(config.Secrets, "deploy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config.Secrets, "deploy", "token"), []byte(runtest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	var last *Runner
	return runtest.Harness{
		Image: "any", Patience: time.Minute, Clone: func(dir string) string { return "file://" + dir },
		Open: func(t *testing.T) run.Runner {
			t.Helper()
			if last != nil {
				if err := last.Close(); err != nil {
					t.Fatal(err)
				}
			}
			r, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			last = r
			t.Cleanup(func() {
				if last == r {
					last = nil
					if err := r.Close(); err != nil {
						t.Error(err)
					}
				}
			})
			return r
		},
	}
}

func TestConformance(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a room of its own for each run needs root here")
	}
	runtest.Test(t, harness(t, Config{}))
}
