// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"
)

func read(t *testing.T, console string) *Console {
	t.Helper()
	c, err := Read(strings.NewReader(console))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	came    = `[    0.1] half a message` + "\n" + Mark + `{"kernel":{"release":"6.1.0","machine":"x86_64"}}` + "\r\n"
	loaded  = "[ 1.0] noise " + Mark + `{"loaded":{"seconds":1.5,"programs":[{"name":"lanner_exec","verified":7,"compiled":9}]}}` + "\n"
	tests   = "=== RUN   TestTogether\n--- PASS: TestTogether (1.00s)\n    --- PASS: TestTogether/open (0.01s)\n    --- SKIP: TestTogether/x (0.01s)\nPASS\n"
	ended   = Mark + `{"end":true}` + "\n"
	trouble = Mark + `{"error":"mount proc on /proc: no such device"}` + "\n"
)

func TestRead(t *testing.T) {
	c := read(t, came+loaded+tests+ended)
	if p := c.Problem(); p != "" {
		t.Error(p)
	}
	if c.Kernel.Release != "6.1.0" || c.Loaded.Programs[0].Verified != 7 || !c.Ended {
		t.Errorf("%+v", c)
	}
	if c.Count("pass") != 1 || c.Count("skip") != 1 || c.Count("fail") != 0 || len(c.Tests) != 3 {
		t.Errorf("tests: %+v", c.Tests)
	}
}

func TestProblems(t *testing.T) {
	failed := strings.ReplaceAll(tests, "PASS: TestTogether/open", "FAIL: TestTogether/open")
	for want, console := range map[string]string{
		"the kernel did not come up":                      "BIOS\n",
		"mount proc on /proc: no such device":             came + trouble,
		"Kernel panic - not syncing: Attempted to kill":   came + "[ 2.0] Kernel panic - not syncing: Attempted to kill init!\n",
		"the driver's tests failed: TestTogether/open":    came + loaded + failed + ended,
		"the machine stopped before it had told all":      came + loaded + tests,
		"no test of the driver ran":                       came + loaded + ended,
		"a line of the console is damaged: \"{\\\"loaded": came + Mark + `{"loaded":{"sec` + "\n" + tests + ended,
	} {
		if got := read(t, console).Problem(); !strings.HasPrefix(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
}

func TestLine(t *testing.T) {
	l := Line{Error: "a\nb @lanner {"}
	c := read(t, "kernel talk"+l.String())
	if len(c.Errors) != 1 || c.Errors[0] != l.Error {
		t.Errorf("%q", c.Errors)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(came + loaded + tests + ended)
	f.Add(came + trouble)
	f.Fuzz(func(t *testing.T, console string) {
		c := read(t, console)
		if c.Problem() == "" && (c.Loaded == nil || !c.Ended || c.Count("pass") == 0) {
			t.Errorf("%+v works", c)
		}
	})
}
