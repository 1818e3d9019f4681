// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"testing"
)

// What is printed does not hang on where in a text a byte is.
func TestSanitizeAnywhere(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		alone := Sanitize(nil, []byte{byte(b)})
		for before := range 20 {
			for after := range 10 {
				text := append(bytes.Repeat([]byte("~"), before), byte(b))
				text = append(text, bytes.Repeat([]byte(" "), after)...)
				want := append(bytes.Repeat([]byte("~"), before), alone...)
				want = append(want, bytes.Repeat([]byte(" "), after)...)
				if got := Sanitize(nil, text); !bytes.Equal(got, want) {
					t.Fatalf("Sanitize(%q) = %q, want %q", text, got, want)
				}
			}
		}
	}
}

func BenchmarkSanitize(b *testing.B) {
	text := []byte("/usr/sbin/httpd -D FOREGROUND -f /etc/httpd/conf/httpd.conf")
	var out []byte
	for b.Loop() {
		out = Sanitize(out[:0], text)
	}
}
