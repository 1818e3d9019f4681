// SPDX-License-Identifier: Apache-2.0

package archive_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

const limit = 1 << 20

var when = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func TestTarIgnoresOrderAndZone(t *testing.T) {
	t.Parallel()
	entries := []archive.Entry{
		{Name: "usr/bin/lanner", Mode: 0o755, Data: []byte("binary")},
		{Name: "README.md", Mode: 0o644, Data: []byte("read me")},
	}
	first, err := archive.Tar(when, entries)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries)
	second, err := archive.Tar(when.In(time.FixedZone("far", 5*3600)).Add(300*time.Millisecond), entries)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("the order of entries or the zone changed the tar: %v", archive.Compare("x.tar", first, second, limit))
	}
	members, err := archive.Members("x.tar", first, limit)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
		if m.UID != 0 || m.GID != 0 || !m.ModTime.Equal(when) {
			t.Errorf("%s: owner %d:%d, time %v", m.Name, m.UID, m.GID, m.ModTime)
		}
	}
	if diff := cmp.Diff([]string{"README.md", "usr/", "usr/bin/", "usr/bin/lanner"}, names); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestTarRefusesNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "../x", "/x", "a//b", "a/../b"} {
		if _, err := archive.Tar(when, []archive.Entry{{Name: name}}); err == nil {
			t.Errorf("Tar took the name %q", name)
		}
	}
	twice := []archive.Entry{{Name: "x"}, {Name: "x"}}
	if _, err := archive.Tar(when, twice); err == nil {
		t.Error("Tar took one name twice")
	}
}

func targz(t *testing.T, entries ...archive.Entry) []byte {
	t.Helper()
	plain, err := archive.Tar(when, entries)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := archive.Gzip(plain)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func TestCompareNamesTheInnermostMember(t *testing.T) {
	t.Parallel()
	outer := func(content string, mode fs.FileMode) []byte {
		inner := targz(t, archive.Entry{Name: "usr/bin/lanner", Mode: mode, Data: []byte(content)})
		return targz(t, archive.Entry{Name: "data.tar.gz", Mode: 0o644, Data: inner})
	}
	a := outer("hello world", 0o755)
	tests := []struct {
		name string
		b    []byte
		want []string
	}{
		{"same", outer("hello world", 0o755), nil},
		{"content", outer("hello w0rld", 0o755), []string{"member data.tar.gz!usr/bin/lanner: byte 7: differs (both 11 bytes)"}},
		{"mode", outer("hello world", 0o700), []string{"member data.tar.gz!usr/bin/lanner: mode -rwxr-xr-x and -rwx------"}},
		{"missing", targz(t), []string{"member data.tar.gz: only in the first"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range archive.Compare("x.tar.gz", a, tt.b, limit) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareSaysWhenOnlyCompressionDiffers(t *testing.T) {
	t.Parallel()
	a := targz(t, archive.Entry{Name: "x", Mode: 0o644, Data: []byte("text")})
	b := bytes.Clone(a)
	b[9] = 3 // the operating system in the gzip header
	got := archive.Compare("x.tar.gz", a, b, limit)
	if len(got) != 1 || got[0].Offset != 9 || !strings.Contains(got[0].Detail, "only the packing or the compression differs") {
		t.Errorf("got %v", got)
	}
}

func TestMembersHoldsToTheLimit(t *testing.T) {
	t.Parallel()
	bomb := targz(t, archive.Entry{Name: "zeros", Mode: 0o644, Data: make([]byte, limit)})
	if _, err := archive.Members("x.tar.gz", bomb, limit); !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func FuzzMembers(f *testing.F) {
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	if err := w.WriteHeader(&tar.Header{Name: "x", Size: 1}); err != nil {
		f.Fatal(err)
	}
	f.Add("x.tar", plain.Bytes())
	f.Add("x.deb", []byte("!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n2.0\n"))
	rpm := append([]byte{0xed, 0xab, 0xee, 0xdb}, make([]byte, 92)...)
	rpm = append(rpm, 0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	f.Add("x.rpm", rpm)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		members, err := archive.Members(name, data, limit)
		if err != nil {
			return
		}
		var total int
		for _, m := range members {
			total += len(m.Data)
		}
		// An archive's bytes count once packed and once unpacked; three
		// levels are read.
		if total > limit {
			t.Errorf("%d bytes in members, limit %d", total, limit)
		}
	})
}
