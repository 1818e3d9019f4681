// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOwnJobs reads the jobs of this project, and sees that the programs they
// run are here.
func TestOwnJobs(t *testing.T) {
	t.Parallel()
	config, err := centralJobs("../../jobs")
	if err != nil {
		t.Fatal(err)
	}
	if len(config.Periodics) < 3 {
		t.Errorf("%d jobs run by the clock", len(config.Periodics))
	}
	for _, j := range config.All() {
		for _, c := range j.Pod.Containers {
			if len(c.Command) < 3 || c.Command[0] != "go" || c.Command[1] != "run" {
				t.Errorf("job %s runs %q", j.Name, c.Command)
				continue
			}
			if info, err := os.Stat(filepath.Join("../../..", c.Command[2])); err != nil || !info.IsDir() {
				t.Errorf("job %s runs %s: %v", j.Name, c.Command[2], err)
			}
		}
	}
}
