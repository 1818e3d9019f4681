// SPDX-License-Identifier: Apache-2.0

package history

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/notes"
)

// commit is one on the branch itself: those inside a merged branch belong to
// the merge.
type commit struct {
	id      string
	parents int
	author  string
	date    time.Time // author's
	message string
}

func (c commit) subject() string {
	line, _, _ := strings.Cut(c.message, "\n")
	return strings.TrimSpace(line)
}

// logFormat is id, parents, author's name, author's time and message; git
// separates the fields by U+0001, which no name can hold, and ends each
// commit with NUL, which no message can hold.
const logFormat = "--format=%H%x01%P%x01%an%x01%at%x01%B"

// walk reads the commits of the branch that ends at head, newest first, in one
// pass; from is left out, with all that it contains.
func walk(ctx context.Context, repo git.Repo, from, head string) ([]commit, error) {
	args := []string{"log", "-z", "--first-parent", "--no-show-signature", "--no-color", "--no-decorate", logFormat, head}
	if from != "" {
		args = append(args, "^"+from)
	}
	var commits []commit
	err := stream(ctx, repo, nil, func(record []byte) error {
		c, err := parseCommit(record)
		if err == nil {
			commits = append(commits, c)
		}
		return err
	}, append(args, "--")...)
	if err != nil {
		return nil, fmt.Errorf("reading the commits up to %s: %w", head, err)
	}
	return commits, nil
}

func parseCommit(record []byte) (commit, error) {
	fields := bytes.SplitN(record, []byte{1}, 5)
	if len(fields) != 5 {
		return commit{}, fmt.Errorf("%w: git log: %q", errFormat, record)
	}
	seconds, err := strconv.ParseInt(string(fields[3]), 10, 64)
	if err != nil {
		return commit{}, fmt.Errorf("%w: git log: time %q", errFormat, fields[3])
	}
	return commit{
		id: string(fields[0]), parents: len(bytes.Fields(fields[1])), author: string(fields[2]),
		date: time.Unix(seconds, 0).UTC(), message: string(fields[4]),
	}, nil
}

// stream runs git and gives each NUL-terminated record of its output to each.
// The record is only valid during the call.
func stream(ctx context.Context, repo git.Repo, stdin io.Reader, each func([]byte) error, args ...string) error {
	// Whatever ends the reading ends git too.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := repo.Command(ctx, args...)
	cmd.Stdin = stdin
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := records(out, each)
	if readErr != nil {
		cancel()
	}
	if err := cmd.Wait(); err != nil && readErr == nil {
		return &git.Error{Args: args, Dir: repo.Dir, Stderr: strings.TrimSpace(stderr.String()), Err: err}
	}
	return readErr
}

// maxRecord bounds what one commit message may take in memory.
const maxRecord = 64 << 20

func records(r io.Reader, each func([]byte) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 256<<10), maxRecord)
	scanner.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for scanner.Scan() {
		if err := each(scanner.Bytes()); err != nil {
			return err
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a commit message is longer than %d MiB", maxRecord>>20)
	}
	return scanner.Err()
}

func commitTime(ctx context.Context, repo git.Repo, id string) (time.Time, error) {
	if id == "" {
		return time.Time{}, nil
	}
	out, err := repo.Run(ctx, "show", "-s", "--no-show-signature", "--format=%ct", id)
	if err != nil {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseInt(out, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: git show: time %q", errFormat, out)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// touchedBy lists the paths that each of ids changes against its first parent,
// in one process.
func touchedBy(ctx context.Context, repo git.Repo, ids []string) (map[string][]string, error) {
	touched := map[string][]string{}
	if len(ids) == 0 {
		return touched, nil
	}
	asked := map[string]bool{}
	for _, id := range ids {
		asked[id] = true
	}
	var current string
	err := stream(ctx, repo, strings.NewReader(strings.Join(ids, "\n")+"\n"), func(record []byte) error {
		switch field := string(record); {
		case asked[field]:
			current = field
		case current == "":
			return fmt.Errorf("%w: git diff-tree: %q", errFormat, field)
		default:
			touched[current] = append(touched[current], field)
		}
		return nil
	}, "log", "--stdin", "--no-walk=unsorted", "--format=%H", "-z", "--name-only", "--no-renames", "-m", "--first-parent", "--root")
	if err != nil {
		return nil, err
	}
	return touched, nil
}

// change is a commit that no pull request brought.
func (c commit) change() notes.Change {
	return notes.Change{Title: c.subject(), AuthorName: c.author, Message: c.message, Commits: []string{c.id}, MergedAt: c.date}
}

var (
	// What GitHub writes as the subject of a merge, and appends to that of a
	// squash. Only there it is GitHub's word: elsewhere "#12" is prose.
	mergeSubject  = regexp.MustCompile(`^Merge pull request #([1-9][0-9]{0,8}) from (\S+)$`)
	squashSubject = regexp.MustCompile(`^(.*\S) \(#([1-9][0-9]{0,8})\)$`)
)

// offline makes changes of commits alone.
func offline(commits []commit) []notes.Change {
	var changes []notes.Change
	for _, c := range commits {
		change := c.change()
		if m := mergeSubject.FindStringSubmatch(c.subject()); m != nil && c.parents > 1 {
			if ownBranch(m[2][strings.IndexByte(m[2], '/')+1:]) {
				continue
			}
			_, body, _ := strings.Cut(c.message, "\n")
			title, _, _ := strings.Cut(strings.TrimSpace(body), "\n")
			change.Number, change.Title = atoi(m[1]), title
		} else if m := squashSubject.FindStringSubmatch(c.subject()); m != nil {
			change.Number, change.Title = atoi(m[2]), m[1]
		}
		changes = append(changes, change)
	}
	return changes
}

// atoi reads digits that a pattern has bounded.
func atoi(s string) int {
	n := 0
	for _, d := range s {
		n = 10*n + int(d-'0')
	}
	return n
}

// ownBranch reports whether a branch is one that release cut pushes.
func ownBranch(name string) bool {
	return strings.HasPrefix(name, "release-plan/") || strings.HasPrefix(name, "forward/")
}
