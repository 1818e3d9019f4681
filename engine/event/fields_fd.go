// SPDX-License-Identifier: Apache-2.0

package event

// Fields of file descriptors and paths.
const (
	FieldFDNum FieldID = iota + FieldGroupName + 1
	FieldFDType
	FieldFDTypeChar
	FieldFDName
	FieldFDDirectory
	FieldFDFilename
	FieldFDIP
	FieldFDClientIP
	FieldFDServerIP
	FieldFDLocalIP
	FieldFDRemoteIP
	FieldFDPort
	FieldFDClientPort
	FieldFDServerPort
	FieldFDLocalPort
	FieldFDRemotePort
	FieldFDL4Proto
	FieldFDSockfamily
	FieldFDIsServer
	FieldFDUID
	FieldFDContainername
	FieldFDContainerdirectory
	FieldFDProto
	FieldFDClientProto
	FieldFDServerProto
	FieldFDLocalProto
	FieldFDRemoteProto
	FieldFDNet
	FieldFDClientNet
	FieldFDServerNet
	FieldFDLocalNet
	FieldFDRemoteNet
	FieldFDConnected
	FieldFDNameChanged
	FieldFDClientIPName
	FieldFDServerIPName
	FieldFDLocalIPName
	FieldFDRemoteIPName
	FieldFDDev
	FieldFDDevMajor
	FieldFDDevMinor
	FieldFDIno
	FieldFDNameRaw
	FieldFDTypes
	FieldFDIsUpperLayer
	FieldFDIsLowerLayer
	FieldFSPathName
	FieldFSPathNameRaw
	FieldFSPathSource
	FieldFSPathSourceraw
	FieldFSPathTarget
	FieldFSPathTargetraw
	FieldFDListNums
	FieldFDListNames
	FieldFDListClientIPs
	FieldFDListServerIPs
	FieldFDListClientPorts
	FieldFDListServerPorts
)

var fdFields = []Field{
	{Name: "fd.num", Kind: KindInt64},
	{Name: "fd.type", Kind: KindString},
	{Name: "fd.typechar", Kind: KindString},
	{Name: "fd.name", Kind: KindString, Need: NeedName},
	{Name: "fd.directory", Kind: KindString},
	{Name: "fd.filename", Kind: KindString},
	{Name: "fd.ip", Kind: KindIP, Any: true, NoTransform: true},
	{Name: "fd.cip", Kind: KindIP, NoTransform: true},
	{Name: "fd.sip", Kind: KindIP, NoTransform: true},
	{Name: "fd.lip", Kind: KindIP, NoTransform: true},
	{Name: "fd.rip", Kind: KindIP, NoTransform: true},
	{Name: "fd.port", Kind: KindPort, Any: true, NoTransform: true},
	{Name: "fd.cport", Kind: KindPort, NoTransform: true},
	{Name: "fd.sport", Kind: KindPort, NoTransform: true},
	{Name: "fd.lport", Kind: KindPort, NoTransform: true},
	{Name: "fd.rport", Kind: KindPort, NoTransform: true},
	{Name: "fd.l4proto", Kind: KindString},
	{Name: "fd.sockfamily", Kind: KindString},
	{Name: "fd.is_server", Kind: KindBool},
	{Name: "fd.uid", Kind: KindString},
	{Name: "fd.containername", Kind: KindString},
	{Name: "fd.containerdirectory", Kind: KindString},
	{Name: "fd.proto", Kind: KindPort, Any: true, NoTransform: true},
	{Name: "fd.cproto", Kind: KindString, NoTransform: true},
	{Name: "fd.sproto", Kind: KindString, NoTransform: true},
	{Name: "fd.lproto", Kind: KindString, NoTransform: true},
	{Name: "fd.rproto", Kind: KindString, NoTransform: true},
	{Name: "fd.net", Kind: KindIPNet, Any: true, NoTransform: true},
	{Name: "fd.cnet", Kind: KindIPNet, NoTransform: true},
	{Name: "fd.snet", Kind: KindIPNet, NoTransform: true},
	{Name: "fd.lnet", Kind: KindIPNet, NoTransform: true},
	{Name: "fd.rnet", Kind: KindIPNet, NoTransform: true},
	{Name: "fd.connected", Kind: KindBool},
	{Name: "fd.name_changed", Kind: KindBool},
	{Name: "fd.cip.name", Kind: KindString, NoTransform: true},
	{Name: "fd.sip.name", Kind: KindString, NoTransform: true},
	{Name: "fd.lip.name", Kind: KindString, NoTransform: true},
	{Name: "fd.rip.name", Kind: KindString, NoTransform: true},
	{Name: "fd.dev", Kind: KindInt32},
	{Name: "fd.dev.major", Kind: KindInt32},
	{Name: "fd.dev.minor", Kind: KindInt32},
	{Name: "fd.ino", Kind: KindInt64},
	{Name: "fd.nameraw", Kind: KindString},
	{Name: "fd.types", Kind: KindString, Arg: ArgRequired, List: true},
	{Name: "fd.is_upper_layer", Kind: KindBool},
	{Name: "fd.is_lower_layer", Kind: KindBool},
	{Name: "fs.path.name", Kind: KindString},
	{Name: "fs.path.nameraw", Kind: KindString},
	{Name: "fs.path.source", Kind: KindString},
	{Name: "fs.path.sourceraw", Kind: KindString},
	{Name: "fs.path.target", Kind: KindString},
	{Name: "fs.path.targetraw", Kind: KindString},
	{Name: "fdlist.nums", Kind: KindString},
	{Name: "fdlist.names", Kind: KindString},
	{Name: "fdlist.cips", Kind: KindString},
	{Name: "fdlist.sips", Kind: KindString},
	{Name: "fdlist.cports", Kind: KindString},
	{Name: "fdlist.sports", Kind: KindString},
}
