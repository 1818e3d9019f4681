// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

var branchRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/branches", operation: "repos/list-branches", handle: (*call).listBranches},
	{method: "GET", pattern: "/repos/{owner}/{repo}/branches/{branch...}", operation: "repos/get-branch", handle: (*call).getBranch},
	{method: "GET", pattern: "/repos/{owner}/{repo}/tags", operation: "repos/list-tags", handle: (*call).listTags},
}

// namedCommit is a branch or tag and the commit that it comes to.
type namedCommit struct {
	name, oid string
}

// namedCommits lists the branches or tags below a prefix, without it. A tag on
// what is no commit is left out, as on GitHub.
func (v *view) namedCommits(r *repository, prefix string, args ...string) ([]namedCommit, error) {
	args = append([]string{"for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"}, append(args, prefix)...)
	out, err := v.srv.git(r).Run(v.tx.ctx, args...)
	if err != nil {
		return nil, err
	}
	var all []namedCommit
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 5)
		if len(f) != 5 {
			continue
		}
		n := namedCommit{name: strings.TrimPrefix(f[4], prefix)}
		switch {
		case f[0] == "commit":
			n.oid = f[1]
		case f[2] == "commit":
			n.oid = f[3]
		default:
			continue
		}
		all = append(all, n)
	}
	return all, nil
}

// branchGuard renders, for the branch itself, what protects it: the part of
// protection that everybody may know.
func (v *view) branchGuard(r *repository, branch string) (protected bool, rendered object, err error) {
	p, err := v.protectionOf(r, branch)
	if err != nil {
		return false, nil, err
	}
	enforced, checks := "off", new(checkPolicy)
	if p != nil && p.Checks != nil {
		checks, enforced = p.Checks, "non_admins"
		if p.EnforceAdmins {
			enforced = "everyone"
		}
	}
	required := checks.render()
	required["enforcement_level"] = enforced
	return p != nil, object{"enabled": p != nil, "required_status_checks": required}, nil
}

func (c *call) listBranches() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	all, err := c.namedCommits(r, "refs/heads/")
	if err != nil {
		return reply{}, err
	}
	wanted := c.query("protected")
	var branches []object
	for _, b := range all {
		protected, guard, err := c.branchGuard(r, b.name)
		if err != nil {
			return reply{}, err
		}
		if wanted == "true" && !protected || wanted == "false" && protected {
			continue
		}
		u := c.api("/repos/%s/branches/%s/protection", full, url.PathEscape(b.name))
		branches = append(branches, object{
			"name": b.name, "protected": protected, "protection": guard, "protection_url": u,
			"commit": object{"sha": b.oid, "url": c.api("/repos/%s/commits/%s", full, b.oid)},
		})
	}
	return paged(c, branches, func(o object) (object, error) { return o, nil })
}

func (c *call) getBranch() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	name := c.param("branch")
	repo := c.srv.git(r)
	oid, err := resolveRef(c.tx.ctx, repo, "refs/heads/"+name)
	if errors.Is(err, errMissing) {
		return reply{}, &apiError{status: http.StatusNotFound, message: "Branch not found"}
	}
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	raw, err := readCommit(c.tx.ctx, repo, oid)
	if err != nil {
		return reply{}, err
	}
	commit, err := c.commit(full, raw)
	if err != nil {
		return reply{}, err
	}
	protected, guard, err := c.branchGuard(r, name)
	if err != nil {
		return reply{}, err
	}
	u := c.api("/repos/%s/branches/%s", full, url.PathEscape(name))
	return ok(object{
		"name": name, "commit": commit, "protected": protected, "protection": guard, "protection_url": u + "/protection",
		"_links": object{"self": u, "html": c.web("/%s/tree/%s", full, (&url.URL{Path: name}).EscapedPath())},
	})
}

func (c *call) listTags() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	// The newest version first, which is not the order of the letters.
	all, err := c.namedCommits(r, "refs/tags/", "--sort=-version:refname")
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(t namedCommit) (object, error) {
		ref := "refs/tags/" + (&url.URL{Path: t.name}).EscapedPath()
		return object{
			"name": t.name, "node_id": "REF_" + idKey(r.ID) + "_refs/tags/" + t.name,
			"commit":      object{"sha": t.oid, "url": c.api("/repos/%s/commits/%s", full, t.oid)},
			"zipball_url": c.api("/repos/%s/zipball/%s", full, ref), "tarball_url": c.api("/repos/%s/tarball/%s", full, ref),
		}, nil
	})
}
