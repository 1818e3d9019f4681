// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/infra/debian"
	"github.com/lanner-project/lanner/infra/grid"
)

const runHelp = `Find out what is not known yet of the kernels that are wanted.

Every kernel's package is fetched and the driver checked against its types; then
one kernel of each class is booted, the newest. What was found out is kept in
--store as it is found, so that a run that was stopped or killed goes on where it
was, and a run with nothing to do is over at once. A kernel that cannot be fetched,
checked or booted stops none of the others; it is tried again by the next run.

It takes apt, the go command and QEMU.`

// attempts are how often something is tried whose worker was killed.
const attempts = 3

// runner is one run of the grid.
type runner struct {
	o        *options
	store    store
	cmd      *cobra.Command
	state    *state
	archives map[string]*debian.Archive
	driver   string // the command
	dir      string // for what lasts as long as the run
	guests   map[kernel.Arch]string
	jobs     int

	mu   sync.Mutex
	done int
}

func runCommand(o *options) *cobra.Command {
	r := &runner{o: o, archives: make(map[string]*debian.Archive), guests: make(map[kernel.Arch]string)}
	cmd := &cobra.Command{
		Use: "run", Short: "Find out what is not known yet", Long: runHelp, Example: "  grid run -j 2", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if r.jobs < 1 {
				return misuse("-j is how many kernels are looked at a time", "-j is %d", r.jobs)
			}
			r.cmd, r.store = cmd, store{o.store}
			return r.run(cmd.Context())
		},
	}
	cmd.Flags().IntVarP(&r.jobs, "jobs", "j", 2, "how many kernels are looked at, or booted, at a time")
	cmd.Flags().StringVar(&r.driver, "driver", "", "the command \"driver\" (default: it is built from --source)")
	return cmd
}

func (r *runner) run(ctx context.Context) (err error) {
	lock, err := r.store.lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if r.state, err = r.o.state(); err != nil {
		return err
	}
	if r.dir, err = os.MkdirTemp("", "lanner-grid-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	if err := r.checkAll(ctx); err != nil {
		return err
	}
	if err := r.bootAll(ctx); err != nil {
		return err
	}
	if err := r.state.write(r.cmd.OutOrStdout(), false); err != nil {
		return err
	}
	return r.state.enough()
}

