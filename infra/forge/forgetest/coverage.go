// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// coverageDir names the environment variable with the folder where forges of
// all tests, in all processes, leave which operations they were asked for.
const coverageDir = "FORGE_COVERAGE_DIR"

// Coverage counts the exchanges of each operation of GitHub's description.
type Coverage struct {
	// Slice holds every operation of the description, as "GET /repos/{owner}/{repo}".
	Slice []string
	// Exercised counts exchanges that were served and right, Invalid those that
	// broke the description.
	Exercised, Invalid map[string]int
}

// counter collects the coverage of one forge.
type counter struct {
	mu                 sync.Mutex
	exercised, invalid map[string]int
}

func (c *counter) add(operation string, served, valid bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case operation == "":
	case !valid:
		c.invalid[operation]++
	case served:
		c.exercised[operation]++
	}
}

// write leaves the counts in the folder that the environment names, if it does.
func (c *counter) write() error {
	dir := os.Getenv(coverageDir)
	if dir == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for operation, n := range c.exercised {
		fmt.Fprintf(&b, "exercised %d %s\n", n, operation)
	}
	for operation, n := range c.invalid {
		fmt.Fprintf(&b, "invalid %d %s\n", n, operation)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "*.operations")
	if err != nil {
		return err
	}
	_, err = f.WriteString(b.String())
	return errors.Join(err, f.Close())
}

// ReadCoverage adds up what forges of other tests left in dir, the folder that
// the environment variable FORGE_COVERAGE_DIR named when they ran.
func ReadCoverage(dir string) (*Coverage, error) {
	d, err := loadDescription()
	if err != nil {
		return nil, err
	}
	c := &Coverage{Exercised: map[string]int{}, Invalid: map[string]int{}}
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			c.Slice = append(c.Slice, operationName(method, path))
		}
	}
	slices.Sort(c.Slice)
	files, err := filepath.Glob(filepath.Join(dir, "*.operations"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := c.read(file); err != nil {
			return nil, fmt.Errorf("read coverage: %w", err)
		}
	}
	return c, nil
}

func (c *Coverage) read(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var kind, method, path string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &kind, &n, &method, &path); err != nil {
			return fmt.Errorf("%s: line %q: %w", file, lines.Text(), err)
		}
		counts := c.Exercised
		if kind == "invalid" {
			counts = c.Invalid
		}
		counts[method+" "+path] += n
	}
	return lines.Err()
}

// Report renders the coverage, given the operations that the forge serves, in
// the notation of Slice whatever their parameters are called: one line of
// totals, then what is amiss.
func (c *Coverage) Report(served []string) string {
	serves := map[string]string{}
	for _, s := range served {
		serves[anonymous(s)] = s
	}
	var missing, idle, invalid []string
	count := 0
	for _, operation := range c.Slice {
		key := anonymous(operation)
		if _, ok := serves[key]; !ok {
			missing = append(missing, operation)
			continue
		}
		delete(serves, key)
		count++
		if c.Exercised[operation] == 0 {
			idle = append(idle, operation)
		}
	}
	for operation, n := range c.Invalid {
		invalid = append(invalid, fmt.Sprintf("%s (%d times)", operation, n))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "operations: %d in the slice, %d served, %d exercised, %d invalid\n", len(c.Slice), count, count-len(idle), len(invalid))
	beyond := make([]string, 0, len(serves))
	for _, s := range serves {
		beyond = append(beyond, s)
	}
	section(&b, "invalid", invalid)
	section(&b, "served, not exercised", idle)
	section(&b, "in the slice, not served", missing)
	section(&b, "served, outside the slice (not validated but for errors)", beyond)
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "%s: %d\n", title, len(lines))
	for _, line := range lines {
		fmt.Fprintf(b, "\t%s\n", line)
	}
}

// anonymous takes the names out of a path's parameters: the description says
// {issue_number} where a router may say {number}.
func anonymous(operation string) string {
	parts := strings.Split(operation, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}
