// SPDX-License-Identifier: Apache-2.0

package history

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

// commit is what is kept of a commit that may be a change.
type commit struct {
	id       string
	parents  int
	authored time.Time
	when     time.Time // committed
	author   string    // name
	message  string
	owner    *owner // nil: none, or not known yet
}

// subject returns the first line of the message.
func (c *commit) subject() string {
	subject, _, _ := strings.Cut(c.message, "\n")
	return strings.TrimSpace(subject)
}

// body returns what follows the first line.
func (c *commit) body() string {
	_, body, _ := strings.Cut(c.message, "\n")
	return strings.TrimSpace(body)
}

// oid is a commit's id. SHA-1 fills 20 bytes of it.
type oid [32]byte

// node is a commit of the graph.
type node struct {
	id     oid
	first  int32   // the first parent, -1: none
	others []int32 // the other parents of a merge
	group  int32   // which branch it came with, see attribute; outside: not in the range
	wanted bool    // its message may be needed
	commit *commit // nil: not kept
}

// outside is the group of commits that were only mentioned, as parents.
const outside = -1

// graph is the commits of a range.
type graph struct {
	repo  git.Repo
	nodes []node
	index map[oid]int32
	hash  int       // bytes of an id
	head  int32     // -1: the range is empty
	seen  int       // commits in the range
	since time.Time // when the range began: the commit date of what its first commit stands on
}

// maxMessage bounds what is kept of a message: a commit has no limit.
const maxMessage = 64 << 10

// recordFormat is a commit as walk reads it: ids, times, author's name, message.
const recordFormat = "--format=%H %P%n%at %ct%n%an%n%B"

// logArgs runs git log so that no configuration of the repository changes what
// it prints.
func logArgs(args ...string) []string {
	return append([]string{"log", "-z", "--no-color", "--no-decorate", "--no-notes", "--no-show-signature", "--encoding=UTF-8", recordFormat}, args...)
}

// walk reads the commits that head has and from ("": none) has not, in one pass.
func walk(ctx context.Context, repo git.Repo, head, from string) (*graph, error) {
	g := &graph{repo: repo, index: map[oid]int32{}, head: -1, hash: len(head) / 2}
	id, err := parseOID([]byte(head))
	if err != nil {
		return nil, err
	}
	g.nodes[g.lookup(id)].wanted = true
	args := logArgs(head)
	if from != "" {
		args = append(args, "^"+from)
	}
	p := recordReader{take: g.add}
	if err := repo.Stream(ctx, nil, &p, append(args, "--")...); err != nil {
		if p.err != nil {
			return nil, p.err
		}
		return nil, err
	}
	if err := p.close(); err != nil {
		return nil, err
	}
	if i := g.index[id]; g.nodes[i].group != outside {
		g.head = i
	}
	return g, g.boundary(ctx)
}

// lookup returns the place of a commit, a new one if it was not mentioned.
func (g *graph) lookup(id oid) int32 {
	i, ok := g.index[id]
	if !ok {
		i = int32(len(g.nodes))
		g.index[id] = i
		g.nodes = append(g.nodes, node{id: id, first: -1, group: outside})
	}
	return i
}

// add takes one record of git log.
//
// Git prints children before parents, but for skewed clocks: when a commit
// comes, it is known whether it is on the first-parent line, and only then is
// its message kept. What is missing in the end is read again by messages.
func (g *graph) add(rec []byte) error {
	ids, rest, _ := bytes.Cut(rec, []byte{'\n'})
	first, parents, _ := bytes.Cut(ids, []byte{' '})
	id, err := parseOID(first)
	if err != nil {
		return err
	}
	i := g.lookup(id)
	g.nodes[i].group = 0
	g.seen++
	wanted, count := g.nodes[i].wanted, 0
	for len(parents) > 0 {
		var p []byte
		p, parents, _ = bytes.Cut(parents, []byte{' '})
		pid, err := parseOID(p)
		if err != nil {
			return err
		}
		j := g.lookup(pid)
		if count++; count == 1 {
			g.nodes[i].first = j
		} else {
			g.nodes[i].others = append(g.nodes[i].others, j)
		}
	}
	if !wanted {
		return nil
	}
	c, err := parseCommit(string(first), count, rest)
	if err != nil {
		return err
	}
	n := &g.nodes[i]
	n.commit = c
	if n.first >= 0 {
		g.nodes[n.first].wanted = true
	}
	if count > 1 && mergeOf(c).number == 0 {
		for _, j := range n.others {
			g.nodes[j].wanted = true
		}
	}
	return nil
}

