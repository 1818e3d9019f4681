// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/store"
)

// writerEnv makes this test binary the process that TestKill kills.
const writerEnv = "STORE_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		fmt.Fprintln(os.Stderr, write(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write enqueues deliveries for ever and prints the ID of each once it is said
// to be durable.
func write(path string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("d%d", i)
		if _, err := s.Enqueue(ctx, store.Delivery{ID: id, Event: "push", Repo: "o/r", Number: i % 3, ReceivedAt: time.Now()}); err != nil {
			return err
		}
		if i%2 == 0 {
			if _, err := s.Claim(ctx, time.Now()); err != nil {
				return err
			}
		}
		fmt.Println(id)
	}
}

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func enqueue(t *testing.T, s *store.Store, id, repo string, number int) {
	t.Helper()
	fresh, err := s.Enqueue(t.Context(), store.Delivery{ID: id, Event: "issue_comment", Repo: repo, Number: number, Payload: []byte(`{}`), ReceivedAt: noon})
	if err != nil || !fresh {
		t.Fatalf("enqueue %s: fresh %v, %v", id, fresh, err)
	}
}

func claim(t *testing.T, s *store.Store, now time.Time) string {
	t.Helper()
	ds, err := s.Claim(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range ds {
		ids = append(ids, d.ID)
	}
	return strings.Join(ids, " ")
}

func TestQueueOrder(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "a b?#%.db"))
	for _, d := range []struct {
		id     string
		number int
	}{{"a1", 1}, {"b1", 2}, {"a2", 1}} {
		enqueue(t, s, d.id, "o/r", d.number)
	}
	if got := claim(t, s, noon); got != "a1 a2" {
		t.Errorf("claimed %q, want all that waits for the first", got)
	}
	enqueue(t, s, "a3", "o/r", 1)
	if got := claim(t, s, noon); got != "b1" {
		t.Errorf("claimed %q, want b1: a3 waits for a1", got)
	}
	if got := claim(t, s, noon); got != "" {
		t.Errorf("claimed %q while all are running", got)
	}
	for _, id := range []string{"a1", "a2"} {
		if err := s.Complete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got := claim(t, s, noon); got != "a3" {
		t.Errorf("claimed %q, want a3", got)
	}
	if err := s.Complete(t.Context(), "a1"); err == nil {
		t.Error("a delivery was completed twice")
	}
	if err := s.Fail(t.Context(), "a3", errors.New("broken")); err != nil {
		t.Fatal(err)
	}
	counts, err := s.Counts(t.Context())
	if diff := cmp.Diff(store.Counts{Running: 1, Done: 2, Failed: 1}, counts); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestRepeatedDelivery(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	d := store.Delivery{ID: "x", Event: "push", Repo: "o/r", ReceivedAt: noon}
	for i, want := range []bool{true, false, false} {
		fresh, err := s.Enqueue(t.Context(), d)
		if err != nil || fresh != want {
			t.Errorf("time %d: fresh %v, %v", i, fresh, err)
		}
		if i == 1 {
			if got := claim(t, s, noon); got != "x" {
				t.Fatalf("claimed %q", got)
			}
			if err := s.Complete(t.Context(), "x"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := claim(t, s, noon); got != "" {
		t.Errorf("claimed %q, which was done", got)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	enqueue(t, s, "done", "o/r", 1)
	claim(t, s, noon)
	if err := s.Complete(t.Context(), "done"); err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, "waiting", "o/r", 1)
	for _, tt := range []struct {
		before time.Time
		want   store.Counts
	}{{noon, store.Counts{Queued: 1, Done: 1}}, {noon.Add(time.Second), store.Counts{Queued: 1}}} {
		if err := s.Prune(t.Context(), tt.before); err != nil {
			t.Error(err)
		}
		if got, err := s.Counts(t.Context()); got != tt.want || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	enqueue(t, s, "x", "o/r", 1)
	claim(t, s, noon)
	if err := s.Retry(t.Context(), "x", noon.Add(time.Minute), errors.New("502")); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, noon.Add(59*time.Second)); got != "" {
		t.Errorf("claimed %q too early", got)
	}
	if next, err := s.Next(t.Context()); err != nil || !next.Equal(noon.Add(time.Minute)) {
		t.Errorf("next at %v, %v", next, err)
	}
	ds, err := s.Claim(t.Context(), noon.Add(time.Minute))
	if err != nil || len(ds) != 1 || ds[0].Attempts != 2 || string(ds[0].Payload) != "{}" || !ds[0].ReceivedAt.Equal(noon) {
		t.Errorf("claimed %+v, %v", ds, err)
	}
	if next, err := s.Next(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("next at %v, %v, want none", next, err)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	a := store.Action{Key: "reply/1", Subject: "o/r#1", Kind: "reply", Inputs: json.RawMessage(`{"body":"hi"}`), BegunAt: noon}
	if prior, err := s.Begin(ctx, a); err != nil || prior != nil {
		t.Fatalf("%v, %v", prior, err)
	}
	open, err := s.Unfinished(ctx, "o/r#1")
	if diff := cmp.Diff([]store.Action{a}, open); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if prior, err := s.Begin(ctx, a); err != nil || prior == nil || !prior.DoneAt.IsZero() {
		t.Errorf("an open intent begun again: %v, %v", prior, err)
	}
	if err := s.Abandon(ctx, a.Key); err != nil {
		t.Error(err)
	}
	if prior, err := s.Begin(ctx, a); err != nil || prior != nil {
		t.Errorf("an abandoned key is not free: %v, %v", prior, err)
	}
	if err := s.Finish(ctx, a.Key, json.RawMessage(`{"id":5}`), noon); err != nil {
		t.Error(err)
	}
	if prior, err := s.Begin(ctx, a); err != nil || prior == nil || !prior.DoneAt.Equal(noon) || string(prior.Outputs) != `{"id":5}` {
		t.Errorf("a finished action begun again: %+v, %v", prior, err)
	}
	if s.Finish(ctx, a.Key, json.RawMessage(`{}`), noon) == nil || s.Abandon(ctx, a.Key) == nil {
		t.Error("a finished action was settled again")
	}
	if _, err := s.Begin(ctx, store.Action{Key: "k", Inputs: json.RawMessage(`{`)}); err == nil {
		t.Error("broken JSON was taken")
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.Note(t.Context(), "pull", "o/r#1"); v != nil || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	for _, v := range []string{"one", "two"} {
		if err := s.SetNote(t.Context(), "pull", "o/r#1", []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if v, err := s.Note(t.Context(), "pull", "o/r#1"); string(v) != "two" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	if names, err := s.Names(t.Context(), "pull"); err != nil || strings.Join(names, " ") != "o/r#1" {
		t.Errorf("%q, %v", names, err)
	}
}

func TestOneOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	open(t, path)
	if _, err := store.Open(t.Context(), path); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestNotADatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// TestKill kills a writer at an arbitrary moment: every delivery that it said
// to be durable is there, in order, and none is left running.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(out); lines.Scan(); n++ {
		if n == 40 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || n <= 40 {
		t.Fatalf("the writer ended by itself after %d lines: %v", n, err)
	}
	s := open(t, path)
	counts, err := s.Counts(t.Context())
	if err != nil || counts.Running != 0 || counts.Queued < n {
		t.Fatalf("%d deliveries were acknowledged; in the file: %+v, %v", n, counts, err)
	}
	for i := range n {
		fresh, err := s.Enqueue(t.Context(), store.Delivery{ID: fmt.Sprintf("d%d", i), Repo: "o/r", ReceivedAt: noon})
		if err != nil || fresh {
			t.Errorf("delivery %d was lost: %v", i, err)
		}
	}
}

// TestDecisions keeps one for each new digest of a subject, in their order, and
// forgets the old ones.
func TestDecisions(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "db"))
	at := time.Unix(1_700_000_000, 0).UTC()
	for i, d := range []struct {
		subject string
		digest  byte
	}{{"a#1", 1}, {"a#1", 1}, {"a#2", 1}, {"a#1", 2}, {"a#1", 1}} {
		err := s.RecordDecision(t.Context(), store.Decision{At: at.Add(time.Duration(i) * time.Hour), Subject: d.subject, Input: []byte{byte(i)}, Output: []byte("o")}, [32]byte{d.digest})
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(since time.Time) string {
		var got []string
		err := s.Decisions(t.Context(), since, func(d store.Decision) error {
			got = append(got, fmt.Sprintf("%d:%s:%s", d.Input[0], d.Subject, d.Output))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(got, " ")
	}
	if got := read(time.Time{}); got != "0:a#1:o 2:a#2:o 3:a#1:o 4:a#1:o" {
		t.Errorf("kept %s", got)
	}
	if got := read(at.Add(3 * time.Hour)); got != "3:a#1:o 4:a#1:o" {
		t.Errorf("since then %s", got)
	}
	if err := s.PruneDecisions(t.Context(), at.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := read(time.Time{}); got != "3:a#1:o 4:a#1:o" {
		t.Errorf("left %s", got)
	}
	stop := errors.New("stop")
	if err := s.Decisions(t.Context(), at, func(store.Decision) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("err %v", err)
	}
}
