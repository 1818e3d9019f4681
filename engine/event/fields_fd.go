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
	{
		Name: "fd.num", Kind: KindInt64,
		Doc: "Number of the descriptor that the event is about, as in 3.",
	},
	{
		Name: "fd.type", Kind: KindString, Need: NeedName,
		Doc: "What the descriptor is: file, directory, ipv4, ipv6, unix, netlink, pipe, eventpoll, inotify, memfd and the like.",
	},
	{
		Name: "fd.typechar", Kind: KindString, Need: NeedName,
		Doc: "What the descriptor is in one letter: f file, d directory, 4 and 6 IP socket, u Unix socket, p pipe, m memfd, n netlink, o anything else.",
	},
	{
		Name: "fd.name", Kind: KindString, Need: NeedName,
		Doc: "Absolute path of a file, or the two ends of a connection, as in 10.0.2.15:37140->128.32.41.1:80.",
	},
	{
		Name: "fd.directory", Kind: KindString, Need: NeedName,
		Doc: "Folder of the file that the descriptor is, as in /etc for /etc/passwd.",
	},
	{
		Name: "fd.filename", Kind: KindString, Need: NeedName,
		Doc: "Last part of the path of the file that the descriptor is, as in passwd for /etc/passwd.",
	},
	{
		Name: "fd.ip", Kind: KindIP, Any: true, NoTransform: true,
		Doc: "Either IP address of the connection, the client's or the server's.",
	},
	{
		Name: "fd.cip", Kind: KindIP, NoTransform: true,
		Doc: "IP address of the side that opened the connection.",
	},
	{
		Name: "fd.sip", Kind: KindIP, NoTransform: true,
		Doc: "IP address of the side that accepted the connection or listens.",
	},
	{
		Name: "fd.lip", Kind: KindIP, NoTransform: true,
		Doc: "IP address of the end of the connection that is on this machine.",
	},
	{
		Name: "fd.rip", Kind: KindIP, NoTransform: true,
		Doc: "IP address of the end of the connection that is elsewhere.",
	},
	{
		Name: "fd.port", Kind: KindPort, Any: true, NoTransform: true,
		Doc: "Either port of the connection, the client's or the server's.",
	},
	{
		Name: "fd.cport", Kind: KindPort, NoTransform: true,
		Doc: "Port of the side that opened the connection.",
	},
	{
		Name: "fd.sport", Kind: KindPort, NoTransform: true,
		Doc: "Port of the side that accepted the connection or listens, as in 443.",
	},
	{
		Name: "fd.lport", Kind: KindPort, NoTransform: true,
		Doc: "Port of the end of the connection that is on this machine.",
	},
	{
		Name: "fd.rport", Kind: KindPort, NoTransform: true,
		Doc: "Port of the end of the connection that is elsewhere.",
	},
	{
		Name: "fd.l4proto", Kind: KindString,
		Doc: "Protocol of the socket above IP: tcp, udp, icmp or raw.",
	},
	{
		Name: "fd.sockfamily", Kind: KindString,
		Doc: "Family of the socket, ip or unix.",
	},
	{
		Name: "fd.is_server", Kind: KindBool,
		Doc: "Whether the process is the side that accepted the connection or listens.",
	},
	{
		Name: "fd.uid", Kind: KindString,
		Doc: "Thread id and descriptor number, one written after the other, to tell equal numbers of different threads apart.",
	},
	{
		Name: "fd.containername", Kind: KindString,
		Doc: "Id of the container and fd.name, joined by a colon.",
	},
	{
		Name: "fd.containerdirectory", Kind: KindString,
		Doc: "Id of the container and fd.directory, joined by a colon.",
	},
	{
		Name: "fd.proto", Kind: KindPort, Any: true, NoTransform: true,
		Doc: "Either port of the connection, like fd.port, under an older name.",
	},
	{
		Name: "fd.cproto", Kind: KindString, NoTransform: true,
		Doc: "Port of the side that opened the connection as text, since names of services are not looked up.",
	},
	{
		Name: "fd.sproto", Kind: KindString, NoTransform: true,
		Doc: "Port of the side that accepted the connection or listens as text, since names of services are not looked up.",
	},
	{
		Name: "fd.lproto", Kind: KindString, NoTransform: true,
		Doc: "Port of the end on this machine as text, since names of services are not looked up.",
	},
	{
		Name: "fd.rproto", Kind: KindString, NoTransform: true,
		Doc: "Port of the end elsewhere as text, since names of services are not looked up.",
	},
	{
		Name: "fd.net", Kind: KindIPNet, Any: true, NoTransform: true,
		Doc: "Either IP address of the connection for comparison with networks, as in fd.net in (10.0.0.0/8, 127.0.0.0/8).",
	},
	{
		Name: "fd.cnet", Kind: KindIPNet, NoTransform: true,
		Doc: "IP address of the side that opened the connection for comparison with networks, as in fd.cnet = 10.0.0.0/8.",
	},
	{
		Name: "fd.snet", Kind: KindIPNet, NoTransform: true,
		Doc: "IP address of the side that accepted the connection or listens for comparison with networks.",
	},
	{
		Name: "fd.lnet", Kind: KindIPNet, NoTransform: true,
		Doc: "IP address of the end on this machine for comparison with networks.",
	},
	{
		Name: "fd.rnet", Kind: KindIPNet, NoTransform: true,
		Doc: "IP address of the end elsewhere for comparison with networks.",
	},
	{
		Name: "fd.connected", Kind: KindBool,
		Doc: "Whether the TCP or UDP socket has another end.",
	},
	{
		Name: "fd.name_changed", Kind: KindBool,
		Doc: "Whether this event gave the descriptor another name, as when a UDP socket sends to somebody new.",
	},
	{
		Name: "fd.cip.name", Kind: KindString, NoTransform: true,
		Doc: "Domain name of the client's IP address, without a value as no name server is asked.",
	},
	{
		Name: "fd.sip.name", Kind: KindString, NoTransform: true,
		Doc: "Domain name of the server's IP address, without a value as no name server is asked.",
	},
	{
		Name: "fd.lip.name", Kind: KindString, NoTransform: true,
		Doc: "Domain name of the IP address on this machine, without a value as no name server is asked.",
	},
	{
		Name: "fd.rip.name", Kind: KindString, NoTransform: true,
		Doc: "Domain name of the IP address elsewhere, without a value as no name server is asked.",
	},
	{
		Name: "fd.dev", Kind: KindInt32,
		Doc: "Device that the file is on, major and minor number in one, printed in hexadecimal.",
	},
	{
		Name: "fd.dev.major", Kind: KindInt32,
		Doc: "Major number of the device that the file is on.",
	},
	{
		Name: "fd.dev.minor", Kind: KindInt32,
		Doc: "Minor number of the device that the file is on.",
	},
	{
		Name: "fd.ino", Kind: KindInt64,
		Doc: "Inode number of the file that the descriptor is.",
	},
	{
		Name: "fd.nameraw", Kind: KindString,
		Doc: "Path of the file as the process gave it, relative or with dots in it, where fd.name has been resolved.",
	},
	{
		Name: "fd.types", Kind: KindString, Arg: ArgIndex, List: true,
		Doc: "What the open descriptors of the process are, each word of fd.type once, or with a number what that one is, as in fd.types[1].",
	},
	{
		Name: "fd.is_upper_layer", Kind: KindBool,
		Doc: "Whether the file is of an overlay's upper layer, in a container one that its image does not have.",
	},
	{
		Name: "fd.is_lower_layer", Kind: KindBool,
		Doc: "Whether the file is of an overlay's lower layers, in a container one of its image.",
	},
	{
		Name: "fs.path.name", Kind: KindString,
		Doc: "Absolute path that the call is about, also where it opens nothing, as unlink and mkdir.",
	},
	{
		Name: "fs.path.nameraw", Kind: KindString,
		Doc: "Path that the call is about as the process gave it, which may be relative.",
	},
	{
		Name: "fs.path.source", Kind: KindString,
		Doc: "Absolute path that a call with two starts from, as the old name in rename.",
	},
	{
		Name: "fs.path.sourceraw", Kind: KindString,
		Doc: "Path that a call with two starts from as the process gave it.",
	},
	{
		Name: "fs.path.target", Kind: KindString,
		Doc: "Absolute path that a call with two leads to, as the new name in rename.",
	},
	{
		Name: "fs.path.targetraw", Kind: KindString,
		Doc: "Path that a call with two leads to as the process gave it.",
	},
	{
		Name: "fdlist.nums", Kind: KindString,
		Doc: "Numbers of the descriptors that poll waits for, joined by commas.",
	},
	{
		Name: "fdlist.names", Kind: KindString,
		Doc: "Names of the descriptors that poll waits for, joined by commas.",
	},
	{
		Name: "fdlist.cips", Kind: KindString,
		Doc: "Client addresses of the sockets that poll waits for, joined by commas.",
	},
	{
		Name: "fdlist.sips", Kind: KindString,
		Doc: "Server addresses of the sockets that poll waits for, joined by commas.",
	},
	{
		Name: "fdlist.cports", Kind: KindString,
		Doc: "Client ports of the sockets that poll waits for, joined by commas.",
	},
	{
		Name: "fdlist.sports", Kind: KindString,
		Doc: "Server ports of the sockets that poll waits for, joined by commas.",
	},
}
