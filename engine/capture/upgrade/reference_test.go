// SPDX-License-Identifier: Apache-2.0

package upgrade_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// The reference has written old captures again, in its newest form. Ours is the
// same in each byte, but for what has a reason here.
func TestSameAsReference(t *testing.T) {
	t.Parallel()
	// The descriptor of a read whose begin was before the capture: we do not say
	// that it was standard input.
	unknownFD := map[string]int{"falco_psp_run_as_user_0_container": 1}

	total := 0
	for _, path := range captures(t, "new") {
		name := strings.TrimSuffix(filepath.Base(path), ".new.scap")
		want := readRaw(t, path)
		have := upgraded(upgrade.New(upgrade.Limits{}), readRaw(t, filepath.Join(enginetest.Shared(t), "captures", name+".scap")))
		// It adds users and groups from its own list, and leaves out those and
		// containers that were in the capture.
		want, have = want[initial(want):], have[initial(have):]
		if len(want) != len(have) {
			t.Errorf("%s: %d events, want %d", name, len(have), len(want))
			continue
		}
		unknown := 0
		for i := range want {
			if want[i].same(have[i]) {
				continue
			}
			if have[i].Type == event.ReadExit && len(have[i].Param(2)) == 0 {
				unknown++
				continue
			}
			t.Errorf("%s:\n-%v\n+%v", name, want[i], have[i])
		}
		if unknown != unknownFD[name] {
			t.Errorf("%s: %d events with an unknown descriptor, want %d", name, unknown, unknownFD[name])
		}
		total += len(want)
	}
	t.Logf("%d events compared", total)
}

// The reference has listed all events of the captures: with the same numbers and
// types.
func TestNumberedLikeReference(t *testing.T) {
	t.Parallel()
	for folder, probes := range map[string]string{"": "probe", "new": "probe_new"} {
		for _, path := range captures(t, folder) {
			name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".scap"), ".new")
			t.Run(probes+"/"+name, func(t *testing.T) {
				t.Parallel()
				want := readProbe(t, filepath.Join(enginetest.Shared(t), "golden", probes, name+".jsonl.gz"))
				have := read(t, capture.NewReader, path)
				have = have[initial(have):]
				if len(have) != len(want) {
					t.Fatalf("%d events, want %d", len(have), len(want))
				}
				for i := range want {
					ev := have[i]
					if typ := typeName(&ev.Event, want[i].typ); ev.Num != want[i].num || typ != want[i].typ || ev.Time != want[i].time {
						t.Fatalf("have %v (%s), want %+v", ev, typ, want[i])
					}
				}
				t.Logf("%d events compared", len(want))
			})
		}
	}
}

// typeName returns evt.type. A syscall without a number of its own in the
// capture format has its name from its number on the machine, which is not this
// package's business.
func typeName(ev *event.Event, native string) string {
	id, _ := ev.Uint(0)
	switch {
	case ev.Type != event.GenericExit:
		return ev.Type.String()
	case id == 0:
		return native
	}
	return event.Syscall(id).String()
}

// A probe is what the reference says about an event.
type probe struct {
	num, time uint64
	typ       string
}

func readProbe(t *testing.T, path string) []probe {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var probes []probe
	lines := bufio.NewScanner(z)
	for lines.Buffer(nil, 16<<20); lines.Scan(); {
		probes = append(probes, probe{
			num:  number(t, value(t, lines.Bytes(), `"evt.num":`)),
			time: number(t, value(t, lines.Bytes(), `"evt.rawtime":`)),
			typ:  strings.Trim(string(value(t, lines.Bytes(), `"evt.type":`)), `"`),
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return probes
}

// value returns what follows a key in a line of JSON: decoding all of the lines
// takes ten seconds. Strings cannot look like a key, their quotes are escaped.
func value(t *testing.T, line []byte, key string) []byte {
	t.Helper()
	_, rest, ok := bytes.Cut(line, []byte(key))
	end := bytes.IndexAny(rest, ",}")
	if !ok || end < 0 {
		t.Fatalf("no %s in %s", key, line)
	}
	return rest[:end]
}

func number(t *testing.T, text []byte) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
