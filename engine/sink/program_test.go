// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

func TestProgram(t *testing.T) {
	t.Parallel()
	for _, each := range []bool{false, true} {
		t.Run(fmt.Sprint("each ", each), func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out")
			var stderr bytes.Buffer
			p, err := NewProgram(ProgramConfig{
				Command: "echo start >>" + out + "; cat >>" + out + "; echo end; echo trouble >&2", Each: each, Stderr: &stderr,
			})
			if err != nil {
				t.Fatal(err)
			}
			s := Start(Outlet{Name: "program", Sink: p, Wait: true, Threshold: check.Debug})
			for range 3 {
				if err := s.Put(t.Context(), testAlert(check.Error, "r")); err != nil {
					t.Fatal(err)
				}
			}
			closeSet(t, s)
			line := "17:35:48.514682170: Error it happened\n"
			want, wantErr := "start\n"+line+line+line, "end\ntrouble\n"
			if each {
				want, wantErr = strings.Repeat("start\n"+line, 3), strings.Repeat(wantErr, 3)
			}
			if text, err := os.ReadFile(out); err != nil || string(text) != want {
				t.Errorf("the program got %q, %v, want %q", text, err, want)
			}
			if stderr.String() != wantErr {
				t.Errorf("the program said %q, want %q", stderr.String(), wantErr)
			}
		})
	}
}

// A program that ends is started again. It says "head" where a real one
// crashes: it takes one line, and its successor the next.
func TestProgramEnds(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	p, err := NewProgram(ProgramConfig{Command: "read -r line; echo \"$line\" >>" + out})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		for {
			n, err := p.Send(t.Context(), []Record{rec(check.Error, fmt.Sprint("alert ", i))})
			if n == 1 {
				break
			}
			t.Logf("try again: %v", err)
		}
		<-p.(*program).ended
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "alert 0\nalert 1\nalert 2\n" {
		t.Errorf("the programs got %q, %v", text, err)
	}
}

func TestProgramFails(t *testing.T) {
	t.Parallel()
	p, err := NewProgram(ProgramConfig{Command: "exit 3", Each: true})
	if err != nil {
		t.Fatal(err)
	}
	s := Start(Outlet{Name: "program", Sink: p, Threshold: check.Debug})
	if err := s.Put(t.Context(), testAlert(check.Error, "r")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err == nil || s.Stats()[0].Refused != 1 {
		t.Errorf("close: %v, %+v, want one refused", err, s.Stats())
	}
}

// A program that does not read, whose pipe is full, ends with its time.
func TestProgramDoesNotRead(t *testing.T) {
	t.Parallel()
	for _, each := range []bool{false, true} {
		p, err := NewProgram(ProgramConfig{Command: "exec sleep 1000", Each: each})
		if err != nil {
			t.Fatal(err)
		}
		s := Start(Outlet{Name: "program", Sink: p, Threshold: check.Debug, Capacity: 1 << 16})
		for range 10_000 {
			if err := s.Put(t.Context(), testAlert(check.Error, "r")); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		err = s.Close(ctx)
		if stats := s.Stats()[0]; err == nil || stats.Delivered+stats.Lost() != 10_000 {
			t.Errorf("each %v: close: %v, %+v, want 10000 accounted for", each, err, stats)
		}
	}
}
