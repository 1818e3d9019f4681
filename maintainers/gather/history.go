// SPDX-License-Identifier: Apache-2.0

package gather

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/git"
)

// Role is what somebody is in a folder.
type Role string

// The roles that history follows. An approver through a filter is one too.
const (
	Approver Role = "approver"
	Reviewer Role = "reviewer"
)

// Moment is a commit and its day.
type Moment struct {
	Date   string `json:"date"` // 2027-01-26, of the commit that came to the branch
	Commit string `json:"commit"`
}

// Tenure is the time that somebody had a role in a folder.
type Tenure struct {
	Login  string `json:"login"`
	Folder string `json:"folder"` // "" for the root
	Role   Role   `json:"role"`
	Since  Moment `json:"since"`
	// Until is the commit that ended it, or nil while it lasts.
	Until *Moment `json:"until,omitempty"`
}

// History is who had which role when.
type History struct {
	// Tenures are sorted by folder, login, role and time.
	Tenures []Tenure
	// Cut: the clone is shallow, and everything before its first commit is
	// unknown.
	Cut bool
}

// Was reports whether somebody has or had a role in any folder.
func (h History) Was(login string, role Role) bool {
	return slices.ContainsFunc(h.Tenures, func(t Tenure) bool { return t.Login == login && t.Role == role })
}

// Past reads the history of a revision, along the first parents: what was on
// the branch itself. While an OWNERS file can't be read, whom it named before
// stays: a typing error of a day ends nobody's time.
func Past(ctx context.Context, repo git.Repo, rev string) (History, error) {
	if strings.HasPrefix(rev, "-") {
		return History{}, fmt.Errorf("revision %q: want a commit, a branch or a tag", rev)
	}
	shallow, err := repo.Run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return History{}, err
	}
	log, err := repo.Run(ctx, "log", "--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "--no-abbrev", "--no-renames", "-z",
		"--format=%x01%H %cd", "--date=format-local:%Y-%m-%d", "--end-of-options", rev, "--",
		":(top,glob)**/"+owners.Filename, ":(top,literal)"+owners.AliasesFilename)
	if err != nil {
		return History{}, fmt.Errorf("history of %q: %w", rev, err)
	}
	steps, err := parseLog(log)
	if err != nil {
		return History{}, err
	}
	var ids []string
	for _, s := range steps {
		for _, id := range s.blobs {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	contents, err := blobs(ctx, repo, ids)
	if err != nil {
		return History{}, err
	}
	r := replay{files: make(map[string]string), roles: make(map[string][]holder), open: make(map[key]int)}
	for _, s := range steps {
		r.step(s, contents)
	}
	slices.SortStableFunc(r.tenures, func(a, b Tenure) int {
		return strings.Compare(a.Folder+"\x00"+a.Login+"\x00"+string(a.Role), b.Folder+"\x00"+b.Login+"\x00"+string(b.Role))
	})
	return History{Tenures: r.tenures, Cut: shallow == "true"}, nil
}

// logStep is one commit: by path the blob that it left there, "" for none.
type logStep struct {
	Moment
	blobs map[string]string
}

// parseLog reads what "git log --raw -z" prints, all of it ended by zero bytes:
// a commit's format with a byte 1 before it, then ":MODE MODE ID ID STATUS" and
// the path in turns. A path can have any byte but zero in it.
func parseLog(log string) ([]logStep, error) {
	var steps []logStep
	tokens := strings.Split(log, "\x00")
	for i := 0; i < len(tokens); i++ {
		token := strings.TrimSpace(tokens[i])
		if token == "" {
			continue
		}
		if head, ok := strings.CutPrefix(token, "\x01"); ok {
			commit, date, found := strings.Cut(head, " ")
			if !found {
				return nil, fmt.Errorf("git log: unexpected %q", token)
			}
			steps = append(steps, logStep{Moment: Moment{Date: date, Commit: commit}, blobs: make(map[string]string)})
			continue
		}
		fields := strings.Fields(token)
		if len(fields) != 5 || token[0] != ':' || i+1 == len(tokens) || len(steps) == 0 {
			return nil, fmt.Errorf("git log: unexpected %q", token)
		}
		id := fields[3]
		if fields[4] == "D" || !strings.HasPrefix(fields[1], "100") { // a link, or a submodule
			id = ""
		}
		i++
		steps[len(steps)-1].blobs[tokens[i]] = id
	}
	return steps, nil
}

type holder struct {
	login string
	role  Role
}

type key struct {
	folder string
	holder
}

// replay is the state between two commits.
type replay struct {
	files   map[string]string   // OWNERS files and the aliases
	roles   map[string][]holder // by folder
	open    map[key]int         // index in tenures of what lasts
	tenures []Tenure
}

func (r *replay) step(s logStep, contents map[string]string) {
	changed := make(map[string]string)
	for name, id := range s.blobs {
		if id == "" {
			delete(r.files, name)
		} else {
			r.files[name] = contents[id]
		}
		changed[name] = r.files[name]
	}
	if _, ok := changed[owners.AliasesFilename]; ok {
		// They can be in any of the files.
		maps.Copy(changed, r.files)
	}
	files := maps.Clone(changed)
	delete(files, owners.AliasesFilename)
	if aliases, ok := r.files[owners.AliasesFilename]; ok {
		files[owners.AliasesFilename] = aliases
	}
	tree := owners.Parse(files)
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if path.Base(name) != owners.Filename {
			continue
		}
		var now []holder
		if _, there := r.files[name]; there {
			lists, ok := tree.Lists(name)
			if !ok {
				continue
			}
			now = holders(lists)
		}
		r.turn(folderOf(name), now, s.Moment)
	}
}

// turn ends and begins the times of one folder.
func (r *replay) turn(folder string, now []holder, when Moment) {
	for _, h := range r.roles[folder] {
		if k := (key{folder, h}); !slices.Contains(now, h) {
			end := when
			// The clocks of two committers can disagree.
			end.Date = max(end.Date, r.tenures[r.open[k]].Since.Date)
			r.tenures[r.open[k]].Until = &end
			delete(r.open, k)
		}
	}
	for _, h := range now {
		k := key{folder, h}
		if _, ok := r.open[k]; !ok {
			r.open[k] = len(r.tenures)
			r.tenures = append(r.tenures, Tenure{Login: h.login, Folder: folder, Role: h.role, Since: when})
		}
	}
	r.roles[folder] = now
}

func holders(l owners.Lists) []holder {
	var all []holder
	for _, login := range slices.Concat(l.Approvers, l.Partial) {
		all = append(all, holder{login, Approver})
	}
	for _, login := range l.Reviewers {
		all = append(all, holder{login, Reviewer})
	}
	return all
}
