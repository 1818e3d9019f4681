// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
)

// Config is a kernel's configuration by option, without "CONFIG_": y, m, a
// number or a text without its quotes. What is not set is not in it.
type Config map[string]string

// ParseConfig reads a file such as /boot/config-RELEASE.
func ParseConfig(b []byte) (Config, error) {
	c := make(Config)
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, isOption := strings.CutPrefix(name, "CONFIG_")
		if !ok || !isOption {
			return nil, fmt.Errorf("line %d: %.60q is no option: want CONFIG_NAME=value", n, line)
		}
		c[name] = strings.Trim(value, `"`)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("a line of the configuration: %w", err)
	}
	return c, nil
}

// Lacking returns the options that the driver needs and the kernel was built
// without, with what each is for.
func (c Config) Lacking() []string {
	var all []string
	for _, want := range [...]struct{ option, why string }{
		{"BPF_SYSCALL", "programs can be loaded"},
		{"DEBUG_INFO_BTF", "the kernel tells its types"},
		{"FTRACE_SYSCALLS", "there are tracepoints of syscalls"},
		{"BPF_EVENTS", "programs can be attached to tracepoints"},
	} {
		if c[want.option] != "y" {
			all = append(all, fmt.Sprintf("CONFIG_%s=y: with it %s", want.option, want.why))
		}
	}
	return all
}
