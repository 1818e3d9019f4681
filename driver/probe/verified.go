// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"

	"github.com/cilium/ebpf"

	"github.com/lanner-project/lanner/driver/bpf"
)

// A Verdict is what the kernel says of a program that it accepted.
type Verdict struct {
	Program  string
	Verified uint32 // instructions that the verifier followed; 0 before Linux 5.16
	Compiled uint32 // bytes of machine code
}

// Verdicts returns what the kernel made of the programs.
func (p *Probe) Verdicts() ([]Verdict, error) {
	programs, names := p.objects.all(), bpf.Attached()
	if len(programs) > len(names) {
		names = append(names, bpf.Twins()...)
	}
	if p.lister != nil {
		programs, names = append(programs, p.lister.program), append(names, bpf.Lister)
	}
	all := make([]Verdict, 0, len(programs))
	for i, program := range programs {
		v, err := verdict(program)
		if err != nil {
			return nil, fmt.Errorf("what the kernel says of %s: %w", names[i], err)
		}
		v.Program = names[i]
		all = append(all, v)
	}
	return all, nil
}

func verdict(p *ebpf.Program) (Verdict, error) {
	info, err := p.Info()
	if err != nil {
		return Verdict{}, err
	}
	var v Verdict
	v.Verified, _ = info.VerifiedInstructions() // not known is 0
	v.Compiled, err = info.JitedSize()
	return v, err
}
