// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

type serveOptions struct {
	access
	listen     string
	secretFile string
	data       string
	login      string
	repos      []string
	settings   string
	hookURL    string
	resync     time.Duration
	pages      bool
	dryRun     bool
}

func newServe() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Takes webhooks and does what they ask for",
		Long: `Serve takes webhooks at /hook and does what they ask for. Send it these events
as application/json: issue comments, issues, pull requests, pull request
reviews and their comments, pushes, statuses, check runs.

It can be killed at any moment and started again: nothing is lost, nothing is
done twice.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd, o) },
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8090", "address to take webhooks at")
	flags.StringVar(&o.secretFile, "webhook-secret-file", "", "file with the webhook's secret; several lines are several valid secrets, and before one there may be the repositories that it is for: \"for=acme/*,other/x SECRET\"")
	flags.StringVar(&o.hookURL, "hook-url", "", "the address of /hook that GitHub knows; with it, webhooks that did not arrive are sent again, if the bot may see the repository's webhooks")
	flags.StringVar(&o.settings, "settings", "", "file with the settings of many repositories, under those of their own")
	flags.StringVar(&o.data, "data", "", "folder for the queue and the record of what was done")
	flags.StringVar(&o.login, "login", "", "the bot's account; asked of GitHub if empty, which a GitHub App can't be")
	flags.StringArrayVar(&o.repos, "repo", nil, "owner/name to look after before its first webhook; may be repeated")
	flags.DurationVar(&o.resync, "resync", 10*time.Minute, "time between two lists of the open pull requests, of which those are looked at that changed")
	flags.BoolVar(&o.pages, "pages", false, "serve /pulls/OWNER/NAME/NUMBER and /queues/OWNER/NAME to everybody who can reach it")
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what would be done, and do nothing")
	return cmd
}

func serve(cmd *cobra.Command, o serveOptions) (err error) {
	if o.data == "" || o.secretFile == "" {
		return &cli.MisuseError{Err: errors.New("serve needs --data and --webhook-secret-file"), Hint: `"bot serve --help" says what they are`}
	}
	ctx := cmd.Context()
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	secrets, err := readSecrets(o.secretFile)
	if err != nil {
		return err
	}
	shared, err := readShared(o.settings)
	if err != nil {
		return err
	}
	client, err := o.client(log)
	if err != nil {
		return err
	}
	if o.login, err = whoami(ctx, client, o.login); err != nil {
		return err
	}
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	db, err := store.Open(ctx, filepath.Join(o.data, "bot.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	parts := server.Config{
		Store: db, GitHub: client, Secrets: secrets, Shared: shared, HookURL: o.hookURL, Pages: o.pages, Login: o.login, Log: log, Repositories: o.repos, Resync: o.resync,
	}
	if o.dryRun {
		parts.DryRun = cmd.OutOrStdout()
	}
	bot, err := server.New(parts)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "listening at http://%s/hook as %s\n", listener.Addr(), o.login); err != nil {
		return errors.Join(err, listener.Close())
	}
	return listen(ctx, listener, bot, log)
}

// readShared reads the settings of many repositories; no file has none.
func readShared(file string) (*config.Shared, error) {
	if file == "" {
		return nil, nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return config.ParseShared(file, src)
}

// listen serves until ctx ends: then no new webhook is taken, and what is under
// way is finished.
func listen(ctx context.Context, l net.Listener, bot *server.Server, log *slog.Logger) error {
	web := &http.Server{
		Handler: bot.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return web.Shutdown(bye)
	})
	group.Go(func() error { return bot.Run(running) })
	return group.Wait()
}

// whoami returns the account that the client speaks for.
func whoami(ctx context.Context, client *github.Client, login string) (string, error) {
	if login != "" {
		return login, nil
	}
	login, err := client.Login(ctx)
	if err != nil {
		return "", fmt.Errorf("ask GitHub who the bot is (or say it: --login): %w", err)
	}
	return login, nil
}
