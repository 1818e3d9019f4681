// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// systemd takes every line of the unit. Before 253 it does not know the type
// notify-reload, and stays with the line before.
func TestUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed (Debian package systemd)")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "packaging", "lanner.service"))
	if err != nil {
		t.Fatal(err)
	}
	// The program need not be installed where the test runs.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "lanner.service")
	writeFile(t, unit, strings.ReplaceAll(string(text), "/usr/bin/lanner", self))
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", unit).CombinedOutput()
	var complaints []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, unit) && !strings.Contains(line, "Failed to parse service type, ignoring: notify-reload") {
			complaints = append(complaints, line)
		}
	}
	if len(complaints) > 0 || err != nil && !strings.Contains(string(out), "notify-reload") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
