// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Series is the first two numbers of a kernel's version. What the verifier
// accepts, and what helpers there are, changes between them, and seldom within
// one.
type Series struct{ Major, Minor int }

func (s Series) String() string { return fmt.Sprintf("%d.%d", s.Major, s.Minor) }

// Compare orders series by age.
func (s Series) Compare(t Series) int {
	return cmp.Or(cmp.Compare(s.Major, t.Major), cmp.Compare(s.Minor, t.Minor))
}

var release = regexp.MustCompile(`^([0-9]{1,4})\.([0-9]{1,4})[-.+~A-Za-z0-9_]*$`)

// ParseSeries reads the series out of a release, such as 6.1.0-56-cloud-amd64:
// what "uname -r" prints.
func ParseSeries(rel string) (Series, error) {
	m := release.FindStringSubmatch(rel)
	if m == nil || len(rel) > 128 {
		return Series{}, fmt.Errorf("%.140q is no kernel release: want what \"uname -r\" prints, such as 6.1.0-56-cloud-amd64", rel)
	}
	major, _ := strconv.Atoi(m[1]) // four digits at most: they are numbers
	minor, _ := strconv.Atoi(m[2])
	return Series{major, minor}, nil
}

// CompareReleases orders releases as people read them: 6.1.0-9 is before
// 6.1.0-10, and a pre-release, which has a tilde, before its release.
func CompareReleases(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = part(a)
		y, b = part(b)
		if c := compareParts(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// part cuts off a run of digits or of anything else.
func part(s string) (head, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) == digit(s[0]) {
		i++
	}
	return s[:i], s[i:]
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func compareParts(x, y string) int {
	if x != "" && y != "" && digit(x[0]) && digit(y[0]) {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	}
	if tx, ty := strings.HasPrefix(x, "~"), strings.HasPrefix(y, "~"); tx != ty {
		if tx {
			return -1
		}
		return 1
	}
	return strings.Compare(x, y)
}

// Arch is a machine as Debian and Go name it.
type Arch string

// The machines that there is a driver for.
const (
	AMD64 Arch = "amd64"
	ARM64 Arch = "arm64"
)

// Uname is the name that "uname -m" prints.
func (a Arch) Uname() string {
	switch a {
	case AMD64:
		return "x86_64"
	case ARM64:
		return "aarch64"
	}
	return string(a)
}

// ParseArch understands both names of a machine.
func ParseArch(s string) (Arch, error) {
	for _, a := range []Arch{AMD64, ARM64} {
		if s == string(a) || s == a.Uname() {
			return a, nil
		}
	}
	return "", fmt.Errorf("there is no driver for the machine %.40q: want amd64 (x86_64) or arm64 (aarch64)", s)
}

// Object is where in the repository the driver for a machine is.
func (a Arch) Object() string {
	if a == AMD64 {
		return "driver/bpf/lanner_x86_bpfel.o"
	}
	return "driver/bpf/lanner_arm64_bpfel.o"
}
