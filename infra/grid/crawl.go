// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/driver/kernel"
)

// maxLine is how long a line of a package index may be. The longest are lists of
// what a package provides.
const maxLine = 4 << 20

// Crawl finds the kernels that an index of Debian packages has: of one suite and
// one machine.
func (fam *Family) Crawl(suite string, arch kernel.Arch, index io.Reader) ([]Target, error) {
	lines := bufio.NewScanner(index)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	var found []Target
	t := Target{Family: fam.Name, Suite: suite, Arch: arch}
	end := func() {
		if rel, ok := fam.kernelIn(t.Package); ok && digestText.MatchString(t.SHA256) && t.Size > 0 && versionText.MatchString(t.Version) && poolFile.MatchString(t.File) {
			t.Release = rel
			found = append(found, t)
		}
		t = Target{Family: fam.Name, Suite: suite, Arch: arch}
	}
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			end()
			continue
		}
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Package":
			t.Package = value
		case "Version":
			t.Version = value
		case "Filename":
			t.File = value
		case "Size":
			t.Size, _ = strconv.ParseInt(value, 10, 64) // what is no number is no kernel
		case "SHA256":
			t.SHA256 = value
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the package index of %s, %s: %w", suite, arch, err)
	}
	end()
	return found, nil
}

// kernelIn says which release of the kernel a package has, by its name.
func (fam *Family) kernelIn(name string) (string, bool) {
	for _, re := range fam.Packages {
		if !re.MatchString(name) || !packageName.MatchString(name) {
			continue
		}
		for _, prefix := range []string{"linux-image-", "linux-binary-"} {
			rel, ok := strings.CutPrefix(name, prefix)
			if _, err := kernel.ParseSeries(rel); ok && err == nil {
				// linux-image-6.12-cloud-amd64 and the like only name the newest.
				return rel, strings.Count(rel, ".") > 1
			}
		}
	}
	return "", false
}

// Add takes in what a crawler found and returns what is new. A release that has a
// package linux-binary has its kernel in that, and linux-image is empty.
func (fam *Family) Add(found []Target) (added []Target) {
	type key struct {
		release string
		arch    kernel.Arch
	}
	binary := make(map[key]bool)
	for _, t := range found {
		if strings.HasPrefix(t.Package, "linux-binary-") {
			binary[key{t.Release, t.Arch}] = true
		}
	}
	have := make(map[string]bool)
	for _, t := range fam.Targets {
		have[t.SHA256] = true
	}
	for _, t := range found {
		if have[t.SHA256] || strings.HasPrefix(t.Package, "linux-image-") && binary[key{t.Release, t.Arch}] {
			continue
		}
		have[t.SHA256] = true
		added = append(added, t)
	}
	fam.Targets = append(fam.Targets, added...)
	return added
}
