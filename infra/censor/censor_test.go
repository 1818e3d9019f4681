// SPDX-License-Identifier: Apache-2.0

package censor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
)

const secret = `pa"ss/wörd & <more>+`

func mustNew(t testing.TB, secrets ...string) *Censor {
	t.Helper()
	c, err := New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// slowly censors a text that is written one byte at a time.
func slowly(t testing.TB, c *Censor, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := c.Writer(&out)
	if _, err := io.Copy(struct{ io.Writer }{w}, iotest.OneByteReader(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wrap(text, lineBreak string) string {
	var b strings.Builder
	for i := 0; i < len(text); i += 7 {
		b.WriteString(text[i:min(i+7, len(text))] + lineBreak)
	}
	return b.String()
}

// TestForms sees that a secret is gone in every form, and what is around it is
// there.
func TestForms(t *testing.T) {
	t.Parallel()
	c := mustNew(t, "\n"+secret+"\n", "", "hunter22")
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	long := hex.EncodeToString([]byte(secret))
	for _, form := range []string{secret, string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret), long, strings.ToUpper(long)} {
		want := "before " + strings.Repeat("*", len(form)) + " after"
		for _, got := range []string{c.String("before " + form + " after"), slowly(t, c, "before "+form+" after")} {
			if got != want {
				t.Errorf("%s: %q, want %q", form, got, want)
			}
		}
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
		for before := range 4 {
			text := encoding.EncodeToString([]byte(strings.Repeat("~", before) + secret + "?tail"))
			for _, lineBreak := range []string{"", "\n", "\r\n"} {
				got := slowly(t, c, wrap(text, lineBreak))
				if masked := strings.Count(got, "*"); masked < len(secret)*8/6-1 {
					t.Errorf("%d before, %q: %d masked in %q", before, lineBreak, masked, got)
				}
				if strings.Count(got, "\n") != strings.Count(wrap(text, lineBreak), "\n") {
					t.Errorf("line breaks are lost: %q", got)
				}
			}
		}
	}
}

// TestHeld sees that a log can be followed: what is no beginning of a secret
// comes at once.
func TestHeld(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := mustNew(t, "hunter22").Writer(&out)
	for _, step := range []struct{ write, want string }{
		{"ok  pkg\n", "ok  pkg\n"},
		{"hunt", "ok  pkg\n"},
		{"ing\n", "ok  pkg\nhunting\n"},
		{"\n", "ok  pkg\nhunting\n\n"},
		{"hunter2", "ok  pkg\nhunting\n\n"},
		{"2!", "ok  pkg\nhunting\n\n********!"},
	} {
		if _, err := io.WriteString(w, step.write); err != nil || out.String() != step.want {
			t.Errorf("after %q: %q, %v, want %q", step.write, out.String(), err, step.want)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(w, "late"); err == nil {
		t.Error("a closed writer takes more")
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range [][]string{{"abc"}, {"longenough", "  ab  "}, {"a" + masks}} {
		if _, err := New(bad...); err == nil {
			t.Errorf("%q is taken", bad)
		} else if strings.Contains(err.Error(), strings.TrimSpace(bad[len(bad)-1])) && len(bad[0]) < 5 {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
	if got := mustNew(t, "star*star").String("my star*star"); got != "my #########" {
		t.Errorf("%q", got)
	}
}

// TestFailing sees that a writer that fails is told of, and asked no more.
func TestFailing(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	gone := errors.New("gone")
	if err := reader.CloseWithError(gone); err != nil {
		t.Fatal(err)
	}
	w := mustNew(t, "hunter22").Writer(writer)
	for range 2 {
		if _, err := io.WriteString(w, "text"); !errors.Is(err, gone) {
			t.Errorf("%v", err)
		}
	}
	if err := w.Close(); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// naive masks every byte that is part of a form, by looking everywhere.
func naive(c *Censor, secrets []string, text string) string {
	out := []byte(text)
	mask := func(from, n int) {
		for i := from; i < from+n; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = c.mask
			}
		}
	}
	for _, s := range secrets {
		for _, form := range forms(strings.TrimSpace(s)) {
			for i := range len(text) {
				if strings.HasPrefix(text[i:], form) {
					mask(i, len(form))
				}
			}
		}
		for _, form := range wrappedForms(strings.TrimSpace(s)) {
			for i := range len(text) {
				if n := wrappedPrefix(text[i:], form); n > 0 {
					mask(i, n)
				}
			}
		}
	}
	return string(out)
}

// wrappedPrefix is how much of a text is the form with single line breaks in
// it, or 0.
func wrappedPrefix(text, form string) int {
	i := 0
	for at := range len(form) {
		if at > 0 {
			for _, lineBreak := range []string{"\r\n", "\n\r", "\r\r", "\n", "\r"} {
				if rest, ok := strings.CutPrefix(text[i:], lineBreak); ok {
					i = len(text) - len(rest)
					break
				}
			}
		}
		if i >= len(text) || text[i] != form[at] {
			return 0
		}
		i++
	}
	return i
}

// FuzzCensor holds the writer against a naive one, however the text is cut.
func FuzzCensor(f *testing.F) {
	f.Add("hunter22", "aaaaaa", "a hunter22 aaaaaaa aHVudGVyMjI=", uint8(1))
	f.Add("hunter22", "ter22hun", "hunter22hunter22", uint8(3))
	f.Add("aaaaaab", "aaaaaaa", "aaaaaaaaab YWFh\nYWFhYQ== 61616161\r\n616161", uint8(5))
	f.Fuzz(func(t *testing.T, one, two, text string, cut uint8) {
		c, err := New(one, two)
		if err != nil || strings.TrimSpace(one) == "" || strings.TrimSpace(two) == "" {
			t.Skip()
		}
		var out bytes.Buffer
		w := c.Writer(&out)
		for rest := text; rest != ""; {
			n := min(len(rest), int(cut%32)+1)
			if _, err := io.WriteString(w, rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := naive(c, []string{one, two}, text); out.String() != want {
			t.Errorf("%q, %q in %q:\n%q, want\n%q", one, two, text, out.String(), want)
		}
		if strings.Contains(out.String(), strings.TrimSpace(one)) {
			t.Errorf("%q is in %q", one, out.String())
		}
	})
}
