// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
)

func testAlert(p check.Priority, rule string) *alert.Alert {
	return &alert.Alert{
		Rule: rule, Priority: p, Source: "syscall", Time: 1534527348514682170, Event: 1, Hostname: "box",
		Message: []byte("it happened"), Fields: []alert.Field{alert.String("proc.name", "curl")},
	}
}

func closeSet(t *testing.T, s *Set) {
	t.Helper()
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSetFormsAndThresholds(t *testing.T) {
	t.Parallel()
	var text, full, severe bytes.Buffer
	s := Start(
		Outlet{Name: "text", Sink: NewStream(&text), Threshold: check.Debug},
		Outlet{Name: "json", Sink: NewStream(&full), JSON: true, Threshold: check.Debug},
		Outlet{Name: "severe", Sink: NewStream(&severe), JSON: true, Threshold: check.Error},
	)
	for _, a := range []*alert.Alert{testAlert(check.Notice, "low"), testAlert(check.Error, "high")} {
		if err := s.Put(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	closeSet(t, s)
	want := "17:35:48.514682170: Notice it happened\n17:35:48.514682170: Error it happened\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if low, high, _ := strings.Cut(full.String(), "\n"); !strings.Contains(low, `"rule":"low"`) || severe.String() != high {
		t.Errorf("json: %s, and the severe one: %s", &full, &severe)
	}
}

// What a sink did not get it is told, as soon as it takes something again.
func TestLossIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := &faulty{block: make(chan struct{})}
		s := Start(Outlet{Name: "slow", Sink: sink, JSON: true, Capacity: 4, Threshold: check.Debug, Hostname: "box"})
		put := func(p check.Priority, n int) {
			for range n {
				if err := s.Put(t.Context(), testAlert(p, "r")); err != nil {
					t.Fatal(err)
				}
			}
		}
		put(check.Notice, 1)
		synctest.Wait() // it is in flight
		put(check.Debug, 4)
		put(check.Error, 4)
		put(check.Notice, 3)
		close(sink.block)
		if err := s.Close(t.Context()); err == nil {
			t.Error("close does not tell of a loss")
		}
		if len(sink.taken) != 6 {
			t.Fatalf("taken: %q, want five alerts and one about the others", sink.taken)
		}
		var got struct {
			Rule, Source, Output, Priority string
			Fields                         map[string]any `json:"output_fields"`
		}
		if err := json.Unmarshal([]byte(sink.taken[5]), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"sink": "slow", "alerts.shed": 7.0, "alerts.refused": 0.0, "alerts.lost.debug": 4.0, "alerts.lost.notice": 3.0,
		}
		if diff := cmp.Diff(want, got.Fields); diff != "" || got.Source != alert.Internal || got.Rule != "Lanner internal: alerts lost" {
			t.Errorf("told: %s\n%s", sink.taken[5], diff)
		}
	})
}

func TestFileFollowsRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "alerts.log")
	f, err := NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	send := func(line string) {
		t.Helper()
		if n, err := f.Send(t.Context(), []Record{rec(check.Error, line)}); n != 1 || err != nil {
			t.Fatalf("Send(%s) = %d, %v", line, n, err)
		}
	}
	content := func(name, want string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(text) != want {
			t.Errorf("%s: %q, %v, want %q", name, text, err, want)
		}
	}
	send("1")
	send("2")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	send("3")
	content("alerts.log.1", "1\n2\n")
	content("alerts.log", "3\n")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	send("4")
	content("alerts.log", "4\n")
	if err := os.Truncate(path, 0); err != nil { // logrotate's copytruncate
		t.Fatal(err)
	}
	send("5")
	content("alerts.log", "5\n")
	f.(*file).Reopen()
	send("6")
	content("alerts.log", "5\n6\n")
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the alerts: %v, %v", info.Mode(), err)
	}
	if _, err := NewFile(filepath.Join(dir, "no", "such", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a path that cannot be: %v", err)
	}
}

// Rotation while alerts come in, as it is in life: all alerts are in one of the
// files, each once and whole.
func TestFileRotatedMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "alerts.log")
	f, err := NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := Start(Outlet{Name: "file", Sink: f, Wait: true, Capacity: 8, Threshold: check.Debug})
	const rotations, between = 20, 50
	var rotating sync.WaitGroup
	for i := range rotations {
		for range between {
			if err := s.Put(t.Context(), testAlert(check.Error, "r")); err != nil {
				t.Fatal(err)
			}
		}
		rotating.Go(func() {
			if err := os.Rename(path, path+"."+string(rune('a'+i))); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
			s.Reopen()
		})
	}
	rotating.Wait()
	closeSet(t, s)
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			total++
			if line != "17:35:48.514682170: Error it happened\n" {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
	if total != rotations*between {
		t.Errorf("%d alerts in %d files, want %d", total, len(files), rotations*between)
	}
}

// A device that is full tears a line apart; the next starts on one of its own.
func TestTornLine(t *testing.T) {
	t.Parallel()
	w := &short{limit: 7}
	s := NewStream(w)
	batch := []Record{rec(check.Error, "one"), rec(check.Error, "two"), rec(check.Error, "three")}
	n, err := s.Send(t.Context(), batch)
	if n != 1 || err == nil {
		t.Fatalf("Send = %d, %v, want 1 and an error", n, err)
	}
	w.limit = 8
	if n, err = s.Send(t.Context(), batch[1:]); n != 1 || err == nil {
		t.Fatalf("second Send = %d, %v, want 1 and an error", n, err)
	}
	w.limit = 100
	if n, err = s.Send(t.Context(), batch[2:]); n != 1 || err != nil {
		t.Fatalf("third Send = %d, %v, want 1", n, err)
	}
	if want := "one\ntwo\ntwo\nthr\nthree\n"; w.String() != want {
		t.Errorf("written %q, want %q", w, want)
	}
}

// short is a device with little room.
type short struct {
	bytes.Buffer
	limit int
}

func (s *short) Write(b []byte) (int, error) {
	n := min(len(b), s.limit)
	s.limit -= n
	s.Buffer.Write(b[:n])
	if n < len(b) {
		return n, errors.New("no space left on device")
	}
	return n, nil
}
