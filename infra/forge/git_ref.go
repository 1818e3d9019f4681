// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

var gitRefRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/ref/{ref...}", operation: "git/get-ref", handle: (*call).getGitRef},
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/matching-refs/{ref...}", operation: "git/list-matching-refs", handle: (*call).listMatchingRefs},
	{method: "POST", pattern: "/repos/{owner}/{repo}/git/refs", operation: "git/create-ref", handle: (*call).createGitRef},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/git/refs/{ref...}", operation: "git/update-ref", handle: (*call).updateGitRef},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/git/refs/{ref...}", operation: "git/delete-ref", handle: (*call).deleteGitRef},
}

// moveRef changes a reference as an endpoint was asked to, unless protection
// forbids it, and tells so. It comes last in a handler: git does not roll back.
func (c *call) moveRef(r *repository, change refChange) error {
	if err := c.guardRef(r, change); err != nil {
		return err
	}
	if err := setRef(c.tx.ctx, c.srv.git(r), change.Name, change.New, change.Old); err != nil {
		return err
	}
	return c.settle(r)
}

// gitRef renders a reference.
func (c *call) gitRef(r *repository, name, oid, typ string) (object, error) {
	u, err := c.repoURL(r, "/git")
	if err != nil {
		return nil, err
	}
	escaped := (&url.URL{Path: name}).EscapedPath()
	return object{
		"ref": name, "node_id": "REF_" + idKey(r.ID) + "_" + name, "url": u + "/" + escaped,
		"object": object{"sha": oid, "type": typ, "url": u + "/" + typ + "s/" + oid},
	}, nil
}

// objectType returns what an object is, or errMissing.
func (c *call) objectType(repo git.Repo, oid string) (string, error) {
	if !isOID(oid) {
		return "", errMissing
	}
	typ, err := repo.About(c.tx.ctx, "", "cat-file", "-t", oid)
	return strings.TrimSpace(typ), missingIf(err, oid)
}

func (c *call) answerRef(r *repository, name, oid string, status int) (reply, error) {
	typ, err := c.objectType(c.srv.git(r), oid)
	if err != nil {
		return reply{}, err
	}
	out, err := c.gitRef(r, name, oid, typ)
	if err != nil {
		return reply{}, err
	}
	return reply{status: status, body: out}, nil
}

// fullRef is the reference that a path names, with or without refs/.
func fullRef(name string) string { return "refs/" + strings.TrimPrefix(name, "refs/") }

func (c *call) getGitRef() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	name := fullRef(c.param("ref"))
	oid, err := resolveRef(c.tx.ctx, c.srv.git(r), name)
	if err != nil {
		return reply{}, err
	}
	return c.answerRef(r, name, oid, http.StatusOK)
}

func (c *call) listMatchingRefs() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	out, err := c.srv.git(r).Run(c.tx.ctx, "for-each-ref", "--format=%(objectname) %(objecttype) %(refname)")
	if err != nil {
		return reply{}, err
	}
	lines := slices.DeleteFunc(strings.Split(out, "\n"), func(line string) bool {
		fields := strings.SplitN(line, " ", 3)
		return len(fields) != 3 || !strings.HasPrefix(fields[2], fullRef(c.param("ref")))
	})
	return paged(c, lines, func(line string) (object, error) {
		fields := strings.SplitN(line, " ", 3)
		return c.gitRef(r, fields[2], fields[0], fields[1])
	})
}

func (c *call) createGitRef() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Ref, SHA string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	if err := c.checkRefName(repo, in.Ref); err != nil {
		return reply{}, err
	}
	if err := c.checkRefTarget(repo, in.Ref, in.SHA); err != nil {
		return reply{}, err
	}
	_, err = resolveRef(c.tx.ctx, repo, in.Ref)
	if err == nil {
		return reply{}, unprocessable("Reference already exists")
	}
	if !errors.Is(err, errMissing) {
		return reply{}, err
	}
	if err := c.moveRef(r, refChange{Name: in.Ref, Old: zeroOID, New: in.SHA}); err != nil {
		return reply{}, err
	}
	return c.answerRef(r, in.Ref, in.SHA, http.StatusCreated)
}

func (c *call) checkRefName(repo git.Repo, name string) error {
	_, err := repo.Run(c.tx.ctx, "check-ref-format", name)
	switch {
	case !strings.HasPrefix(name, "refs/") || strings.Count(name, "/") < 2:
		return unprocessable("Reference name must start with 'refs/' and contain at least two slashes")
	case git.ExitCode(err) > 0:
		return unprocessable(name + " is not a valid ref name.")
	case strings.HasPrefix(name, "refs/pull/"):
		return unprocessable("Reference cannot be created or updated: refs/pull belongs to pull requests")
	}
	return err
}

// checkRefTarget refuses what a reference cannot point to: a branch takes
// commits alone.
func (c *call) checkRefTarget(repo git.Repo, name, oid string) error {
	if !isOID(oid) {
		return unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	}
	typ, err := c.objectType(repo, oid)
	switch {
	case errors.Is(err, errMissing):
		return unprocessable("Object does not exist")
	case err != nil:
		return err
	case strings.HasPrefix(name, "refs/heads/") && typ != "commit":
		return unprocessable("Object is not a commit")
	}
	return nil
}

// refOfPath returns the reference that is to be changed.
func (c *call) refOfPath() (*repository, refChange, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return nil, refChange{}, err
	}
	change := refChange{Name: fullRef(c.param("ref")), New: zeroOID}
	change.Old, err = resolveRef(c.tx.ctx, c.srv.git(r), change.Name)
	if errors.Is(err, errMissing) {
		err = unprocessable("Reference does not exist")
	}
	if err == nil && strings.HasPrefix(change.Name, "refs/pull/") {
		err = unprocessable("Reference cannot be created or updated: refs/pull belongs to pull requests")
	}
	return r, change, err
}

func (c *call) updateGitRef() (reply, error) {
	r, change, err := c.refOfPath()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		SHA   string
		Force bool
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	if err := c.checkRefTarget(repo, change.Name, in.SHA); err != nil {
		return reply{}, err
	}
	change.New = in.SHA
	if !in.Force {
		forward, err := isAncestor(c.tx.ctx, repo, change.Old, change.New)
		if err != nil && git.ExitCode(err) < 0 {
			return reply{}, err
		}
		if err != nil || !forward { // an error: one of them is no commit
			return reply{}, unprocessable("Update is not a fast forward")
		}
	}
	if change.New != change.Old {
		if err := c.moveRef(r, change); err != nil {
			return reply{}, err
		}
	}
	return c.answerRef(r, change.Name, change.New, http.StatusOK)
}

func (c *call) deleteGitRef() (reply, error) {
	r, change, err := c.refOfPath()
	if err != nil {
		return reply{}, err
	}
	if change.Name == "refs/heads/"+r.DefaultBranch {
		return reply{}, unprocessable("Cannot delete the default branch")
	}
	if err := c.moveRef(r, change); err != nil {
		return reply{}, err
	}
	return noContent()
}
