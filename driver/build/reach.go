// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"math/bits"

	"github.com/cilium/ebpf/asm"
)

// The kernel's verifier follows all paths that a program can take and does not
// look at what none of them reaches. Where a program asks whether the kernel has
// a member, the answer is a constant after relocation, and one way is never
// taken. reachable finds those constants as a compiler would: for each
// instruction it knows which registers and slots of the stack have the same
// value on all paths to it. It knows less than the verifier does: what it says
// cannot be reached, the verifier does not reach either, as long as both read
// constants alike; the other way round it may err, to the safe side.

// value is what is known of a register or a slot.
type value struct {
	known bool
	v     uint64
}

// slots are the 8 bytes each of a stack frame.
const slots = 512 / 8

// frame is what is known before an instruction.
type frame struct {
	reg   [11]value
	stack [slots]value
}

// join keeps what both know, and reports whether that is less than before.
func (f *frame) join(g *frame) (less bool) {
	both := func(a *value, b value) {
		if a.known && *a != b {
			*a, less = value{}, true
		}
	}
	for i := range f.reg {
		both(&f.reg[i], g.reg[i])
	}
	for i := range f.stack {
		both(&f.stack[i], g.stack[i])
	}
	return less
}

// walk is a program on the way to be known.
type walk struct {
	ins     asm.Instructions
	index   map[asm.RawInstructionOffset]int
	offset  []asm.RawInstructionOffset
	symbols map[string]int
	before  []*frame // nil: not reached
	todo    []int
}

// reachable says for every instruction whether it can be executed. The functions
// that a program calls are behind it, as the library links them.
func reachable(ins asm.Instructions) ([]bool, error) {
	w := &walk{ins: ins, index: make(map[asm.RawInstructionOffset]int), before: make([]*frame, len(ins)), symbols: make(map[string]int)}
	for it := ins.Iterate(); it.Next(); {
		w.index[it.Offset] = it.Index
		w.offset = append(w.offset, it.Offset)
		if s := it.Ins.Symbol(); s != "" {
			w.symbols[s] = it.Index
		}
	}
	if err := w.reach(0, &frame{}); err != nil {
		return nil, err
	}
	for len(w.todo) > 0 {
		i := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if err := w.step(i); err != nil {
			return nil, fmt.Errorf("instruction %d (%v): %w", i, ins[i], err)
		}
	}
	reached := make([]bool, len(ins))
	for i, f := range w.before {
		reached[i] = f != nil
	}
	return reached, nil
}

// reach notes that an instruction can come next, and with what.
func (w *walk) reach(i int, f *frame) error {
	if i < 0 || i >= len(w.ins) {
		return fmt.Errorf("it goes on at instruction %d of %d", i, len(w.ins))
	}
	if w.before[i] == nil {
		g := *f
		w.before[i] = &g
	} else if !w.before[i].join(f) {
		return nil
	}
	w.todo = append(w.todo, i)
	return nil
}

// step follows one instruction.
func (w *walk) step(i int) error {
	f := *w.before[i]
	ins := &w.ins[i]
	if poisoned(ins) {
		return nil // the verifier ends here
	}
	switch class := ins.OpCode.Class(); {
	case class.IsALU():
		f.reg[ins.Dst] = compute(ins, &f)
	case class == asm.LdClass:
		f.reg[ins.Dst] = value{}
		if err := w.loadImmediate(ins, &f); err != nil {
			return err
		}
	case class == asm.LdXClass:
		f.reg[ins.Dst] = f.load(ins)
	case class == asm.StClass, class == asm.StXClass:
		f.store(ins)
	case class.IsJump():
		return w.jump(i, ins, &f)
	default:
		return fmt.Errorf("instructions of class %v are not known", class)
	}
	return w.reach(i+1, &f)
}

// loadImmediate follows a load of 64 bits: a number, or a map or function, whose
// address nobody knows.
func (w *walk) loadImmediate(ins *asm.Instruction, f *frame) error {
	switch {
	case ins.IsFunctionReference() && ins.OpCode.IsDWordLoad():
		// A function that a helper will call, with what only the helper knows.
		return w.call(ins.Reference(), &frame{})
	case ins.IsConstantLoad(asm.DWord):
		f.reg[ins.Dst] = value{true, uint64(ins.Constant)}
	}
	return nil
}

func (w *walk) call(symbol string, f *frame) error {
	i, ok := w.symbols[symbol]
	if !ok {
		return fmt.Errorf("it calls %q, which the program does not have", symbol)
	}
	return w.reach(i, f)
}

// jump follows calls, exits and jumps.
func (w *walk) jump(i int, ins *asm.Instruction, f *frame) error {
	switch op := ins.OpCode.JumpOp(); op {
	case asm.Exit:
		return nil
	case asm.Call:
		if ins.IsFunctionCall() {
			// The function has a stack of its own, and of our registers the arguments.
			var g frame
			copy(g.reg[asm.R1:asm.R6], f.reg[asm.R1:asm.R6])
			if err := w.call(ins.Reference(), &g); err != nil {
				return err
			}
		}
		for r := range asm.R6 {
			f.reg[r] = value{}
		}
		f.stack = [slots]value{} // whatever was called may have been told where it is
		return w.reach(i+1, f)
	case asm.Ja:
		to, err := w.target(i, ins)
		if err != nil {
			return err
		}
		return w.reach(to, f)
	default:
		to, err := w.target(i, ins)
		if err != nil {
			return err
		}
		taken, known := decide(ins, f)
		if taken || !known {
			if err := w.reach(to, f); err != nil {
				return err
			}
		}
		if !taken || !known {
			return w.reach(i+1, f)
		}
		return nil
	}
}

