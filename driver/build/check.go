// SPDX-License-Identifier: Apache-2.0

package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"

	"github.com/lanner-project/lanner/driver/bpf"
	"github.com/lanner-project/lanner/driver/kernel"
)

// An Object is a compiled driver.
type Object struct {
	Arch   kernel.Arch
	Digest string // SHA-256 of its bytes, in hexadecimal
	Bytes  []byte
}

// Own returns the driver that this program was built with.
func Own(arch kernel.Arch) (*Object, error) {
	b := bpf.Object(string(arch))
	if b == nil {
		return nil, fmt.Errorf("there is no driver for %s", arch)
	}
	return NewObject(arch, b), nil
}

// NewObject returns the driver that an ELF file is.
func NewObject(arch kernel.Arch, elf []byte) *Object {
	sum := sha256.Sum256(elf)
	return &Object{Arch: arch, Digest: hex.EncodeToString(sum[:]), Bytes: elf}
}

// Check holds a driver against a kernel's type information. It does not know the
// kernel's release.
func Check(o *Object, kernelBTF []byte) (*kernel.Check, error) {
	types, err := btf.LoadSpecFromReader(bytes.NewReader(kernelBTF))
	if err != nil {
		return nil, fmt.Errorf("the kernel's BTF: %w", err)
	}
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(o.Bytes))
	if err != nil {
		return nil, fmt.Errorf("the driver's object: %w", err)
	}
	sum := sha256.Sum256(kernelBTF)
	r := &kernel.Check{Driver: o.Digest, Arch: o.Arch, BTF: hex.EncodeToString(sum[:])}
	class := sha256.New()
	fmt.Fprintln(class, o.Arch, o.Digest)
	for _, name := range append(bpf.Attached(), bpf.Lister) {
		p := spec.Programs[name]
		if p == nil {
			return nil, fmt.Errorf("the driver's object has no program %s", name)
		}
		found := kernel.Program{Name: name, Optional: name == bpf.Lister}
		if problem := target(p, types); problem != "" {
			found.Problems = append(found.Problems, kernel.Problem{Instruction: -1, Text: problem})
		}
		problems, err := relocate(r, p.Instructions, types, spec.Types, class)
		if err != nil {
			return nil, fmt.Errorf("the program %s: %w", name, err)
		}
		found.Problems = append(found.Problems, problems...)
		fmt.Fprintln(class, name, len(found.Problems))
		r.Programs = append(r.Programs, found)
	}
	r.Class = hex.EncodeToString(class.Sum(nil))
	return r, nil
}

// target says what is wrong with what a program attaches to; "" is nothing.
func target(p *ebpf.ProgramSpec, types *btf.Spec) string {
	var err error
	what := p.AttachTo
	switch p.AttachType {
	case ebpf.AttachTraceRawTp:
		// What a program for a tracepoint is given is the type of this function.
		var t *btf.Typedef
		err = types.TypeByName("btf_trace_"+p.AttachTo, &t)
		what = "tracepoint " + what
	case ebpf.AttachTraceIter:
		var f *btf.Func
		err = types.TypeByName("bpf_iter_"+p.AttachTo, &f)
		what = "iterator " + what
	default:
		return fmt.Sprintf("it is attached by %s, which nobody knows how to check", p.AttachType)
	}
	if err == nil {
		return ""
	}
	return fmt.Sprintf("the kernel has no %s (%v)", what, err)
}

// relocate gives a program's instructions what this kernel makes of them, and
// returns what is wrong with those that can be reached.
func relocate(r *kernel.Check, ins asm.Instructions, types, local *btf.Spec, class io.Writer) ([]kernel.Problem, error) {
	var relos []*btf.CORERelocation
	var at []int
	for i := range ins {
		if ins[i].IsKfuncCall() {
			// The driver asks first whether the kernel has the function.
			var f *btf.Func
			fmt.Fprintln(class, i, ins[i].Reference(), types.TypeByName(ins[i].Reference(), &f) == nil)
		}
		if relo := btf.CORERelocationMetadata(&ins[i]); relo != nil {
			relos, at = append(relos, relo), append(at, i)
		}
	}
	// Types of our own, as the few relocations that are about them number them.
	own, err := btf.NewBuilder(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("new BTF: %w", err)
	}
	fixups, err := btf.CORERelocate(relos, []*btf.Spec{types}, binary.LittleEndian, own.Add)
	if err != nil {
		return nil, fmt.Errorf("relocating: %w", err)
	}
	for i, fixup := range fixups {
		n := at[i]
		fmt.Fprintln(class, n, alike(fixup.String()))
		r.Relocations++
		if err := fixup.Apply(&ins[n]); err != nil {
			return nil, fmt.Errorf("instruction %d, %s: %w", n, relos[i], err)
		}
		if poisoned(&ins[n]) {
			r.Absent++
		}
	}
	reached, err := reachable(ins)
	if err != nil {
		return nil, err
	}
	var problems []kernel.Problem
	for i, n := range at {
		if reached[n] && poisoned(&ins[n]) {
			problems = append(problems, kernel.Problem{Instruction: n, Text: "the kernel has no " + subject(relos[i], local)})
		}
	}
	slices.SortFunc(problems, func(a, b kernel.Problem) int { return a.Instruction - b.Instruction })
	return problems, nil
}

// poisoned reports whether an instruction is what the library puts in the place
// of one that cannot be: a call of a helper that does not exist, or a load into
// the stack pointer.
func poisoned(ins *asm.Instruction) bool {
	if ins.IsBuiltinCall() {
		return ins.Constant == btf.COREBadRelocationSentinel
	}
	return ins.OpCode.IsDWordLoad() && ins.Dst == asm.R10
}

// typeNumber is a fixup that is the number of a type of the kernel.
var typeNumber = regexp.MustCompile(`^(target_type_id=)[0-9]+->[1-9][0-9]*$`)

// alike is a fixup as far as kernels differ by it. Types are numbered anew by each
// build; the members that are read of them have fixups of their own.
func alike(fixup string) string { return typeNumber.ReplaceAllString(fixup, "${1}some") }

// relocation is how the library writes one: what of which type, and the way from
// the type to the member, as numbers.
var relocation = regexp.MustCompile(`^CORERelocation\((\w+), .*\[([0-9:]+)\], local_id=([0-9]+)\)$`)

// subject says what a relocation is about, as a programmer would write it:
// inode.__i_ctime.tv_sec. The names are those of the driver's own types.
func subject(r *btf.CORERelocation, local *btf.Spec) string {
	text := r.String()
	m := relocation.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	id, err := strconv.ParseUint(m[3], 10, 32)
	if err != nil {
		return text
	}
	t, err := local.TypeByID(btf.TypeID(id))
	if err != nil {
		return text
	}
	path := t.TypeName()
	for _, step := range strings.Split(m[2], ":")[1:] {
		n, err := strconv.Atoi(step)
		if err != nil {
			return text
		}
		var members []btf.Member
		switch u := btf.UnderlyingType(t).(type) {
		case *btf.Struct:
			members = u.Members
		case *btf.Union:
			members = u.Members
		case *btf.Array:
			path, t = path+"["+step+"]", u.Type
			continue
		}
		if n < 0 || n >= len(members) {
			return text
		}
		t = members[n].Type
		if members[n].Name != "" {
			path += "." + members[n].Name
		}
	}
	return fmt.Sprintf("%s (%s)", path, m[1])
}
