// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

// zeroOID stands for "no object" where git wants one.
const zeroOID = "0000000000000000000000000000000000000000"

// treeEntry is a line of a tree.
type treeEntry struct {
	Mode, Type, SHA, Path string
	Size                  int64 // of a blob
}

// person is an author or committer.
type person struct {
	Name  string    `json:"name"`
	Email string    `json:"email"`
	Date  time.Time `json:"date"`
}

// signature renders the person as in a commit object, without what would end
// the field early.
func (p person) signature() string {
	clean := strings.NewReplacer("<", "", ">", "", "\n", "", "\x00", "").Replace
	_, zone := p.Date.Zone()
	sign := '+'
	if zone < 0 {
		sign, zone = '-', -zone
	}
	return fmt.Sprintf("%s <%s> %d %c%02d%02d", clean(p.Name), clean(p.Email), p.Date.Unix(), sign, zone/3600, zone/60%60)
}

// personOf is how an account writes commits now: with GitHub's private
// address if it has made none public.
func (v *view) personOf(a *account) person {
	p := person{Name: a.Name, Email: a.Email, Date: v.tx.now}
	if p.Name == "" {
		p.Name = a.Login
	}
	if p.Email == "" {
		p.Email = fmt.Sprintf("%d+%s@users.noreply.github.com", a.ID, a.Login)
	}
	return p
}

func (v *view) person() person { return v.personOf(v.me()) }

// webFlow is the committer of what GitHub commits for somebody: a merge, an
// edit in the browser.
func (v *view) webFlow() person {
	return person{Name: "GitHub", Email: "noreply@github.com", Date: v.tx.now}
}

func writeBlob(ctx context.Context, repo git.Repo, content []byte) (string, error) {
	return repo.RunInput(ctx, bytes.NewReader(content), "hash-object", "-w", "--stdin")
}

// writeTree makes a tree of exactly these entries, whose paths hold no slash.
func writeTree(ctx context.Context, repo git.Repo, entries []treeEntry) (string, error) {
	var in strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&in, "%s %s %s\t%s\x00", e.Mode, e.Type, e.SHA, e.Path)
	}
	return repo.RunInput(ctx, strings.NewReader(in.String()), "mktree", "-z")
}

// newCommit is a commit to be written.
type newCommit struct {
	tree              string
	parents           []string
	author, committer person
	message           string
	signature         string // PGP or SSH, armored
}

// writeCommit writes the object itself: git commit-tree would re-encode the
// message, and takes no signature from elsewhere.
func writeCommit(ctx context.Context, repo git.Repo, c newCommit) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.tree)
	for _, p := range c.parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n", c.author.signature(), c.committer.signature())
	if c.signature != "" {
		// A header goes on in lines that begin with a space.
		fmt.Fprintf(&b, "gpgsig %s\n", strings.ReplaceAll(strings.TrimRight(c.signature, "\n"), "\n", "\n "))
	}
	fmt.Fprintf(&b, "\n%s", c.message)
	return repo.RunInput(ctx, strings.NewReader(b.String()), "hash-object", "-w", "-t", "commit", "--stdin")
}

// setRef moves a reference from old (zeroOID: it must not exist; "": whatever)
// to oid, which may be zeroOID to delete it.
func setRef(ctx context.Context, repo git.Repo, name, oid, old string) error {
	args := []string{"update-ref", "--no-deref", name, oid}
	if oid == zeroOID {
		args = []string{"update-ref", "--no-deref", "-d", name}
	}
	if old != "" {
		args = append(args, old)
	}
	_, err := repo.Run(ctx, args...)
	return err
}

// setHead makes branch the one that a clone checks out.
func setHead(ctx context.Context, repo git.Repo, branch string) error {
	_, err := repo.Run(ctx, "symbolic-ref", "HEAD", "refs/heads/"+branch)
	return err
}

// resolveRef returns the object that a full reference name points to, or errMissing.
func resolveRef(ctx context.Context, repo git.Repo, name string) (string, error) {
	oid, err := repo.Run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
	return oid, missingIf(err, name)
}

// resolveCommit returns the commit that a branch, a tag or the beginning of a
// commit's id names, or errMissing. A branch comes before a tag of its name,
// as on GitHub.
func resolveCommit(ctx context.Context, repo git.Repo, name string) (string, error) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, "^~:\x00\n ") || strings.Contains(name, "@{") {
		return "", fmt.Errorf("no commit %q: %w", name, errMissing)
	}
	candidates := []string{"refs/heads/" + name, "refs/tags/" + name, "refs/" + strings.TrimPrefix(name, "refs/")}
	if isHex(name) {
		candidates = append(candidates, name)
	}
	if name == "HEAD" {
		candidates = []string{"HEAD"}
	}
	// One question for all: a forge is asked this more than anything else.
	var ask strings.Builder
	for _, candidate := range candidates {
		ask.WriteString(candidate + "^{commit}\n")
	}
	answer, err := repo.RunInput(ctx, strings.NewReader(ask.String()), "cat-file", "--batch-check=%(objectname)")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(answer) {
		// What is not there is its question, and "missing" or "ambiguous".
		if oid := strings.TrimSuffix(line, "\n"); isOID(oid) {
			return oid, nil
		}
	}
	return "", fmt.Errorf("no commit %q: %w", name, errMissing)
}

func isHex(s string) bool {
	return len(s) >= 4 && len(s) <= 40 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func isOID(s string) bool { return len(s) == 40 && isHex(s) }

// missingIf turns "git says no" into errMissing.
func missingIf(err error, what string) error {
	if err != nil && git.ExitCode(err) > 0 {
		return fmt.Errorf("%s: %w", what, errors.Join(errMissing, err))
	}
	return err
}

// isAncestor reports whether old is in the history of oid.
func isAncestor(ctx context.Context, repo git.Repo, old, oid string) (bool, error) {
	_, err := repo.About(ctx, "", "merge-base", "--is-ancestor", old, oid)
	if git.ExitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}
