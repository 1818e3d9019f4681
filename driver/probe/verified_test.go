// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"reflect"
	"testing"

	"github.com/lanner-project/lanner/driver/bpf"
)

// The names of what is attached are in the order in which it is attached.
func TestAttachedNames(t *testing.T) {
	for _, c := range []struct {
		programs any
		names    []string
	}{{objects{}, bpf.Attached()}, {twins{}, bpf.Twins()}} {
		v := reflect.TypeOf(c.programs)
		for i, name := range c.names {
			if got := v.Field(i).Tag.Get("ebpf"); got != name {
				t.Errorf("program %d is %s, and named %s", i, got, name)
			}
		}
	}
}

func TestVerdicts(t *testing.T) {
	c := watch(t, "open", Config{})
	all, err := c.Verdicts()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < len(bpf.Attached()) {
		t.Errorf("verdicts on %d programs: %v", len(all), all)
	}
	for _, v := range all {
		if v.Compiled == 0 || v.Verified == 0 {
			t.Errorf("%+v: want sizes on a kernel as new as this", v)
		}
	}
	c.act(t)
}
