// SPDX-License-Identifier: Apache-2.0

// Package server is the bot as a service: it takes webhooks, and for each
// issue or pull request that they are about reads the present state, decides
// and acts.
//
// A webhook is on the disk before it is answered 200, and handled after: in
// the order of arrival for one number, side by side for different ones. What
// it says is not trusted for more than where to look. Every Resync the open pull
// requests are listed, and those looked at that are not as they were, so that
// lost webhooks heal.
//
// The package decides nothing (bots/decide does) and writes nothing on GitHub
// by itself (bots/act does). infra/cmd and bots/cmd import it. A Server's
// handler serves concurrently; Run is called once.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// Config is what a Server needs.
type Config struct {
	Store  *store.Store
	GitHub *github.Client
	// Secrets sign the webhooks. Several are valid at once, so that they can
	// be changed without losing one.
	Secrets []Secret
	// Shared are the settings that hold before a repository's own.
	Shared *config.Shared
	// Login is the account that GitHub authenticates.
	Login string
	Log   *slog.Logger
	// Repositories, "owner/name", are looked after from the start. Those that
	// a webhook came from are added by themselves.
	Repositories []string
	// Resync is the time between two lists of the open pull requests; zero is
	// ten minutes.
	Resync time.Duration
	// Workers is how many numbers are handled side by side; zero is four.
	Workers int
	// HookURL is the address of /hook that GitHub sends webhooks to. With it,
	// those that did not arrive are sent again, where the bot may ask for it.
	HookURL string
	// Pages: everybody who can reach the bot may read why a pull request is
	// not merging, and what the merge queues do.
	Pages bool
	// DryRun, if set, is told what would be done, and nothing is done.
	DryRun io.Writer
	// Now is the clock of decisions; nil is the machine's.
	Now func() time.Time
}

// Secret is a webhook's, and for which repositories it vouches: none is all.
type Secret struct {
	Value string
	For   config.Patterns
}

// Server is the bot.
type Server struct {
	config Config
	reader *Reader
	actor  *act.Actor
	// wake says that there may be something to claim. It holds one: whoever
	// takes it passes it on.
	wake  chan struct{}
	open  openPulls
	known sync.Map // repositories that are noted
	blind sync.Map // repositories whose webhooks the bot may not see
}

// New returns a server over its parts, none of which it closes.
func New(c Config) (*Server, error) {
	switch {
	case len(c.Secrets) == 0:
		return nil, errors.New("no webhook secret: anybody could send webhooks")
	case c.Login == "":
		return nil, errors.New("no login: the bot would answer itself")
	}
	for _, secret := range c.Secrets {
		if len(secret.Value) == 0 {
			return nil, errors.New("an empty webhook secret: anybody could sign with it")
		}
	}
	if c.Resync == 0 {
		c.Resync = 10 * time.Minute
	}
	if c.Workers == 0 {
		c.Workers = 4
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		config: c,
		reader: &Reader{GitHub: c.GitHub, Login: c.Login, Shared: c.Shared, Now: c.Now},
		actor:  &act.Actor{GitHub: c.GitHub, Store: c.Store, Login: c.Login, Log: c.Log, DryRun: c.DryRun},
		wake:   make(chan struct{}, 1),
	}, nil
}

// grace is how long work that was begun may go on after Run's context ends.
const grace = 15 * time.Second

// Run handles what is queued until ctx ends. Then it begins nothing new, waits
// for what is under way, and returns nil; what is left stays queued.
func (s *Server) Run(ctx context.Context) error {
	for _, repo := range s.config.Repositories {
		if _, err := act.ParseRepository(repo); err != nil {
			return err
		}
		if err := s.know(ctx, repo); err != nil {
			return err
		}
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()

	failed := make(chan error, s.config.Workers+1)
	var wg sync.WaitGroup
	run, halt := context.WithCancel(ctx)
	defer halt()
	start := func(name string, f func(run, work context.Context) error) {
		wg.Go(func() {
			if err := f(run, work); err != nil {
				failed <- fmt.Errorf("%s: %w", name, err)
				halt()
			}
		})
	}
	for range s.config.Workers {
		start("worker", s.worker)
	}
	start("resync", s.resyncer)
	wg.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// noteRepository is the kind of the notes that name the known repositories.
const noteRepository = "bot repository"

// know notes a repository, to be looked after from now on.
func (s *Server) know(ctx context.Context, repo string) error {
	if _, ok := s.known.Load(repo); ok {
		return nil
	}
	if err := s.config.Store.SetNote(ctx, noteRepository, repo, []byte{}); err != nil {
		return err
	}
	s.known.Store(repo, true)
	return nil
}

func (s *Server) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
