// SPDX-License-Identifier: Apache-2.0

package download

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// Where the index is: a branch of the repository that holds these two files
// and nothing else. Its history is public, and one commit holds both, so they
// are always of the same moment. The site has them below /releases.
const (
	IndexBranch        = "downloads"
	IndexFile          = "index.json"
	IndexSignatureFile = "index.json.sig"

	// MaxIndex keeps a mistake on the branch out of memory. A release takes
	// some 4 KiB of an index.
	MaxIndex = 16 << 20
)

const (
	// fetchedRef is what the repository has, acceptedRef the last of it that
	// was an index. Both live in the mirror's own corner: a ref below
	// refs/heads could be checked out and moved by a curious hand.
	fetchedRef  = "refs/lanner/fetched"
	acceptedRef = "refs/lanner/accepted"
)

// A snapshot is an index as it was published, with its signature.
type snapshot struct {
	index     Index
	data, sig []byte // nil if nothing was published yet
}

// A mirror is the branch of the index, on disk. One commit holds the index and
// its signature: they are always of the same moment, and a crash loses neither.
type mirror struct {
	repo   git.Repo
	remote string
}

func openMirror(ctx context.Context, dir, remote string) (*mirror, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("download site: %w", err)
	}
	m := &mirror{repo: git.Repo{Dir: dir}, remote: remote}
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); errors.Is(err, os.ErrNotExist) {
		if _, err := m.repo.Run(ctx, "init", "--quiet", "--bare"); err != nil {
			return nil, fmt.Errorf("download site: %w", err)
		}
	}
	return m, nil
}

// accepted returns the last snapshot that fetch returned, in this process or
// an earlier one; an empty one if there was none.
func (m *mirror) accepted(ctx context.Context) (snapshot, error) {
	switch _, err := m.repo.Run(ctx, "rev-parse", "--quiet", "--verify", acceptedRef); {
	case git.ExitCode(err) == 1:
		return snapshot{}, nil
	case err != nil:
		return snapshot{}, fmt.Errorf("download site: %w", err)
	}
	last, err := m.read(ctx, acceptedRef)
	if err != nil {
		return snapshot{}, fmt.Errorf("download site: the mirror in %s is damaged (%w); remove that folder to fetch it anew", m.repo.Dir, err)
	}
	return last, nil
}

// fetch returns the repository's snapshot. It refuses one that is older than
// current: the branch only ever moves on, and an index from before a release
// was withdrawn would offer it again.
func (m *mirror) fetch(ctx context.Context, current snapshot) (snapshot, error) {
	heads, err := m.repo.Run(ctx, "ls-remote", "--heads", m.remote, "refs/heads/"+IndexBranch)
	switch {
	case err != nil:
		return snapshot{}, err
	case heads == "" && current.data == nil:
		return snapshot{}, nil // nothing was released yet
	case heads == "":
		return snapshot{}, fmt.Errorf("branch %s is gone", IndexBranch)
	}
	if _, err := m.repo.Run(ctx, "fetch", "--quiet", "--no-tags", "--depth=1", m.remote,
		"+refs/heads/"+IndexBranch+":"+fetchedRef); err != nil {
		return snapshot{}, err
	}
	next, err := m.read(ctx, fetchedRef)
	if err != nil {
		return snapshot{}, err
	}
	if next.index.Updated.Before(current.index.Updated) {
		return snapshot{}, fmt.Errorf("branch %s went back to %s, the index served is of %s",
			IndexBranch, timestamp(next.index.Updated), timestamp(current.index.Updated))
	}
	if _, err := m.repo.Run(ctx, "update-ref", acceptedRef, fetchedRef); err != nil {
		return snapshot{}, err
	}
	return next, nil
}

// read reads the index and its signature from a commit.
func (m *mirror) read(ctx context.Context, rev string) (snapshot, error) {
	var (
		next snapshot
		err  error
	)
	if next.data, err = m.file(ctx, rev, IndexFile); err != nil {
		return snapshot{}, err
	}
	if next.sig, err = m.file(ctx, rev, IndexSignatureFile); err != nil {
		return snapshot{}, err
	}
	if next.index, err = ParseIndex(IndexBranch+":"+IndexFile, next.data); err != nil {
		return snapshot{}, err
	}
	return next, nil
}

func (m *mirror) file(ctx context.Context, rev, name string) ([]byte, error) {
	object := rev + ":" + name
	size, err := m.repo.Run(ctx, "cat-file", "-s", object)
	if err != nil {
		return nil, fmt.Errorf("branch %s has no %s: %w", IndexBranch, name, err)
	}
	if n, err := strconv.Atoi(size); err != nil || n > MaxIndex {
		return nil, fmt.Errorf("branch %s: %s has %s bytes, more than %d", IndexBranch, name, size, MaxIndex)
	}
	var data strings.Builder // Run would trim the end, and every byte is signed
	if err := m.repo.Stream(ctx, nil, &data, "cat-file", "blob", object); err != nil {
		return nil, err
	}
	return []byte(data.String()), nil
}
