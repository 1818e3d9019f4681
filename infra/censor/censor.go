// SPDX-License-Identifier: Apache-2.0

package censor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// MinLen is how many bytes a secret has at least, without the white space
// around it.
const MinLen = 6

// masks are what a secret may be overwritten with. None of them is in base64,
// in hexadecimal, or in what is escaped for a URL.
const masks = "*#?!|^~"

// Censor knows secrets.
type Censor struct {
	plain, wrapped *automaton // wrapped does not see line breaks
	mask           byte
	dull           [256]bool // no line break, and nothing begins with it
}

// New returns a Censor of these secrets. White space around a secret, such as
// the line break at the end of a file, is not part of it, and an empty one is
// none. An error does not tell the secret.
func New(secrets ...string) (*Censor, error) {
	c := &Censor{plain: newAutomaton(), wrapped: newAutomaton()}
	var all strings.Builder
	for i, secret := range secrets {
		secret = strings.TrimSpace(secret)
		if secret == "" {
			continue
		}
		if len(secret) < MinLen {
			return nil, fmt.Errorf("secret %d of %d has %d bytes: one of fewer than %d would be found all over a log; use a longer one", i+1, len(secrets), len(secret), MinLen)
		}
		for _, form := range forms(secret) {
			c.plain.add(form)
			all.WriteString(form)
		}
		for _, form := range wrappedForms(secret) {
			c.wrapped.add(form)
		}
	}
	at := strings.IndexFunc(masks, func(r rune) bool { return !strings.ContainsRune(all.String(), r) })
	if at < 0 {
		return nil, fmt.Errorf("the secrets have all of %s: nothing is left to overwrite them with; leave one of these out of them", masks)
	}
	c.mask = masks[at]
	c.plain.link()
	c.wrapped.link()
	for b := range c.dull {
		c.dull[b] = c.plain.first[b] == 0 && c.wrapped.first[b] == 0 && b != '\n' && b != '\r'
	}
	return c, nil
}

// forms are the ways to write a secret on one line, or on its own lines.
func forms(secret string) []string {
	all := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, html := range []bool{false, true} {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(html)
		// A string can always be encoded.
		if err := e.Encode(secret); err == nil {
			all = append(all, strings.Trim(b.String(), "\n")[1:b.Len()-2])
		}
	}
	return all
}

// wrappedForms are the ways to write a secret that programs break into lines.
func wrappedForms(secret string) []string {
	text := hex.EncodeToString([]byte(secret))
	all := []string{text, strings.ToUpper(text)}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			text := encoding.EncodeToString(append(make([]byte, before), secret...))
			// Characters that also have bits of a neighbour are not the secret's.
			first, last := (before*8+5)/6, (before+len(secret))*8/6
			all = append(all, text[first:last])
		}
	}
	return all
}

// String returns a text without the secrets.
func (c *Censor) String(text string) string {
	var b strings.Builder
	w := c.Writer(&b)
	// A strings.Builder takes everything.
	if _, err := io.WriteString(w, text); err != nil {
		return ""
	}
	if err := w.Close(); err != nil {
		return ""
	}
	return b.String()
}

// Writer returns a Writer to out.
func (c *Censor) Writer(out io.Writer) *Writer { return &Writer{c: c, out: out} }

// Writer hands on what is written without the secrets. It holds back only what
// may be the beginning of one.
type Writer struct {
	c              *Censor
	out            io.Writer
	held           []byte
	plain, wrapped int32 // states of the automata
	breaks         int   // bytes of the line break at the end of held
	err            error
}

var errClosed = errors.New("the censor's writer is closed")

// Write takes all of p, or fails as the writer below did, from then on always.
func (w *Writer) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		if w.err != nil {
			return done, w.err
		}
		// A big write is held in parts.
		n := min(len(p)-done, 64<<10)
		w.addAll(p[done : done+n])
		done += n
		w.release(w.keep())
	}
	return len(p), w.err
}

// Close hands on what is held back. It does not close the writer below.
func (w *Writer) Close() error {
	if errors.Is(w.err, errClosed) {
		return nil
	}
	w.release(0)
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

// addAll adds bytes, and those with which nothing begins many at a time.
func (w *Writer) addAll(p []byte) {
	for i := 0; i < len(p); i++ {
		begin := i
		for w.plain == 0 && w.wrapped == 0 && i < len(p) && w.c.dull[p[i]] {
			i++
		}
		if i > begin {
			w.held = append(w.held, p[begin:i]...)
			w.breaks = 0
		}
		if i < len(p) {
			w.add(p[i])
		}
	}
}

func (w *Writer) add(b byte) {
	w.held = append(w.held, b)
	w.plain = w.c.plain.next(w.plain, b)
	w.overwrite(int(w.c.plain.nodes[w.plain].found))
	if b == '\n' || b == '\r' {
		// An empty line ends what was wrapped; so little is held back. All that
		// is in a wrapped text that has begun is held.
		if w.breaks++; w.wrapped != 0 && (w.breaks > 2 || b == '\n' && w.breaks == 2 && w.held[len(w.held)-2] == '\n') {
			w.wrapped = 0
		}
		return
	}
	w.breaks = 0
	w.wrapped = w.c.wrapped.next(w.wrapped, b)
	if found := int(w.c.wrapped.nodes[w.wrapped].found); found > 0 {
		w.overwrite(w.span(found))
	}
}

// overwrite masks the last n bytes. Line breaks stay.
func (w *Writer) overwrite(n int) {
	for i := len(w.held) - n; i < len(w.held); i++ {
		if w.held[i] != '\n' && w.held[i] != '\r' {
			w.held[i] = w.c.mask
		}
	}
}

// span is how many bytes the last n are with the line breaks between them.
func (w *Writer) span(n int) int {
	i := len(w.held)
	for n > 0 && i > 0 {
		if i--; w.held[i] != '\n' && w.held[i] != '\r' {
			n--
		}
	}
	return len(w.held) - i
}

// keep is how many bytes at the end may belong to a secret.
func (w *Writer) keep() int {
	return max(int(w.c.plain.nodes[w.plain].depth), w.span(int(w.c.wrapped.nodes[w.wrapped].depth)))
}

func (w *Writer) release(keep int) {
	n := len(w.held) - keep
	if w.err != nil || n == 0 {
		return
	}
	if _, err := w.out.Write(w.held[:n]); err != nil {
		w.err = err
		return
	}
	w.held = append(w.held[:0], w.held[n:]...)
}
