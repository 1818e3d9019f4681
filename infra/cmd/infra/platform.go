// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/dashboard"
	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/store"
)

type options struct {
	data                string
	listen, forgeListen string
	verbose             bool
	jobs                string // central folder of jobs; empty is none
	secrets             string // folder of the jobs' secrets; empty is none
	parallel            int    // how many jobs run at a time
	plain               bool   // jobs are mere processes
	log                 *slog.Logger
}

// platform is everything that runs in this process.
type platform struct {
	opts              options
	log               *slog.Logger
	forge             *forge.Server
	store             *store.Store
	bot               *server.Server
	site              *download.Site
	jobs              *jobs
	forgeURL, siteURL string
	secret            string

	servers []*http.Server
	wake    chan struct{} // the download site has something to look for
	stop    context.CancelFunc
	running sync.WaitGroup
	failed  chan error
}

// start brings everything up. Precondition: both listen addresses are
// loopback.
func start(ctx context.Context, o options) (_ *platform, err error) {
	p := &platform{opts: o, log: o.log, wake: make(chan struct{}, 1), failed: make(chan error, 4)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.opts.data, err = filepath.Abs(o.data); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.opts.data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	// What runs outlives the start, not the process.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stop = stop
	if p.secret, err = loadSecret(filepath.Join(p.opts.data, "webhook-secret")); err != nil {
		return nil, err
	}
	if err := p.startForge(ctx); err != nil {
		return nil, err
	}
	listener, err := listen(o.listen)
	if err != nil {
		return nil, err
	}
	p.siteURL = "http://" + listener.Addr().String()
	if err := p.seed(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("preparing the forge: %w", err), listener.Close())
	}
	if err := p.startJobs(ctx, run); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := p.startBot(ctx, run); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	p.site, err = download.OpenSite(ctx, download.Config{
		Dir: filepath.Join(p.opts.data, "downloads"), Repository: p.forgeURL + "/" + owner + "/" + repoName, Log: p.log,
	})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	p.running.Go(func() { p.mirror(run) })
	p.serve(listener, p.routes())
	return p, nil
}

func (p *platform) startForge(ctx context.Context) error {
	listener, err := listen(p.opts.forgeListen)
	if err != nil {
		return err
	}
	p.forgeURL = "http://" + listener.Addr().String()
	p.forge, err = forge.Open(ctx, forge.Config{Dir: filepath.Join(p.opts.data, "forge"), PublicURL: p.forgeURL, Log: p.log})
	if err != nil {
		return errors.Join(fmt.Errorf("the local GitHub: %w", err), listener.Close())
	}
	p.serve(listener, p.forge)
	return nil
}

func (p *platform) startBot(ctx, run context.Context) error {
	var err error
	if p.store, err = store.Open(ctx, filepath.Join(p.opts.data, "bot.db")); err != nil {
		return fmt.Errorf("the bot's store: %w", err)
	}
	client, err := p.as(botLogin)
	if err != nil {
		return err
	}
	p.bot, err = server.New(server.Config{
		Store: p.store, GitHub: client, Secrets: []server.Secret{{Value: p.secret}}, Login: botLogin, Log: p.log,
		Repositories: []string{owner + "/" + repoName}, Resync: time.Minute,
		Pages: true,
	})
	if err != nil {
		return fmt.Errorf("the bot: %w", err)
	}
	p.running.Go(func() {
		if err := p.bot.Run(run); err != nil && run.Err() == nil {
			p.failed <- fmt.Errorf("the bot: %w", err)
		}
	})
	return nil
}

func (p *platform) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", dashboard.Home(p.status, p.log))
	mux.Handle("/releases", p.site)
	mux.Handle("/releases/", p.site)
	bot := p.bot.Handler()
	mux.Handle("POST /hook", p.hooked(p.withJobs(bot)))
	runs := p.jobs.pages(p).Handler()
	mux.Handle("GET /runs", runs)
	mux.Handle("GET /runs/", runs)
	mux.Handle("GET /results/", runs)
	mux.Handle("GET /pulls/", bot)
	mux.Handle("GET /queues/", bot)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

// hooked lets the bot check and store a delivery, and then wakes the download
// site if it may be news to it.
func (p *platform) hooked(bot http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		bot.ServeHTTP(seen, r)
		if event := r.Header.Get("X-GitHub-Event"); seen.status < 300 && (event == "release" || event == "push") {
			select {
			case p.wake <- struct{}{}:
			default: // it is awake already
			}
		}
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// mirror keeps the download site up to date: when a webhook says so, and every
// minute, because webhooks get lost.
func (p *platform) mirror(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := p.site.Sync(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("the download site could not be brought up to date", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-tick.C:
		}
	}
}

func (p *platform) serve(l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn)}
	p.servers = append(p.servers, srv)
	p.running.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.failed <- fmt.Errorf("serving %s: %w", l.Addr(), err)
		}
	})
}

// wait returns when ctx ends, or when a part failed for good.
func (p *platform) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.failed:
		return err
	}
}

// close stops everything in the order in which nothing is lost: no new
// requests, then the bot, then the forge.
func (p *platform) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if p.stop != nil {
		p.stop()
	}
	for _, srv := range slices.Backward(p.servers) {
		if err := srv.Shutdown(ctx); err != nil {
			errs = append(errs, err, srv.Close())
		}
	}
	p.running.Wait()
	if p.jobs != nil {
		errs = append(errs, p.jobs.close())
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	if p.forge != nil {
		errs = append(errs, p.forge.Close())
	}
	return errors.Join(errs...)
}

func (p *platform) status(ctx context.Context) (dashboard.Status, error) {
	counts, err := p.store.Counts(ctx)
	if err != nil {
		return dashboard.Status{}, err
	}
	s := dashboard.Status{
		Version: buildVersion(),
		Queue:   dashboard.Queue{Queued: counts.Queued, Running: counts.Running, Done: counts.Done, Failed: counts.Failed},
		Services: []dashboard.Service{
			{Name: "Local GitHub", URL: p.forgeURL + "/api/v3/repos/" + owner + "/" + repoName, What: "REST, GraphQL, webhooks, git over HTTP"},
			{Name: "Bot", URL: p.siteURL + "/healthz", What: "answers commands on pull requests and merges what is ready"},
			{Name: "Jobs", URL: p.siteURL + "/runs", What: "runs what pull requests, pushes and the clock ask for, on this machine"},
			{Name: "Download site", URL: p.siteURL + "/releases", What: "the releases, their files and how to check them"},
		},
	}
	for _, login := range append(slices.Clone(people), botLogin) {
		s.Accounts = append(s.Accounts, dashboard.Account{Login: login, TokenFile: p.tokenFile(login)})
	}
	return s, nil
}

// describe prints where everything is.
func (p *platform) describe(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "home       %s/\n", p.siteURL)
	fmt.Fprintf(&b, "downloads  %s/releases\n", p.siteURL)
	fmt.Fprintf(&b, "forge      %s (clone %s/%s/%s)\n", p.forgeURL, p.forgeURL, owner, repoName)
	fmt.Fprintf(&b, "tokens     %s\n", filepath.Join(p.opts.data, "tokens"))
	_, err := b.WriteTo(w)
	return err
}

func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another port with --listen or --forge-listen", err)
	}
	return l, nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func newLog(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "development build"
	}
	return info.Main.Version
}
