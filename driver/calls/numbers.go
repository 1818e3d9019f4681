// SPDX-License-Identifier: Apache-2.0

package calls

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/engine/event"
)

// An ABI is a way in which programs call the kernel, with numbers of its own
// for the syscalls.
type ABI int

// The ABIs. IA32 is the 32-bit one of amd64.
const (
	AMD64 ABI = iota
	ARM64
	IA32
	numABIs
)

// MaxNumber is more than any syscall's number.
const MaxNumber = 512

//go:embed numbers.txt
var numbersText string

var numbers = sync.OnceValue(func() *[numABIs][MaxNumber]string {
	var all [numABIs][MaxNumber]string
	for line := range strings.Lines(numbersText) {
		words := strings.Fields(line)
		if len(words) != 1+int(numABIs) || words[0] == "#" {
			continue
		}
		for abi := range numABIs {
			if n, err := strconv.ParseUint(words[1+abi], 10, 16); err == nil && n < MaxNumber {
				all[abi][n] = words[0]
			}
		}
	}
	return &all
})

// Name returns the name of the syscall with a number; "" where there is none.
func Name(abi ABI, n int) string { return numbers()[abi][n] }

// Generic is what is recorded of any syscall that has no row.
func Generic() *Call { return generic("getpid") }

// generic is what is recorded of a syscall that has no row: which one it was.
// It is nil where not even that can be told.
func generic(name string) *Call {
	id, ok := event.LookupSyscall(name)
	if !ok {
		return nil
	}
	op := words["const"]
	if id > 255 {
		op = words["const_high"]
	}
	return &Call{Name: name, Type: event.GenericExit, Class: Bulk, Params: []Param{{op, uint8(id)}, {Op: words["native"]}}}
}
