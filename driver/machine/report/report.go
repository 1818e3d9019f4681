// SPDX-License-Identifier: Apache-2.0

// Package report is what a virtual machine tells of the driver on its kernel, and
// how that is read out of the machine's console.
//
// The machine's side writes lines, the host's side reads a console that has
// anything between them: the kernel's messages, a panic, half a line at the end.
// It runs nothing. Packages below machine and machine itself import it.
package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Mark begins a line that is ours.
const Mark = "@lanner "

// A Line is one thing that the machine tells; one of its fields is set.
type Line struct {
	Kernel *Kernel `json:"kernel,omitempty"`
	Loaded *Loaded `json:"loaded,omitempty"`
	Error  string  `json:"error,omitempty"`
	End    bool    `json:"end,omitempty"` // all was told
}

func (l Line) String() string {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	return "\n" + Mark + string(b) + "\n" // the console may be in the middle of a line
}

// Kernel is which kernel it was.
type Kernel struct {
	Release string `json:"release"`
	Machine string `json:"machine"`
}

// Loaded is how loading and attaching the driver went.
type Loaded struct {
	// Seconds are by the machine's clock, which is emulated: for comparisons of
	// kernels on one host alone.
	Seconds  float64   `json:"seconds"`
	Programs []Program `json:"programs"`
	// Unlisted is why the optional program that lists descriptors is not there.
	Unlisted string `json:"unlisted,omitempty"`
}

// A Program is what the kernel made of one of the driver's.
type Program struct {
	Name string `json:"name"`
	// Verified is how many instructions the verifier followed on all paths, of the
	// million that it is willing to; 0 before Linux 5.16, which does not say.
	Verified uint32 `json:"verified"`
	// Compiled is how many bytes of machine code it became.
	Compiled uint32 `json:"compiled"`
}

// A Test is one of the driver's own.
type Test struct {
	Name   string `json:"name"`
	Result string `json:"result"` // pass, fail or skip
}

// A Console is what a machine told.
type Console struct {
	Kernel *Kernel  `json:"kernel"`
	Loaded *Loaded  `json:"loaded"`
	Tests  []Test   `json:"tests"`
	Errors []string `json:"errors,omitempty"`
	Panic  string   `json:"panic,omitempty"` // the kernel's own
	Ended  bool     `json:"ended"`           // it told all that it had to
}

var (
	testLine  = regexp.MustCompile(`^\s*--- (PASS|FAIL|SKIP): (\S+) \(`)
	panicLine = regexp.MustCompile(`Kernel panic - not syncing: .*`)
)

// Read reads a console to its end. The error is of reading alone; what looks like
// a line of ours and is none becomes one of Console.Errors.
func Read(r io.Reader) (*Console, error) {
	c := &Console{}
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		text, err := in.ReadString('\n')
		c.line(strings.TrimRight(text, "\r\n"))
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the console: %w", err)
		}
	}
}

func (c *Console) line(text string) {
	if m := panicLine.FindString(text); m != "" && c.Panic == "" {
		c.Panic = m
	}
	if m := testLine.FindStringSubmatch(text); m != nil {
		c.Tests = append(c.Tests, Test{Name: m[2], Result: strings.ToLower(m[1])})
		return
	}
	_, ours, ok := strings.Cut(text, Mark)
	if !ok {
		return
	}
	var l Line
	if err := json.Unmarshal([]byte(ours), &l); err != nil {
		c.Errors = append(c.Errors, fmt.Sprintf("a line of the console is damaged: %.200q", ours))
		return
	}
	switch {
	case l.Kernel != nil:
		c.Kernel = l.Kernel
	case l.Loaded != nil:
		c.Loaded = l.Loaded
	case l.Error != "":
		c.Errors = append(c.Errors, l.Error)
	case l.End:
		c.Ended = true
	}
}

// Count returns how many of the driver's tests had a result, not counting those
// that only group others.
func (c *Console) Count(result string) int {
	n := 0
	for i, t := range c.Tests {
		group := false
		for _, u := range c.Tests[i+1:] {
			group = group || strings.HasPrefix(u.Name, t.Name+"/")
		}
		if t.Result == result && !group {
			n++
		}
	}
	return n
}

// Problem says why the kernel is not one that the driver works on; "" is that it
// is.
func (c *Console) Problem() string {
	var failed []string
	for _, t := range c.Tests {
		if t.Result == "fail" {
			failed = append(failed, t.Name)
		}
	}
	switch {
	case c.Panic != "":
		return c.Panic
	case c.Kernel == nil:
		return "the kernel did not come up"
	case c.Loaded == nil && len(c.Errors) > 0:
		return c.Errors[0]
	case len(failed) > 0:
		return "the driver's tests failed: " + strings.Join(failed, ", ")
	case len(c.Errors) > 0:
		return c.Errors[0]
	case c.Loaded == nil || !c.Ended:
		return "the machine stopped before it had told all"
	case c.Count("pass") == 0:
		return "no test of the driver ran"
	}
	return ""
}
