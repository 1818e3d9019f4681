// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/lanner-project/lanner/driver/probe"
)

func TestAskKernel(t *testing.T) {
	t.Parallel()
	f := probe.AskKernel()
	for what, err := range map[string]error{"a ring buffer": f.RingBuffer, "tracepoints": f.Tracing, "the kernel's memory": f.ReadKernel} {
		switch {
		case errors.Is(err, fs.ErrPermission):
			t.Skipf("this process may not ask for %s: %v", what, err)
		case err != nil:
			t.Errorf("%s: %v", what, err) // every kernel that the tests run on has them
		}
	}
	n, err := probe.BufferMemory(1 << 20)
	if err != nil || n < 2<<20 || n%(1<<20) != 0 {
		t.Errorf("buffers of 1 MiB take %d bytes: %v", n, err)
	}
}
