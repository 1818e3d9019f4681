// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// record makes a record as the programs do: values are numbers of the widths
// that operations have, and texts.
func record(t event.Type, values ...any) []byte {
	form := forms()[t]
	var lens, data []byte
	for i, v := range values {
		var b []byte
		switch v := v.(type) {
		case int:
			b = appendNumber(nil, uint64(v), form.params[i].width)
		case string:
			b = append([]byte(v), 0)
		case []byte:
			b = v
		}
		lens = binary.LittleEndian.AppendUint16(lens, uint16(len(b)))
		data = append(data, b...)
	}
	r := make([]byte, HeaderSize)
	binary.LittleEndian.PutUint64(r, 5)
	binary.LittleEndian.PutUint64(r[8:], 42)
	binary.LittleEndian.PutUint32(r[16:], uint32(HeaderSize+len(lens)+len(data)))
	binary.LittleEndian.PutUint16(r[20:], uint16(t))
	r[22], r[24] = byte(len(values)), 1
	return append(append(r, lens...), data...)
}

func TestDecode(t *testing.T) {
	const cloexec, creat, excl = 0o2000000, 0o100, 0o200
	var ev event.Event
	d := New(1000)
	flags, err := d.Decode(record(event.OpenatExit, 3, -100, "/etc/x", 2|cloexec|creat|excl|openCreated, 0o644, 0xfe00, 77, "/real/x"), &ev)
	if err != nil || flags != 0 {
		t.Fatal(flags, err)
	}
	if ev.Time != 1005 || ev.TID != 42 || ev.CPU != 1 || ev.Type != event.OpenatExit {
		t.Errorf("%+v", ev)
	}
	fd, _ := ev.Int64(0)
	dir, _ := ev.Int64(1)
	bits, _ := ev.Uint(3)
	if want := uint64(3 | 4 | 0x20 | 0x1000 | 0x4000); fd != 3 || dir != -100 || bits != want || string(ev.Text(7)) != "/real/x" {
		t.Errorf("fd %d, dirfd %d, flags %x (want %x), opened %q", fd, dir, bits, want, ev.Text(7))
	}
	// A number of the kernel's that the table has in another width.
	if _, err := d.Decode(record(event.Eventfd2Exit, 4, cloexec, 9), &ev); err != nil {
		t.Fatal(err)
	}
	if bits, _ := ev.Uint(1); len(ev.Param(1)) != 2 || bits != 0x1000 {
		t.Errorf("flags of eventfd2 are %x", ev.Param(1))
	}
	// What the programs could not read stays without a value.
	if _, err := d.Decode(record(event.OpenatExit, 3, -100, []byte{}, []byte{}, 0, 0, 0, []byte{}), &ev); err != nil {
		t.Fatal(err)
	}
	if len(ev.Param(2)) != 0 || len(ev.Param(3)) != 0 || ev.NumParams() != 8 {
		t.Errorf("%d parameters, %q", ev.NumParams(), ev.Param(2))
	}
}

func TestMalformed(t *testing.T) {
	good := record(event.CloseExit, 0, 3)
	change := func(f func(r []byte) []byte) []byte { return f(append([]byte(nil), good...)) }
	for want, r := range map[string][]byte{
		"fewer than its header":    good[:10],
		"its header says":          good[:len(good)-1],
		"makes no events of type":  change(func(r []byte) []byte { r[20] = byte(event.CloseEnter); return r }),
		"with 3 parameters":        change(func(r []byte) []byte { r[22] = 3; return r }),
		"and not 8":                change(func(r []byte) []byte { r[HeaderSize] = 7; return r }),
		"parameters of 8 bytes in": change(func(r []byte) []byte { r[HeaderSize] = 0; return r }),
		"200 parameters":           change(func(r []byte) []byte { r[22] = 200; return r }),
	} {
		var ev event.Event
		if _, err := New(0).Decode(r, &ev); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// Whatever bytes come, an event is as its table says, or there is none.
func FuzzDecode(f *testing.F) {
	f.Add(record(event.CloseExit, 0, 3))
	f.Add(record(event.OpenatExit, 3, -100, "/etc/x", 2, 0o644, 0xfe00, 77, "/real/x"))
	f.Add(record(event.GenericExit, 7, 39))
	f.Add([]byte(strings.Repeat("\xff", 100)))
	d := New(0)
	f.Fuzz(func(t *testing.T, r []byte) {
		var ev event.Event
		if _, err := d.Decode(r, &ev); err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if !calls.Records(ev.Type) || ev.NumParams() > len(ev.Type.Info().Params) {
			t.Fatalf("an event of type %d with %d parameters", ev.Type, ev.NumParams())
		}
		for i := range ev.NumParams() {
			p := ev.Param(i)
			if w := ev.Type.Info().Params[i].Kind.Width(); w != 0 && len(p) != 0 && len(p) != w {
				t.Fatalf("parameter %d of %s has %d bytes, not %d", i, ev.Type, len(p), w)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, r := range map[string][]byte{
		"close": record(event.CloseExit, 0, 3),
		"open":  record(event.OpenatExit, 3, -100, "/etc/hostname", 2, 0o644, 0xfe00, 77, "/etc/hostname"),
	} {
		b.Run(name, func(b *testing.B) {
			d := New(0)
			var ev event.Event
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Decode(r, &ev); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
