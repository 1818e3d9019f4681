// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// lists keeps what a snapshot is told, as text.
type lists struct{ all []string }

func (l *lists) add(v any)                     { l.all = append(l.all, fmt.Sprintf("%T %+v", v, v)) }
func (l *lists) Machine(m *event.Machine)      { l.add(*m) }
func (l *lists) Proc(p *event.Proc)            { l.add(*p) }
func (l *lists) File(tid int64, f *event.File) { l.add(fmt.Sprintf("%d %+v", tid, *f)) }
func (l *lists) Interface(i *event.Interface)  { l.add(*i) }
func (l *lists) User(u *event.User)            { l.add(*u) }
func (l *lists) Group(g *event.Group)          { l.add(*g) }
func (l *lists) sorted() []string              { return slices.Sorted(slices.Values(l.all)) }
func (l *lists) both(w *Writer) event.Snapshot { return tee{l, w} }

// A tee tells two snapshots.
type tee [2]event.Snapshot

func (t tee) Machine(m *event.Machine)      { t[0].Machine(m); t[1].Machine(m) }
func (t tee) Proc(p *event.Proc)            { t[0].Proc(p); t[1].Proc(p) }
func (t tee) File(tid int64, f *event.File) { t[0].File(tid, f); t[1].File(tid, f) }
func (t tee) Interface(i *event.Interface)  { t[0].Interface(i); t[1].Interface(i) }
func (t tee) User(u *event.User)            { t[0].User(u); t[1].User(u) }
func (t tee) Group(g *event.Group)          { t[0].Group(g); t[1].Group(g) }

// rewrite reads a capture and writes it again; it returns what was in it, too.
func rewrite(t *testing.T, data []byte, w *Writer) (lists, []string) {
	t.Helper()
	var have lists
	r, err := NewRawReader(bytes.NewReader(data), have.both(w))
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	var ev event.Event
	for {
		if err := r.Next(&ev); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		events = append(events, show(&ev))
		if err := w.Event(&ev); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return have, events
}

// What is written is what is read back, of every capture, plain and compressed.
func TestWriteRead(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", "new", "corrupt"} {
		for name, data := range captures(t, folder) {
			var plain, compressed, again bytes.Buffer
			wantLists, wantEvents := rewrite(t, data, NewWriter(&plain))
			for _, file := range []struct {
				kind string
				data []byte
				w    *Writer
			}{{"plain", plain.Bytes(), NewGzipWriter(&compressed)}, {"gzip", nil, NewWriter(&again)}} {
				if file.data == nil {
					file.data = compressed.Bytes()
				}
				haveLists, haveEvents := rewrite(t, file.data, file.w)
				if diff := cmp.Diff(wantLists.sorted(), haveLists.sorted()); diff != "" {
					t.Fatalf("%s, %s: lists -read +read back:\n%s", name, file.kind, diff)
				}
				if diff := cmp.Diff(wantEvents, haveEvents); diff != "" {
					t.Fatalf("%s, %s: events -read +read back:\n%s", name, file.kind, diff)
				}
			}
			if !bytes.Equal(plain.Bytes(), again.Bytes()) {
				t.Errorf("%s: written, read and written again, the file differs", name)
			}
		}
	}
}

// The reference reads what is written as it reads the original.
func TestSysdigReadsBack(t *testing.T) {
	t.Parallel()
	sysdig, err := exec.LookPath("sysdig")
	if err != nil {
		t.Skip("sysdig is not installed; infra/setup test does so")
	}
	const format = "%evt.num %evt.rawtime %evt.cpu %thread.tid %proc.name %proc.cmdline %user.name %fd.name %evt.type %evt.args"
	run := func(t *testing.T, path string) []string {
		out, err := exec.CommandContext(t.Context(), sysdig, "-r", path, "-p", format).Output()
		if err != nil {
			t.Fatalf("%s -r %s: %v", sysdig, path, err)
		}
		return strings.Split(string(out), "\n")
	}
	for name, data := range captures(t, "") {
		if name == "libs_curl_google_comments" {
			continue // sysdig cannot skip the options in its head
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			original, ours := filepath.Join(folder, "original.scap"), filepath.Join(folder, "ours.scap.gz")
			var b bytes.Buffer
			rewrite(t, data, NewGzipWriter(&b))
			for path, data := range map[string][]byte{original: data, ours: b.Bytes()} {
				if err := os.WriteFile(path, data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(run(t, original), run(t, ours)); diff != "" {
				t.Errorf("-original +ours:\n%s", diff)
			}
		})
	}
}

func TestWriterMistakes(t *testing.T) {
	t.Parallel()
	w := NewWriter(io.Discard)
	ev := event.Event{Type: event.ReadExit}
	ev.Reset(make([]byte, 70_000))
	ev.AddParam(8)
	ev.AddParam(66_000)
	if err := w.Event(&ev); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an event of 66,000 bytes: %v", err)
	}
	ev.Type = event.NumTypes
	if err := w.Event(&ev); err == nil {
		t.Error("an event of a type that is not in the table was written")
	}
	w.Interface(&event.Interface{Name: "eth0", Addr: []byte{1}})
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "eth0") {
		t.Errorf("an interface with an address of one byte: %v", err)
	}
}

// Nothing is a capture, too.
func TestWriteNothing(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := NewWriter(&b).Close(); err != nil {
		t.Fatal(err)
	}
	if stats, err := readAll(t, b.Bytes(), func(*event.Event) {}); !errors.Is(err, io.EOF) || stats != (Stats{Sections: 1}) {
		t.Errorf("read %+v, %v", stats, err)
	}
}
