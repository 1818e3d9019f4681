// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"log/slog"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// live is what lanner run needs of the driver.
type live interface {
	// Next waits for an event. After Stop it gives what is buffered, and then
	// io.EOF.
	engine.Source

	// Waits registers a function that Next calls, in its own goroutine, with
	// true before it waits because nothing is buffered, and with false when it
	// goes on. It is called before the first Next.
	Waits(func(waiting bool))

	// Snapshot tells what was there before: processes, files, users. What
	// happens meanwhile is buffered.
	Snapshot(event.Snapshot) error

	// Renew lets Next tell a table what is there after events were lost on which
	// it depends, between two events. It is called before the first Next.
	Renew(*state.Table)
	// Renewals returns how often that was done, for how many processes together,
	// and whether it is to be done. It may be called at any time from then on.
	Renewals() (rounds, processes uint64, stale bool)

	// Find tells a process, as it is now, of which a thread did something at a
	// time; an error if it is not there any more.
	Find(tid int64, time uint64, to event.Snapshot) error

	// Want says which types of events the rules can match from now on, in
	// addition to what state needs. It may be called at any time.
	Want([]event.Type) error

	// Drops returns how many events were lost. It may be called at any time.
	Drops() uint64
	// DropCounts gives the same by cause and type of event.
	DropCounts(func(cause string, t event.Type, n uint64))

	// Unseen gives how often something happened that cannot be told of. It may be
	// called at any time.
	Unseen(func(what string, n uint64))

	// Stop ends the making of events. It may be called at any time, and twice.
	Stop()
	Close() error
}

// liveConfig is what the driver is asked for.
type liveConfig struct {
	config.Driver
	Types []event.Type // that rules can match
	Log   *slog.Logger
}

// openLive starts to make events.
type openLive func(context.Context, liveConfig) (live, error)
