// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"
	"strings"
)

// setCgroups takes over the cgroups of a thread, subsystem=path each and
// NUL-separated, with the names of the subsystems as users know them.
func (t *Table) setCgroups(th *Thread, p []byte) {
	p = trimNUL(p)
	if len(p) == 0 {
		return
	}
	c := &t.containers
	cgroups, known := c.told[string(p)]
	if !known {
		t.scratch = t.scratch[:0]
		for rest := p; len(rest) > 0; {
			var entry []byte
			entry, rest, _ = bytes.Cut(rest, []byte{0})
			subsystem, path, ok := bytes.Cut(entry, []byte{'='})
			if !ok {
				return // cut off: better the old ones than half of the new
			}
			if len(t.scratch) > 0 {
				t.scratch = append(t.scratch, 0)
			}
			t.scratch = append(append(appendSubsystem(t.scratch, subsystem), '='), path...)
		}
		if cgroups = th.Cgroups; !bytes.Equal(cgroups, t.scratch) {
			cgroups = bytes.Clone(t.scratch)
		}
		if len(c.told) >= maxTold {
			clear(c.told)
		}
		if len(p) <= maxToldText {
			c.told[string(p)] = cgroups
		}
	}
	if !bytes.Equal(th.Cgroups, cgroups) {
		th.Cgroups = cgroups
		t.own(th, textCgroups, len(th.Cgroups))
	}
}

// appendSubsystem appends the name of a subsystem: kernels call some otherwise
// than /proc does.
func appendSubsystem(dst, name []byte) []byte {
	if before, after, ok := bytes.Cut(name, []byte("_cgroup")); ok {
		name = append(before[:len(before):len(before)], after...)
	}
	switch string(name) {
	case "perf":
		return append(dst, "perf_event"...)
	case "mem":
		return append(dst, "memory"...)
	case "io":
		return append(dst, "blkio"...)
	}
	return append(dst, name...)
}

const (
	longID  = 64 // hexadecimal digits of a container's id
	shortID = 12 // how many of them users see
)

// containerOf finds the container that a cgroup path belongs to, as the runtimes
// lay them out. The order matters: layouts overlap.
func containerOf(path string) (id string, runtime Runtime) {
	for _, l := range layouts {
		if id := l.match(path, false); id != "" {
			return id, Unspecified
		}
	}
	if id := libvirtID(path); id != "" {
		return id, LibvirtLXC
	}
	if id := lxcID(path); id != "" {
		return id, LXC
	}
	if id := bpmID(path); id != "" {
		return id, BPM
	}
	if ns := firstPart(path); ns != "" { // last, for it takes almost anything
		return layout{ns, ""}.match(path, true), Unspecified
	}
	return "", Unspecified
}

// A layout is how a runtime names the cgroup of a container: something that ends
// with prefix, the id, suffix.
type layout struct{ prefix, suffix string }

var layouts = []layout{
	{"/libpod-", ".scope"}, {"/libpod-", ".scope/container"}, {"/libpod-", ""}, // podman
	{"/", ""}, {"/docker-", ".scope"}, // docker, containerd without systemd
	{"/crio-", ""}, {"/cri-containerd-", ".scope"}, {"/crio-", ".scope"}, {":cri-containerd:", ""},
}

// match returns the short id in path. Of containers that were made with
// containerd's own tool the id is any word, which a host's units have to be kept
// apart from.
func (l layout) match(path string, anyWord bool) string {
	start := strings.LastIndex(path, l.prefix)
	if start < 0 {
		return ""
	}
	start += len(l.prefix)
	end := strings.LastIndex(path, l.suffix)
	if end <= start || end-start > longID {
		return ""
	}
	id := path[start:end]
	if len(id) == longID && isHex(path[start:]) {
		return id[:shortID]
	}
	if !anyWord || strings.HasSuffix(path, ".service") || strings.HasSuffix(path, ".slice") || strings.HasSuffix(path, ".scope") {
		return ""
	}
	return id[:min(len(id), shortID)]
}

// isHex reports whether the first longID bytes of s are hexadecimal digits.
func isHex(s string) bool {
	for i := range longID {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// firstPart returns the first part of path that can be a containerd namespace,
// words joined by single dots, dashes or underscores, with both its slashes.
func firstPart(path string) string {
	for start := strings.IndexByte(path, '/'); start >= 0; {
		n := strings.IndexByte(path[start+1:], '/')
		if n < 0 {
			return ""
		}
		end := start + 1 + n
		if isNamespace(path[start+1 : end]) {
			return path[start : end+1]
		}
		start = end
	}
	return ""
}

func isNamespace(s string) bool {
	joined := true // what stands before the next byte cannot end a word
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			joined = false
		case (c == '.' || c == '_' || c == '-') && !joined:
			joined = true
		default:
			return false
		}
	}
	return !joined
}

func lxcID(path string) string {
	for _, prefix := range []string{"/lxc/", "/lxc.payload/", "/lxc.payload."} {
		if _, after, ok := strings.Cut(path, prefix); ok {
			id, _, _ := strings.Cut(after, "/")
			return id
		}
	}
	return ""
}

func libvirtID(path string) string {
	if before, ok := strings.CutSuffix(path, ".libvirt-lxc"); ok {
		if i := strings.LastIndexByte(before, '/'); i >= 0 {
			return before[i+1:]
		}
	}
	const mark = `-lxc\x2`
	if i := strings.Index(path, mark); i >= 0 {
		before, ok := strings.CutSuffix(path, ".scope/libvirt")
		if !ok {
			before, ok = strings.CutSuffix(path, ".scope")
		}
		if start := i + len(mark) + 1; ok && start <= len(before) {
			return before[start:]
		}
	}
	if _, after, ok := strings.Cut(path, "/libvirt/lxc/"); ok {
		return after
	}
	return ""
}

func bpmID(path string) string {
	_, after, ok := strings.Cut(path, "bpm-")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(after, ".scope")
	for i := range len(id) {
		switch c := id[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '_', c == '-':
		default:
			return ""
		}
	}
	return id
}
