// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// An answer is what the reference says about an event.
type answer struct {
	Num  uint64 `json:"evt.num"`
	Time uint64 `json:"evt.rawtime"`
	Type string `json:"evt.type"`
	Args string `json:"evt.args"`
	TID  *int64 `json:"thread.tid"`
}

// answers reads the reference's answers on a capture, by number.
func answers(t *testing.T, path string) map[uint64]answer {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[uint64]answer)
	lines := bufio.NewScanner(z)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		var l struct {
			Fields answer `json:"output_fields"`
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all[l.Fields.Num] = l.Fields
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Number, time, type and the names of the arguments of all events are those
// that the reference sees. Their values are compared where they are printed.
func TestEventsLikeReference(t *testing.T) {
	t.Parallel()
	for name, data := range captures(t, "new") {
		path := filepath.Join(enginetest.Shared(t), "golden", "probe_new", strings.TrimSuffix(name, ".new")+".jsonl.gz")
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		want := answers(t, path)
		n := 0
		_, err := readAll(t, data, func(ev *event.Event) {
			w, ok := want[ev.Num]
			if !ok {
				return
			}
			n++
			if typ := strings.Fields(shownName(ev))[0]; w.Type != typ || w.Time != ev.Time || w.TID != nil && *w.TID != ev.TID {
				t.Errorf("%s: event %d is %s at %d of %d, the reference says %+v", name, ev.Num, typ, ev.Time, ev.TID, w)
			}
			if ev.Type == event.GenericExit {
				return // its arguments are the syscall's name, no more
			}
			rest := " " + w.Args
			for i := range ev.NumParams() {
				param := ev.Type.Info().Params[i].Name
				_, after, found := strings.Cut(rest, " "+param+"=")
				if !found {
					t.Errorf("%s: event %d, %s: no %s in %q", name, ev.Num, ev.Type, param, w.Args)
				}
				rest = after
			}
		})
		if !errors.Is(err, io.EOF) || n != len(want) || n == 0 {
			t.Errorf("%s: %d of the reference's %d events were read: %v", name, n, len(want), err)
		}
	}
}
