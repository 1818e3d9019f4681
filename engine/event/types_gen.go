// Code generated from events.txt by go generate; DO NOT EDIT.

// SPDX-License-Identifier: Apache-2.0

package event

// NumTypes is how many types the table has.
const NumTypes = 454

// The types. Of several versions of an event the plain name is the newest.
const (
	GenericEnter              Type = 0
	GenericExit               Type = 1
	OpenEnter                 Type = 2
	OpenExit                  Type = 3
	CloseEnter                Type = 4
	CloseExit                 Type = 5
	ReadEnter                 Type = 6
	ReadExit                  Type = 7
	WriteEnter                Type = 8
	WriteExit                 Type = 9
	BrkV1Enter                Type = 10
	BrkV1Exit                 Type = 11
	ExecveV8Enter             Type = 12
	ExecveV8Exit              Type = 13
	CloneV11Enter             Type = 14
	CloneV11Exit              Type = 15
	ProcexitV0                Type = 16
	Unused17                  Type = 17
	SocketEnter               Type = 18
	SocketExit                Type = 19
	BindEnter                 Type = 20
	BindExit                  Type = 21
	ConnectEnter              Type = 22
	ConnectExit               Type = 23
	ListenEnter               Type = 24
	ListenExit                Type = 25
	AcceptV3Enter             Type = 26
	AcceptV3Exit              Type = 27
	SendEnter                 Type = 28
	SendExit                  Type = 29
	SendtoEnter               Type = 30
	SendtoExit                Type = 31
	RecvEnter                 Type = 32
	RecvExit                  Type = 33
	RecvfromEnter             Type = 34
	RecvfromExit              Type = 35
	ShutdownEnter             Type = 36
	ShutdownExit              Type = 37
	GetsocknameEnter          Type = 38
	GetsocknameExit           Type = 39
	GetpeernameEnter          Type = 40
	GetpeernameExit           Type = 41
	SocketpairEnter           Type = 42
	SocketpairExit            Type = 43
	SetsockoptEnter           Type = 44
	SetsockoptExit            Type = 45
	GetsockoptEnter           Type = 46
	GetsockoptExit            Type = 47
	SendmsgEnter              Type = 48
	SendmsgExit               Type = 49
	SendmmsgEnter             Type = 50
	SendmmsgExit              Type = 51
	RecvmsgEnter              Type = 52
	RecvmsgExit               Type = 53
	RecvmmsgEnter             Type = 54
	RecvmmsgExit              Type = 55
	Accept4V3Enter            Type = 56
	Accept4V3Exit             Type = 57
	CreatEnter                Type = 58
	CreatExit                 Type = 59
	PipeEnter                 Type = 60
	PipeExit                  Type = 61
	EventfdEnter              Type = 62
	EventfdExit               Type = 63
	FutexEnter                Type = 64
	FutexExit                 Type = 65
	StatEnter                 Type = 66
	StatExit                  Type = 67
	LstatEnter                Type = 68
	LstatExit                 Type = 69
	FstatEnter                Type = 70
	FstatExit                 Type = 71
	Stat64Enter               Type = 72
	Stat64Exit                Type = 73
	Lstat64Enter              Type = 74
	Lstat64Exit               Type = 75
	Fstat64Enter              Type = 76
	Fstat64Exit               Type = 77
	EpollwaitEnter            Type = 78
	EpollwaitExit             Type = 79
	PollEnter                 Type = 80
	PollExit                  Type = 81
	SelectEnter               Type = 82
	SelectExit                Type = 83
	NewSelectEnter            Type = 84
	NewSelectExit             Type = 85
	LseekEnter                Type = 86
	LseekExit                 Type = 87
	LlseekEnter               Type = 88
	LlseekExit                Type = 89
	IoctlV2Enter              Type = 90
	IoctlV2Exit               Type = 91
	GetcwdEnter               Type = 92
	GetcwdExit                Type = 93
	ChdirEnter                Type = 94
	ChdirExit                 Type = 95
	FchdirEnter               Type = 96
	FchdirExit                Type = 97
	MkdirV1Enter              Type = 98
	MkdirV1Exit               Type = 99
	RmdirV1Enter              Type = 100
	RmdirV1Exit               Type = 101
	OpenatV1Enter             Type = 102
	OpenatV1Exit              Type = 103
	LinkV1Enter               Type = 104
	LinkV1Exit                Type = 105
	LinkatV1Enter             Type = 106
	LinkatV1Exit              Type = 107
	UnlinkV1Enter             Type = 108
	UnlinkV1Exit              Type = 109
	UnlinkatV1Enter           Type = 110
	UnlinkatV1Exit            Type = 111
	PreadEnter                Type = 112
	PreadExit                 Type = 113
	PwriteEnter               Type = 114
	PwriteExit                Type = 115
	ReadvEnter                Type = 116
	ReadvExit                 Type = 117
	WritevEnter               Type = 118
	WritevExit                Type = 119
	PreadvEnter               Type = 120
	PreadvExit                Type = 121
	PwritevEnter              Type = 122
	PwritevExit               Type = 123
	DupV1Enter                Type = 124
	DupV1Exit                 Type = 125
	SignalfdEnter             Type = 126
	SignalfdExit              Type = 127
	KillEnter                 Type = 128
	KillExit                  Type = 129
	TkillEnter                Type = 130
	TkillExit                 Type = 131
	TgkillEnter               Type = 132
	TgkillExit                Type = 133
	NanosleepEnter            Type = 134
	NanosleepExit             Type = 135
	TimerfdCreateEnter        Type = 136
	TimerfdCreateExit         Type = 137
	InotifyInitEnter          Type = 138
	InotifyInitExit           Type = 139
	GetrlimitEnter            Type = 140
	GetrlimitExit             Type = 141
	SetrlimitEnter            Type = 142
	SetrlimitExit             Type = 143
	PrlimitEnter              Type = 144
	PrlimitExit               Type = 145
	SwitchV1                  Type = 146
	Unused147                 Type = 147
	DropEnter                 Type = 148
	DropExit                  Type = 149
	FcntlEnter                Type = 150
	FcntlExit                 Type = 151
	Switch                    Type = 152
	Unused153                 Type = 153
	ExecveV13Enter            Type = 154
	ExecveV13Exit             Type = 155
	CloneV16Enter             Type = 156
	CloneV16Exit              Type = 157
	BrkEnter                  Type = 158
	BrkExit                   Type = 159
	MmapEnter                 Type = 160
	MmapExit                  Type = 161
	Mmap2Enter                Type = 162
	Mmap2Exit                 Type = 163
	MunmapEnter               Type = 164
	MunmapExit                Type = 165
	SpliceEnter               Type = 166
	SpliceExit                Type = 167
	PtraceEnter               Type = 168
	PtraceExit                Type = 169
	IoctlEnter                Type = 170
	IoctlExit                 Type = 171
	ExecveV14Enter            Type = 172
	ExecveV14Exit             Type = 173
	RenameEnter               Type = 174
	RenameExit                Type = 175
	RenameatEnter             Type = 176
	RenameatExit              Type = 177
	SymlinkEnter              Type = 178
	SymlinkExit               Type = 179
	SymlinkatEnter            Type = 180
	SymlinkatExit             Type = 181
	ForkV16Enter              Type = 182
	ForkV16Exit               Type = 183
	VforkV16Enter             Type = 184
	VforkV16Exit              Type = 185
	Procexit                  Type = 186
	Unused187                 Type = 187
	SendfileEnter             Type = 188
	SendfileExit              Type = 189
	QuotactlEnter             Type = 190
	QuotactlExit              Type = 191
	SetresuidEnter            Type = 192
	SetresuidExit             Type = 193
	SetresgidEnter            Type = 194
	SetresgidExit             Type = 195
	ScapEvent                 Type = 196
	Unused197                 Type = 197
	SetuidEnter               Type = 198
	SetuidExit                Type = 199
	SetgidEnter               Type = 200
	SetgidExit                Type = 201
	GetuidEnter               Type = 202
	GetuidExit                Type = 203
	GeteuidEnter              Type = 204
	GeteuidExit               Type = 205
	GetgidEnter               Type = 206
	GetgidExit                Type = 207
	GetegidEnter              Type = 208
	GetegidExit               Type = 209
	GetresuidEnter            Type = 210
	GetresuidExit             Type = 211
	GetresgidEnter            Type = 212
	GetresgidExit             Type = 213
	ExecveV15Enter            Type = 214
	ExecveV15Exit             Type = 215
	CloneV17Enter             Type = 216
	CloneV17Exit              Type = 217
	ForkV17Enter              Type = 218
	ForkV17Exit               Type = 219
	VforkV17Enter             Type = 220
	VforkV17Exit              Type = 221
	CloneEnter                Type = 222
	CloneExit                 Type = 223
	ForkEnter                 Type = 224
	ForkExit                  Type = 225
	VforkEnter                Type = 226
	VforkExit                 Type = 227
	ContainerV4               Type = 228
	Unused229                 Type = 229
	ExecveV16Enter            Type = 230
	ExecveV16Exit             Type = 231
	SignalDeliver             Type = 232
	Unused233                 Type = 233
	Procinfo                  Type = 234
	Unused235                 Type = 235
	GetdentsEnter             Type = 236
	GetdentsExit              Type = 237
	Getdents64Enter           Type = 238
	Getdents64Exit            Type = 239
	SetnsEnter                Type = 240
	SetnsExit                 Type = 241
	FlockEnter                Type = 242
	FlockExit                 Type = 243
	CPUHotplug                Type = 244
	Unused245                 Type = 245
	AcceptEnter               Type = 246
	AcceptExit                Type = 247
	Accept4V5Enter            Type = 248
	Accept4V5Exit             Type = 249
	SemopEnter                Type = 250
	SemopExit                 Type = 251
	SemctlEnter               Type = 252
	SemctlExit                Type = 253
	PpollEnter                Type = 254
	PpollExit                 Type = 255
	MountEnter                Type = 256
	MountExit                 Type = 257
	UmountV1Enter             Type = 258
	UmountV1Exit              Type = 259
	K8s                       Type = 260
	Unused261                 Type = 261
	SemgetEnter               Type = 262
	SemgetExit                Type = 263
	AccessEnter               Type = 264
	AccessExit                Type = 265
	ChrootEnter               Type = 266
	ChrootExit                Type = 267
	Tracer                    Type = 268
	Unused269                 Type = 269
	Mesos                     Type = 270
	Unused271                 Type = 271
	ContainerV1               Type = 272
	Unused273                 Type = 273
	SetsidEnter               Type = 274
	SetsidExit                Type = 275
	MkdirEnter                Type = 276
	MkdirExit                 Type = 277
	RmdirEnter                Type = 278
	RmdirExit                 Type = 279
	Notification              Type = 280
	Unused281                 Type = 281
	ExecveV17Enter            Type = 282
	ExecveV17Exit             Type = 283
	UnshareEnter              Type = 284
	UnshareExit               Type = 285
	Infra                     Type = 286
	Unused287                 Type = 287
	ExecveV18Enter            Type = 288
	ExecveV18Exit             Type = 289
	PageFault                 Type = 290
	Unused291                 Type = 291
	ExecveEnter               Type = 292
	ExecveExit                Type = 293
	SetpgidEnter              Type = 294
	SetpgidExit               Type = 295
	BpfV1Enter                Type = 296
	BpfV1Exit                 Type = 297
	SeccompEnter              Type = 298
	SeccompExit               Type = 299
	UnlinkEnter               Type = 300
	UnlinkExit                Type = 301
	UnlinkatEnter             Type = 302
	UnlinkatExit              Type = 303
	MkdiratEnter              Type = 304
	MkdiratExit               Type = 305
	OpenatEnter               Type = 306
	OpenatExit                Type = 307
	LinkEnter                 Type = 308
	LinkExit                  Type = 309
	LinkatEnter               Type = 310
	LinkatExit                Type = 311
	FchmodatEnter             Type = 312
	FchmodatExit              Type = 313
	ChmodEnter                Type = 314
	ChmodExit                 Type = 315
	FchmodEnter               Type = 316
	FchmodExit                Type = 317
	Renameat2Enter            Type = 318
	Renameat2Exit             Type = 319
	UserfaultfdEnter          Type = 320
	UserfaultfdExit           Type = 321
	PluginEvent               Type = 322
	Unused323                 Type = 323
	Container                 Type = 324
	Unused325                 Type = 325
	Openat2Enter              Type = 326
	Openat2Exit               Type = 327
	MprotectEnter             Type = 328
	MprotectExit              Type = 329
	ExecveatEnter             Type = 330
	ExecveatExit              Type = 331
	CopyFileRangeEnter        Type = 332
	CopyFileRangeExit         Type = 333
	Clone3Enter               Type = 334
	Clone3Exit                Type = 335
	OpenByHandleAtEnter       Type = 336
	OpenByHandleAtExit        Type = 337
	IoUringSetupEnter         Type = 338
	IoUringSetupExit          Type = 339
	IoUringEnterEnter         Type = 340
	IoUringEnterExit          Type = 341
	IoUringRegisterEnter      Type = 342
	IoUringRegisterExit       Type = 343
	MlockEnter                Type = 344
	MlockExit                 Type = 345
	MunlockEnter              Type = 346
	MunlockExit               Type = 347
	MlockallEnter             Type = 348
	MlockallExit              Type = 349
	MunlockallEnter           Type = 350
	MunlockallExit            Type = 351
	CapsetEnter               Type = 352
	CapsetExit                Type = 353
	UserAdded                 Type = 354
	Unused355                 Type = 355
	UserDeleted               Type = 356
	Unused357                 Type = 357
	GroupAdded                Type = 358
	Unused359                 Type = 359
	GroupDeleted              Type = 360
	Unused361                 Type = 361
	Dup2Enter                 Type = 362
	Dup2Exit                  Type = 363
	Dup3Enter                 Type = 364
	Dup3Exit                  Type = 365
	DupEnter                  Type = 366
	DupExit                   Type = 367
	BpfEnter                  Type = 368
	BpfExit                   Type = 369
	Mlock2Enter               Type = 370
	Mlock2Exit                Type = 371
	FsconfigEnter             Type = 372
	FsconfigExit              Type = 373
	EpollCreateEnter          Type = 374
	EpollCreateExit           Type = 375
	EpollCreate1Enter         Type = 376
	EpollCreate1Exit          Type = 377
	ChownEnter                Type = 378
	ChownExit                 Type = 379
	LchownEnter               Type = 380
	LchownExit                Type = 381
	FchownEnter               Type = 382
	FchownExit                Type = 383
	FchownatEnter             Type = 384
	FchownatExit              Type = 385
	UmountEnter               Type = 386
	UmountExit                Type = 387
	Accept4Enter              Type = 388
	Accept4Exit               Type = 389
	Umount2Enter              Type = 390
	Umount2Exit               Type = 391
	Pipe2Enter                Type = 392
	Pipe2Exit                 Type = 393
	InotifyInit1Enter         Type = 394
	InotifyInit1Exit          Type = 395
	Eventfd2Enter             Type = 396
	Eventfd2Exit              Type = 397
	Signalfd4Enter            Type = 398
	Signalfd4Exit             Type = 399
	PrctlEnter                Type = 400
	PrctlExit                 Type = 401
	AsyncEvent                Type = 402
	Unused403                 Type = 403
	MemfdCreateEnter          Type = 404
	MemfdCreateExit           Type = 405
	PidfdGetfdEnter           Type = 406
	PidfdGetfdExit            Type = 407
	PidfdOpenEnter            Type = 408
	PidfdOpenExit             Type = 409
	InitModuleEnter           Type = 410
	InitModuleExit            Type = 411
	FinitModuleEnter          Type = 412
	FinitModuleExit           Type = 413
	MknodEnter                Type = 414
	MknodExit                 Type = 415
	MknodatEnter              Type = 416
	MknodatExit               Type = 417
	NewfstatatEnter           Type = 418
	NewfstatatExit            Type = 419
	ProcessVmReadvEnter       Type = 420
	ProcessVmReadvExit        Type = 421
	ProcessVmWritevEnter      Type = 422
	ProcessVmWritevExit       Type = 423
	DeleteModuleEnter         Type = 424
	DeleteModuleExit          Type = 425
	SetreuidEnter             Type = 426
	SetreuidExit              Type = 427
	SetregidEnter             Type = 428
	SetregidExit              Type = 429
	IterTask                  Type = 430
	Unused431                 Type = 431
	IterTaskFilePipe          Type = 432
	Unused433                 Type = 433
	IterTaskFileMemfd         Type = 434
	Unused435                 Type = 435
	IterTaskFileRegular       Type = 436
	Unused437                 Type = 437
	IterTaskFileDirectory     Type = 438
	Unused439                 Type = 439
	IterTaskFileSocketInet    Type = 440
	Unused441                 Type = 441
	IterTaskFileSocketInet6   Type = 442
	Unused443                 Type = 443
	IterTaskFileSocketUnix    Type = 444
	Unused445                 Type = 445
	IterTaskFileSocketNetlink Type = 446
	Unused447                 Type = 447
	IterTaskFileAnonInode     Type = 448
	Unused449                 Type = 449
	Unused450                 Type = 450
	CloseRangeExit            Type = 451
	Unused452                 Type = 452
	KeyctlExit                Type = 453
)

