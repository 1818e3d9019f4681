// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"

	"github.com/cilium/ebpf/features"
	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// Programs that are attached twice tell of everything once.
func TestTwins(t *testing.T) {
	if v, err := features.LinuxVersionCode(); err != nil || v < 6<<16|15<<8 {
		t.Skip("this kernel lets no such program call functions")
	}
	for _, deed := range []string{"open", "processes", "births", "sockets"} {
		t.Run(deed, func(t *testing.T) {
			t.Parallel()
			var counts [2]map[event.Type]int
			for i, twice := range []bool{false, true} {
				c := watch(t, deed, Config{preemptible: twice})
				if twice != (c.objects.LannerSysExit2 != nil) {
					t.Fatal("the second programs are there when they should not be, or not when they should")
				}
				_, got := c.act(t)
				counts[i] = make(map[event.Type]int)
				for _, ev := range got {
					switch ev.Type {
					case event.OpenatExit, event.ExecveExit, event.SocketExit, event.ConnectExit, event.BindExit, event.UnlinkatExit, event.Clone3Exit:
						counts[i][ev.Type]++
					}
				}
			}
			if diff := cmp.Diff(counts[0], counts[1]); diff != "" || len(counts[0]) == 0 {
				t.Errorf("(-once +twice)\n%s", diff)
			}
		})
	}
}
