// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"

	"github.com/lanner-project/lanner/driver/kernel"
)

// IndexSchema is the form of an Index that is written today.
const IndexSchema = 1

// An Index is what is published of a driver: every kernel that is wanted, those
// that it does not work on as well.
type Index struct {
	Schema  int                    `json:"schema"`
	Version string                 `json:"version"` // of the driver
	Drivers map[kernel.Arch]string `json:"drivers"` // SHA-256 of the objects
	// Loader is the SHA-256 of the sources of what loads the driver, and of its tests.
	Loader  string      `json:"loader"`
	Classes []Class     `json:"classes"`
	Kernels []Published `json:"kernels"`
}

// A Class is kernels that are alike to the driver, with what is known of them.
type Class struct {
	Class    string      `json:"class"`
	Arch     kernel.Arch `json:"arch"`
	BootedOn string      `json:"bootedOn,omitempty"` // the release; "": none was
	Works    bool        `json:"works"`
	Passed   int         `json:"passed"` // tests of the driver
	Problem  string      `json:"problem,omitempty"`
	// Verified is how many instructions of each program the kernel's verifier
	// followed, of the million that it is willing to.
	Verified map[string]uint32 `json:"verified,omitempty"`
	// Evidence and Console are where the whole report and the machine's console are,
	// from the folder of the index.
	Evidence string `json:"evidence,omitempty"`
	Console  string `json:"console,omitempty"`
}

// A Published is a kernel, and where its object is.
type Published struct {
	Row
	// Object is where the driver for it is, from the folder of the index; "" unless it
	// works.
	Object string `json:"object,omitempty"`
}

// driverVersion is what may be in a path.
var driverVersion = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

// NewIndex makes the index of a driver. It depends on nothing but its arguments:
// what was found out in whatever order, by however many runs, is the same index.
func NewIndex(version string, drivers map[kernel.Arch]string, loader string, rows []Row) (*Index, error) {
	if !driverVersion.MatchString(version) {
		return nil, fmt.Errorf("%.40q cannot be the version of a driver: want one such as 1.2.0", version)
	}
	x := &Index{Schema: IndexSchema, Version: version, Drivers: drivers, Loader: loader, Classes: []Class{}, Kernels: []Published{}}
	seen := make(map[string]bool)
	for _, r := range rows {
		p := Published{Row: r}
		if r.Verdict == Works {
			p.Object = ObjectPath(r.Target)
		}
		x.Kernels = append(x.Kernels, p)
		if r.Class != "" && !seen[r.Class] {
			seen[r.Class] = true
			x.Classes = append(x.Classes, classOf(r))
		}
	}
	return x, nil
}

func classOf(r Row) Class {
	c := Class{Class: r.Class, Arch: r.Arch}
	if r.Boot == nil {
		return c
	}
	c.BootedOn, c.Works, c.Passed, c.Problem = r.Boot.Release, r.Boot.Problem == "", r.Boot.Passed, r.Boot.Problem
	c.Evidence, c.Console = EvidencePath(r.Arch, r.Class, "json"), EvidencePath(r.Arch, r.Class, "log")
	if r.Boot.Console != nil && r.Boot.Console.Loaded != nil {
		c.Verified = make(map[string]uint32)
		for _, p := range r.Boot.Console.Loaded.Programs {
			c.Verified[p.Name] = p.Verified
		}
	}
	return c
}

// ObjectPath is where the object for a kernel is, from the folder of the index:
// as the field's tools look for drivers, by machine, distribution, release and the
// version of the kernel's build, which Debian counts from 1 for each release.
func ObjectPath(t Target) string {
	return path.Join(t.Arch.Uname(), fmt.Sprintf("lanner_%s_%s_1.o", t.Family, t.Release))
}

// EvidencePath is where a class's report, or its console, is.
func EvidencePath(arch kernel.Arch, class, kind string) string {
	return path.Join(arch.Uname(), "evidence", class+"."+kind)
}

// JSON is the index as it is published and signed.
func (x *Index) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(x, "", "  ")
	return append(b, '\n'), err
}
