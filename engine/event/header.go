// SPDX-License-Identifier: Apache-2.0

package event

// A Header is what of an event is known without its parameters, with where its
// source has the rest.
type Header struct {
	Num, Time uint64
	TID       int64
	Place     uint32
	Type      Type
	Lost      uint16 // how many losses of its source it tells of
}
