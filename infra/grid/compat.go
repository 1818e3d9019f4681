// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/lanner-project/lanner/driver/kernel"
)

// Compat is what a release says of kernels: compat.json. It names the index that
// it was made of, which has the evidence.
type Compat struct {
	Schema  int                    `json:"schema"`
	Driver  string                 `json:"driver"`  // its version
	Index   string                 `json:"index"`   // SHA-256 of the index as it is published
	Drivers map[kernel.Arch]string `json:"drivers"` // SHA-256 of the objects
	Kernels []Compatible           `json:"kernels"`
}

// Compatible is one kernel, and whether the driver of a release works on it.
type Compatible struct {
	Family   string      `json:"family"`
	Release  string      `json:"release"`
	Arch     kernel.Arch `json:"arch"`
	Suite    string      `json:"suite"`
	Package  string      `json:"package"`
	Version  string      `json:"version"`
	Verdict  Verdict     `json:"verdict"`
	Class    string      `json:"class,omitempty"`
	BootedOn string      `json:"bootedOn,omitempty"`
	Reason   string      `json:"reason,omitempty"`
}

// NewCompat reads a published index.
func NewCompat(index []byte) (*Compat, error) {
	var x Index
	if err := json.Unmarshal(index, &x); err != nil {
		return nil, fmt.Errorf("the index of the grid: %w", err)
	}
	if x.Schema != IndexSchema {
		return nil, fmt.Errorf("the index of the grid is of schema %d, and this program knows %d: use a newer one", x.Schema, IndexSchema)
	}
	c := &Compat{Schema: 1, Driver: x.Version, Index: fmt.Sprintf("%x", sha256.Sum256(index)), Drivers: x.Drivers, Kernels: []Compatible{}}
	for _, k := range x.Kernels {
		c.Kernels = append(c.Kernels, Compatible{
			Family: k.Family, Release: k.Release, Arch: k.Arch, Suite: k.Suite, Package: k.Package, Version: k.Version,
			Verdict: k.Verdict, Class: k.Class, BootedOn: k.BootedOn, Reason: k.Reason,
		})
	}
	return c, nil
}

// JSON is compat.json.
func (c *Compat) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(c, "", "  ")
	return append(b, '\n'), err
}

// rows are as Judge made them, as far as they are known here.
func (c *Compat) rows() []Row {
	var rows []Row
	for _, k := range c.Kernels {
		t := Target{Family: k.Family, Release: k.Release, Arch: k.Arch, Suite: k.Suite, Package: k.Package, Version: k.Version}
		rows = append(rows, Row{Target: t, Verdict: k.Verdict})
	}
	return rows
}

// Short says of each family that does not reach its threshold how far it comes.
func (c *Compat) Short(families []*Family) []string { return shortLines(families, c.rows()) }

// Missing returns the targets of the families that the index does not know.
func (c *Compat) Missing(families []*Family) []Target {
	type key struct {
		family, release, version string
		arch                     kernel.Arch
	}
	have := make(map[key]bool)
	for _, k := range c.Kernels {
		have[key{k.Family, k.Release, k.Version, k.Arch}] = true
	}
	var missing []Target
	for _, fam := range families {
		for _, t := range fam.Targets {
			if !have[key{t.Family, t.Release, t.Version, t.Arch}] {
				missing = append(missing, t)
			}
		}
	}
	return missing
}
