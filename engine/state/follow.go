// SPDX-License-Identifier: Apache-2.0

package state

import "github.com/lanner-project/lanner/engine/event"

// follow says for each type of event what it changes; nothing where it is nil.
// The functions are called with a thread that is known to act.
var follow = [512]func(*Table, *event.Event, *Subject){
	event.CloneExit: (*Table).applyClone, event.Clone3Exit: (*Table).applyClone,
	event.ForkExit: (*Table).applyClone, event.VforkExit: (*Table).applyClone,
	event.ExecveExit: (*Table).applyExec, event.ExecveatExit: (*Table).applyExec,
	event.Procexit: (*Table).applyExit,

	event.ChdirExit: (*Table).applyChdir, event.FchdirExit: (*Table).applyFchdir,
	event.GetcwdExit: (*Table).applyChdir, event.ChrootExit: (*Table).applyChroot,
	event.SetuidExit: (*Table).applyUID, event.SetreuidExit: (*Table).applyUID, event.SetresuidExit: (*Table).applyUID,
	event.SetgidExit: (*Table).applyGID, event.SetregidExit: (*Table).applyGID, event.SetresgidExit: (*Table).applyGID,
	event.SetsidExit: (*Table).applySetsid, event.CapsetExit: (*Table).applyCapset,
	event.UnshareExit: (*Table).applyUnshare, event.SetnsExit: (*Table).applySetns,
	event.PrctlExit:     (*Table).applyPrctl,
	event.GetrlimitExit: (*Table).applyRlimit, event.SetrlimitExit: (*Table).applyRlimit, event.PrlimitExit: (*Table).applyPrlimit,
	event.Switch: (*Table).applySwitch, event.SwitchV1: (*Table).applySwitch, event.Procinfo: (*Table).applyProcinfo,
	event.BrkExit: (*Table).applyMemory, event.MunmapExit: (*Table).applyMemory,
	event.MmapExit: (*Table).applyMemory, event.Mmap2Exit: (*Table).applyMemory,

	event.OpenExit: (*Table).applyOpen, event.CreatExit: (*Table).applyCreat,
	event.OpenatExit: (*Table).applyOpenat, event.Openat2Exit: (*Table).applyOpenat,
	event.OpenByHandleAtExit: (*Table).applyOpenByHandle,
	event.CloseExit:          (*Table).applyClose, event.CloseRangeExit: (*Table).applyCloseRange,
	event.DupExit: (*Table).applyDup, event.Dup2Exit: (*Table).applyDup, event.Dup3Exit: (*Table).applyDup,
	event.FcntlExit: (*Table).applyFcntl,
	event.PipeExit:  (*Table).applyPipe, event.Pipe2Exit: (*Table).applyPipe,
	event.EventfdExit: (*Table).applyAnonymous, event.Eventfd2Exit: (*Table).applyAnonymous,
	event.SignalfdExit: (*Table).applyAnonymous, event.Signalfd4Exit: (*Table).applyAnonymous,
	event.TimerfdCreateExit: (*Table).applyAnonymous,
	event.InotifyInitExit:   (*Table).applyAnonymous, event.InotifyInit1Exit: (*Table).applyAnonymous,
	event.EpollCreateExit: (*Table).applyAnonymous, event.EpollCreate1Exit: (*Table).applyAnonymous,
	event.UserfaultfdExit: (*Table).applyAnonymous, event.IoUringSetupExit: (*Table).applyAnonymous,
	event.BpfExit:         (*Table).applyAnonymous,
	event.MemfdCreateExit: (*Table).applyMemfd,
	event.PidfdOpenExit:   (*Table).applyPidfdOpen, event.PidfdGetfdExit: (*Table).applyPidfdGetfd,

	event.SocketExit: (*Table).applySocket, event.SocketpairExit: (*Table).applySocketpair,
	event.BindExit: (*Table).applyBind, event.ConnectExit: (*Table).applyConnect,
	event.AcceptExit: (*Table).applyAccept, event.Accept4Exit: (*Table).applyAccept,
	event.GetsockoptExit: (*Table).applyGetsockopt,
	event.ReadExit:       (*Table).applyRead, event.PreadExit: (*Table).applyRead,
	event.ReadvExit: (*Table).applyRead, event.PreadvExit: (*Table).applyRead,
	event.RecvExit: (*Table).applyRecv, event.RecvfromExit: (*Table).applyRecv,
	event.RecvmsgExit: (*Table).applyRecv, event.RecvmmsgExit: (*Table).applyRecv,
	event.WriteExit: (*Table).applyRead, event.PwriteExit: (*Table).applyRead,
	event.WritevExit: (*Table).applyRead, event.PwritevExit: (*Table).applyRead,
	event.SendExit: (*Table).applySend, event.SendtoExit: (*Table).applySend,
	event.SendmsgExit: (*Table).applySend, event.SendmmsgExit: (*Table).applySend,

	event.UserAdded: (*Table).applyUser, event.UserDeleted: (*Table).applyUser,
	event.GroupAdded: (*Table).applyGroup, event.GroupDeleted: (*Table).applyGroup,
	event.ContainerV4: (*Table).applyContainerV4, event.ContainerV1: (*Table).applyContainerJSON,
	event.Container: (*Table).applyContainerJSON, event.AsyncEvent: (*Table).applyAsync,
}

// applyUnknown follows the events that need no thread that acts.
func (t *Table) applyUnknown(ev *event.Event, s *Subject) {
	switch ev.Type {
	case event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit,
		event.UserAdded, event.UserDeleted, event.GroupAdded, event.GroupDeleted,
		event.ContainerV4, event.ContainerV1, event.Container, event.AsyncEvent:
		follow[ev.Type](t, ev, s)
	}
}
