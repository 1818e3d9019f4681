// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// gitRoutes are git's smart HTTP protocol.
//
// Its server, "git http-backend", does no more than what is here: start the
// service. Started directly, a push is one process whose end is certain when
// the lock of the repository is given back; a killed http-backend would leave
// a receive-pack behind that moves references later.
var gitRoutes = []route{
	{method: "GET", pattern: "/{owner}/{repo}/info/refs", operation: "git/info-refs", handle: (*call).gitAdvertise, own: true},
	{method: "POST", pattern: "/{owner}/{repo}/git-upload-pack", operation: "git/upload-pack", handle: (*call).gitUploadPack, own: true},
	{method: "POST", pattern: "/{owner}/{repo}/git-receive-pack", operation: "git/receive-pack", handle: (*call).gitReceivePack, own: true},
}

// gitRepo returns the repository of the path, in a transaction of its own.
func (c *call) gitRepo(need level) (r *repository, err error) {
	err = c.reading(func() error {
		r, err = c.repo(need)
		return err
	})
	return r, err
}

// gitEnv is the protocol version that the client asks for.
func (c *call) gitEnv() []string {
	if v := c.r.Header.Get("Git-Protocol"); v != "" && !strings.ContainsRune(v, 0) {
		return []string{"GIT_PROTOCOL=" + v}
	}
	return nil
}

// gitAdvertise answers which references there are.
func (c *call) gitAdvertise() (reply, error) {
	service := c.query("service")
	need := levelRead
	switch service {
	case "git-upload-pack":
	case "git-receive-pack":
		need = levelWrite
	default:
		return reply{}, forbidden("Please upgrade your git client. Only the smart HTTP protocol is served.")
	}
	r, err := c.gitRepo(need)
	if err != nil {
		return reply{}, err
	}
	// Version 2 has no line that names the service; it knows no pushing.
	v2 := service == "git-upload-pack" && strings.Contains(c.r.Header.Get("Git-Protocol"), "version=2")
	command := strings.TrimPrefix(service, "git-")
	return c.gitAnswer("application/x-"+service+"-advertisement", func(w io.Writer) error {
		if !v2 {
			line := "# service=" + service + "\n"
			if _, err := fmt.Fprintf(w, "%04x%s0000", len(line)+4, line); err != nil {
				return err
			}
		}
		return c.srv.git(r).WithEnv(c.gitEnv()...).Stream(c.r.Context(), nil, w, command, "--stateless-rpc", "--advertise-refs", ".")
	}), nil
}

// gitUploadPack answers a fetch.
func (c *call) gitUploadPack() (reply, error) {
	r, err := c.gitRepo(levelRead)
	if err != nil {
		return reply{}, err
	}
	request, err := c.spool()
	if err != nil {
		return reply{}, err
	}
	return c.gitAnswer("application/x-git-upload-pack-result", func(w io.Writer) error {
		defer c.close(request)
		return c.srv.git(r).WithEnv(c.gitEnv()...).Stream(c.r.Context(), request, w, "upload-pack", "--stateless-rpc", ".")
	}), nil
}

// gitAnswer sends what git writes as it comes.
func (c *call) gitAnswer(contentType string, run func(io.Writer) error) reply {
	header := http.Header{"Content-Type": {contentType}, "Cache-Control": {"no-cache, max-age=0, must-revalidate"}}
	return reply{header: header, send: func(w http.ResponseWriter, r *http.Request) error {
		out := &flushing{w: w}
		err := run(out)
		if err != nil && out.begun {
			// The status is out. Git has said what was wrong in its answer, or
			// the client hung up; a cut connection is no good answer's end.
			c.srv.log.InfoContext(r.Context(), "git ended a fetch early", "path", r.URL.Path, "err", err)
			panic(http.ErrAbortHandler)
		}
		return err
	}}
}

// flushing sends each write at once: progress is worth nothing later.
type flushing struct {
	w     http.ResponseWriter
	begun bool
}

func (f *flushing) Write(p []byte) (int, error) {
	f.begun = true
	n, err := f.w.Write(p)
	if err != nil {
		return n, err
	}
	if err := http.NewResponseController(f.w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, err
	}
	return n, nil
}

// spool reads the body into a file: it may be gigabytes, and nothing is to be
// locked while a slow line brings them. The file has no name any more: it goes
// with the process.
func (c *call) spool() (*os.File, error) {
	body := io.Reader(c.r.Body)
	if c.r.Header.Get("Content-Encoding") == "gzip" {
		plain, err := gzip.NewReader(body)
		if err != nil {
			return nil, &apiError{status: http.StatusBadRequest, message: "the body is not what gzip makes: " + err.Error()}
		}
		body = plain
	}
	f, err := os.CreateTemp(filepath.Join(c.srv.config.Dir, "tmp"), "git-")
	if err != nil {
		return nil, fmt.Errorf("keeping a request of git: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("keeping a request of git: %w", err), f.Close())
	}
	if _, err := io.Copy(f, body); err != nil {
		return nil, errors.Join(&apiError{status: http.StatusBadRequest, message: "the request ended early: " + err.Error()}, f.Close())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("keeping a request of git: %w", err), f.Close())
	}
	return f, nil
}

