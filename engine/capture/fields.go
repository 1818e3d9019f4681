// SPDX-License-Identifier: Apache-2.0

package capture

// fields reads one value after the other. Once one is not there, all that
// follow are zero and short is set.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) bytes(n int) []byte {
	if n > len(f.b) || f.short {
		f.short = true
		return nil
	}
	v := f.b[:n:n]
	f.b = f.b[n:]
	return v
}

func (f *fields) uint8() uint8 {
	if v := f.bytes(1); v != nil {
		return v[0]
	}
	return 0
}

func (f *fields) uint16() uint16 {
	if v := f.bytes(2); v != nil {
		return le.Uint16(v)
	}
	return 0
}

func (f *fields) uint32() uint32 {
	if v := f.bytes(4); v != nil {
		return le.Uint32(v)
	}
	return 0
}

func (f *fields) uint64() uint64 {
	if v := f.bytes(8); v != nil {
		return le.Uint64(v)
	}
	return 0
}

func (f *fields) int64() int64 { return int64(f.uint64()) }

// text reads two bytes of length and as many bytes.
func (f *fields) text() []byte { return f.bytes(int(f.uint16())) }

// has reports whether n more bytes are there. Newer versions append fields to
// entries, and older files end before them.
func (f *fields) has(n int) bool { return !f.short && len(f.b) >= n }
