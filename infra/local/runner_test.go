// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
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
	runtest.Test(t, harness(t, Config{}))
}

// TestRootless runs the other tests as a user who is not root.
func TestRootless(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it is what all tests do here")
	}
	const nobody = 65534
	dir, err := os.MkdirTemp("", "rootless")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := errors.Join(os.Chmod(dir, 0o700), os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "local.test")
	if err := os.WriteFile(copied, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), copied, "-test.v", "-test.run", "^(TestConformance|TestHostile|TestSupervisorKilled|TestPlain)$")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
