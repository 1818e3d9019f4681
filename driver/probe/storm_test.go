// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"os/exec"
	"testing"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// A storm of processes that live for moments, three deep.
func storm() ([]sight, error) {
	const script = `i=0; while [ $i -lt 300 ]; do ( ( : ) & wait ) & i=$((i+1)); done; wait`
	err := exec.Command("/bin/sh", "-c", script).Run()
	return []sight{{event.ExecveExit, map[string]string{"res": "0", "exe": "/bin/sh", "args": "-c " + script}}}, err
}

// Of each process that is born in the scope the birth and the end are seen,
// its parent was seen before it, and nothing is left of it in the scope.
func TestForkStorm(t *testing.T) {
	t.Parallel()
	c := watch(t, "fork storm", Config{Types: calls.Types{}})
	want, got := c.act(t)
	for _, w := range want {
		find(t, w, got)
	}
	me := num(c.cmd.Process.Pid)
	alive, seen := map[string]bool{me: true}, map[string]bool{me: true}
	born, ended := 0, 0
	for i := range got {
		p := show(&got[i])
		switch got[i].Type {
		case event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit:
			if p["res"] != "0" || p["tid"] != p["pid"] {
				continue // who called, or a thread
			}
			if !seen[p["ptid"]] {
				t.Errorf("%s is born to %s, which was not seen before", p["pid"], p["ptid"])
			}
			alive[p["pid"]], seen[p["pid"]] = true, true
			born++
		case event.Procexit:
			if tid := num(got[i].TID); alive[tid] {
				delete(alive, tid)
				ended++
			}
		}
	}
	if born < 600 || ended != born || len(alive) != 1 {
		t.Errorf("%d were born and %d ended; alive are %v", born, ended, alive)
	}
	counts, err := c.Counts()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range counts {
		if n.Lost != nil {
			t.Errorf("lost: %+v", n)
		}
	}
	var pid uint32
	var in uint8
	left := c.objects.ScopeTree.Iterate()
	for left.Next(&pid, &in) {
		if int(pid) != c.cmd.Process.Pid {
			t.Errorf("process %d is in the scope still", pid)
		}
	}
	if err := left.Err(); err != nil {
		t.Error(err)
	}
}
