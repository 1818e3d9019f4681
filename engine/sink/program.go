// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// ProgramConfig says how a program gets alerts: on its standard input, one a
// line.
type ProgramConfig struct {
	Command string    // for the shell
	Each    bool      // run it once for each alert, and not once for all
	Stderr  io.Writer // of the program, its standard output too; nil: nowhere
}

// NewProgram makes a sink of a program. One that runs on is started with the
// first alert, and again when it has ended; alerts that it had not read then
// are lost, and nobody can tell how many. A run for one alert that fails counts
// as refused, and is not repeated: it may have done half of its work.
func NewProgram(cfg ProgramConfig) (Sink, error) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil, fmt.Errorf("cannot run %q: %w", cfg.Command, err)
	}
	p := &program{ProgramConfig: cfg, shell: shell}
	if cfg.Each {
		return &programEach{p}, nil
	}
	return p, nil
}

type program struct {
	ProgramConfig
	shell string

	cmd    *exec.Cmd
	stdin  *os.File
	ended  chan struct{} // closed when cmd has ended, with endErr set
	endErr error
	buf    []byte
	torn   bool
}

// connect gives a program its streams. Our standard output is not for it.
func (p *program) connect(cmd *exec.Cmd) {
	cmd.Stdout, cmd.Stderr = p.Stderr, p.Stderr
	// A child of the program that keeps the streams open must not keep us.
	cmd.WaitDelay = time.Second
}

func (p *program) start() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	p.cmd = exec.Command(p.shell, "-c", p.Command)
	p.connect(p.cmd)
	p.cmd.Stdin = r
	err = p.cmd.Start()
	if err = errors.Join(err, r.Close()); err != nil {
		p.cmd = nil
		return errors.Join(err, w.Close())
	}
	p.stdin, p.ended, p.torn = w, make(chan struct{}), false
	go func() {
		p.endErr = p.cmd.Wait()
		close(p.ended)
	}()
	return nil
}

func (p *program) Send(ctx context.Context, records []Record) (int, error) {
	if p.cmd != nil {
		select {
		case <-p.ended:
			if err := p.clean(); err != nil {
				return 0, err
			}
		default:
		}
	}
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return 0, err
		}
	}
	// A program that does not read makes the write block.
	stop := context.AfterFunc(ctx, p.unblock(p.stdin))
	defer stop()
	n, err := writeLines(p.stdin, &p.buf, &p.torn, records)
	if err != nil && ctx.Err() == nil {
		err = errors.Join(err, p.clean())
	}
	return n, err
}

func (p *program) unblock(w *os.File) func() {
	return func() {
		// It fails where the pipe is closed already: then nothing blocks.
		_ = w.SetWriteDeadline(time.Unix(1, 0))
	}
}

// clean puts away a program that has ended, or no longer reads.
func (p *program) clean() error {
	err := p.stdin.Close()
	select {
	case <-p.ended:
	case <-time.After(time.Second):
		err = errors.Join(err, p.cmd.Process.Kill())
		<-p.ended
	}
	p.cmd = nil
	if p.endErr != nil {
		return errors.Join(err, fmt.Errorf("the program ended: %w", p.endErr))
	}
	return err
}

// Close ends the program's input and waits until it has ended by itself.
func (p *program) Close(ctx context.Context) error {
	if p.cmd == nil {
		return nil
	}
	err := p.stdin.Close()
	select {
	case <-p.ended:
	case <-ctx.Done():
		err = errors.Join(err, errors.New("the program did not end by itself"), p.cmd.Process.Kill())
		<-p.ended
	}
	if p.endErr != nil {
		err = errors.Join(err, fmt.Errorf("the program ended: %w", p.endErr))
	}
	return err
}

// programEach runs a program for each alert.
type programEach struct{ *program }

func (p *programEach) Send(ctx context.Context, records []Record) (int, error) {
	for i := range records {
		if err := p.one(ctx, &records[i]); err != nil {
			return i, err
		}
	}
	return len(records), nil
}

func (p *programEach) one(ctx context.Context, r *Record) error {
	cmd := exec.CommandContext(ctx, p.shell, "-c", p.Command)
	p.connect(cmd)
	// A program that ends well without reading all has no use for the rest: os/exec
	// does not take that for an error.
	cmd.Stdin = bytes.NewReader(append(bytes.Clone(r.Line), '\n')) // a copy: after WaitDelay it may still be read
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return &Failure{Err: fmt.Errorf("the program ended: %w", err), Permanent: true}
	}
	return nil
}

func (p *programEach) Close(context.Context) error { return nil }
