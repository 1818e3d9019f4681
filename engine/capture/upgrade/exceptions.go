// SPDX-License-Identifier: Apache-2.0

package upgrade

import "github.com/lanner-project/lanner/engine/event"

// What an old event becomes follows from the schemas: the newest type has the
// same name, and a parameter comes from the one of the same name in the event,
// or else in the begin of the syscall. This file has what does not follow.

// named is a parameter of a type of event.
type named struct {
	typ   event.Type
	param string
}

// otherName has old types whose newest one rules know by another name.
var otherName = map[event.Type]event.Type{
	event.Accept4V3Exit: event.Accept4Exit,
	event.Accept4V5Exit: event.Accept4Exit,
}

// otherSource has parameters of newest types that went by another name in an
// old type.
var otherSource = map[named]string{
	// A number that has nothing to do with the size of the memory, but this is
	// where the reference puts it.
	{event.BrkV1Exit, "vm_size"}: "size",
	{event.DupV1Exit, "oldfd"}:   "fd",
	{event.BpfV1Exit, "fd"}:      "res_or_fd",
	{event.ContainerV4, "json"}:  madeJSON,
}

// madeJSON stands for what is made of all parameters of a ContainerV4.
const madeJSON = "*"

// grown are types that got parameters which no begin ever had, and are completed
// all the same. The reference leaves others as they are: a setsockopt of a time
// when it had no parameters prints none, instead of six without values.
var grown = typeSet(
	event.OpenExit, event.OpenatExit, event.Openat2Exit, event.CreatExit,
	event.ExecveExit, event.ExecveatExit,
	event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit,
	event.SendmmsgExit, event.RecvmmsgExit, event.PtraceExit,
	event.SocketExit, event.FcntlExit,
)

// A number that nobody recorded is 0 in the reference, or else empty: it
// started with the one and is on its way to the other. We follow it, but for
// descriptors, processes and users. These are never 0 here: that would be
// standard input, the idle task and root.

// emptied are newest types whose unknown numbers are empty. Those that were
// made of an old type are, too, but for accepted.
var emptied = typeSet(
	event.OpenExit, event.OpenatExit, event.Openat2Exit, event.CreatExit,
	event.ExecveExit, event.ExecveatExit,
	event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit,
	event.SendmmsgExit, event.RecvmmsgExit, event.PtraceExit,
	event.GenericExit, event.BrkExit, event.MkdirExit, event.SetnsExit, event.PrlimitExit,
)

// accepted are newest types whose unknown numbers are 0 even where they were
// made of an old type.
var accepted = typeSet(event.AcceptExit, event.Accept4Exit)

// zeroed are parameters that are 0 in types where others are empty: a result
// has to be there.
var zeroed = map[named]bool{
	{event.SendmmsgExit, "res"}: true,
	{event.RecvmmsgExit, "res"}: true,
}

// numbered are begins that have a number of their own in the reference
// (evt.num), though no rule sees them: it compares their parameters with those
// of the end, which another thread may have changed in between. All other begins
// are gone before events are counted.
var numbered = typeSet(
	event.OpenEnter, event.OpenatEnter, event.Openat2Enter, event.CreatEnter, event.ConnectEnter,
	event.ExecveV8Enter, event.ExecveV13Enter, event.ExecveV14Enter, event.ExecveV15Enter, event.ExecveV16Enter,
	event.ExecveV17Enter, event.ExecveV18Enter, event.ExecveEnter, event.ExecveatEnter,
)

func typeSet(types ...event.Type) map[event.Type]bool {
	set := make(map[event.Type]bool, len(types))
	for _, t := range types {
		set[t] = true
	}
	return set
}
