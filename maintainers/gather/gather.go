// SPDX-License-Identifier: Apache-2.0

// Package gather reads from a repository who owns what: its OWNERS files now,
// at any commit, and as they changed.
//
// A commit is read from git's objects, without a checkout, with one listing
// and one reading of the objects; history is one walk along the first parents.
// It judges nothing and knows no names or employers: that is for packages
// project and verify. Packages of maintainers may import it. Its functions
// keep no state and are safe concurrently.
package gather

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/git"
)

// maxFile is more than any file for people has, and bounds what a stranger's
// repository makes this process read.
const maxFile = 4 << 20

// Snapshot is the files that say who owns what, at one moment.
type Snapshot struct {
	// Commit is where they were read, or empty for a folder's files.
	Commit string
	// Date is the day of that commit (2027-01-26), or empty.
	Date string
	// Files are the OWNERS files, the aliases, and those that were asked for
	// beside them and exist.
	Files map[string]string
	Tree  *owners.Tree
}

// Folder is whom the OWNERS file of one folder names.
type Folder struct {
	Path string // "" for the root
	owners.Lists
}

// OwnersFile is the path of the folder's OWNERS file.
func (f Folder) OwnersFile() string { return path.Join(f.Path, owners.Filename) }

// Folders returns the folders whose OWNERS files can be read, sorted.
func (s Snapshot) Folders() []Folder {
	var folders []Folder
	for name := range s.Files {
		if lists, ok := s.Tree.Lists(name); ok {
			folders = append(folders, Folder{Path: folderOf(name), Lists: lists})
		}
	}
	slices.SortFunc(folders, func(a, b Folder) int { return strings.Compare(a.Path, b.Path) })
	return folders
}

// MayApprove returns who may approve everything in a folder, sorted: those of
// its file and of the folders above, as far as these have a say.
func (s Snapshot) MayApprove(folder string) []string {
	// No filter that somebody writes for real files matches this name, except
	// the one for all.
	return s.Tree.Approvers(path.Join(folder, "\u00a0any file"))
}

// At reads a commit. Extra are files to read beside those of the owners.
func At(ctx context.Context, repo git.Repo, rev string, extra ...string) (Snapshot, error) {
	// A revision can't begin with a dash, and as an argument it must not be an
	// option.
	if strings.HasPrefix(rev, "-") {
		return Snapshot{}, fmt.Errorf("revision %q: want a commit, a branch or a tag", rev)
	}
	commit, err := repo.Run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return Snapshot{}, fmt.Errorf("revision %q: no such commit in %s: %w", rev, repo.Dir, err)
	}
	date, err := repo.Run(ctx, "show", "-s", "--format=%cd", "--date=format-local:%Y-%m-%d", commit)
	if err != nil {
		return Snapshot{}, err
	}
	listing, err := repo.Run(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return Snapshot{}, err
	}
	var paths, ids []string
	for entry := range strings.SplitSeq(listing, "\x00") {
		if entry == "" {
			continue
		}
		meta, name, found := strings.Cut(entry, "\t")
		fields := strings.Fields(meta)
		if !found || len(fields) != 3 {
			return Snapshot{}, fmt.Errorf("git ls-tree: unexpected entry %q", entry)
		}
		if strings.HasPrefix(fields[0], "100") && (isOwners(name) || slices.Contains(extra, name)) {
			paths, ids = append(paths, name), append(ids, fields[2])
		}
	}
	contents, err := blobs(ctx, repo, ids)
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{Commit: commit, Date: date, Files: make(map[string]string)}
	for i, name := range paths {
		s.Files[name] = contents[ids[i]]
	}
	s.Tree = owners.Parse(s.Files)
	return s, nil
}

// InFolder reads the files of a folder on this machine as they are, committed
// or not. Links are not followed: git does not know what is behind them.
// Whatever has a .git of its own is another repository.
func InFolder(dir string, extra ...string) (Snapshot, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Snapshot{}, fmt.Errorf("repository: %w", err)
	}
	s := Snapshot{Files: make(map[string]string)}
	err = fs.WalkDir(root.FS(), ".", func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if entry.Name() == ".git" {
				return fs.SkipDir
			}
			if _, err := root.Lstat(filepath.Join(p, ".git")); err == nil && p != "." {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular() || !isOwners(p) && !slices.Contains(extra, p):
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxFile {
			return fmt.Errorf("%s has %d bytes; at most %d are read", p, info.Size(), maxFile)
		}
		src, err := root.ReadFile(p)
		s.Files[p] = string(src)
		return err
	})
	if err = errors.Join(err, root.Close()); err != nil {
		return Snapshot{}, fmt.Errorf("repository %s: %w", dir, err)
	}
	s.Tree = owners.Parse(s.Files)
	return s, nil
}

func isOwners(name string) bool {
	return path.Base(name) == owners.Filename || name == owners.AliasesFilename
}

func folderOf(ownersFile string) string {
	if d := path.Dir(ownersFile); d != "." {
		return d
	}
	return ""
}

// blobs reads objects by their ids, all with one git.
func blobs(ctx context.Context, repo git.Repo, ids []string) (map[string]string, error) {
	wanted := slices.Clone(ids)
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	contents := make(map[string]string, len(wanted))
	if len(wanted) == 0 {
		return contents, nil
	}
	var out bytes.Buffer
	if err := repo.Stream(ctx, strings.NewReader(strings.Join(wanted, "\n")+"\n"), &out, "cat-file", "--batch"); err != nil {
		return nil, err
	}
	r := bufio.NewReader(&out)
	for _, id := range wanted {
		content, err := object(r, id)
		if err != nil {
			return nil, fmt.Errorf("git cat-file: object %s: %w", id, err)
		}
		contents[id] = content
	}
	return contents, nil
}

// object reads "ID TYPE SIZE\n", the content and a line feed.
func object(r *bufio.Reader, id string) (string, error) {
	header, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	fields := strings.Fields(header)
	if len(fields) != 3 || fields[0] != id || fields[1] != "blob" {
		return "", fmt.Errorf("git answers %q", strings.TrimSpace(header))
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return "", err
	}
	if size < 0 || size > maxFile {
		return "", fmt.Errorf("it has %d bytes; at most %d are read", size, maxFile)
	}
	content := make([]byte, size+1)
	if _, err := io.ReadFull(r, content); err != nil {
		return "", err
	}
	return string(content[:size]), nil
}
