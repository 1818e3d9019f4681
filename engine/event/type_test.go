// SPDX-License-Identifier: Apache-2.0

package event

import (
	"slices"
	"testing"
)

func TestTypesNamed(t *testing.T) {
	t.Parallel()
	want := []Type{OpenatV1Enter, OpenatV1Exit, OpenatEnter, OpenatExit}
	if got := TypesNamed("openat"); !slices.Equal(got, want) {
		t.Errorf("TypesNamed(openat) = %v, want %v", got, want)
	}
	for _, name := range []string{"NA", "", "uname", "no_such"} {
		if got := TypesNamed(name); got != nil {
			t.Errorf("TypesNamed(%q) = %v, want none", name, got)
		}
	}
}

// What the table says has to make sense for whoever reads events by it.
func TestTableIsSound(t *testing.T) {
	t.Parallel()
	for id := range Type(NumTypes) {
		info := id.Info()
		if len(info.Params) > MaxParams {
			t.Errorf("%d %s: %d parameters", id, id, len(info.Params))
		}
		if info.FD >= 0 && info.Params[info.FD].Kind != KindFD {
			t.Errorf("%d %s: its descriptor %s is no FD", id, id, info.Params[info.FD].Name)
		}
		for _, p := range info.Params {
			if (p.Kind == KindRelPath) != (p.Dir >= 0) || (p.Kind == KindDynamic) != (p.Variants != nil) {
				t.Errorf("%d %s: parameter %s lacks what its kind hangs on", id, id, p.Name)
			}
			if p.Kind.String() == "" || p.Kind == KindNone {
				t.Errorf("%d %s: parameter %s has no kind", id, id, p.Name)
			}
		}
	}
	if info := Type(NumTypes).Info(); info == nil || info.Flags&Unused == 0 || info.FD != -1 {
		t.Errorf("the type after the last is %+v", info)
	}
}
