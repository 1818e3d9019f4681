// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// refChange is a branch or tag that was created, moved or deleted.
type refChange struct {
	Name     string // in full: refs/heads/main
	Old, New string // zeroOID if it was, or is, not there
}

func (r refChange) created() bool { return r.Old == zeroOID }
func (r refChange) deleted() bool { return r.New == zeroOID }

// branch returns the name of the branch, if it is one.
func (r refChange) branch() (string, bool) { return strings.CutPrefix(r.Name, "refs/heads/") }

// listRefs returns branches and tags with the objects they point to.
func listRefs(ctx context.Context, repo git.Repo, prefixes ...string) (map[string]string, error) {
	args := append([]string{"for-each-ref", "--format=%(objectname) %(refname)"}, prefixes...)
	out, err := repo.Run(ctx, args...)
	if err != nil {
		return nil, err
	}
	refs := make(map[string]string)
	for line := range strings.Lines(out) {
		oid, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		refs[name] = oid
	}
	return refs, nil
}

// deletePullRefs removes the references of pull requests.
func deletePullRefs(ctx context.Context, repo git.Repo) error {
	refs, err := listRefs(ctx, repo, "refs/pull")
	if err != nil || len(refs) == 0 {
		return err
	}
	var in strings.Builder
	for name := range refs {
		fmt.Fprintf(&in, "delete %s\n", name)
	}
	_, err = repo.RunInput(ctx, strings.NewReader(in.String()), "update-ref", "--stdin")
	return err
}

// knownRefs returns the references as the forge last told them.
func (tx *tx) knownRefs(repo int64) (map[string]string, error) {
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT name, oid FROM ref WHERE repo = ?", repo)
	if err != nil {
		return nil, fmt.Errorf("reading the known references: %w", err)
	}
	refs := make(map[string]string)
	for rows.Next() {
		var name, oid string
		if err := rows.Scan(&name, &oid); err != nil {
			_ = rows.Close() // the error of Scan is the news
			return nil, fmt.Errorf("reading the known references: %w", err)
		}
		refs[name] = oid
	}
	return refs, rows.Err()
}

// changedRefs compares the bare repository with what is known, branches first.
func (v *view) changedRefs(r *repository) ([]refChange, error) {
	known, err := v.tx.knownRefs(r.ID)
	if err != nil {
		return nil, err
	}
	now, err := listRefs(v.tx.ctx, v.srv.git(r), "refs/heads", "refs/tags")
	if err != nil {
		return nil, err
	}
	var changes []refChange
	for name, oid := range now {
		if old, had := known[name]; !had {
			changes = append(changes, refChange{Name: name, Old: zeroOID, New: oid})
		} else if old != oid {
			changes = append(changes, refChange{Name: name, Old: old, New: oid})
		}
	}
	for name, old := range known {
		if _, has := now[name]; !has {
			changes = append(changes, refChange{Name: name, Old: old, New: zeroOID})
		}
	}
	slices.SortFunc(changes, func(a, b refChange) int { return strings.Compare(a.Name, b.Name) })
	return changes, nil
}

// remember makes a change known.
func (tx *tx) remember(repo int64, change refChange) error {
	query, args := "INSERT INTO ref VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET oid = excluded.oid", []any{repo, change.Name, change.New}
	if change.deleted() {
		query, args = "DELETE FROM ref WHERE repo = ? AND name = ?", args[:2]
	}
	if _, err := tx.sql.ExecContext(tx.ctx, query, args...); err != nil {
		return fmt.Errorf("remembering %s: %w", change.Name, err)
	}
	return nil
}

// rememberRefs makes all references known without telling anybody.
func (v *view) rememberRefs(r *repository) error {
	changes, err := v.changedRefs(r)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if err := v.tx.remember(r.ID, change); err != nil {
			return err
		}
	}
	return nil
}

