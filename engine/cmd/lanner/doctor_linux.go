// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/lanner-project/lanner/driver/doctor"
	"github.com/lanner-project/lanner/driver/probe"
)

// machineFacts are what there is for the driver, with buffers of that size.
func machineFacts(size int) (doctor.Facts, error) {
	f, err := doctor.Gather("/")
	if err != nil {
		return f, err
	}
	kernel := probe.AskKernel()
	f.Kernel.RingBuffer, f.Kernel.Tracing, f.Kernel.ReadKernel = kernel.RingBuffer, kernel.Tracing, kernel.ReadKernel
	f.Kernel.Buffers, err = probe.BufferMemory(size)
	return f, err
}
