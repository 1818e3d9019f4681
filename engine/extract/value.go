// SPDX-License-Identifier: Apache-2.0

package extract

// A Value is one value of a field, in the form in which its kind is compared.
type Value struct {
	// Bytes holds strings, paths, byte buffers and addresses (4 or 16 bytes).
	// They are valid until the next event.
	Bytes []byte
	// Num holds numbers, times and booleans; signed ones in two's complement,
	// floating-point ones as their bits.
	Num uint64
}
