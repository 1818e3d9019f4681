// SPDX-License-Identifier: Apache-2.0

package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job/run"
)

// Who merges. The name is part of the commit: with Prow's, and its dates, a
// merge here is the commit that a merge there is.
const (
	mergerName  = "ci-robot"
	mergerEmail = "ci-robot@k8s.io"
)

// Record is what was done for one repository. A list of them is
// clone-records.json.
type Record struct {
	Refs     run.Refs      `json:"refs"`
	Commands []Command     `json:"commands,omitempty"`
	Failed   bool          `json:"failed,omitempty"`
	FinalSHA string        `json:"final_sha,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// Command is one command that was run.
type Command struct {
	Command  string        `json:"command"`
	Output   string        `json:"output,omitempty"`
	Error    string        `json:"error,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// Folder is where refs are cloned to below the folder of a run: as a Go
// workspace has it, or where path_alias says.
func Folder(dir string, refs run.Refs) (string, error) {
	name := refs.PathAlias
	if name == "" {
		name = "github.com/" + refs.Org + "/" + refs.Repo
		if _, path, ok := strings.Cut(refs.RepoLink, "://"); ok {
			name = path
		}
	}
	if !filepath.IsLocal(name) || filepath.Clean(name) == "." {
		return "", fmt.Errorf("%s/%s would be cloned to %q: a path_alias is a relative path without .., such as k8s.io/demo", refs.Org, refs.Repo, name)
	}
	return filepath.Join(dir, "src", name), nil
}

// Clone clones a repository below dir and merges the pull requests into it, in
// their order. The log has every command that changes something, and what it
// printed. Record is as far as it came, also beside an error.
//
// A merge is dated by the commit that it is made on, a second later for each
// one, and not by the clock: the same refs are the same commit every time.
// Nothing is tried again; whoever runs the job knows how often it may be.
func Clone(ctx context.Context, dir string, refs run.Refs, log io.Writer) (Record, error) {
	began := time.Now()
	c := cloner{record: Record{Refs: refs}, log: log}
	err := c.clone(ctx, dir)
	c.record.Failed = err != nil
	c.record.Duration = time.Since(began)
	return c.record, err
}

type cloner struct {
	repo   git.Repo
	uri    string
	record Record
	log    io.Writer
}

func (c *cloner) clone(ctx context.Context, dir string) error {
	refs := c.record.Refs
	if err := checkRefs(refs); err != nil {
		return err
	}
	folder, err := Folder(dir, refs)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(folder); err == nil {
		return fmt.Errorf("%s is there already: a run begins with a folder of its own: %w", folder, fs.ErrExist)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	c.repo, c.uri = git.Repo{Dir: folder}, uri(refs)
	if err := c.base(ctx); err != nil {
		return err
	}
	when, err := c.repo.Run(ctx, "show", "-s", "--format=format:%ct", "HEAD")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(when, 10, 64)
	if err != nil {
		return fmt.Errorf("the date of the base commit: %w", err)
	}
	for i, pull := range refs.Pulls {
		if err := c.merge(ctx, pull, time.Unix(seconds+int64(i)+1, 0)); err != nil {
			return err
		}
	}
	if !refs.SkipSubmodules {
		if err := c.run(ctx, "submodule", "update", "--init", "--recursive"); err != nil {
			return err
		}
	}
	c.record.FinalSHA, err = c.repo.Run(ctx, "rev-parse", "HEAD")
	return err
}

// checkRefs refuses what git would take for a flag.
func checkRefs(refs run.Refs) error {
	names := []string{refs.BaseRef, refs.BaseSHA, refs.CloneURI, refs.RepoLink}
	for _, pull := range refs.Pulls {
		names = append(names, pull.SHA, pull.Ref)
		if pull.SHA == "" {
			return fmt.Errorf("pull request %d has no commit", pull.Number)
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, "-") {
			return fmt.Errorf("%q: neither a revision nor an address begins with a hyphen", name)
		}
	}
	if refs.BaseRef == "" {
		return fmt.Errorf("%s/%s: there is no base_ref to clone", refs.Org, refs.Repo)
	}
	return nil
}

// uri is where a repository is fetched from.
func uri(refs run.Refs) string {
	switch {
	case refs.CloneURI != "":
		return refs.CloneURI
	case refs.RepoLink != "":
		return refs.RepoLink + ".git"
	}
	return "https://github.com/" + refs.Org + "/" + refs.Repo + ".git"
}

// base checks out the branch at its commit.
func (c *cloner) base(ctx context.Context) error {
	refs := c.record.Refs
	var depth []string
	if refs.CloneDepth > 0 {
		depth = []string{"--depth", strconv.Itoa(refs.CloneDepth)}
	}
	commands := [][]string{{"init"}}
	if !refs.SkipFetchHead {
		commands = append(commands, append(append([]string{"fetch"}, depth...), c.uri, "--tags", "--prune"))
	}
	what, target := refs.BaseRef, "FETCH_HEAD"
	if refs.BaseSHA != "" {
		what, target = refs.BaseSHA, refs.BaseSHA
	}
	// A branch that is checked out can't be moved: first off it, then back.
	commands = append(
		commands,
		append(append([]string{"fetch"}, depth...), c.uri, what),
		[]string{"checkout", "--detach", target},
		[]string{"branch", "--force", refs.BaseRef, "HEAD"},
		[]string{"checkout", refs.BaseRef, "--"},
	)
	for _, args := range commands {
		if err := c.run(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (c *cloner) merge(ctx context.Context, pull run.Pull, when time.Time) error {
	ref := pull.Ref
	if ref == "" {
		ref = pull.SHA
	}
	if err := c.run(ctx, "fetch", c.uri, ref); err != nil {
		return err
	}
	c.repo = git.Repo{Dir: c.repo.Dir}.As(mergerName, mergerEmail, when)
	if err := c.run(ctx, "merge", "--no-ff", "--no-stat", pull.SHA); err != nil {
		return fmt.Errorf("#%d at %s does not merge into %s: %w", pull.Number, pull.SHA, c.record.Refs.BaseRef, err)
	}
	return nil
}

// run runs git, and notes it. What it prints and what it complains of go to one
// place, in their order.
func (c *cloner) run(ctx context.Context, args ...string) error {
	began := time.Now()
	var out bytes.Buffer
	cmd := c.repo.Command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	note := Command{Command: "git " + strings.Join(args, " "), Output: out.String(), Duration: time.Since(began)}
	if err != nil {
		note.Error = err.Error()
		err = &git.Error{Args: args, Dir: c.repo.Dir, Stderr: strings.TrimSpace(out.String()), Err: errors.Join(ctx.Err(), err)}
	}
	c.record.Commands = append(c.record.Commands, note)
	_, logErr := fmt.Fprintf(c.log, "$ %s\n%s", note.Command, note.Output)
	return errors.Join(err, logErr)
}
