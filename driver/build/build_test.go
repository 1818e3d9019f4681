// SPDX-License-Identifier: Apache-2.0

package build

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"

	"github.com/lanner-project/lanner/driver/kernel"
)

// poison is what the library makes of a relocation that has nothing to be about.
var poison = asm.BuiltinFunc(btf.COREBadRelocationSentinel).Call()

// A way is a program with one poisoned instruction, and whether it is reached.
type way struct {
	reached bool
	ins     asm.Instructions
}

var ways = map[string]way{
	"at once": {true, asm.Instructions{poison}},
	"behind a guard that says no": {false, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.JEq.Imm(asm.R1, 0, "end"), poison,
	}},
	"behind a guard that says yes": {true, asm.Instructions{
		asm.Mov.Imm(asm.R1, 1), asm.JEq.Imm(asm.R1, 0, "end"), poison,
	}},
	"behind an argument": {true, asm.Instructions{asm.JEq.Imm(asm.R1, 0, "end"), poison}},
	"behind what was loaded": {true, asm.Instructions{
		asm.LoadMem(asm.R2, asm.R1, 0, asm.DWord), asm.JEq.Imm(asm.R2, 0, "end"), poison,
	}},
	"behind a guard on the stack": {false, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.StoreMem(asm.RFP, -8, asm.R1, asm.DWord), asm.Mov.Imm(asm.R1, 7),
		asm.LoadMem(asm.R2, asm.RFP, -8, asm.DWord), asm.JEq.Imm(asm.R2, 0, "end"), poison,
	}},
	"behind a guard on the stack that is half overwritten": {true, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.StoreMem(asm.RFP, -8, asm.R1, asm.DWord), asm.StoreMem(asm.RFP, -8, asm.R6, asm.Byte),
		asm.LoadMem(asm.R2, asm.RFP, -8, asm.DWord), asm.JEq.Imm(asm.R2, 0, "end"), poison,
	}},
	"behind a guard on the stack that a helper may write to": {true, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.StoreMem(asm.RFP, -8, asm.R1, asm.DWord), asm.FnKtimeGetNs.Call(),
		asm.LoadMem(asm.R2, asm.RFP, -8, asm.DWord), asm.JEq.Imm(asm.R2, 0, "end"), poison,
	}},
	"behind a register that a helper keeps": {false, asm.Instructions{
		asm.Mov.Imm(asm.R6, 0), asm.FnKtimeGetNs.Call(), asm.JEq.Imm(asm.R6, 0, "end"), poison,
	}},
	"behind a register that a helper does not keep": {true, asm.Instructions{
		asm.Mov.Imm(asm.R3, 0), asm.FnKtimeGetNs.Call(), asm.JEq.Imm(asm.R3, 0, "end"), poison,
	}},
	"behind a value that differs by the way": {true, asm.Instructions{
		asm.Mov.Imm(asm.R2, 0), asm.JEq.Imm(asm.R1, 0, "meet"), asm.Mov.Imm(asm.R2, 1),
		asm.JEq.Imm(asm.R2, 0, "end").WithSymbol("meet"), poison,
	}},
	"behind a value that is the same on both ways": {false, asm.Instructions{
		asm.Mov.Imm(asm.R2, 0), asm.JEq.Imm(asm.R1, 0, "meet"), asm.Mov.Imm(asm.R3, 1),
		asm.JEq.Imm(asm.R2, 0, "end").WithSymbol("meet"), poison,
	}},
	"behind arithmetic": {false, asm.Instructions{
		asm.Mov.Imm(asm.R1, 6), asm.Mul.Imm(asm.R1, 7), asm.Sub.Imm(asm.R1, 40), asm.LSh.Imm(asm.R1, 3), asm.JGT.Imm(asm.R1, 15, "end"), poison,
	}},
	"behind 32 bits of 64": {true, asm.Instructions{
		asm.LoadImm(asm.R1, 1<<32, asm.DWord), asm.JNE.Imm32(asm.R1, 0, "end"), poison,
	}},
	"behind all 64 bits": {false, asm.Instructions{
		asm.LoadImm(asm.R1, 1<<32, asm.DWord), asm.JNE.Imm(asm.R1, 0, "end"), poison,
	}},
	"behind a sign":  {false, asm.Instructions{asm.Mov.Imm(asm.R1, -1), asm.JSLT.Imm(asm.R1, 0, "end"), poison}},
	"behind no sign": {true, asm.Instructions{asm.Mov.Imm(asm.R1, -1), asm.JLT.Imm(asm.R1, 0, "end"), poison}},
	"in a function that is called": {true, asm.Instructions{
		asm.Call.Label("f"), asm.Ja.Label("end"), poison.WithSymbol("f"), asm.Return(),
	}},
	"in a function that is not called": {false, asm.Instructions{asm.Ja.Label("end"), poison.WithSymbol("f"), asm.Return()}},
	"in a function, by what it is told": {false, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.Call.Label("f"), asm.Ja.Label("end"),
		asm.JEq.Imm(asm.R1, 0, "end").WithSymbol("f"), poison,
	}},
	"in a function that is told different things": {true, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.Call.Label("f"), asm.Mov.Imm(asm.R1, 1), asm.Call.Label("f"), asm.Ja.Label("end"),
		asm.JEq.Imm(asm.R1, 0, "end").WithSymbol("f"), poison,
	}},
	"after the end": {false, asm.Instructions{asm.Ja.Label("end"), poison}},
	"in a loop": {true, asm.Instructions{
		asm.Mov.Imm(asm.R1, 0), asm.Add.Imm(asm.R1, 1).WithSymbol("loop"), asm.JEq.Imm(asm.R1, 3, "out"), asm.Ja.Label("loop"),
		poison.WithSymbol("out"),
	}},
}

