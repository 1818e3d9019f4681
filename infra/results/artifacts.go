// SPDX-License-Identifier: Apache-2.0

package results

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/censor"
)

// Limits are how much of a run's artifacts is kept.
type Limits struct {
	Bytes int64
	Files int
}

// maxSaid is how many names of files left out are said.
const maxSaid = 20

// Copied is what became of artifacts.
type Copied struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
	// Left are the first files that were left out, each with the reason, and
	// LeftOut is how many there were.
	Left    []string `json:"left,omitempty"`
	LeftOut int      `json:"left_out,omitempty"`
}

func (c *Copied) leave(name, format string, args ...any) {
	if c.LeftOut++; len(c.Left) < maxSaid {
		c.Left = append(c.Left, name+": "+fmt.Sprintf(format, args...))
	}
}

// Copy copies the files of a folder, secrets taken out, into another one that
// is there. Files that are not there are not an error: not every job makes
// artifacts. What is neither a file nor a folder is left out, links as well: a
// link would name what is outside, or what is there anyway. The error is that
// of the disk, or of the context.
func Copy(ctx context.Context, from, to string, c *censor.Censor, limits Limits) (out Copied, err error) {
	source, err := os.OpenRoot(from)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenRoot(to)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	err = fs.WalkDir(source.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			// The run is over, and yet something in it cannot be read: the
			// rest can.
			out.leave(name, "%v", err)
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return target.MkdirAll(name, 0o755)
		case !entry.Type().IsRegular():
			out.leave(name, "neither a file nor a folder (%s)", entry.Type())
			return nil
		case out.Files >= limits.Files:
			out.leave(name, "more than %d files", limits.Files)
			return nil
		}
		return copyFile(ctx, source, target, name, c, limits, &out)
	})
	return out, err
}

// copyFile copies one file, or says why not.
func copyFile(ctx context.Context, source, target *os.Root, name string, c *censor.Censor, limits Limits, out *Copied) (err error) {
	// Not to wait, should it have become a pipe.
	file, err := source.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		out.leave(name, "%v", err)
		return nil
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	room := limits.Bytes - out.Bytes
	if !info.Mode().IsRegular() || info.Size() > room {
		out.leave(name, "%d bytes, and of all %d there is room for %d", info.Size(), limits.Bytes, room)
		return nil
	}
	if err := target.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	made, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	clean := c.Writer(made)
	// What grew since is cut: the size was checked.
	n, err := io.Copy(clean, io.LimitReader(contextReader{ctx, file}, info.Size()))
	err = errors.Join(err, clean.Close(), made.Sync(), made.Close())
	if err != nil {
		return fmt.Errorf("artifact %s: %w", name, err)
	}
	out.Files++
	out.Bytes += n
	return nil
}

// contextReader ends a copy when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