func (r *runner) checkAll(ctx context.Context) error {
	todo := grid.Checks(r.state.rows)
	if len(todo) == 0 {
		return nil
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	err := r.each(ctx, len(todo), func(i int) string {
		t := todo[i]
		c, err := r.check(ctx, t)
		name := fmt.Sprintf("check %s %s", t.Release, t.Arch)
		switch {
		case err != nil:
			return name + ": " + r.failed(ctx, r.state.drivers[t.Arch], t.SHA256, err)
		case c.Err() != nil:
			return name + ": " + oneLine(c.Err().Error())
		}
		return fmt.Sprintf("%s: fits, class %.12s", name, c.Class)
	})
	return errors.Join(err, r.state.judge(r.o))
}

// bootAll boots one kernel of each class of which nothing is known.
func (r *runner) bootAll(ctx context.Context) error {
	todo := grid.Boots(r.state.rows)
	if len(todo) == 0 {
		return nil
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	for _, row := range todo {
		if r.guests[row.Arch] != "" {
			continue
		}
		dir := filepath.Join(r.dir, "guest-"+string(row.Arch))
		if _, err := r.output(ctx, "guest", dir, "--arch", string(row.Arch), "--source", r.o.source); err != nil {
			return fmt.Errorf("building what runs in the machines: %w", err)
		}
		r.guests[row.Arch] = dir
	}
	err := r.each(ctx, len(todo), func(i int) string {
		row := todo[i]
		b, err := r.boot(ctx, row)
		name := fmt.Sprintf("boot %s %s", row.Release, row.Arch)
		switch {
		case err != nil:
			return name + ": " + r.failed(ctx, r.state.drivers[row.Arch], row.Class, err)
		case b.Problem != "":
			return name + ": DOES NOT WORK: " + oneLine(b.Problem)
		}
		return fmt.Sprintf("%s: works, %d tests passed, %.0f s of CPU", name, b.Passed, b.CPUSeconds)
	})
	return errors.Join(err, r.state.judge(r.o))
}

// prepare makes ready what both need, once.
func (r *runner) prepare(ctx context.Context) error {
	if r.driver == "" {
		r.driver = filepath.Join(r.dir, "driver")
		cmd := exec.CommandContext(ctx, "go", "build", "-o", r.driver, "./driver/cmd/driver")
		cmd.Dir = r.o.source
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build ./driver/cmd/driver: %w\n%s", err, bytes.TrimSpace(out))
		}
	}
	for _, fam := range r.state.families {
		if r.archives[fam.Name] != nil {
			continue
		}
		a, err := r.o.archive(r.cmd, fam)
		if err != nil {
			return err
		}
		r.archives[fam.Name] = a
	}
	return nil
}

// each does n things, some at a time, and tells of each. Once ctx ends no more are
// begun.
func (r *runner) each(ctx context.Context, n int, do func(i int) string) error {
	r.done = 0
	var workers sync.WaitGroup
	next := make(chan int)
	var failed error
	for range min(r.jobs, n) {
		workers.Go(func() {
			for i := range next {
				began := time.Now()
				text := do(i)
				r.mu.Lock()
				r.done++
				_, err := fmt.Fprintf(r.cmd.ErrOrStderr(), "[%d/%d] %s (%.1f s)\n", r.done, n, text, time.Since(began).Seconds())
				failed = errors.Join(failed, err)
				r.mu.Unlock()
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return errors.Join(ctx.Err(), failed)
}

// failed notes why something could not be found out.
func (r *runner) failed(ctx context.Context, driver, name string, why error) string {
	if ctx.Err() != nil {
		return "stopped"
	}
	if err := r.store.fail(driver, name, why); err != nil {
		why = errors.Join(why, err)
	}
	return "FAILED: " + oneLine(why.Error())
}

func (r *runner) fetch(ctx context.Context, t grid.Target) (string, error) {
	return r.archives[t.Family].Fetch(ctx, t.Suite, t.File, t.SHA256)
}

func (r *runner) check(ctx context.Context, t grid.Target) (*kernel.Check, error) {
	file, err := r.fetch(ctx, t)
	if err != nil {
		return nil, err
	}
	c := &kernel.Check{}
	object := filepath.Join(r.o.source, filepath.FromSlash(t.Arch.Object()))
	if err := r.result(ctx, c, "check", "-o", "json", "--object", object, file); err != nil {
		return nil, err
	}
	driver := r.state.drivers[t.Arch]
	if c.Driver != driver || c.Release != t.Release || c.Arch != t.Arch {
		return nil, fmt.Errorf("the package has the kernel %s %s, checked with driver %.12s: want %s %s and %.12s", c.Release, c.Arch, c.Driver, t.Release, t.Arch, driver)
	}
	return c, errors.Join(r.store.putJSON(r.store.path(driver, "check", t.SHA256+".json"), c), r.store.succeed(driver, t.SHA256))
}

func (r *runner) boot(ctx context.Context, row grid.Row) (*kernel.Boot, error) {
	file, err := r.fetch(ctx, row.Target)
	if err != nil {
		return nil, err
	}
	serial := filepath.Join(r.dir, row.Class+".log")
	var b *kernel.Boot
	// The emulator was seen to crash a kernel long before the driver was loaded.
	for range attempts {
		b = &kernel.Boot{}
		if err := r.result(ctx, b, "boot", "-o", "json", "--guest", r.guests[row.Arch], "--serial", serial, file); err != nil {
			return nil, err
		}
		if b.Came() {
			return b, r.keep(row, b, serial)
		}
	}
	return nil, fmt.Errorf("the kernel did not come up, %d times: %s", attempts, b.Problem)
}

// keep puts what was found out by booting into the store.
func (r *runner) keep(row grid.Row, b *kernel.Boot, serial string) error {
	driver := r.state.drivers[row.Arch]
	if b.Driver != driver || b.Release != row.Release {
		return fmt.Errorf("what booted was %s with driver %.12s: want %s and %.12s", b.Release, b.Driver, row.Release, driver)
	}
	log, err := os.ReadFile(serial)
	if err != nil {
		return err
	}
	// The log first: evidence that is there has its log.
	err = errors.Join(r.store.put(r.store.path(driver, booted(r.state.loader), row.Class+".log"), log), os.Remove(serial))
	if err != nil {
		return err
	}
	return errors.Join(r.store.putJSON(r.store.path(driver, booted(r.state.loader), row.Class+".json"), b), r.store.succeed(driver, row.Class))
}

// result runs the command and reads its result, which it prints whether it is good
// or bad. A worker that is killed is started again.
func (r *runner) result(ctx context.Context, into any, args ...string) error {
	var failed error
	for range attempts {
		out, err := r.output(ctx, args...)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() < 0 && ctx.Err() == nil {
			failed = err
			continue
		}
		if len(out) == 0 {
			return errors.Join(err, ctx.Err())
		}
		if e := json.Unmarshal(out, into); e != nil {
			return errors.Join(fmt.Errorf("driver %s: what it printed is no result: %w", args[0], e), err)
		}
		return nil
	}
	return fmt.Errorf("its worker was killed %d times: %w", attempts, failed)
}

func (r *runner) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, r.driver, args...)
	// It must not outlive us; QEMU must not outlive it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		said, _ := io.ReadAll(io.LimitReader(&talk, 2000)) // of memory: it cannot fail
		return out.Bytes(), fmt.Errorf("driver %s: %w: %s", args[0], err, strings.TrimSpace(string(said)))
	}
	return out.Bytes(), nil
}
