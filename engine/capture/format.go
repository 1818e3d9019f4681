// SPDX-License-Identifier: Apache-2.0

package capture

import "encoding/binary"

// A file is a row of blocks: type and total length (four bytes each), what the
// block holds, padding to four bytes, and the total length again.
const (
	blockHeader  = 8
	blockTrailer = 4
	minBlock     = blockHeader + blockTrailer
)

// The types of blocks. Those above 0x80000000 are from before the format was
// published and hold the same as the ones beside them.
const (
	blockSection    = 0x0A0D0D0A
	blockMachine    = 0x201
	blockMachineInt = 0x8002ABCD

	blockProcsV1    = 0x202
	blockProcsV1Int = 0x8000ABCD
	blockProcsV2    = 0x207
	blockProcsV2Int = 0x8013ABCD
	blockProcsV3    = 0x209
	blockProcsV3Int = 0x8014ABCD
	blockProcsV4    = 0x210
	blockProcsV9    = 0x215 // V5 to V8 are between

	blockFiles    = 0x203
	blockFilesInt = 0x8001ABCD
	blockFilesV2  = 0x218

	blockInterfaces    = 0x205
	blockInterfacesInt = 0x8011ABCD
	blockInterfacesV2  = 0x219

	blockUsers    = 0x206
	blockUsersInt = 0x8012ABCD
	blockUsersV2  = 0x220

	blockEvent             = 0x204
	blockEventInt          = 0x8010ABCD
	blockEventFlags        = 0x208
	blockEventV2           = 0x216
	blockEventFlagsV2      = 0x217
	blockEventV2Large      = 0x221
	blockEventFlagsV2Large = 0x222
)

const (
	byteOrderMagic   = 0x1A2B3C4D
	byteOrderSwapped = 0x4D3C2B1A
	formatMajor      = 1
	formatMinor      = 2
)

// An event block holds the processor (two bytes), in some the dump's flags
// (four), and the event: a header, the lengths of the parameters, the
// parameters. Before version 2 the header lacks its last four bytes, how many
// parameters there are.
const (
	eventHeader   = 26
	eventHeaderV1 = 22
)

// eventBlock says where the event starts in a block of a type, and whether its
// header has the number of parameters; ok is false for other blocks.
func eventBlock(typ uint32) (start int, v1, ok bool) {
	switch typ {
	case blockEventV2, blockEventV2Large:
		return blockHeader + 2, false, true
	case blockEventFlagsV2, blockEventFlagsV2Large:
		return blockHeader + 2 + 4, false, true
	case blockEvent, blockEventInt:
		return blockHeader + 2, true, true
	case blockEventFlags:
		return blockHeader + 2 + 4, true, true
	}
	return 0, false, false
}

// procsVersion returns the version of a process list block; 0 for other blocks.
func procsVersion(typ uint32) int {
	switch typ {
	case blockProcsV1, blockProcsV1Int:
		return 1
	case blockProcsV2, blockProcsV2Int:
		return 2
	case blockProcsV3, blockProcsV3Int:
		return 3
	}
	if typ >= blockProcsV4 && typ <= blockProcsV9 {
		return int(typ-blockProcsV4) + 4
	}
	return 0
}

// knownBlock reports whether a file may have blocks of the type, so that one is
// believed to start where a damaged one may have ended.
func knownBlock(typ uint32) bool {
	switch typ {
	case blockSection, blockMachine, blockMachineInt, blockFiles, blockFilesInt, blockFilesV2,
		blockInterfaces, blockInterfacesInt, blockInterfacesV2, blockUsers, blockUsersInt, blockUsersV2:
		return true
	}
	_, _, ok := eventBlock(typ)
	return ok || procsVersion(typ) > 0
}

var le = binary.LittleEndian
