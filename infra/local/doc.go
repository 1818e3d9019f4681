// SPDX-License-Identifier: Apache-2.0

// Package local runs jobs as processes on this machine: a [Runner] is a
// run.Runner.
//
// A run is a folder and three processes. The supervisor brings what is to be
// tested ([Clone]: the same merge, with the same commit, wherever and whenever),
// keeps time, log, artifacts and disk in bounds, takes secrets out of what is
// kept, and writes down the end; it goes on when whoever started it is killed.
// The first process of the run is in PID, mount, IPC and UTS namespaces of its
// own, and in a cgroup; there it makes a room: this machine's files, changes to
// which are the run's own, no home folders, no devices to speak of, and root
// without the rights to leave. The third is the job. When the supervisor dies,
// the first process does, and with it all that the job started.
//
// A run is begun once. The supervisor holds a lock from before it begins; whoever
// finds a run that has begun without one says that it was killed, and does not
// run it again. Without namespaces (Config.Plain) a job is a mere process of
// this machine; what it starts is still ended with it.
//
// Jobs share the network and the processors of this machine, and are trusted not
// to break the kernel: a room is not a virtual machine. Images are not used; the
// machine is the image. The package decides neither what runs nor when.
// Packages of infra may import it. It hides the layout of a run's folder.
package local
