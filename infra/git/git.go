// SPDX-License-Identifier: Apache-2.0

// Package git runs the git binary, the same way on every machine.
//
// It refuses to interpret what git prints beyond trimming it, and it never
// reads the user's or the system's git configuration: a maintainer's
// commit.gpgSign, core.autocrlf or url.insteadOf must not change what a
// release contains. Any package may import it. A Repo is a value without
// mutable state of its own: all calls are safe concurrently, as far as git
// itself is.
package git

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Repo is a git repository on disk, or the place where one will be.
type Repo struct {
	// Dir is the working folder of every command: a work tree or a bare
	// repository.
	Dir string
	// Config holds extra configuration, as "-c key=value" would give it. It is
	// handed over in the environment: a secret in it shows in no argument list.
	Config map[string]string
	// Env holds extra environment, "KEY=value".
	Env []string
	// Memo, if set, remembers what About was told.
	Memo *Memo
}

// Error is a git command that failed.
type Error struct {
	Args   []string // without the leading "git"
	Dir    string
	Stderr string // trimmed
	Err    error  // what os/exec said
}

func (e *Error) Error() string {
	msg := e.Stderr
	if msg == "" {
		msg = e.Err.Error()
	}
	return fmt.Sprintf("git %s: %s", strings.Join(e.Args, " "), msg)
}

// Unwrap returns the error of os/exec.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the exit status of the git command in err, or -1 if err is
// not an *Error or the command did not exit by itself.
func ExitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// Command prepares "git args..." in r.Dir without starting it, for callers
// that stream. Standard input, output and error are unset.
func (r Repo) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.Dir
	cmd.Env = r.environ()
	// Without a wait delay a grandchild (git-remote-https, a hook) that keeps
	// the pipe open would hold Wait long after the context ended.
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Run runs "git args..." and returns its standard output, trailing newlines
// removed. A failure is an *Error.
func (r Repo) Run(ctx context.Context, args ...string) (string, error) {
	return r.RunInput(ctx, nil, args...)
}

// RunInput is Run with a standard input.
func (r Repo) RunInput(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	var stdout bytes.Buffer
	err := r.Stream(ctx, stdin, &stdout, args...)
	return strings.TrimRight(stdout.String(), "\n"), err
}

// Stream runs "git args...", writing its standard output to stdout as it
// comes. A failure is an *Error.
func (r Repo) Stream(ctx context.Context, stdin io.Reader, stdout io.Writer, args ...string) error {
	cmd := r.Command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return &Error{Args: args, Dir: r.Dir, Stderr: strings.TrimSpace(stderr.String()), Err: err}
	}
	return nil
}

func (r Repo) environ() []string {
	env := make([]string, 0, len(os.Environ())+8)
	for _, kv := range os.Environ() {
		// GIT_DIR and friends of an outer git (a hook, a rebase) would move
		// every command to the outer repository.
		if !strings.HasPrefix(kv, "GIT_") {
			env = append(env, kv)
		}
	}
	env = append(env,
		"LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "GIT_PAGER=cat",
	)
	config := map[string]string{
		"safe.directory": "*", "core.autocrlf": "false", "gc.auto": "0",
		"maintenance.auto": "false", "advice.detachedHead": "false", "init.defaultBranch": "main",
		"protocol.version": "2",
	}
	maps.Copy(config, r.Config)
	i := 0
	for k, v := range config {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, k), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, v))
		i++
	}
	env = append(env, "GIT_CONFIG_COUNT="+strconv.Itoa(i))
	return append(env, r.Env...)
}

// WithConfig returns a copy of r with one more configuration value.
func (r Repo) WithConfig(key, value string) Repo {
	config := make(map[string]string, len(r.Config)+1)
	maps.Copy(config, r.Config)
	config[key] = value
	r.Config = config
	return r
}

// WithEnv returns a copy of r with more environment, "KEY=value" each.
func (r Repo) WithEnv(env ...string) Repo {
	r.Env = append(r.Env[:len(r.Env):len(r.Env)], env...)
	return r
}

// WithToken returns a copy of r that authenticates to remote's host with a
// token, as GitHub takes it: HTTP basic authentication, any user name. Remote
// is an http or https URL; for any other (ssh, a folder) r is returned as is.
// The token travels in the environment, scoped to that one host, and git
// itself redacts it in its traces.
func (r Repo) WithToken(remote, token string) Repo {
	u, err := url.Parse(remote)
	if err != nil || token == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return r
	}
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	return r.WithConfig("http."+u.Scheme+"://"+u.Host+"/.extraHeader", "Authorization: Basic "+basic)
}

// As returns a copy of r whose commits and tags are written by this person at
// this time, both as author and as committer.
func (r Repo) As(name, email string, when time.Time) Repo {
	date := when.UTC().Format("2006-01-02T15:04:05Z")
	return r.WithEnv(
		"GIT_AUTHOR_NAME="+name, "GIT_AUTHOR_EMAIL="+email, "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+name, "GIT_COMMITTER_EMAIL="+email, "GIT_COMMITTER_DATE="+date,
	)
}
