// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"io"
)

// NewStream makes a sink of something that is written to, such as standard
// output. It does not close w.
func NewStream(w io.Writer) Sink { return &stream{w: w} }

// A stream writes lines. What one Send gets is one Write: a reader sees whole
// alerts unless the system cuts them.
type stream struct {
	w    io.Writer
	buf  []byte
	torn bool // the last line was not written whole
}

func (s *stream) Send(_ context.Context, records []Record) (int, error) {
	return writeLines(s.w, &s.buf, &s.torn, records)
}

func (s *stream) Close(context.Context) error { return nil }

// writeLines writes records as lines and returns how many are there whole.
func writeLines(w io.Writer, buf *[]byte, torn *bool, records []Record) (int, error) {
	b := (*buf)[:0]
	if *torn {
		b = append(b, '\n') // so that the rest of a line does not spoil the next
	}
	for i := range records {
		b = append(b, records[i].Line...)
		b = append(b, '\n')
	}
	*buf = b
	written, err := w.Write(b)
	if err == nil {
		*torn = false
		return len(records), nil
	}
	whole := 0
	if *torn && written > 0 {
		written--
		*torn = false
	}
	for whole < len(records) && written > len(records[whole].Line) {
		written -= len(records[whole].Line) + 1
		whole++
	}
	*torn = *torn || written > 0
	return whole, err
}