var types = [NumTypes]TypeInfo{
	GenericEnter: {Name: "syscall", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1, Params: []Param{
		{Name: "ID", Kind: KindSyscall, Format: FormatDec, Dir: -1},
		{Name: "nativeID", Kind: KindUint16, Format: FormatDec, Dir: -1},
	}},
	GenericExit: {Name: "syscall", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "ID", Kind: KindSyscall, Format: FormatDec, Dir: -1},
		{Name: "nativeID", Kind: KindUint16, Format: FormatDec, Dir: -1},
	}},
	OpenEnter: {Name: "open", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
	}},
	OpenExit: {Name: "open", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
		{Name: "dev", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "opened", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	CloseEnter: {Name: "close", Origin: OriginSyscall, Category: CategoryIOOther, Flags: DestroysFD | UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	CloseExit: {Name: "close", Origin: OriginSyscall, Category: CategoryIOOther, Flags: DestroysFD | UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	ReadEnter: {Name: "read", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	ReadExit: {Name: "read", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	WriteEnter: {Name: "write", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	WriteExit: {Name: "write", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	BrkV1Enter: {Name: "brk", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1, Params: []Param{
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	BrkV1Exit: {Name: "brk", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	ExecveV8Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV8Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	CloneV11Enter: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	CloneV11Exit: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	ProcexitV0: {Name: "procexit", Origin: OriginTracepoint, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1},
	Unused17:   {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	SocketEnter: {Name: "socket", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "domain", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsSocketFamilies},
		{Name: "type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "proto", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SocketExit: {Name: "socket", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "domain", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsSocketFamilies},
		{Name: "type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "proto", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
	}},
	BindEnter: {Name: "bind", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	BindExit: {Name: "bind", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindSockaddr, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	ConnectEnter: {Name: "connect", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindSockaddr, Format: FormatNone, Dir: -1},
	}},
	ConnectExit: {Name: "connect", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindSockaddr, Format: FormatNone, Dir: -1},
	}},
	ListenEnter: {Name: "listen", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "backlog", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	ListenExit: {Name: "listen", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "backlog", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	AcceptV3Enter: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	AcceptV3Exit: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "queuepct", Kind: KindUint8, Format: FormatDec, Dir: -1},
	}},
	SendEnter: {Name: "send", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SendExit: {Name: "send", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	SendtoEnter: {Name: "sendto", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	SendtoExit: {Name: "sendto", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | ModifiesState, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	RecvEnter: {Name: "recv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	RecvExit: {Name: "recv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	RecvfromEnter: {Name: "recvfrom", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	RecvfromExit: {Name: "recvfrom", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | ModifiesState, FD: 3, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	ShutdownEnter: {Name: "shutdown", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "how", Kind: KindEnum8, Format: FormatHex, Dir: -1, Flags: &flagsShutdownHow},
	}},
	ShutdownExit: {Name: "shutdown", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "how", Kind: KindEnum8, Format: FormatHex, Dir: -1, Flags: &flagsShutdownHow},
	}},
	GetsocknameEnter: {Name: "getsockname", Origin: OriginSyscall, Category: CategoryNet, Flags: Old, FD: -1},
	GetsocknameExit:  {Name: "getsockname", Origin: OriginSyscall, Category: CategoryNet, FD: -1},
	GetpeernameEnter: {Name: "getpeername", Origin: OriginSyscall, Category: CategoryNet, Flags: Old, FD: -1},
	GetpeernameExit:  {Name: "getpeername", Origin: OriginSyscall, Category: CategoryNet, FD: -1},
	SocketpairEnter: {Name: "socketpair", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "domain", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsSocketFamilies},
		{Name: "type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "proto", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SocketpairExit: {Name: "socketpair", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd1", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd2", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "source", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "peer", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "domain", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsSocketFamilies},
		{Name: "type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "proto", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SetsockoptEnter: {Name: "setsockopt", Origin: OriginSyscall, Category: CategoryNet, Flags: Old, FD: -1},
	SetsockoptExit: {Name: "setsockopt", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "level", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsSockoptLevels},
		{Name: "optname", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsSockoptOptions},
		{Name: "val", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsSockopt},
		{Name: "optlen", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	GetsockoptEnter: {Name: "getsockopt", Origin: OriginSyscall, Category: CategoryNet, Flags: ModifiesState | Old, FD: -1},
	GetsockoptExit: {Name: "getsockopt", Origin: OriginSyscall, Category: CategoryNet, Flags: UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "level", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsSockoptLevels},
		{Name: "optname", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsSockoptOptions},
		{Name: "val", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsSockopt},
		{Name: "optlen", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SendmsgEnter: {Name: "sendmsg", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	SendmsgExit: {Name: "sendmsg", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | ModifiesState, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	SendmmsgEnter: {Name: "sendmmsg", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: Old, FD: -1},
	SendmmsgExit: {Name: "sendmmsg", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
	}},
	RecvmsgEnter: {Name: "recvmsg", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	RecvmsgExit: {Name: "recvmsg", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | ModifiesState, FD: 5, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "msgcontrol", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	RecvmmsgEnter: {Name: "recvmmsg", Origin: OriginSyscall, Category: CategoryIORead, Flags: Old, FD: -1},
	RecvmmsgExit: {Name: "recvmmsg", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "msgcontrol", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	Accept4V3Enter: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindInt32, Format: FormatHex, Dir: -1},
	}},
	Accept4V3Exit: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "queuepct", Kind: KindUint8, Format: FormatDec, Dir: -1},
	}},
	CreatEnter: {Name: "creat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
	}},
	CreatExit: {Name: "creat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
		{Name: "dev", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "creat_flags", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsCreatFlags},
		{Name: "opened", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	PipeEnter: {Name: "pipe", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	PipeExit: {Name: "pipe", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd1", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd2", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	EventfdEnter: {Name: "eventfd", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "initval", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	EventfdExit: {Name: "eventfd", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "initval", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	FutexEnter: {Name: "futex", Origin: OriginSyscall, Category: CategoryIPC, Flags: Old, FD: -1, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "op", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsFutexOperations},
		{Name: "val", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	FutexExit: {Name: "futex", Origin: OriginSyscall, Category: CategoryIPC, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "op", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsFutexOperations},
		{Name: "val", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	StatEnter: {Name: "stat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	StatExit: {Name: "stat", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	LstatEnter: {Name: "lstat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	LstatExit: {Name: "lstat", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	FstatEnter: {Name: "fstat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	FstatExit: {Name: "fstat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	Stat64Enter: {Name: "stat64", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	Stat64Exit: {Name: "stat64", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	Lstat64Enter: {Name: "lstat64", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	Lstat64Exit: {Name: "lstat64", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	Fstat64Enter: {Name: "fstat64", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	Fstat64Exit: {Name: "fstat64", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	EpollwaitEnter: {Name: "epoll_wait", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1, Params: []Param{
		{Name: "maxevents", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	EpollwaitExit: {Name: "epoll_wait", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "maxevents", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	PollEnter: {Name: "poll", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1, Params: []Param{
		{Name: "fds", Kind: KindFDList, Format: FormatDec, Dir: -1, Flags: &flagsPollFlags},
		{Name: "timeout", Kind: KindInt64, Format: FormatDec, Dir: -1},
	}},
	PollExit: {Name: "poll", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fds", Kind: KindFDList, Format: FormatDec, Dir: -1, Flags: &flagsPollFlags},
		{Name: "timeout", Kind: KindInt64, Format: FormatDec, Dir: -1},
	}},
	SelectEnter: {Name: "select", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1},
	SelectExit: {Name: "select", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	NewSelectEnter: {Name: "select", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1},
	NewSelectExit: {Name: "select", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	LseekEnter: {Name: "lseek", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "whence", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsLseekWhence},
	}},
	LseekExit: {Name: "lseek", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "whence", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsLseekWhence},
	}},
	LlseekEnter: {Name: "llseek", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "whence", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsLseekWhence},
	}},
	LlseekExit: {Name: "llseek", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "whence", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsLseekWhence},
	}},
	IoctlV2Enter: {Name: "ioctl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "request", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	IoctlV2Exit: {Name: "ioctl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	GetcwdEnter: {Name: "getcwd", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	GetcwdExit: {Name: "getcwd", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	ChdirEnter: {Name: "chdir", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1},
	ChdirExit: {Name: "chdir", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	FchdirEnter: {Name: "fchdir", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	FchdirExit: {Name: "fchdir", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | ModifiesState | ModifiesProcess, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	MkdirV1Enter: {Name: "mkdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	MkdirV1Exit: {Name: "mkdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	RmdirV1Enter: {Name: "rmdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	RmdirV1Exit: {Name: "rmdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	OpenatV1Enter: {Name: "openat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
	}},
	OpenatV1Exit: {Name: "openat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	LinkV1Enter: {Name: "link", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "oldpath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "newpath", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	LinkV1Exit: {Name: "link", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	LinkatV1Enter: {Name: "linkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "olddir", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "newdir", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newpath", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	LinkatV1Exit: {Name: "linkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	UnlinkV1Enter: {Name: "unlink", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	UnlinkV1Exit: {Name: "unlink", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	UnlinkatV1Enter: {Name: "unlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	UnlinkatV1Exit: {Name: "unlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	PreadEnter: {Name: "pread", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PreadExit: {Name: "pread", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PwriteEnter: {Name: "pwrite", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PwriteExit: {Name: "pwrite", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	ReadvEnter: {Name: "readv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	ReadvExit: {Name: "readv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD, FD: 3, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	WritevEnter: {Name: "writev", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	WritevExit: {Name: "writev", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	PreadvEnter: {Name: "preadv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PreadvExit: {Name: "preadv", Origin: OriginSyscall, Category: CategoryIORead, Flags: UsesFD | ReadsFD, FD: 3, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PwritevEnter: {Name: "pwritev", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	PwritevExit: {Name: "pwritev", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | WritesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pos", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	DupV1Enter: {Name: "dup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	DupV1Exit: {Name: "dup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	SignalfdEnter: {Name: "signalfd", Origin: OriginSyscall, Category: CategorySignal, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mask", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	SignalfdExit: {Name: "signalfd", Origin: OriginSyscall, Category: CategorySignal, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mask", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	KillEnter: {Name: "kill", Origin: OriginSyscall, Category: CategorySignal, Flags: Old, FD: -1, Params: []Param{
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	KillExit: {Name: "kill", Origin: OriginSyscall, Category: CategorySignal, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	TkillEnter: {Name: "tkill", Origin: OriginSyscall, Category: CategorySignal, Flags: Old, FD: -1, Params: []Param{
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	TkillExit: {Name: "tkill", Origin: OriginSyscall, Category: CategorySignal, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	TgkillEnter: {Name: "tgkill", Origin: OriginSyscall, Category: CategorySignal, Flags: Old, FD: -1, Params: []Param{
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	TgkillExit: {Name: "tgkill", Origin: OriginSyscall, Category: CategorySignal, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	NanosleepEnter: {Name: "nanosleep", Origin: OriginSyscall, Category: CategorySleep, Flags: Waits | Old, FD: -1, Params: []Param{
		{Name: "interval", Kind: KindDuration, Format: FormatDec, Dir: -1},
	}},
	NanosleepExit: {Name: "nanosleep", Origin: OriginSyscall, Category: CategorySleep, Flags: Waits, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "interval", Kind: KindDuration, Format: FormatDec, Dir: -1},
	}},
	TimerfdCreateEnter: {Name: "timerfd_create", Origin: OriginSyscall, Category: CategoryTime, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "clockid", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	TimerfdCreateExit: {Name: "timerfd_create", Origin: OriginSyscall, Category: CategoryTime, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "clockid", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	InotifyInitEnter: {Name: "inotify_init", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	InotifyInitExit: {Name: "inotify_init", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint8, Format: FormatHex, Dir: -1},
	}},
	GetrlimitEnter: {Name: "getrlimit", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	GetrlimitExit: {Name: "getrlimit", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "cur", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "max", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	SetrlimitEnter: {Name: "setrlimit", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	SetrlimitExit: {Name: "setrlimit", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "cur", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "max", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	PrlimitEnter: {Name: "prlimit", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	PrlimitExit: {Name: "prlimit", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "newcur", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "newmax", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "oldcur", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "oldmax", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "resource", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsRlimitResources},
	}},
	SwitchV1: {Name: "switch", Origin: OriginTracepoint, Category: CategoryScheduler, Flags: KeepsLast | Old, FD: -1, Params: []Param{
		{Name: "next", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	Unused147: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	DropEnter: {Name: "drop", Origin: OriginMeta, Category: CategoryInternal, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "ratio", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	DropExit: {Name: "drop", Origin: OriginMeta, Category: CategoryInternal, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "ratio", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	FcntlEnter: {Name: "fcntl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsFcntlCommands},
	}},
	FcntlExit: {Name: "fcntl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindEnum8, Format: FormatDec, Dir: -1, Flags: &flagsFcntlCommands},
		{Name: "arg", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Switch: {Name: "switch", Origin: OriginTracepoint, Category: CategoryScheduler, FD: -1, Params: []Param{
		{Name: "next", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	Unused153:      {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ExecveV13Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV13Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	CloneV16Enter: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	CloneV16Exit: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	BrkEnter: {Name: "brk", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	BrkExit: {Name: "brk", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	MmapEnter: {Name: "mmap", Origin: OriginSyscall, Category: CategoryMemory, Flags: UsesFD | Old, FD: 4, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMmapFlags},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	MmapExit: {Name: "mmap", Origin: OriginSyscall, Category: CategoryMemory, Flags: UsesFD, FD: 8, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatHex, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMmapFlags},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Mmap2Enter: {Name: "mmap2", Origin: OriginSyscall, Category: CategoryMemory, Flags: UsesFD | Old, FD: 4, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMmapFlags},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pgoffset", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Mmap2Exit: {Name: "mmap2", Origin: OriginSyscall, Category: CategoryMemory, Flags: UsesFD, FD: 8, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatHex, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMmapFlags},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pgoffset", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	MunmapEnter: {Name: "munmap", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	MunmapExit: {Name: "munmap", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	SpliceEnter: {Name: "splice", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | Old, FD: 1, Params: []Param{
		{Name: "fd_in", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd_out", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsSpliceFlags},
	}},
	SpliceExit: {Name: "splice", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd_in", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd_out", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsSpliceFlags},
	}},
	PtraceEnter: {Name: "ptrace", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "request", Kind: KindEnum16, Format: FormatDec, Dir: -1, Flags: &flagsPtraceRequests},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	PtraceExit: {Name: "ptrace", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindDynamic, Format: FormatHex, Dir: -1, Variants: variantsPtrace},
		{Name: "data", Kind: KindDynamic, Format: FormatHex, Dir: -1, Variants: variantsPtrace},
		{Name: "request", Kind: KindEnum16, Format: FormatDec, Dir: -1, Flags: &flagsPtraceRequests},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	IoctlEnter: {Name: "ioctl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "request", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "argument", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	IoctlExit: {Name: "ioctl", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "request", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "argument", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	ExecveV14Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV14Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	RenameEnter: {Name: "rename", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	RenameExit: {Name: "rename", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "newpath", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	RenameatEnter: {Name: "renameat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	RenameatExit: {Name: "renameat", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "olddirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "newdirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newpath", Kind: KindRelPath, Format: FormatNone, Dir: 3},
	}},
	SymlinkEnter: {Name: "symlink", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	SymlinkExit: {Name: "symlink", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "target", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "linkpath", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	SymlinkatEnter: {Name: "symlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	SymlinkatExit: {Name: "symlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "target", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "linkdirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "linkpath", Kind: KindRelPath, Format: FormatNone, Dir: 2},
	}},
	ForkV16Enter: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ForkV16Exit: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	VforkV16Enter: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	VforkV16Exit: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	Procexit: {Name: "procexit", Origin: OriginTracepoint, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "status", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "ret", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
		{Name: "core", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "reaper_tid", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	Unused187: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	SendfileEnter: {Name: "sendfile", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "out_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "in_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	SendfileExit: {Name: "sendfile", Origin: OriginSyscall, Category: CategoryIOWrite, Flags: UsesFD, FD: 2, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "offset", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "out_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "in_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	QuotactlEnter: {Name: "quotactl", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1, Params: []Param{
		{Name: "cmd", Kind: KindFlags16, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlCmds},
		{Name: "type", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlTypes},
		{Name: "id", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "quota_fmt", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlQuotaFmts},
	}},
	QuotactlExit: {Name: "quotactl", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "special", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "quotafilepath", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "dqb_bhardlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "dqb_bsoftlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "dqb_curspace", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "dqb_ihardlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "dqb_isoftlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "dqb_btime", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "dqb_itime", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "dqi_bgrace", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "dqi_igrace", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "dqi_flags", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlDqiFlags},
		{Name: "quota_fmt_out", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlQuotaFmts},
		{Name: "cmd", Kind: KindFlags16, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlCmds},
		{Name: "type", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlTypes},
		{Name: "id", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "quota_fmt", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsQuotactlQuotaFmts},
	}},
	SetresuidEnter: {Name: "setresuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "ruid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "suid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	SetresuidExit: {Name: "setresuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "ruid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "suid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	SetresgidEnter: {Name: "setresgid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "rgid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "egid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "sgid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	SetresgidExit: {Name: "setresgid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "rgid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "egid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "sgid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	ScapEvent: {Name: "scapevent", Origin: OriginMeta, Category: CategoryInternal, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "event_type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "event_data", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused197: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	SetuidEnter: {Name: "setuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "uid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	SetuidExit: {Name: "setuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "uid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	SetgidEnter: {Name: "setgid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "gid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	SetgidExit: {Name: "setgid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	GetuidEnter: {Name: "getuid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GetuidExit: {Name: "getuid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "uid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	GeteuidEnter: {Name: "geteuid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GeteuidExit: {Name: "geteuid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	GetgidEnter: {Name: "getgid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GetgidExit: {Name: "getgid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "gid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	GetegidEnter: {Name: "getegid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GetegidExit: {Name: "getegid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "egid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	GetresuidEnter: {Name: "getresuid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GetresuidExit: {Name: "getresuid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "ruid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "suid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	GetresgidEnter: {Name: "getresgid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	GetresgidExit: {Name: "getresgid", Origin: OriginSyscall, Category: CategoryUser, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "rgid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "egid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "sgid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	ExecveV15Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV15Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	CloneV17Enter: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	CloneV17Exit: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	ForkV17Enter: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ForkV17Exit: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	VforkV17Enter: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	VforkV17Exit: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	CloneEnter: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	CloneExit: {Name: "clone", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vtid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "vpid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pidns_init_start_ts", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	ForkEnter: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ForkExit: {Name: "fork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vtid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "vpid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pidns_init_start_ts", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	VforkEnter: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	VforkExit: {Name: "vfork", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vtid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "vpid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pidns_init_start_ts", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	ContainerV4: {Name: "container", Origin: OriginMeta, Category: CategoryInternal, Flags: ModifiesState | KeepsLast | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "id", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "type", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "image", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused229:      {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ExecveV16Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV16Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	SignalDeliver: {Name: "signaldeliver", Origin: OriginTracepoint, Category: CategorySignal, FD: -1, Params: []Param{
		{Name: "spid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "dpid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "sig", Kind: KindSignal, Format: FormatDec, Dir: -1},
	}},
	Unused233: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Procinfo: {Name: "procinfo", Origin: OriginMeta, Category: CategoryInternal, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "cpu_usr", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "cpu_sys", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused235: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	GetdentsEnter: {Name: "getdents", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	GetdentsExit: {Name: "getdents", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	Getdents64Enter: {Name: "getdents64", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	Getdents64Exit: {Name: "getdents64", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
	}},
	SetnsEnter: {Name: "setns", Origin: OriginSyscall, Category: CategoryProcess, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
		{Name: "nstype", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
	}},
	SetnsExit: {Name: "setns", Origin: OriginSyscall, Category: CategoryProcess, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
		{Name: "nstype", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
	}},
	FlockEnter: {Name: "flock", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
		{Name: "operation", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFlockFlags},
	}},
	FlockExit: {Name: "flock", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatNone, Dir: -1},
		{Name: "operation", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFlockFlags},
	}},
	CPUHotplug: {Name: "cpu_hotplug", Origin: OriginMeta, Category: CategorySystem, Flags: ModifiesState | KeepsLast, FD: -1, Params: []Param{
		{Name: "cpu", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "action", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	Unused245:   {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	AcceptEnter: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	AcceptExit: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "queuepct", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "queuelen", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "queuemax", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	Accept4V5Enter: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindInt32, Format: FormatHex, Dir: -1},
	}},
	Accept4V5Exit: {Name: "accept", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "queuepct", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "queuelen", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "queuemax", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	SemopEnter: {Name: "semop", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "semid", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	SemopExit: {Name: "semop", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "nsops", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "sem_num_0", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sem_op_0", Kind: KindInt16, Format: FormatDec, Dir: -1},
		{Name: "sem_flg_0", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsSemopFlags},
		{Name: "sem_num_1", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sem_op_1", Kind: KindInt16, Format: FormatDec, Dir: -1},
		{Name: "sem_flg_1", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsSemopFlags},
		{Name: "semid", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	SemctlEnter: {Name: "semctl", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "semid", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "semnum", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsSemctlCommands},
		{Name: "val", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	SemctlExit: {Name: "semctl", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "semid", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "semnum", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsSemctlCommands},
		{Name: "val", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	PpollEnter: {Name: "ppoll", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits | Old, FD: -1, Params: []Param{
		{Name: "fds", Kind: KindFDList, Format: FormatDec, Dir: -1, Flags: &flagsPollFlags},
		{Name: "timeout", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "sigmask", Kind: KindSigset, Format: FormatDec, Dir: -1},
	}},
	PpollExit: {Name: "ppoll", Origin: OriginSyscall, Category: CategoryWait, Flags: Waits, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fds", Kind: KindFDList, Format: FormatDec, Dir: -1, Flags: &flagsPollFlags},
		{Name: "timeout", Kind: KindDuration, Format: FormatDec, Dir: -1},
		{Name: "sigmask", Kind: KindSigset, Format: FormatDec, Dir: -1},
	}},
	MountEnter: {Name: "mount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMountFlags},
	}},
	MountExit: {Name: "mount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dev", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "dir", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "type", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMountFlags},
	}},
	UmountV1Enter: {Name: "umount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsUmountFlags},
	}},
	UmountV1Exit: {Name: "umount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	K8s: {Name: "k8s", Origin: OriginMeta, Category: CategoryInternal, Flags: ModifiesState | KeepsLast | Old, FD: -1, Params: []Param{
		{Name: "json", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused261: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	SemgetEnter: {Name: "semget", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "key", Kind: KindInt32, Format: FormatHex, Dir: -1},
		{Name: "nsems", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "semflg", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsSemgetFlags},
	}},
	SemgetExit: {Name: "semget", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "key", Kind: KindInt32, Format: FormatHex, Dir: -1},
		{Name: "nsems", Kind: KindInt32, Format: FormatDec, Dir: -1},
		{Name: "semflg", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsSemgetFlags},
	}},
	AccessEnter: {Name: "access", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "mode", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsAccessFlags},
	}},
	AccessExit: {Name: "access", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsAccessFlags},
	}},
	ChrootEnter: {Name: "chroot", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ChrootExit: {Name: "chroot", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	Tracer: {Name: "tracer", Origin: OriginMeta, Category: CategoryOther, Flags: Old, FD: -1, Params: []Param{
		{Name: "id", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "tags", Kind: KindStringArray, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindStringPairs, Format: FormatNone, Dir: -1},
	}},
	Unused269: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Mesos: {Name: "mesos", Origin: OriginMeta, Category: CategoryInternal, Flags: ModifiesState | KeepsLast | Old, FD: -1, Params: []Param{
		{Name: "json", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused271: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ContainerV1: {Name: "container", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "json", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused273:   {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	SetsidEnter: {Name: "setsid", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	SetsidExit: {Name: "setsid", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	MkdirEnter: {Name: "mkdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1, Params: []Param{
		{Name: "mode", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	MkdirExit: {Name: "mkdir", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	RmdirEnter: {Name: "rmdir", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	RmdirExit: {Name: "rmdir", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	Notification: {Name: "notification", Origin: OriginMeta, Category: CategoryOther, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "id", Kind: KindString, Format: FormatDec, Dir: -1},
		{Name: "desc", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused281:      {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ExecveV17Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	ExecveV17Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tty", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	UnshareEnter: {Name: "unshare", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
	}},
	UnshareExit: {Name: "unshare", Origin: OriginSyscall, Category: CategoryProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
	}},
	Infra: {Name: "infra", Origin: OriginMeta, Category: CategoryInternal, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "source", Kind: KindString, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "description", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "scope", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused287: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ExecveV18Enter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "filename", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	ExecveV18Exit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tty", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	PageFault: {Name: "page_fault", Origin: OriginTracepoint, Category: CategoryOther, Flags: KeepsLast, FD: -1, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "ip", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "error", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsPfFlags},
	}},
	Unused291: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	ExecveEnter: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "filename", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	ExecveExit: {Name: "execve", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tty", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vpgid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "loginuid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsExecveFlags},
		{Name: "cap_inheritable", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_permitted", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_effective", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "exe_ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_ctime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_mtime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "uid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "trusted_exepath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "pgid", Kind: KindPID, Format: FormatNone, Dir: -1},
		{Name: "gid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "filename", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	SetpgidEnter: {Name: "setpgid", Origin: OriginSyscall, Category: CategoryProcess, Flags: Old, FD: -1, Params: []Param{
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pgid", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	SetpgidExit: {Name: "setpgid", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pgid", Kind: KindPID, Format: FormatDec, Dir: -1},
	}},
	BpfV1Enter: {Name: "bpf", Origin: OriginSyscall, Category: CategoryOther, Flags: CreatesFD | Old, FD: -1, Params: []Param{
		{Name: "cmd", Kind: KindInt64, Format: FormatDec, Dir: -1},
	}},
	BpfV1Exit: {Name: "bpf", Origin: OriginSyscall, Category: CategoryOther, Flags: CreatesFD | Old, FD: -1, Params: []Param{
		{Name: "res_or_fd", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsBpf},
	}},
	SeccompEnter: {Name: "seccomp", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1, Params: []Param{
		{Name: "op", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	SeccompExit: {Name: "seccomp", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "op", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	UnlinkEnter: {Name: "unlink", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	UnlinkExit: {Name: "unlink", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	UnlinkatEnter: {Name: "unlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	UnlinkatExit: {Name: "unlinkat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsUnlinkatFlags},
	}},
	MkdiratEnter: {Name: "mkdirat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	MkdiratExit: {Name: "mkdirat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "mode", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	OpenatEnter: {Name: "openat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindRelPath, Format: FormatNone, Dir: 0},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
	}},
	OpenatExit: {Name: "openat", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
		{Name: "dev", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "opened", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	LinkEnter: {Name: "link", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	LinkExit: {Name: "link", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "newpath", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	LinkatEnter: {Name: "linkat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	LinkatExit: {Name: "linkat", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "olddir", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "newdir", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newpath", Kind: KindRelPath, Format: FormatNone, Dir: 3},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsLinkatFlags},
	}},
	FchmodatEnter: {Name: "fchmodat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	FchmodatExit: {Name: "fchmodat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "filename", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "mode", Kind: KindMode, Format: FormatOct, Dir: -1, Flags: &flagsChmodMode},
	}},
	ChmodEnter: {Name: "chmod", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	ChmodExit: {Name: "chmod", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "filename", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindMode, Format: FormatOct, Dir: -1, Flags: &flagsChmodMode},
	}},
	FchmodEnter: {Name: "fchmod", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	FchmodExit: {Name: "fchmod", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mode", Kind: KindMode, Format: FormatOct, Dir: -1, Flags: &flagsChmodMode},
	}},
	Renameat2Enter: {Name: "renameat2", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	Renameat2Exit: {Name: "renameat2", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "olddirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldpath", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "newdirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newpath", Kind: KindRelPath, Format: FormatNone, Dir: 3},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsRenameat2Flags},
	}},
	UserfaultfdEnter: {Name: "userfaultfd", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	UserfaultfdExit: {Name: "userfaultfd", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
	}},
	PluginEvent: {Name: "pluginevent", Origin: OriginPlugin, Category: CategoryOther, Flags: Large, FD: -1, Params: []Param{
		{Name: "plugin_id", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "event_data", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	Unused323: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Container: {Name: "container", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | Large | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "json", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused325: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Openat2Enter: {Name: "openat2", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindRelPath, Format: FormatNone, Dir: 0},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
		{Name: "resolve", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsOpenat2Flags},
	}},
	Openat2Exit: {Name: "openat2", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mode", Kind: KindUint32, Format: FormatOct, Dir: -1},
		{Name: "resolve", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsOpenat2Flags},
		{Name: "dev", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "opened", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	MprotectEnter: {Name: "mprotect", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1, Params: []Param{
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
	}},
	MprotectExit: {Name: "mprotect", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "prot", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsProtFlags},
	}},
	ExecveatEnter: {Name: "execveat", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pathname", Kind: KindRelPath, Format: FormatNone, Dir: 0},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsExecveatFlags},
	}},
	ExecveatExit: {Name: "execveat", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "env", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tty", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vpgid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "loginuid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsExecveFlags},
		{Name: "cap_inheritable", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_permitted", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_effective", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "exe_ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_ctime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_mtime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "uid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "trusted_exepath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "pgid", Kind: KindPID, Format: FormatNone, Dir: -1},
		{Name: "gid", Kind: KindGID, Format: FormatDec, Dir: -1},
	}},
	CopyFileRangeEnter: {Name: "copy_file_range", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | ReadsFD | WritesFD | Old, FD: 0, Params: []Param{
		{Name: "fdin", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offin", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "len", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	CopyFileRangeExit: {Name: "copy_file_range", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD | ReadsFD | WritesFD, FD: 3, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fdout", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offout", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "fdin", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "offin", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "len", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Clone3Enter: {Name: "clone3", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	Clone3Exit: {Name: "clone3", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "exe", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "args", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "tid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "ptid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "cgroups", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloneFlags},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vtid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "vpid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "pidns_init_start_ts", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	OpenByHandleAtEnter: {Name: "open_by_handle_at", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	OpenByHandleAtExit: {Name: "open_by_handle_at", Origin: OriginSyscall, Category: CategoryFile, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mountfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "dev", Kind: KindUint32, Format: FormatHex, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	IoUringSetupEnter: {Name: "io_uring_setup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	IoUringSetupExit: {Name: "io_uring_setup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "entries", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "sq_entries", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "cq_entries", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsIoUringSetupFlags},
		{Name: "sq_thread_cpu", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "sq_thread_idle", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "features", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsIoUringSetupFeats},
	}},
	IoUringEnterEnter: {Name: "io_uring_enter", Origin: OriginSyscall, Category: CategoryIOOther, Flags: Old, FD: -1},
	IoUringEnterExit: {Name: "io_uring_enter", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "to_submit", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "min_complete", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsIoUringEnterFlags},
		{Name: "sig", Kind: KindSigset, Format: FormatDec, Dir: -1},
	}},
	IoUringRegisterEnter: {Name: "io_uring_register", Origin: OriginSyscall, Category: CategoryIOOther, Flags: Old, FD: -1},
	IoUringRegisterExit: {Name: "io_uring_register", Origin: OriginSyscall, Category: CategoryIOOther, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "opcode", Kind: KindEnum16, Format: FormatDec, Dir: -1, Flags: &flagsIoUringRegisterOpcodes},
		{Name: "arg", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "nr_args", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	MlockEnter: {Name: "mlock", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1},
	MlockExit: {Name: "mlock", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "len", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	MunlockEnter: {Name: "munlock", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1},
	MunlockExit: {Name: "munlock", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "len", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	MlockallEnter: {Name: "mlockall", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1},
	MlockallExit: {Name: "mlockall", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMlockallFlags},
	}},
	MunlockallEnter: {Name: "munlockall", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1},
	MunlockallExit: {Name: "munlockall", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
	}},
	CapsetEnter: {Name: "capset", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	CapsetExit: {Name: "capset", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "cap_inheritable", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_permitted", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_effective", Kind: KindUint64, Format: FormatHex, Dir: -1},
	}},
	UserAdded: {Name: "useradded", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "home", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "shell", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "container_id", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused355: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	UserDeleted: {Name: "userdeleted", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "home", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "shell", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "container_id", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused357: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	GroupAdded: {Name: "groupadded", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "container_id", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused359: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	GroupDeleted: {Name: "groupdeleted", Origin: OriginMeta, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "container_id", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	Unused361: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Dup2Enter: {Name: "dup2", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	Dup2Exit: {Name: "dup2", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newfd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	Dup3Enter: {Name: "dup3", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	Dup3Exit: {Name: "dup3", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "newfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
	}},
	DupEnter: {Name: "dup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState | Old, FD: 0, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	DupExit: {Name: "dup", Origin: OriginSyscall, Category: CategoryIOOther, Flags: CreatesFD | UsesFD | ModifiesState, FD: 1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "oldfd", Kind: KindFD, Format: FormatDec, Dir: -1},
	}},
	BpfEnter: {Name: "bpf", Origin: OriginSyscall, Category: CategoryOther, Flags: CreatesFD | Old, FD: -1, Params: []Param{
		{Name: "cmd", Kind: KindInt64, Format: FormatDec, Dir: -1},
	}},
	BpfExit: {Name: "bpf", Origin: OriginSyscall, Category: CategoryOther, Flags: CreatesFD, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsBpfCommands},
	}},
	Mlock2Enter: {Name: "mlock2", Origin: OriginSyscall, Category: CategoryMemory, Flags: Old, FD: -1},
	Mlock2Exit: {Name: "mlock2", Origin: OriginSyscall, Category: CategoryMemory, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "addr", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "len", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMlock2Flags},
	}},
	FsconfigEnter: {Name: "fsconfig", Origin: OriginSyscall, Category: CategorySystem, Flags: Old, FD: -1},
	FsconfigExit: {Name: "fsconfig", Origin: OriginSyscall, Category: CategorySystem, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "cmd", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsFsconfigCmds},
		{Name: "key", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "value_bytebuf", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "value_charbuf", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "aux", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	EpollCreateEnter: {Name: "epoll_create", Origin: OriginSyscall, Category: CategoryWait, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "size", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	EpollCreateExit: {Name: "epoll_create", Origin: OriginSyscall, Category: CategoryWait, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "size", Kind: KindInt32, Format: FormatDec, Dir: -1},
	}},
	EpollCreate1Enter: {Name: "epoll_create1", Origin: OriginSyscall, Category: CategoryWait, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsEpollCreate1Flags},
	}},
	EpollCreate1Exit: {Name: "epoll_create1", Origin: OriginSyscall, Category: CategoryWait, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsEpollCreate1Flags},
	}},
	ChownEnter: {Name: "chown", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	ChownExit: {Name: "chown", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	LchownEnter: {Name: "lchown", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	LchownExit: {Name: "lchown", Origin: OriginSyscall, Category: CategoryFile, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	FchownEnter: {Name: "fchown", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	FchownExit: {Name: "fchown", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	FchownatEnter: {Name: "fchownat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	FchownatExit: {Name: "fchownat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pathname", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "uid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "gid", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFchownatFlags},
	}},
	UmountEnter: {Name: "umount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1},
	UmountExit: {Name: "umount", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
	}},
	Accept4Enter: {Name: "accept4", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindInt32, Format: FormatHex, Dir: -1},
	}},
	Accept4Exit: {Name: "accept4", Origin: OriginSyscall, Category: CategoryNet, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "tuple", Kind: KindSocktuple, Format: FormatNone, Dir: -1},
		{Name: "queuepct", Kind: KindUint8, Format: FormatDec, Dir: -1},
		{Name: "queuelen", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "queuemax", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindInt32, Format: FormatHex, Dir: -1},
	}},
	Umount2Enter: {Name: "umount2", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsUmountFlags},
	}},
	Umount2Exit: {Name: "umount2", Origin: OriginSyscall, Category: CategoryFile, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsUmountFlags},
	}},
	Pipe2Enter: {Name: "pipe2", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	Pipe2Exit: {Name: "pipe2", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd1", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "fd2", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "ino", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
	}},
	InotifyInit1Enter: {Name: "inotify_init1", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	InotifyInit1Exit: {Name: "inotify_init1", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
	}},
	Eventfd2Enter: {Name: "eventfd2", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "initval", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Eventfd2Exit: {Name: "eventfd2", Origin: OriginSyscall, Category: CategoryIPC, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "initval", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Signalfd4Enter: {Name: "signalfd4", Origin: OriginSyscall, Category: CategorySignal, Flags: CreatesFD | ModifiesState | Old, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mask", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	Signalfd4Exit: {Name: "signalfd4", Origin: OriginSyscall, Category: CategorySignal, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags16, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "mask", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	PrctlEnter: {Name: "prctl", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | Old, FD: -1},
	PrctlExit: {Name: "prctl", Origin: OriginSyscall, Category: CategoryProcess, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "option", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsPrctlOptions},
		{Name: "arg2_str", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "arg2_int", Kind: KindInt64, Format: FormatDec, Dir: -1},
	}},
	AsyncEvent: {Name: "asyncevent", Origin: OriginMeta, Category: CategoryOther, Flags: Large | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "plugin_id", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	Unused403:        {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	MemfdCreateEnter: {Name: "memfd_create", Origin: OriginSyscall, Category: CategoryMemory, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	MemfdCreateExit: {Name: "memfd_create", Origin: OriginSyscall, Category: CategoryMemory, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsMemfdCreateFlags},
	}},
	PidfdGetfdEnter: {Name: "pidfd_getfd", Origin: OriginSyscall, Category: CategoryProcess, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	PidfdGetfdExit: {Name: "pidfd_getfd", Origin: OriginSyscall, Category: CategoryProcess, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pid_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "target_fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindUint32, Format: FormatHex, Dir: -1},
	}},
	PidfdOpenEnter: {Name: "pidfd_open", Origin: OriginSyscall, Category: CategoryProcess, Flags: CreatesFD | ModifiesState | Old, FD: -1},
	PidfdOpenExit: {Name: "pidfd_open", Origin: OriginSyscall, Category: CategoryProcess, Flags: CreatesFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsPidfdOpenFlags},
	}},
	InitModuleEnter: {Name: "init_module", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1},
	InitModuleExit: {Name: "init_module", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "img", Kind: KindBytes, Format: FormatNone, Dir: -1},
		{Name: "length", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "uargs", Kind: KindString, Format: FormatNone, Dir: -1},
	}},
	FinitModuleEnter: {Name: "finit_module", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1},
	FinitModuleExit: {Name: "finit_module", Origin: OriginSyscall, Category: CategoryOther, Flags: UsesFD | ReadsFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "fd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "uargs", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFinitModuleFlags},
	}},
	MknodEnter: {Name: "mknod", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1},
	MknodExit: {Name: "mknod", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "mode", Kind: KindMode, Format: FormatOct, Dir: -1, Flags: &flagsMknodMode},
		{Name: "dev", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	MknodatEnter: {Name: "mknodat", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1},
	MknodatExit: {Name: "mknodat", Origin: OriginSyscall, Category: CategoryOther, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "mode", Kind: KindMode, Format: FormatOct, Dir: -1, Flags: &flagsMknodMode},
		{Name: "dev", Kind: KindUint32, Format: FormatDec, Dir: -1},
	}},
	NewfstatatEnter: {Name: "newfstatat", Origin: OriginSyscall, Category: CategoryFile, Flags: Old, FD: -1},
	NewfstatatExit: {Name: "newfstatat", Origin: OriginSyscall, Category: CategoryFile, Flags: UsesFD, FD: 1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "dirfd", Kind: KindFD, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindRelPath, Format: FormatNone, Dir: 1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsNewfstatatFlags},
	}},
	ProcessVmReadvEnter: {Name: "process_vm_readv", Origin: OriginSyscall, Category: CategoryIPC, Flags: Old, FD: -1},
	ProcessVmReadvExit: {Name: "process_vm_readv", Origin: OriginSyscall, Category: CategoryIPC, FD: -1, Params: []Param{
		{Name: "res", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	ProcessVmWritevEnter: {Name: "process_vm_writev", Origin: OriginSyscall, Category: CategoryIPC, Flags: Old, FD: -1},
	ProcessVmWritevExit: {Name: "process_vm_writev", Origin: OriginSyscall, Category: CategoryIPC, FD: -1, Params: []Param{
		{Name: "res", Kind: KindInt64, Format: FormatDec, Dir: -1},
		{Name: "pid", Kind: KindPID, Format: FormatDec, Dir: -1},
		{Name: "data", Kind: KindBytes, Format: FormatNone, Dir: -1},
	}},
	DeleteModuleEnter: {Name: "delete_module", Origin: OriginSyscall, Category: CategoryOther, Flags: Old, FD: -1},
	DeleteModuleExit: {Name: "delete_module", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "name", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsDeleteModuleFlags},
	}},
	SetreuidEnter: {Name: "setreuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | Old, FD: -1},
	SetreuidExit: {Name: "setreuid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "ruid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	SetregidEnter: {Name: "setregid", Origin: OriginSyscall, Category: CategoryUser, Flags: Old, FD: -1},
	SetregidExit: {Name: "setregid", Origin: OriginSyscall, Category: CategoryUser, Flags: ModifiesState | ModifiesProcess, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "rgid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "egid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	IterTask: {Name: "task", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "ppid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "pgid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "vpgid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "sid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "comm", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "argv", Kind: KindStringArray, Format: FormatNone, Dir: -1},
		{Name: "exepath", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsExecveFlags},
		{Name: "env", Kind: KindStringArray, Format: FormatNone, Dir: -1},
		{Name: "cwd", Kind: KindString, Format: FormatNone, Dir: -1},
		{Name: "fdlimit", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "euid", Kind: KindUID, Format: FormatDec, Dir: -1},
		{Name: "egid", Kind: KindGID, Format: FormatDec, Dir: -1},
		{Name: "cap_permitted", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_effective", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "cap_inheritable", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "exe_ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_ctime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "exe_ino_mtime", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "vm_size", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_rss", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "vm_swap", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "pgft_maj", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "pgft_min", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "vtgid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "vpid", Kind: KindPID32, Format: FormatDec, Dir: -1},
		{Name: "pidns_init_start_ts", Kind: KindUint64, Format: FormatDec, Dir: -1},
		{Name: "cgroups", Kind: KindStringArray, Format: FormatNone, Dir: -1},
		{Name: "root", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "start_time", Kind: KindTime, Format: FormatDec, Dir: -1},
		{Name: "tty", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "loginuid", Kind: KindUID, Format: FormatDec, Dir: -1},
	}},
	Unused431: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFilePipe: {Name: "task_file_pipe", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused433: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileMemfd: {Name: "task_file_memfd", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused435: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileRegular: {Name: "task_file_regular", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsFileFlags},
		{Name: "mnt_id", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused437: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileDirectory: {Name: "task_file_directory", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused439: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileSocketInet: {Name: "task_file_socket_inet", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "sk_type", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sk_proto", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "local_ip", Kind: KindIPv4, Format: FormatHex, Dir: -1},
		{Name: "local_port", Kind: KindPort, Format: FormatHex, Dir: -1},
		{Name: "remote_ip", Kind: KindIPv4, Format: FormatHex, Dir: -1},
		{Name: "remote_port", Kind: KindPort, Format: FormatHex, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused441: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileSocketInet6: {Name: "task_file_socket_inet6", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "sk_type", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sk_proto", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "local_ip", Kind: KindIPv6, Format: FormatHex, Dir: -1},
		{Name: "local_port", Kind: KindPort, Format: FormatHex, Dir: -1},
		{Name: "remote_ip", Kind: KindIPv6, Format: FormatHex, Dir: -1},
		{Name: "remote_port", Kind: KindPort, Format: FormatHex, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused443: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileSocketUnix: {Name: "task_file_socket_unix", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "sk_type", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sk_proto", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sk_pointer", Kind: KindUint64, Format: FormatHex, Dir: -1},
		{Name: "sun_path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused445: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileSocketNetlink: {Name: "task_file_socket_netlink", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "sk_type", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "sk_proto", Kind: KindUint16, Format: FormatDec, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused447: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	IterTaskFileAnonInode: {Name: "task_file_anon_inode", Origin: OriginIter, Category: CategoryProcess, Flags: ModifiesState, FD: -1, Params: []Param{
		{Name: "fd", Kind: KindFD32, Format: FormatDec, Dir: -1},
		{Name: "fd_type", Kind: KindFlags8, Format: FormatDec, Dir: -1, Flags: &flagsAnonInodeFdTypes},
		{Name: "path", Kind: KindPath, Format: FormatNone, Dir: -1},
		{Name: "ino_num", Kind: KindUint64, Format: FormatDec, Dir: -1},
	}},
	Unused449: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	Unused450: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	CloseRangeExit: {Name: "close_range", Origin: OriginSyscall, Category: CategoryIOOther, Flags: DestroysFD | ModifiesState, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "first", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "last", Kind: KindUint32, Format: FormatDec, Dir: -1},
		{Name: "flags", Kind: KindFlags32, Format: FormatHex, Dir: -1, Flags: &flagsCloseRangeFlags},
	}},
	Unused452: {Name: "NA", Origin: OriginUnknown, Category: CategoryUnknown, Flags: Unused, FD: -1},
	KeyctlExit: {Name: "keyctl", Origin: OriginSyscall, Category: CategoryOther, FD: -1, Params: []Param{
		{Name: "res", Kind: KindErrno, Format: FormatDec, Dir: -1},
		{Name: "operation", Kind: KindEnum32, Format: FormatDec, Dir: -1, Flags: &flagsKeyctlOperations},
		{Name: "arg2", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsKeyctl},
		{Name: "arg3", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsKeyctl},
		{Name: "arg4", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsKeyctl},
		{Name: "arg5", Kind: KindDynamic, Format: FormatDec, Dir: -1, Variants: variantsKeyctl},
	}},
}