// target is the instruction that a jump is to.
func (w *walk) target(i int, ins *asm.Instruction) (int, error) {
	if s := ins.Reference(); s != "" {
		if to, ok := w.symbols[s]; ok {
			return to, nil
		}
		return 0, fmt.Errorf("it jumps to %q, which the program does not have", s)
	}
	by := int64(ins.Offset)
	if ins.OpCode.Class() == asm.Jump32Class && ins.OpCode.JumpOp() == asm.Ja {
		by = ins.Constant // the long form
	}
	to, ok := w.index[asm.RawInstructionOffset(int64(w.offset[i])+1+by)]
	if !ok {
		return 0, fmt.Errorf("it jumps by %d, where no instruction begins", by)
	}
	return to, nil
}

// operand is what the second operand of an instruction is.
func operand(ins *asm.Instruction, f *frame) value {
	if ins.OpCode.Source() == asm.RegSource {
		return f.reg[ins.Src]
	}
	return value{true, uint64(ins.Constant)} // 32 bits with a sign, extended
}

// compute is what an arithmetic instruction leaves in its register.
func compute(ins *asm.Instruction, f *frame) value {
	a, b := f.reg[ins.Dst], operand(ins, f)
	op := ins.OpCode.ALUOp()
	if op == asm.Mov && ins.Offset != 0 || !b.known || op != asm.Mov && !a.known {
		return value{} // one that extends a sign, or one of what is not known
	}
	narrow := ins.OpCode.Class() == asm.ALUClass
	shift := b.v & 63
	if narrow {
		a.v, b.v, shift = uint64(uint32(a.v)), uint64(uint32(b.v)), b.v&31
	}
	r := value{known: true}
	switch op {
	case asm.Mov:
		r.v = b.v
	case asm.Add:
		r.v = a.v + b.v
	case asm.Sub:
		r.v = a.v - b.v
	case asm.Mul:
		r.v = a.v * b.v
	case asm.And:
		r.v = a.v & b.v
	case asm.Or:
		r.v = a.v | b.v
	case asm.Xor:
		r.v = a.v ^ b.v
	case asm.LSh:
		r.v = a.v << shift
	case asm.RSh:
		r.v = a.v >> shift
	default:
		return value{}
	}
	if narrow {
		r.v = uint64(uint32(r.v))
	}
	return r
}

// slot is the part of the stack that an instruction reads or writes by the stack
// pointer, if it is a whole one.
func slot(base asm.Register, ins *asm.Instruction) (n int, whole bool) {
	if base != asm.RFP || ins.Offset >= 0 || ins.Offset < -512 || ins.Offset%8 != 0 || ins.OpCode.Size() != asm.DWord {
		return 0, false
	}
	return int(-ins.Offset)/8 - 1, true
}

func (f *frame) load(ins *asm.Instruction) value {
	if n, whole := slot(ins.Src, ins); whole && ins.OpCode.Mode() == asm.MemMode {
		return f.stack[n]
	}
	return value{}
}

func (f *frame) store(ins *asm.Instruction) {
	n, whole := slot(ins.Dst, ins)
	if !whole || ins.OpCode.Mode() != asm.MemMode {
		f.stack = [slots]value{} // it may be anywhere
		if ins.OpCode.Mode() != asm.MemMode {
			f.reg[ins.Src], f.reg[asm.R0] = value{}, value{} // atomics fetch into them
		}
		return
	}
	if ins.OpCode.Class() == asm.StClass {
		f.stack[n] = value{true, uint64(ins.Constant)}
	} else {
		f.stack[n] = f.reg[ins.Src]
	}
}

// decide says whether a conditional jump is taken, if that is known.
func decide(ins *asm.Instruction, f *frame) (taken, known bool) {
	a, b := f.reg[ins.Dst], operand(ins, f)
	if !a.known || !b.known {
		return false, false
	}
	x, y := a.v, b.v
	sx, sy := int64(x), int64(y)
	if ins.OpCode.Class() == asm.Jump32Class {
		x, y = uint64(uint32(x)), uint64(uint32(y))
		sx, sy = int64(int32(x)), int64(int32(y))
	}
	switch ins.OpCode.JumpOp() {
	case asm.JEq:
		return x == y, true
	case asm.JNE:
		return x != y, true
	case asm.JGT:
		return x > y, true
	case asm.JGE:
		return x >= y, true
	case asm.JLT:
		return x < y, true
	case asm.JLE:
		return x <= y, true
	case asm.JSGT:
		return sx > sy, true
	case asm.JSGE:
		return sx >= sy, true
	case asm.JSLT:
		return sx < sy, true
	case asm.JSLE:
		return sx <= sy, true
	case asm.JSet:
		return bits.OnesCount64(x&y) > 0, true
	}
	return false, false
}
