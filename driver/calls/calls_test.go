// SPDX-License-Identifier: Apache-2.0

package calls

import (
	"testing"

	"github.com/lanner-project/lanner/engine/event"
)

// What is recorded has to be what the table of events says.
func TestTable(t *testing.T) {
	all := make([]*Call, 0, len(load().calls))
	for _, c := range load().calls {
		all = append(all, c)
	}
	for n := range NumNotices {
		if OfNotice(n) == nil {
			t.Fatalf("notice %q has no row", noticeNames[n])
		}
		all = append(all, OfNotice(n))
	}
	for _, c := range all {
		if got, want := len(c.Params), len(c.Type.Info().Params); got > want || got < want && c.Type != event.ExecveExit && c.Type != event.ExecveatExit {
			t.Errorf("%s has %d parameters, its event %d", c.Name, got, want)
		}
	}
	for _, name := range []string{"read", "openat", "execve", "clone3", "io_uring_setup"} {
		if Of(name) == nil {
			t.Errorf("%s has no row", name)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		abi  ABI
		n    int
		name string
	}{{AMD64, 257, "openat"}, {ARM64, 56, "openat"}, {IA32, 295, "openat"}, {AMD64, 59, "execve"}, {ARM64, 221, "execve"}, {IA32, 102, "socketcall"}} {
		if got := Name(tt.abi, tt.n); got != tt.name {
			t.Errorf("syscall %d of ABI %d is %q, want %q", tt.n, tt.abi, got, tt.name)
		}
	}
}

func TestPlan(t *testing.T) {
	number := func(abi ABI, name string) int {
		for n := range MaxNumber {
			if Name(abi, n) == name {
				return n
			}
		}
		t.Fatalf("no number of %s", name)
		return 0
	}
	few := NewPlan(AMD64, Types{event.OpenatExit: true})
	any := NewPlan(AMD64, nil)
	compat := NewPlan(IA32, Types{event.OpenatExit: true})
	for _, tt := range []struct {
		plan *Plan
		abi  ABI
		name string
		want Want
	}{
		{few, AMD64, "openat", WantCall | WantFailed},
		{few, AMD64, "open", WantCall},
		{few, AMD64, "clone", WantCall},
		{few, AMD64, "read", 0},
		{few, AMD64, "getppid", 0},
		{few, AMD64, "io_uring_enter", WantCount},
		{any, AMD64, "read", WantCall | WantFailed},
		{any, AMD64, "getppid", WantCall | WantFailed},
		{any, AMD64, "io_uring_enter", WantCall | WantFailed | WantCount},
		{compat, IA32, "openat", WantCall | WantFailed},
		{compat, IA32, "setuid32", WantCall},
		{compat, IA32, "socketcall", WantCount},
		{compat, IA32, "execve", 0}, // a notice tells of the successful ones
		{compat, IA32, "sendmsg", 0},
		{compat, IA32, "sendfile64", 0},
		{NewPlan(IA32, Types{event.SendfileExit: true}), IA32, "sendfile64", WantCount},
	} {
		if got := tt.plan[number(tt.abi, tt.name)]; got != tt.want {
			t.Errorf("%s: want %b, got %b", tt.name, tt.want, got)
		}
	}
}

// Numbers of which nothing is known are counted, and names that no event is made
// of are told.
func TestUnknown(t *testing.T) {
	if got := NewPlan(AMD64, Types{})[MaxNumber-1]; got != WantCount {
		t.Errorf("the highest number: %b", got)
	}
	got := Unmade(Types{event.QuotactlEnter: true, event.QuotactlExit: true, event.OpenEnter: true, event.OpenExit: true, event.Container: true})
	if len(got) != 1 || got[0] != "quotactl" {
		t.Errorf("no events of %v", got)
	}
}