func TestReachable(t *testing.T) {
	end := asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()}
	for name, c := range ways {
		ins := append(slices.Clone(c.ins), end...)
		ins[len(c.ins)] = ins[len(c.ins)].WithSymbol("end")
		reached, err := reachable(ins)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at := slices.IndexFunc(ins, func(i asm.Instruction) bool { return poisoned(&i) })
		if reached[at] != c.reached {
			t.Errorf("%s: it is reached: %v", name, reached[at])
		}
	}
}

func TestReachableMistakes(t *testing.T) {
	for name, ins := range map[string]asm.Instructions{
		"runs out":         {asm.Mov.Imm(asm.R0, 0)},
		"jumps nowhere":    {asm.Ja.Label("nowhere"), asm.Return()},
		"calls nothing":    {asm.Call.Label("nothing"), asm.Return()},
		"jumps too far":    {asm.Instruction{OpCode: asm.Ja.Op(asm.ImmSource), Offset: 99}, asm.Return()},
		"has no beginning": {},
	} {
		if _, err := reachable(ins); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The kernel that runs here is one that the driver is for: other tests load it.
func TestCheckOwnKernel(t *testing.T) {
	types, err := os.ReadFile("/sys/kernel/btf/vmlinux")
	if err != nil {
		t.Skip("this kernel does not tell its types: ", err)
	}
	o, err := Own(kernel.Arch(runtime.GOARCH))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Check(o, types)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	again, err := Check(o, types)
	if err != nil || again.Class != c.Class || len(c.Class) != 64 {
		t.Errorf("its class is %s, and then %s, %v", c.Class, again.Class, err)
	}
	if c.Relocations < 100 || c.Absent == 0 || len(c.Programs) != 6 {
		t.Errorf("%+v", c)
	}
}

// A kernel that has next to nothing is refused, with what it lacks.
func TestCheckEmptyKernel(t *testing.T) {
	b, err := btf.NewBuilder([]btf.Type{&btf.Int{Name: "int", Size: 4}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	types, err := b.Marshal(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, arch := range []kernel.Arch{kernel.AMD64, kernel.ARM64} {
		o, err := Own(arch)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Check(o, types)
		if err != nil {
			t.Fatal(err)
		}
		if !errors.Is(c.Err(), kernel.ErrUnfit) {
			t.Fatalf("%s: %v", arch, c.Err())
		}
		for _, p := range c.Programs {
			if len(p.Problems) < 2 {
				t.Errorf("%s, %s: %+v", arch, p.Name, p.Problems)
			}
		}
	}
}

func TestCheckMistakes(t *testing.T) {
	o, err := Own(kernel.AMD64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Check(o, []byte("no types")); err == nil {
		t.Error("no BTF is taken for BTF")
	}
	if _, err := Check(NewObject(kernel.AMD64, []byte("no ELF")), nil); err == nil {
		t.Error("no object is taken for one")
	}
	if _, err := Own("riscv64"); err == nil {
		t.Error("there is a driver for riscv64")
	}
}

func BenchmarkCheck(b *testing.B) {
	types, err := os.ReadFile("/sys/kernel/btf/vmlinux")
	if err != nil {
		b.Skip(err)
	}
	o, err := Own(kernel.Arch(runtime.GOARCH))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Check(o, types); err != nil {
			b.Fatal(err)
		}
	}
}
