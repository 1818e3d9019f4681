// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/cut"
)

// globals are the flags that every command has.
type globals struct {
	env
	clone, remote       string
	baseURL, uploadURL  string
	tokenFile           string
	appID               int64
	appKeyFile          string
	signingKey, workDir string
	secondCache         string
	output              string
	reason              string
	waive               []string
	takeOver            bool
	grid                string
	progress            string
}

func (g *globals) flags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVarP(&g.clone, "clone", "C", ".", "folder of the clone to release from")
	f.StringVar(&g.remote, "remote", "origin", "git remote, by name or address; it decides which GitHub is used")
	f.StringVar(&g.baseURL, "github-url", "", "REST endpoint, where the remote does not tell it")
	f.StringVar(&g.uploadURL, "upload-url", "", "upload endpoint, where the REST endpoint does not tell it")
	f.StringVar(&g.tokenFile, "token-file", "", "file with the GitHub token (default: $GITHUB_TOKEN, then $GH_TOKEN)")
	f.Int64Var(&g.appID, "app-id", 0, "act as this GitHub App instead of with a token")
	f.StringVar(&g.appKeyFile, "app-key-file", "", "private key of the GitHub App")
	f.StringVar(&g.signingKey, "signing-key", "", "OpenSSH ed25519 private key that signs tags and artifacts (default: git's user.signingKey)")
	f.StringVar(&g.workDir, "work-dir", "", "folder for what can be made again (default: .git/lanner-release of the clone)")
	f.StringVar(&g.secondCache, "second-cache", "", "compile cache of the second build (default: in the work folder)")
	f.StringVarP(&g.output, "output", "o", "text", "output: text or json")
	f.StringVar(&g.progress, "progress", "auto", "progress: auto, tty, plain or none")
}

// cutFlags are those of the commands that act.
func (g *globals) cutFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&g.reason, "reason", "", "why you act though you are not the lead; recorded")
	f.StringArrayVar(&g.waive, "waive", nil, "let a finding pass: CODE=REASON; recorded (repeatable)")
	f.StringVar(&g.grid, "grid", "", "folder or address where \"grid publish\" wrote the index of the driver: makes compat.json")
	f.BoolVar(&g.takeOver, "take-over", false, "break the release lock that another run holds")
}

// open connects to origin's GitHub and prepares a release.
func (g *globals) open(ctx context.Context) (*cut.Release, error) {
	cfg, err := g.config(ctx)
	if err != nil {
		return nil, err
	}
	return cut.Open(ctx, cfg)
}

func (g *globals) config(ctx context.Context) (cut.Config, error) {
	if err := g.checkOutput(); err != nil {
		return cut.Config{}, err
	}
	waive := map[string]string{}
	for _, w := range g.waive {
		code, reason, ok := strings.Cut(w, "=")
		if !ok || strings.TrimSpace(reason) == "" {
			return cut.Config{}, usageError{fmt.Errorf("--waive %q: want CODE=REASON", w)}
		}
		waive[code] = reason
	}
	dir, err := filepath.Abs(g.clone)
	if err != nil {
		return cut.Config{}, err
	}
	clone := git.Repo{Dir: dir}
	remote, place, err := g.place(ctx, clone)
	if err != nil {
		return cut.Config{}, err
	}
	token, err := g.token(place)
	if err != nil {
		return cut.Config{}, err
	}
	log := g.log()
	client, err := github.New(github.Options{BaseURL: place.BaseURL, UploadURL: g.uploadURL, Token: token, Log: log})
	if err != nil {
		return cut.Config{}, err
	}
	work, key, locks, err := g.folders(ctx, clone)
	if err != nil {
		return cut.Config{}, err
	}
	second := g.secondCache
	if second == "" {
		second = filepath.Join(work, "gocache")
	}
	if second, err = filepath.Abs(second); err != nil {
		return cut.Config{}, err
	}
	cache, err := goCache(ctx)
	if err != nil {
		return cut.Config{}, err
	}
	return cut.Config{
		Clone: clone, Remote: remote, Place: place, GitHub: client, Token: token, WorkDir: work, Cache: cache, SecondCache: second, LockDir: locks, SigningKey: key, AgentSocket: g.getenv("SSH_AUTH_SOCK"),
		Grid: g.grid, Waive: waive, Reason: g.reason, TakeOver: g.takeOver, Report: g.reporter(), Log: log,
	}, nil
}