// close closes a spooled request. It was only read, so that nothing is lost.
func (c *call) close(f *os.File) {
	if err := f.Close(); err != nil {
		c.srv.log.Warn("closing a request of git", "err", err)
	}
}

// gitReceivePack takes a push: git moves the references, and what it moved is
// settled before the client hears that it is done.
func (c *call) gitReceivePack() (reply, error) {
	r, err := c.gitRepo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	request, err := c.spool()
	if err != nil {
		return reply{}, err
	}
	defer c.close(request)
	commands, err := readCommands(request)
	if err != nil {
		return reply{}, &apiError{status: http.StatusBadRequest, message: err.Error()}
	}
	if _, err := request.Seek(0, io.SeekStart); err != nil {
		return reply{}, fmt.Errorf("reading a push again: %w", err)
	}
	defer c.srv.repos.lock(r.ID)()
	var rulings string
	err = c.updating(func() error {
		// What was asked before the lock may be different since.
		if r, err = repositories.get(c.tx, r.ID); err != nil {
			return err
		}
		if err := c.needs(r, levelWrite); err != nil {
			return err
		}
		if rulings, err = c.pushRulings(r, commands); err != nil {
			return err
		}
		return c.tx.setSetting(pusherSetting(r), idKey(c.me().ID))
	})
	if err != nil {
		return reply{}, err
	}
	out, pushErr := c.receivePack(r, request, rulings)
	if err := c.updating(func() error { return c.settle(r) }); err != nil {
		return reply{}, fmt.Errorf("settling a push: %w", err)
	}
	if pushErr != nil && len(out) == 0 {
		return reply{}, pushErr
	}
	header := http.Header{"Content-Type": {"application/x-git-receive-pack-result"}, "Cache-Control": {"no-cache, max-age=0, must-revalidate"}}
	return reply{header: header, send: func(w http.ResponseWriter, _ *http.Request) error {
		c.writeBody(http.StatusOK, out)
		return nil
	}}, nil
}

// receivePack runs git on a push, and returns its answer: progress, and what
// became of each reference. Where git says no it may fail, too: the answer
// then tells why.
func (c *call) receivePack(r *repository, request *os.File, rulings string) (out []byte, err error) {
	file, err := c.writeRulings(rulings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	// Once begun it is not given up because the client hangs up.
	cmd := c.srv.git(r).WithEnv(append(c.gitEnv(), "FORGE_RULINGS="+file)...).Command(context.WithoutCancel(c.r.Context()), "receive-pack", "--stateless-rpc", ".")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = request, &stdout, &stderr
	cmd.ExtraFiles = []*os.File{c.srv.folder.pushes}
	if err = cmd.Run(); err != nil {
		err = fmt.Errorf("git receive-pack: %w: %s", err, strings.TrimSpace(stderr.String()))
		c.srv.log.Info("git refused a push", "repository", r.ID, "err", err)
	}
	return stdout.Bytes(), err
}

// writeRulings writes the file that the hook reads, and returns its name.
func (c *call) writeRulings(rulings string) (name string, err error) {
	f, err := os.CreateTemp(filepath.Join(c.srv.config.Dir, "tmp"), "rulings-")
	if err != nil {
		return "", fmt.Errorf("telling git what is protected: %w", err)
	}
	_, err = f.WriteString(rulings + "end\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("telling git what is protected: %w", err), os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// maxCommands is how many references one push may change.
const maxCommands = 100_000

// readCommands reads the beginning of a push: what it wants to become of which
// reference.
func readCommands(request io.Reader) ([]refChange, error) {
	in := bufio.NewReader(request)
	var commands []refChange
	for len(commands) <= maxCommands {
		line, err := readPacket(in)
		if err != nil {
			return nil, fmt.Errorf("the push does not begin with its commands: %w", err)
		}
		if line == nil {
			return commands, nil
		}
		text, _, _ := strings.Cut(string(line), "\x00") // capabilities follow
		if strings.HasPrefix(text, "shallow ") {
			continue
		}
		fields := strings.SplitN(strings.TrimSuffix(text, "\n"), " ", 3)
		if len(fields) != 3 || !isOID(fields[0]) || !isOID(fields[1]) || strings.ContainsFunc(fields[2], noneInRefs) {
			return nil, fmt.Errorf("the push has the command %.100q, want old id, new id, reference", text)
		}
		commands = append(commands, refChange{Name: fields[2], Old: fields[0], New: fields[1]})
	}
	return nil, fmt.Errorf("the push changes more than %d references", maxCommands)
}

// noneInRefs reports what no name of a reference holds, and what would end it
// early in the file of rulings.
func noneInRefs(r rune) bool { return r <= ' ' || r == 0x7f }

// readPacket reads a packet of git's line format; nil is the flush packet.
func readPacket(in *bufio.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, fmt.Errorf("reading the length of a packet: %w", err)
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	if err != nil {
		return nil, fmt.Errorf("the length of a packet is %q", head)
	}
	switch {
	case n == 0:
		return nil, nil
	case n < 4:
		return nil, fmt.Errorf("the length of a packet is %d", n)
	}
	line := make([]byte, n-4)
	if _, err := io.ReadFull(in, line); err != nil {
		return nil, fmt.Errorf("reading a packet: %w", err)
	}
	return line, nil
}
