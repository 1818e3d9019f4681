// SPDX-License-Identifier: Apache-2.0

package results

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/censor"
)

const secret = "correct-horse-battery"

func newCensor(t testing.TB) *censor.Censor {
	t.Helper()
	c, err := censor.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLog(t *testing.T) {
	for _, test := range []struct {
		name, in string
		limit    int64
		want     string
	}{
		{"short", "one\ntwo\n", 100, "one\ntwo\n"},
		{"full", "0123456789abcdef", 16, "0123456789abcdef"},
		{"long", "0123456789abcdef...XYZ", 16, "0123456789ab\n[6 bytes are left out here: the log is too long]\n.XYZ"},
		{"secret", "key " + secret + "!", 100, "key " + strings.Repeat("*", len(secret)) + "!"},
		{"nothing", "", 100, ""},
	} {
		for _, step := range []int{1, 3, 1000} {
			name := filepath.Join(t.TempDir(), "log")
			l, err := CreateLog(name, newCensor(t), test.limit)
			if err != nil {
				t.Fatal(err)
			}
			for in := test.in; in != ""; {
				n := min(step, len(in))
				if _, err := io.WriteString(l, in[:n]); err != nil {
					t.Fatal(err)
				}
				in = in[n:]
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(name); err != nil || string(got) != test.want {
				t.Errorf("%s, %d bytes a write: %q, %v; want %q", test.name, step, got, err, test.want)
			}
		}
	}
}

// TestFollowConcurrent reads a log while it is written, from before it is
// there.
func TestFollowConcurrent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	over := make(chan struct{})
	var out bytes.Buffer
	var reader sync.WaitGroup
	seen := make(chan struct{})
	var once sync.Once
	to := writerFunc(func(p []byte) (int, error) {
		once.Do(func() { close(seen) })
		return out.Write(p)
	})
	var followed error
	reader.Go(func() { followed = Follow(t.Context(), name, over, to) })
	l, err := CreateLog(name, newCensor(t), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat("a line of a log, and it is not a short one\n", 1000)
	if _, err := io.WriteString(l, want); err != nil {
		t.Fatal(err)
	}
	<-seen // while it is open
	if _, err := io.WriteString(l, "the end"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	close(over)
	reader.Wait()
	if followed != nil || out.String() != want+"the end" {
		t.Errorf("followed %d bytes, %v; want %d", out.Len(), followed, len(want)+7)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestCopy(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(outside, "not the job's")
	write(filepath.Join(from, "deep", "er", "junit.xml"), "<testsuite>"+secret+"</testsuite>")
	write(filepath.Join(from, "report.txt"), "fine")
	write(filepath.Join(from, "zz-big"), strings.Repeat("x", 100))
	for name, target := range map[string]string{"link": outside, "up": "..", "inside": "report.txt"} {
		if err := os.Symlink(target, filepath.Join(from, name)); err != nil {
			t.Fatal(err)
		}
	}
	// Whoever opens a pipe to read it waits for ever.
	if err := unix.Mkfifo(filepath.Join(from, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := Copy(t.Context(), from, to, newCensor(t), Limits{Bytes: 100, Files: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got.Files != 2 || got.LeftOut != 5 || len(got.Left) != 5 {
		t.Errorf("copied %+v, want 2 files and 5 left out", got)
	}
	junit, err := os.ReadFile(filepath.Join(to, "deep", "er", "junit.xml"))
	if want := "<testsuite>" + strings.Repeat("*", len(secret)) + "</testsuite>"; err != nil || string(junit) != want {
		t.Errorf("junit.xml is %q, %v; want %q", junit, err, want)
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 2 {
		t.Errorf("there are %v, %v; want deep and report.txt", entries, err)
	}
	if got, err := Copy(t.Context(), filepath.Join(from, "none"), to, newCensor(t), Limits{}); err != nil || got.Files != 0 {
		t.Errorf("a folder that is not there: %+v, %v", got, err)
	}
	if got, err := Copy(t.Context(), from, t.TempDir(), newCensor(t), Limits{Bytes: 1000, Files: 1}); err != nil || got.Files != 1 || got.LeftOut != 6 {
		t.Errorf("of one file at most: %+v, %v", got, err)
	}
}

// BenchmarkLog prints through a log that is full: what 2 GB cost.
func BenchmarkLog(b *testing.B) {
	l, err := CreateLog(filepath.Join(b.TempDir(), "log"), newCensor(b), 1<<20)
	if err != nil {
		b.Fatal(err)
	}
	line := []byte(strings.Repeat("a line of a log, and it is not a short one\n", 700))
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := l.Write(line); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}