// goCache is the compile cache of who runs this.
func goCache(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOCACHE: %w; Go must be on PATH", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (g *globals) checkOutput() error {
	if g.output != "text" && g.output != "json" {
		return usageError{fmt.Errorf("--output %q: want text or json", g.output)}
	}
	return nil
}

// place finds the remote's address and the GitHub that serves it.
func (g *globals) place(ctx context.Context, clone git.Repo) (string, github.Remote, error) {
	remote := g.remote
	if !strings.ContainsAny(remote, ":/") {
		address, err := clone.Run(ctx, "remote", "get-url", remote)
		if err != nil {
			return "", github.Remote{}, fmt.Errorf("%s has no remote %s: %w", clone.Dir, remote, err)
		}
		remote = address
	}
	place, err := github.ParseRemote(remote)
	if err != nil {
		return "", github.Remote{}, err
	}
	if g.baseURL != "" {
		place.BaseURL = g.baseURL
	}
	return remote, place, nil
}

func (g *globals) token(place github.Remote) (github.TokenSource, error) {
	if g.appID != 0 {
		if g.appKeyFile == "" {
			return nil, usageError{errors.New("--app-id needs --app-key-file")}
		}
		key, err := github.LoadAppKey(g.appKeyFile)
		if err != nil {
			return nil, err
		}
		return &github.App{ID: g.appID, Key: key, Remote: place}, nil
	}
	token, err := github.LoadToken(g.tokenFile, g.getenv)
	if err == nil && token == nil {
		err = fmt.Errorf("no GitHub token: set GITHUB_TOKEN, or give --token-file or --app-id")
	}
	return token, err
}

// folders are the work folder, the signing key's file and the lock folder. The
// user's own git configuration is read for the key only.
func (g *globals) folders(ctx context.Context, clone git.Repo) (work, key, locks string, err error) {
	if work = g.workDir; work == "" {
		if work, err = clone.Run(ctx, "rev-parse", "--path-format=absolute", "--git-path", "lanner-release"); err != nil {
			return "", "", "", fmt.Errorf("%s is no clone: %w", clone.Dir, err)
		}
	}
	if work, err = filepath.Abs(work); err != nil {
		return "", "", "", err
	}
	if key = g.signingKey; key == "" {
		home := g.getenv("HOME")
		user := clone.WithEnv("GIT_CONFIG_GLOBAL=" + filepath.Join(home, ".gitconfig"))
		key, err = user.Run(ctx, "config", "--type=path", "--get", "user.signingKey")
		if err != nil && git.ExitCode(err) != 1 {
			return "", "", "", err
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", "", "", fmt.Errorf("folder for locks: %w", err)
	}
	return work, key, filepath.Join(cache, "lanner", "release-locks"), nil
}

func (g *globals) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(g.stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func (g *globals) reporter() cut.Reporter {
	mode := g.progress
	if mode == "auto" {
		mode = "plain"
		if f, ok := g.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) && g.getenv("TERM") != "dumb" {
			mode = "tty"
		}
	}
	switch mode {
	case "tty":
		return &bars{w: g.stderr}
	case "none":
		return silence{}
	}
	return &lines{w: g.stderr}
}

// print writes a result: v as JSON, or what text writes.
func (g *globals) print(v any, text func(io.Writer) error) error {
	if g.output == "json" {
		enc := json.NewEncoder(g.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	return text(g.stdout)
}
