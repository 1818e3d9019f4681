// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/kernel"
)

// A host is what is said of the kernel that runs here.
type host struct {
	Release string      `json:"release"`
	Arch    kernel.Arch `json:"arch"`
	Series  string      `json:"series"`
	BTF     string      `json:"btf,omitempty"`   // SHA-256 of its types
	Class   string      `json:"class,omitempty"` // see "driver check"
	Driver  string      `json:"driver"`          // SHA-256 of the driver's object
	Problem string      `json:"problem,omitempty"`
}

func detectCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "detect",
		Short:   "Say which kernel runs here, and of which class it is",
		Example: "  driver detect -o json",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			m, err := detect()
			if err != nil {
				return err
			}
			return writeHost(cmd.OutOrStdout(), output, m)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

func detect() (*host, error) {
	release, err := running()
	if err != nil {
		return nil, err
	}
	series, err := kernel.ParseSeries(release)
	if err != nil {
		return nil, err
	}
	m := &host{Release: release, Series: series.String()}
	if m.Arch, err = kernel.ParseArch(runtime.GOARCH); err != nil {
		return nil, err
	}
	o, err := readObject("", m.Arch)
	if err != nil {
		return nil, err
	}
	m.Driver = o.Digest
	c, err := checkFile(ownBTF, "", "")
	if errors.Is(err, kernel.ErrNoBTF) {
		m.Problem = err.Error()
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	m.BTF, m.Class = c.BTF, c.Class
	if err := c.Err(); err != nil {
		m.Problem = err.Error()
	}
	return m, nil
}

func writeHost(w io.Writer, output string, m *host) error {
	if output == "json" {
		return writeJSON(w, m)
	}
	problem := m.Problem
	if problem == "" {
		problem = "none: the driver is for this kernel"
	}
	_, err := fmt.Fprintf(w, "kernel   %s %s\nBTF      %.12s\nclass    %.12s\ndriver   %.12s\nproblem  %s\n", m.Release, m.Arch, m.BTF, m.Class, m.Driver, problem)
	return err
}