// parseCommit reads a record after its line of ids.
func parseCommit(id string, parents int, rest []byte) (*commit, error) {
	times, rest, _ := bytes.Cut(rest, []byte{'\n'})
	author, message, ok := bytes.Cut(rest, []byte{'\n'})
	at, ct, _ := strings.Cut(string(times), " ")
	authored, err1 := strconv.ParseInt(at, 10, 64)
	when, err2 := strconv.ParseInt(ct, 10, 64)
	if err1 != nil || err2 != nil || !ok {
		return nil, fmt.Errorf("git log printed no times of commit %s: %q", id, times)
	}
	message = bytes.TrimSpace(message[:min(len(message), maxMessage)])
	return &commit{
		id: id, parents: parents, authored: time.Unix(authored, 0).UTC(), when: time.Unix(when, 0).UTC(),
		author: strings.ToValidUTF8(string(author), "�"), message: strings.ToValidUTF8(string(message), "�"),
	}, nil
}

func parseOID(s []byte) (oid, error) {
	var id oid
	if len(s) != 40 && len(s) != 64 {
		return id, fmt.Errorf("git log printed %.80q where the id of a commit belongs", s)
	}
	if _, err := hex.Decode(id[:], s); err != nil {
		return id, fmt.Errorf("git log printed %.80q where the id of a commit belongs: %w", s, err)
	}
	return id, nil
}

func (g *graph) name(i int32) string { return hex.EncodeToString(g.nodes[i].id[:g.hash]) }

// onMainline returns those of tags that are in the range, on Head's first-parent
// line.
func (g *graph) onMainline(tags []tag) []tag {
	line := map[int32]bool{}
	for _, t := range tags {
		if id, err := parseOID([]byte(t.commit)); err == nil {
			if i, ok := g.index[id]; ok && g.nodes[i].group != outside {
				line[i] = false
			}
		}
	}
	if len(line) == 0 {
		return nil
	}
	for i := g.head; i >= 0 && g.nodes[i].group != outside; i = g.nodes[i].first {
		if _, tagged := line[i]; tagged {
			line[i] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(tags), func(t tag) bool {
		id, err := parseOID([]byte(t.commit))
		i, ok := g.index[id]
		return err != nil || !ok || !line[i]
	})
}

// boundary reads when the range began. A pull request that is part of it was
// merged later than that.
func (g *graph) boundary(ctx context.Context) error {
	i := g.head
	for i >= 0 && g.nodes[i].group != outside {
		i = g.nodes[i].first
	}
	if i < 0 {
		return nil // the range reaches back to the first commit
	}
	out, err := g.repo.Run(ctx, "log", "-1", "--no-show-signature", "--format=%ct", g.name(i), "--")
	if err != nil {
		return err
	}
	when, err := strconv.ParseInt(out, 10, 64)
	if err != nil {
		return fmt.Errorf("git log printed %q for the date of commit %s", out, g.name(i))
	}
	g.since = time.Unix(when, 0).UTC()
	return nil
}

// messages fills in the commits of lines whose message was not kept.
func (g *graph) messages(ctx context.Context, lines [][]int32) error {
	var ids strings.Builder
	for _, line := range lines {
		for _, i := range line {
			if g.nodes[i].commit == nil {
				ids.WriteString(g.name(i) + "\n")
			}
		}
	}
	if ids.Len() == 0 {
		return nil
	}
	return readCommits(ctx, g.repo, ids.String(), func(c *commit) error {
		id, err := parseOID([]byte(c.id))
		if err != nil {
			return err
		}
		g.nodes[g.lookup(id)].commit = c
		return nil
	})
}

// readCommits reads the commits of a list of ids, one a line; those that are
// not in the repository are passed over.
func readCommits(ctx context.Context, repo git.Repo, ids string, take func(*commit) error) error {
	p := recordReader{take: func(rec []byte) error {
		line, rest, _ := bytes.Cut(rec, []byte{'\n'})
		id, parents, _ := strings.Cut(string(line), " ")
		c, err := parseCommit(id, len(strings.Fields(parents)), rest)
		if err != nil {
			return err
		}
		return take(c)
	}}
	err := repo.Stream(ctx, strings.NewReader(ids), &p, logArgs("--no-walk=unsorted", "--ignore-missing", "--stdin")...)
	if p.err != nil {
		return p.err
	}
	if err != nil {
		return err
	}
	return p.close()
}

// recordReader cuts what git prints into records that end with NUL.
type recordReader struct {
	take func([]byte) error
	part []byte // of a record that is not complete
	err  error  // what take said
}

// Write takes what git printed.
func (r *recordReader) Write(b []byte) (int, error) {
	size := len(b)
	for {
		rec, rest, whole := bytes.Cut(b, []byte{0})
		if !whole {
			r.part = append(r.part, b...)
			return size, nil
		}
		if len(r.part) > 0 {
			r.part = append(r.part, rec...)
			rec = r.part
		}
		if r.err = r.take(rec); r.err != nil {
			return 0, r.err
		}
		r.part, b = r.part[:0], rest
	}
}

// close takes a last record without NUL.
func (r *recordReader) close() error {
	if len(bytes.TrimSpace(r.part)) == 0 {
		return nil
	}
	return r.take(r.part)
}
