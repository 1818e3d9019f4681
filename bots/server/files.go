// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
)

// objects is how many of a kind of git object are kept in memory.
const objects = 10_000

// most is how many files are asked for at once.
const most = 100

// place is a path at a commit, whose tree tells what is there for all time.
type place struct{ commit, tree, path string }

func (p place) key() string { return p.tree + " " + p.path }

// found is what is at a place: nothing, or no file, has an empty oid.
type found struct{ oid, text string }

// file returns the object of a regular file; what is a link or a folder is no
// file.
func (e *treeEntry) file() string {
	const format, regular = 0o170000, 0o100000
	if e == nil || e.Type != "blob" || e.Mode&format != regular {
		return ""
	}
	return e.OID
}

// text returns the text of a regular file, if GitHub gave it.
func (e *treeEntry) text() (string, bool) {
	if e.file() == "" || e.Object == nil || e.Object.Text == nil || e.Object.IsTruncated {
		return "", false
	}
	return *e.Object.Text, true
}

// places returns where, at a commit, the settings, .gitattributes, OWNERS_ALIASES and the
// OWNERS files above some paths are.
func places(commit, tree string, paths []string) []place {
	at := []place{{commit, tree, config.Path}, {commit, tree, owners.Filename}, {commit, tree, owners.AliasesFilename}, {commit, tree, config.AttributesPath}}
	folders := make(map[string]bool)
	for _, p := range paths {
		for dir := path.Dir(p); dir != "." && dir != "/" && !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
			at = append(at, place{commit, tree, dir + "/" + owners.Filename})
		}
	}
	return at
}

// learn keeps what is known of a branch's tip.
func (r *Reader) learn(b *branch) {
	if b == nil {
		return
	}
	for name, e := range map[string]*treeEntry{config.Path: b.Target.Settings, owners.Filename: b.Target.Lists, owners.AliasesFilename: b.Target.Aliases, config.AttributesPath: b.Target.Attributes} {
		r.entries.put(place{tree: b.Target.Tree.OID, path: name}.key(), e.file())
		if text, ok := e.text(); ok && len(text) <= longest {
			r.blobs.put(e.file(), text)
		}
	}
}

// known returns what is kept of a place.
func (r *Reader) known(p place) (found, bool) {
	oid, ok := r.entries.peek(p.key())
	if !ok || oid == "" {
		return found{}, ok
	}
	text, ok := r.blobs.peek(oid)
	return found{oid, text}, ok
}

// files returns the texts of the files at some places. Who reads on will need
// roles: if GitHub must be asked at all, it is asked for those as well that
// would be needed without the files.
func (g *reading) files(ctx context.Context, at []place) (map[place]string, error) {
	texts := make(map[place]string)
	var missing []place
	for _, p := range at {
		f, ok := g.known(p)
		if f.oid != "" && ok {
			texts[p] = f.text
		}
		if !ok {
			missing = append(missing, p)
		}
	}
	var logins []string
	if _, untold := g.untold.Load(g.t.Repository()); g.in.Number != 0 && len(missing) > 0 && !untold {
		logins = g.strangers(decide.Need(*g.in).Roles)
		logins = logins[:min(len(logins), most)]
	}
	for chunk := range slices.Chunk(missing, most) {
		read, err := g.fetch(ctx, chunk, logins)
		if len(logins) > 0 && refusal(err) {
			read, err = g.fetch(ctx, chunk, nil) // it may be about the roles
		}
		if err != nil {
			return nil, err
		}
		for p, f := range read {
			if f.oid != "" {
				texts[p] = f.text
			}
		}
		logins = nil
	}
	return texts, nil
}

// fetch asks for files and roles, and keeps both.
func (g *reading) fetch(ctx context.Context, at []place, logins []string) (map[place]found, error) {
	vars := map[string]any{"owner": g.t.Owner, "name": g.t.Name}
	types, roles := askRoles(logins, vars)
	var declared, asked strings.Builder
	for i, p := range at {
		vars[fmt.Sprintf("c%d", i)], vars[fmt.Sprintf("p%d", i)] = p.commit, p.path
		fmt.Fprintf(&declared, ",$c%d:GitObjectID!,$p%d:String!", i, i)
		fmt.Fprintf(&asked, " f%d:object(oid:$c%d){... on Commit{oid file(path:$p%d){%s}}}", i, i, i, textFields)
	}
	files := ""
	if len(at) > 0 {
		files = " files:repository(owner:$owner,name:$name){" + asked.String() + "}"
	}
	query := "query($owner:String!,$name:String!" + types + declared.String() + "){repository(owner:$owner,name:$name){isPrivate}" + roles + files + "}"
	var answer struct {
		Repository struct{ IsPrivate bool }
		Roles      map[string]collaborators
		Files      map[string]*struct {
			OID  string
			File *treeEntry
		}
	}
	if err := g.GitHub.GraphQL(ctx, query, vars, &answer); err != nil {
		return nil, err
	}
	maps.Copy(g.roles, rolesOf(logins, answer.Roles, answer.Repository.IsPrivate))
	read := make(map[place]found, len(at))
	for i, p := range at {
		of := answer.Files[fmt.Sprintf("f%d", i)]
		if of == nil || of.OID != p.commit {
			return nil, fmt.Errorf("%s: GitHub has no commit %s", p.path, p.commit)
		}
		f := found{oid: of.File.file()}
		if f.oid != "" {
			var err error
			f.text, err = g.text(ctx, p, of.File)
			var large *tooLargeError
			if errors.As(err, &large) {
				g.in.Problems = append(g.in.Problems, large.Error())
			} else if err != nil {
				return nil, err
			}
		}
		g.entries.put(p.key(), f.oid)
		read[p] = f
	}
	return read, nil
}

// text returns the text of a file. GraphQL has none of what is long, or not
// UTF-8.
func (g *reading) text(ctx context.Context, p place, e *treeEntry) (string, error) {
	return g.blobs.get(e.OID, func() (string, error) {
		switch text, ok := e.text(); {
		case ok && len(text) > longest:
			return "", &tooLargeError{p.path, len(text)}
		case ok:
			return text, nil
		}
		return g.contents(ctx, g.t, p)
	})
}

// longest is up to how many bytes of a file GitHub gives the text.
// https://docs.github.com/en/rest/repos/contents#size-limits
const longest = 1 << 20

// tooLargeError is a file of more than that. No settings and no list of owners
// are so long.
type tooLargeError struct {
	path string
	size int
}

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("%s has %d bytes, more than the %d that are read", e.path, e.size, longest)
}

func (r *Reader) contents(ctx context.Context, t act.Target, p place) (string, error) {
	file, _, _, err := r.GitHub.Repositories.GetContents(ctx, t.Owner, t.Name, p.path, &gh.RepositoryContentGetOptions{Ref: p.commit})
	if err == nil && file == nil {
		err = errNoFile
	}
	src := ""
	if err == nil && (file.GetEncoding() == "none" || file.GetSize() > longest) {
		return "", &tooLargeError{p.path, file.GetSize()}
	}
	if err == nil {
		src, err = file.GetContent()
	}
	if err != nil {
		return "", fmt.Errorf("%s at %s: %w", p.path, p.commit, err)
	}
	return src, nil
}
