// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/driver/machine/report"
)

// A Check is what was found out about a driver and a kernel without booting it:
// what "driver check" prints.
type Check struct {
	Driver  string `json:"driver"` // SHA-256 of the object
	Release string `json:"release"`
	Arch    Arch   `json:"arch"`
	BTF     string `json:"btf,omitempty"` // SHA-256 of the kernel's type information
	// Uncovered is why nothing can be said, such as a kernel without BTF; what
	// follows is empty then.
	Uncovered string `json:"uncovered,omitempty"`
	// Class is the same for kernels for which the driver's instructions, and what
	// they attach to, are the same.
	Class string `json:"class,omitempty"`
	// Relocations are how many instructions depend on the kernel's types, and
	// Absent how many of those are about what this kernel lacks. They do no harm
	// where the driver asks first.
	Relocations int       `json:"relocations"`
	Absent      int       `json:"absent"`
	Programs    []Program `json:"programs,omitempty"`
	// Lacking are options that the kernel was built without and the driver needs.
	Lacking []string `json:"lacking,omitempty"`
}

// A Program is what was found out about one of the driver's.
type Program struct {
	Name string `json:"name"`
	// Optional is one that the driver does without where the kernel refuses it.
	Optional bool `json:"optional,omitempty"`
	// Problems are why the kernel will refuse it; none is good.
	Problems []Problem `json:"problems,omitempty"`
}

// A Problem is one reason why a kernel will refuse a program.
type Problem struct {
	// Instruction counts from 0; it is -1 for a problem of the whole program.
	Instruction int    `json:"instruction"`
	Text        string `json:"text"`
}

func (p Problem) String() string {
	if p.Instruction < 0 {
		return p.Text
	}
	return fmt.Sprintf("instruction %d: %s", p.Instruction, p.Text)
}

// ErrUnfit is wrapped by the error for a kernel that will refuse the driver, or of
// which that is not known.
var ErrUnfit = errors.New("the driver is not for this kernel")

// Err returns nil if the kernel has all that the driver must have; otherwise an
// error that wraps ErrUnfit and names every problem.
func (c *Check) Err() error {
	if c.Uncovered != "" {
		return fmt.Errorf("%w: %s", ErrUnfit, c.Uncovered)
	}
	lines := c.Lacking
	for _, p := range c.Programs {
		if p.Optional {
			continue
		}
		for _, problem := range p.Problems {
			lines = append(lines, p.Name+": "+problem.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%w:\n\t%s", ErrUnfit, strings.Join(lines, "\n\t"))
}

// A Boot is what became of a kernel that was booted with the driver's tests: what
// "driver boot" prints.
type Boot struct {
	Driver   string `json:"driver"` // SHA-256 of the object
	Release  string `json:"release"`
	Arch     Arch   `json:"arch"`
	Kernel   string `json:"kernel"`   // SHA-256 of what was booted
	Emulator string `json:"emulator"` // with its version
	// Problem is why the driver does not work on it; "" is that it does.
	Problem string `json:"problem,omitempty"`
	// Passed, Failed and Skipped are the driver's tests.
	Passed  int             `json:"passed"`
	Failed  int             `json:"failed"`
	Skipped int             `json:"skipped"`
	Console *report.Console `json:"console"`
	// WallSeconds and CPUSeconds are what the host spent.
	WallSeconds float64 `json:"wallSeconds"`
	CPUSeconds  float64 `json:"cpuSeconds"`
}

// Came reports whether the kernel came up so far that it ran a process. If it did
// not, that says nothing of the driver: emulators have faults, too.
func (b *Boot) Came() bool { return b.Console != nil && b.Console.Kernel != nil }
