// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"fmt"
	"slices"
)

// A Code names a kind of mistake. Codes are stable: scripts, editors and the
// website refer to them. A number is never used again.
type Code uint16

// String returns the code as it is printed, "LR0123".
func (c Code) String() string { return fmt.Sprintf("LR%04d", uint16(c)) }

// An Info explains a code to someone who meets it for the first time.
type Info struct {
	Code  Code
	Title string // what it is, without a full stop
	Cause string // why it is reported, a sentence
	Fix   string // what to do about it, a sentence

	// Reference is the code under which Falco reports the same, empty where it
	// is silent.
	Reference string
}

// Info returns what is known about the code.
func (c Code) Info() Info {
	i, found := slices.BinarySearchFunc(codes, c, func(i Info, c Code) int { return int(i.Code) - int(c) })
	if !found {
		return Info{Code: c, Title: "unknown code"}
	}
	return codes[i]
}

// Codes returns all codes in order.
func Codes() []Info { return slices.Clone(codes) }

// What Falco calls its errors and warnings. Tools that read its load results
// know these names.
const (
	loadFileRead  = "LOAD_ERR_FILE_READ"
	loadParse     = "LOAD_ERR_YAML_PARSE"
	loadStructure = "LOAD_ERR_YAML_VALIDATE"
	loadCondition = "LOAD_ERR_COMPILE_CONDITION"
	loadOutput    = "LOAD_ERR_COMPILE_OUTPUT"
	loadValidate  = "LOAD_ERR_VALIDATE"

	loadUnknownSource    = "LOAD_UNKNOWN_SOURCE"
	loadNoEventType      = "LOAD_NO_EVTTYPE"
	loadUnknownFilter    = "LOAD_UNKNOWN_FILTER"
	loadUnusedMacro      = "LOAD_UNUSED_MACRO"
	loadUnusedList       = "LOAD_UNUSED_LIST"
	loadUnknownItem      = "LOAD_UNKNOWN_ITEM"
	loadDeprecated       = "LOAD_DEPRECATED_ITEM"
	loadNoValues         = "LOAD_APPEND_NO_VALUES"
	loadNotUnique        = "LOAD_EXCEPTION_NAME_NOT_UNIQUE"
	loadMacroName        = "LOAD_INVALID_MACRO_NAME"
	loadListName         = "LOAD_INVALID_LIST_NAME"
	loadConditionWarning = "LOAD_COMPILE_CONDITION"
	loadUnknownKey       = "LOAD_UNKNOWN_KEY"
)
