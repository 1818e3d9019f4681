// SPDX-License-Identifier: Apache-2.0

package state

import (
	"path"
	"strings"
	"testing"
)

func TestJoinPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ dir, name, want string }{
		{"/", "etc", "/etc"},
		{"/srv/alice/", "x", "/srv/alice/x"},
		{"/srv/alice", "../bob/./x", "/srv/bob/x"},
		{"/srv", "/etc//passwd", "/etc/passwd"},
		{"/", "../../x", "/x"},
		{"/a/b/", "", "/a/b"},
		{"", "/a/b/", "/a/b"},
		{"", "a/../..", ".."},
		{"", "../../a", "../../a"},
		{"a", "..", "."},
		{"", "", ""},
		{"/", ".", "/"},
		{".", "/x", "/x"},
		{"<UNKNOWN>", "x", "<UNKNOWN>/x"},
		{"/" + strings.Repeat("a", 600), strings.Repeat("b", 600), pathTooLong},
	} {
		if got := string(JoinPath([]byte("kept"), []byte(c.dir), []byte(c.name))); got != "kept"+c.want {
			t.Errorf("JoinPath(%q, %q) = %q, want %q", c.dir, c.name, got[len("kept"):], c.want)
		}
	}
}

func FuzzJoinPath(f *testing.F) {
	f.Add("/a/b/", "../c")
	f.Add("", "..//./x/")
	f.Fuzz(func(t *testing.T, dir, name string) {
		got := string(JoinPath(nil, []byte(dir), []byte(name)))
		want := dir + "/" + name
		switch {
		case strings.HasPrefix(name, "/") || dir == "":
			want = name
		}
		if dir == "" && name == "" {
			return
		}
		if want = path.Clean(want); len(want) > maxPath {
			want = pathTooLong
		}
		if got != want {
			t.Errorf("JoinPath(%q, %q) = %q, want %q", dir, name, got, want)
		}
	})
}

func BenchmarkJoinPath(b *testing.B) {
	buf := make([]byte, 0, 256)
	dir, name := []byte("/var/www/html/"), []byte("/usr/share/apache2/icons/unknown.gif")
	b.ReportAllocs()
	for b.Loop() {
		buf = JoinPath(buf[:0], dir, name)
	}
}