// settle tells what changed in the references of r since it last was called:
// by a push, by the API, or by a process that was killed before it could. It
// is the only place that emits push, create and delete, and whatever changes
// references calls it, with the repository locked.
func (v *view) settle(r *repository) error {
	changes, err := v.changedRefs(r)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := v.adoptDefaultBranch(r, changes); err != nil {
		return err
	}
	r.PushedAt = v.tx.now
	if err := repositories.put(v.tx, r); err != nil {
		return err
	}
	tags := 0
	for _, change := range changes {
		if !strings.HasPrefix(change.Name, "refs/heads/") {
			tags++
		}
	}
	for _, change := range changes {
		if err := v.tx.remember(r.ID, change); err != nil {
			return err
		}
		_, isBranch := change.branch()
		// GitHub tells nobody of more than three tags at once.
		if isBranch || tags <= 3 {
			if err := v.tellRefChange(r, change); err != nil {
				return err
			}
		}
		for _, follow := range followers() {
			if err := follow(v, r, change); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleAll settles every repository, each in the name of who was pushing.
func (v *view) settleAll() error {
	all, err := repositories.all(v.tx)
	if err != nil {
		return err
	}
	for _, r := range all {
		pusher, err := v.tx.setting(pusherSetting(r))
		if err != nil {
			return err
		}
		as := *v
		as.actor = nil
		if id, err := strconv.ParseInt(pusher, 10, 64); err == nil {
			a, err := accounts.get(v.tx, id)
			if err != nil {
				return err
			}
			as.actor = &actor{account: a}
		}
		if err := as.settle(r); err != nil {
			return fmt.Errorf("settling repository %d: %w", r.ID, err)
		}
	}
	return nil
}

// pusherSetting names the setting that holds who last began to push to r.
func pusherSetting(r *repository) string { return fmt.Sprintf("pusher of %d", r.ID) }

// adoptDefaultBranch makes the first branch that is ever pushed the default
// one, if it is not there under its own name.
func (v *view) adoptDefaultBranch(r *repository, changes []refChange) error {
	first := ""
	for _, change := range changes {
		name, isBranch := change.branch()
		if !isBranch {
			continue
		}
		if !change.created() || name == r.DefaultBranch {
			return nil
		}
		if first == "" || name == "main" || name == "master" {
			first = name
		}
	}
	if first == "" {
		return nil
	}
	known, err := v.tx.knownRefs(r.ID)
	if err != nil {
		return err
	}
	if _, has := known["refs/heads/"+r.DefaultBranch]; has {
		return nil
	}
	r.DefaultBranch = first
	return setHead(v.tx.ctx, v.srv.git(r), first)
}

// tellRefChange emits the events of one change: create or delete, and push.
func (v *view) tellRefChange(r *repository, change refChange) error {
	short, isBranch := change.branch()
	refType := "branch"
	if !isBranch {
		short, refType = strings.TrimPrefix(change.Name, "refs/tags/"), "tag"
	}
	switch {
	case change.created():
		err := v.emit(event{name: "create", repo: r, payload: object{
			"ref": short, "ref_type": refType, "master_branch": r.DefaultBranch,
			"description": orNull(r.Description), "pusher_type": "user",
		}})
		if err != nil {
			return err
		}
	case change.deleted():
		err := v.emit(event{name: "delete", repo: r, payload: object{"ref": short, "ref_type": refType, "pusher_type": "user"}})
		if err != nil {
			return err
		}
	}
	payload, err := v.pushPayload(r, change)
	if err != nil {
		return err
	}
	return v.emit(event{name: "push", repo: r, payload: payload})
}

func (v *view) pushPayload(r *repository, change refChange) (object, error) {
	repo := v.srv.git(r)
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	var commits []object
	var head object
	forced := false
	if !change.deleted() {
		// An annotated tag's push shows the commit it is on.
		at, err := repo.Run(v.tx.ctx, "rev-parse", "--verify", "--quiet", change.New+"^{commit}")
		if err != nil && git.ExitCode(err) < 0 {
			return nil, err
		}
		if at != "" {
			heads, err := v.pushedCommits(repo, full, []string{"-1", at})
			if err != nil {
				return nil, err
			}
			head = heads[0]
		}
		if _, isBranch := change.branch(); isBranch {
			if commits, err = v.newCommits(r, full, change); err != nil {
				return nil, err
			}
			if !change.created() {
				ancestor, err := isAncestor(v.tx.ctx, repo, change.Old, change.New)
				if err != nil {
					return nil, err
				}
				forced = !ancestor
			}
		}
	}
	if commits == nil {
		commits = []object{}
	}
	compare := v.web("/%s/compare/%.12s...%.12s", full, change.Old, change.New)
	pusher := person{Name: "GitHub", Email: "noreply@github.com"}
	if v.me() != nil {
		pusher = v.person()
		pusher.Name = v.me().Login
	}
	return object{
		"ref": change.Name, "before": change.Old, "after": change.New,
		"created": change.created(), "deleted": change.deleted(), "forced": forced, "base_ref": nil, "compare": compare,
		"commits": commits, "head_commit": head, "pusher": object{"name": pusher.Name, "email": pusher.Email},
	}, nil
}

// maxPushCommits is how many commits GitHub puts into a push event at most.
const maxPushCommits = 2048

// newCommits are those that a branch has now and had not before; of a new
// branch, those that no other known branch has.
func (v *view) newCommits(r *repository, full string, change refChange) ([]object, error) {
	args := []string{"--reverse", fmt.Sprintf("--max-count=%d", maxPushCommits), change.New}
	if !change.created() {
		return v.pushedCommits(v.srv.git(r), full, append(args, "^"+change.Old))
	}
	known, err := v.tx.knownRefs(r.ID)
	if err != nil {
		return nil, err
	}
	for name, oid := range known {
		if strings.HasPrefix(name, "refs/heads/") && name != change.Name {
			args = append(args, "^"+oid)
		}
	}
	return v.pushedCommits(v.srv.git(r), full, args)
}

// pushedCommits renders commits, chosen by arguments of git log, as push
// events have them.
func (v *view) pushedCommits(repo git.Repo, full string, args []string) ([]object, error) {
	const marker = "\x01"
	format := "--format=%x01%x00%H%x00%T%x00%aI%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00"
	args = append([]string{"log", "-z", format, "--no-renames", "--name-status", "--diff-merges=first-parent"}, args...)
	out, err := repo.Run(v.tx.ctx, args...)
	if err != nil {
		return nil, err
	}
	// Nothing in a commit holds a NUL: counting fields, no message can pass
	// for the beginning of another commit.
	fields := strings.Split(out, "\x00")
	var commits []object
	for i := 0; i < len(fields); {
		if fields[i] != marker || i+8 >= len(fields) {
			i++
			continue
		}
		f := fields[i+1 : i+9]
		i += 9
		added, removed, modified := []string{}, []string{}, []string{}
		for ; i < len(fields) && fields[i] != marker; i++ {
			status := strings.TrimSpace(fields[i])
			if status == "" || i+1 == len(fields) {
				continue
			}
			i++
			switch status {
			case "A":
				added = append(added, fields[i])
			case "D":
				removed = append(removed, fields[i])
			default:
				modified = append(modified, fields[i])
			}
		}
		commits = append(commits, object{
			"id": f[0], "tree_id": f[1], "distinct": true, "message": strings.TrimRight(f[7], "\n"), "timestamp": f[2],
			"url":    v.web("/%s/commit/%s", full, f[0]),
			"author": object{"name": f[3], "email": f[4]}, "committer": object{"name": f[5], "email": f[6]},
			"added": added, "removed": removed, "modified": modified,
		})
	}
	return commits, nil
}
