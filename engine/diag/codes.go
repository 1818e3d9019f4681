// SPDX-License-Identifier: Apache-2.0

package diag

// Codes of files and of what YAML makes of them.
const (
	FileRead       Code = 1
	FileTooLarge   Code = 2
	NotUTF8        Code = 3
	YAMLSyntax     Code = 4
	NotASequence   Code = 5
	ItemNotMapping Code = 6
	AliasTooLarge  Code = 7
	DuplicateKey   Code = 8
	NotLaidOut     Code = 9
)

// Codes of the items of a rules file.
const (
	MissingKey             Code = 101
	NullValue              Code = 102
	NotAScalar             Code = 103
	EmptyValue             Code = 104
	BadBoolean             Code = 105
	BadDuration            Code = 106
	NotAList               Code = 107
	BadPriority            Code = 108
	UnknownItem            Code = 109
	UnknownKey             Code = 110
	ListName               Code = 111
	MacroName              Code = 112
	EngineVersion          Code = 113
	EngineTooOld           Code = 114
	PluginVersion          Code = 115
	PluginMissing          Code = 116
	PluginTwice            Code = 117
	UnknownSource          Code = 118
	SourceChanged          Code = 119
	AppendToNothing        Code = 120
	AppendNothing          Code = 121
	DeprecatedAppend       Code = 122
	DeprecatedEnabled      Code = 123
	EnableNothing          Code = 124
	OverrideOperation      Code = 125
	OverrideWithoutKey     Code = 126
	KeyWithoutOverride     Code = 127
	OverrideAndAppend      Code = 128
	ExceptionShape         Code = 131
	ExceptionComparators   Code = 132
	ExceptionTuple         Code = 133
	ExceptionOperator      Code = 134
	ExceptionField         Code = 135
	ExceptionAppendsFields Code = 136
	ExceptionIncomplete    Code = 137
	ExceptionNotUnique     Code = 138
	ExceptionWithoutValues Code = 139
	ListCycle              Code = 140
	UnusedMacro            Code = 141
	UnusedList             Code = 142
	Redefined              Code = 143
	AppendPrecedence       Code = 144
	UndefinedMacro         Code = 145
	MacroCycle             Code = 146
	ConditionTooLarge      Code = 147
	ListAsValue            Code = 148
	UnusedBroken           Code = 149
)

// Codes of the grammar of conditions.
const (
	ExpectedTest        Code = 201
	ExpectedOperator    Code = 202
	ExpectedValue       Code = 203
	ExpectedList        Code = 204
	ExpectedParenthesis Code = 205
	UnexpectedText      Code = 206
	UnclosedQuote       Code = 207
	BadEscape           Code = 208
	ExpectedBlank       Code = 209
	BadFieldArgument    Code = 210
	BadCallArgument     Code = 211
	TooDeep             Code = 212
	EmptyCondition      Code = 213
)

// Codes of names and types.
const (
	UnknownField         Code = 301
	FieldArgument        Code = 302
	UnknownEventType     Code = 303
	UnknownParameter     Code = 304
	OperatorType         Code = 305
	BadNumber            Code = 306
	BadTruth             Code = 307
	BadAddress           Code = 308
	BadPort              Code = 309
	BadHex               Code = 310
	BadRegex             Code = 311
	TransformerType      Code = 312
	TransformerArguments Code = 313
	RightType            Code = 314
	RightOperator        Code = 315
	NotInConditions      Code = 316
	EventTypeOperand     Code = 317
)

// Codes of output formats.
const (
	OutputField     Code = 401
	TrailingPercent Code = 402
	TrailingWidth   Code = 403
	OutputShortened Code = 404
	ContainerInfo   Code = 405
)

// Codes of rules that can be used but do not do what they seem to.
const (
	NeverMatches        Code = 501
	Shadowed            Code = 502
	ComparesUnset       Code = 503
	AllEventTypes       Code = 504
	SimplerRegex        Code = 505
	FieldAsText         Code = 506
	TransformerAsText   Code = 507
	DeprecatedField     Code = 508
	SkippedUnknown      Code = 509
	AlwaysUnset         Code = 510
	ValueSplitElsewhere Code = 511
)

// ScenarioLine is the code of a line of a scenario that says nothing.
const ScenarioLine Code = 601

// Codes of the configuration file.
const (
	ConfigKey       Code = 701
	ConfigType      Code = 702
	ConfigValue     Code = 703
	ConfigTwice     Code = 704
	ConfigMissing   Code = 705
	WritableByOther Code = 706
)
