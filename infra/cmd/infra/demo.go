// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"
	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
)

// version is what the first release of a repository without tags becomes; the
// demo runs on a forge of its own, so it is always the first.
const version = "v0.1.0"

func demoCommand(stdout, stderr io.Writer) *cobra.Command {
	d := demo{out: stdout, err: stderr}
	var keep bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Go from this repository's history to an installed, proven release",
		Long: `demo starts the platform on loopback, pushes this repository with its whole
history into the local GitHub, brings a pull request from opened to merged by
comments, cuts a release, installs the engine from the download site and
proves that it is the source. Everything is real: git, HTTP, builds, signatures.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return d.run(cmd.Context(), keep) },
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the platform up at the end and print its addresses")
	cmd.Flags().StringVar(&d.data, "data", "", "folder for everything (default: a temporary one, removed at the end)")
	cmd.Flags().StringVar(&d.tool, "release-tool", "", "program built of ./release/cmd/release (default: it is built first)")
	cmd.Flags().BoolVarP(&d.verbose, "verbose", "v", false, "show the platform's log")
	return cmd
}

// demo is one run of the main job.
type demo struct {
	out, err io.Writer
	data     string
	verbose  bool

	*platform
	source git.Repo // this repository
	clone  git.Repo // alice's clone of the forge's
	tool   string   // the release command
	key    string   // alice's signing key
	began  time.Time
	nth    int
}

func (d *demo) run(ctx context.Context, keep bool) (err error) {
	d.began = time.Now()
	if d.data == "" {
		if d.data, err = os.MkdirTemp("", "lanner-demo-"); err != nil {
			return err
		}
		if !keep {
			defer func() { err = errors.Join(err, removeAll(d.data)) }()
		}
	}
	if d.data, err = filepath.Abs(d.data); err != nil { // commands run in other folders
		return err
	}
	d.platform, err = start(ctx, options{data: filepath.Join(d.data, "platform"), listen: "127.0.0.1:0", forgeListen: "127.0.0.1:0", log: newLog(d.logTo(), d.verbose)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.platform.close()) }()
	for _, s := range d.steps() {
		d.nth++
		if err := d.say("\n%d/%d %s\n", d.nth, len(d.steps()), s.title); err != nil {
			return err
		}
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	if err := d.say("\ndone in %s: %s is installed and proven\n", time.Since(d.began).Round(time.Second), version); err != nil {
		return err
	}
	if !keep {
		return d.say("it is all taken down again; make demo KEEP=1 leaves it up, to look around\n")
	}
	if err := d.platform.describe(d.out); err != nil {
		return err
	}
	if err := d.say("\nleft up; stop it with Ctrl-C. The clone is %s, alice's key %s\n", d.clone.Dir, d.key); err != nil {
		return err
	}
	return d.platform.wait(ctx)
}

type demoStep struct {
	title string
	do    func(context.Context) error
}

func (d *demo) steps() []demoStep {
	return []demoStep{
		{"find this repository and the release tool", d.prepare},
		{"push this repository with its whole history", d.pushHistory},
		{"open a pull request: alice's key may sign releases", d.openPull},
		{"review it by comments until the bot merges it", d.mergePull},
		{"plan the release", func(ctx context.Context) error { return d.release(ctx, "plan", "engine") }},
		{"cut the release: propose the plan", d.propose},
		{"approve the plan: two maintainers review it", d.approve},
		{"cut the release: execute the plan", func(ctx context.Context) error { return d.release(ctx, "cut", "engine") }},
		{"install the engine from the download site and run it", d.install},
		{"prove as a stranger that it is the source", d.verify},
	}
}

func (d *demo) say(format string, args ...any) error {
	_, err := fmt.Fprintf(d.out, format, args...)
	return err
}

func (d *demo) logTo() io.Writer {
	if d.verbose {
		return d.err
	}
	return io.Discard
}

// command runs a program and shows what it prints. The token, where one is
// given, is in the environment only.
func (d *demo) command(ctx context.Context, dir, token, name string, args ...string) error {
	shown := name
	if filepath.IsAbs(name) {
		shown = filepath.Base(name)
	}
	if err := d.say("$ %s %s\n", shown, strings.Join(args, " ")); err != nil {
		return err
	}
	cache, err := goCache(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, d.out, d.err
	// The flags of a release build: Go's own library is compiled once for all.
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath", "CGO_ENABLED=0", "GOWORK=off", "XDG_CACHE_HOME="+filepath.Join(d.data, "cache"), "GOCACHE="+cache)
	if token != "" {
		cmd.Env = append(cmd.Env, "GITHUB_TOKEN="+token)
	}
	// Interrupted, a child gets time to give its lock back.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

func (d *demo) prepare(ctx context.Context) error {
	top, err := git.Repo{Dir: "."}.Run(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return fmt.Errorf("run the demo inside a clone of this repository: %w", err)
	}
	d.source = git.Repo{Dir: top}
	if d.tool != "" {
		if d.tool, err = filepath.Abs(d.tool); err != nil {
			return err
		}
		return d.say("%s, with %s\n", top, d.tool)
	}
	d.tool = filepath.Join(d.data, "bin", "release")
	return d.command(ctx, top, "", "go", "build", "-o", d.tool, "./release/cmd/release")
}

func (d *demo) remote() string { return d.forgeURL + "/" + owner + "/" + repoName }

func (d *demo) pushHistory(ctx context.Context) error {
	shallow, err := d.source.Run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return err
	}
	if shallow == "true" {
		return errors.New("this clone is shallow, the demo pushes the whole history; run: git fetch --unshallow")
	}
	token, err := os.ReadFile(d.tokenFile("alice"))
	if err != nil {
		return err
	}
	repo := d.source.WithToken(d.forgeURL, strings.TrimSpace(string(token)))
	if _, err := repo.Run(ctx, "push", "--quiet", d.remote(), "HEAD:refs/heads/main"); err != nil {
		return err
	}
	count, err := d.source.Run(ctx, "rev-list", "--count", "HEAD")
	if err != nil {
		return err
	}
	d.clone = git.Repo{Dir: filepath.Join(d.data, "clone")}
	if _, err := (git.Repo{Dir: d.data}).Run(ctx, "clone", "--quiet", d.remote(), d.clone.Dir); err != nil {
		return err
	}
	return d.say("%s commits at %s\n", count, d.remote())
}

// openPull makes a change that the project's first release needs: the key of
// who leads it.
func (d *demo) openPull(ctx context.Context) error {
	d.key = filepath.Join(d.data, "alice-key")
	if err := exec.CommandContext(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice (example)", "-f", d.key).Run(); err != nil {
		return fmt.Errorf("ssh-keygen: %w", err)
	}
	public, err := os.ReadFile(d.key + ".pub")
	if err != nil {
		return err
	}
	file := filepath.Join(d.clone.Dir, "release", "allowed_signers")
	signers, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(signers, "alice namespaces=\"git,lanner-release\" %s", public)
	if err := errors.Join(err, signers.Close()); err != nil {
		return err
	}
	repo := d.clone.As("Alice (example)", "alice@example.org", time.Now())
	for _, args := range [][]string{
		{"switch", "--quiet", "-c", "alice-signs"},
		{"commit", "--quiet", "--signoff", "-am", "release: let alice's key sign\n\nThe lead of " + version + " signs its tag and its artifacts."},
	} {
		if _, err := repo.Run(ctx, args...); err != nil {
			return err
		}
	}
	if err := d.pushAs(ctx, "alice", "alice-signs"); err != nil {
		return err
	}
	alice, err := d.as("alice")
	if err != nil {
		return err
	}
	pull, _, err := alice.PullRequests.Create(ctx, owner, repoName, &gh.NewPullRequest{
		Title: new("release: let alice's key sign"), Head: new("alice-signs"), Base: new("main"),
		Body: new("The lead of the first release signs its tag and its artifacts with this key.\n\n```release-note\nReleases are signed: the keys that may sign are in `release/allowed_signers`.\n```\n"),
	})
	if err != nil {
		return err
	}
	if _, _, err := alice.Issues.AddLabelsToIssue(ctx, owner, repoName, pull.GetNumber(), []string{"kind/feature", "area/release"}); err != nil {
		return err
	}
	if err := d.say("%s\n", pull.GetHTMLURL()); err != nil {
		return err
	}
	return d.test(ctx)
}

func (d *demo) pushAs(ctx context.Context, login, branch string) error {
	token, err := os.ReadFile(d.tokenFile(login))
	if err != nil {
		return err
	}
	_, err = d.clone.WithToken(d.forgeURL, strings.TrimSpace(string(token))).Run(ctx, "push", "--quiet", "origin", branch)
	return err
}

// testedPackage is what the demo tests before it merges: the command, which all
// of the engine is linked into, so that little is compiled that the release's
// builds do not need as well.
const testedPackage = "./engine/cmd/lanner"

// test tests what the clone has checked out and sets the status of that commit.
func (d *demo) test(ctx context.Context) error {
	commit, err := d.clone.Run(ctx, "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	bot, err := d.as(botLogin)
	if err != nil {
		return err
	}
	state := "success"
	// Short: the one test that it leaves out builds and installs the engine in
	// three ways, and the rest of the demo does nothing else. Vet is a check of
	// its own ("make check").
	testErr := d.command(ctx, d.clone.Dir, "", "go", "test", "-short", "-vet=off", testedPackage)
	if testErr != nil {
		state = "failure"
	}
	_, _, err = bot.Repositories.CreateStatus(ctx, owner, repoName, commit, &gh.RepoStatus{
		State: &state, Context: new("engine"), Description: new("go test -short " + testedPackage),
	})
	return errors.Join(testErr, err)
}

// goCache is the compile cache of whoever runs the demo: commands that it
// starts use the same, whatever their cache folder is.
func goCache(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOCACHE: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// removeAll removes a folder that may hold Go modules, which are read-only.
func removeAll(dir string) error {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = os.Chmod(path, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(dir))
}
