// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

var releaseNotesRoutes = []route{
	{method: "POST", pattern: "/repos/{owner}/{repo}/releases/generate-notes", operation: "repos/generate-release-notes", handle: (*call).generateNotes},
}

// notesInput is what release notes are asked for.
type notesInput struct {
	Tag      string `json:"tag_name"`
	Target   string `json:"target_commitish"`
	Previous string `json:"previous_tag_name"`
	File     string `json:"configuration_file_path"`
}

// notesConfig is .github/release.yml:
// https://docs.github.com/repositories/releasing-projects-on-github/automatically-generated-release-notes
type notesConfig struct {
	Changelog struct {
		Exclude    notesFilter     `json:"exclude"`
		Categories []notesCategory `json:"categories"`
	} `json:"changelog"`
}

type notesCategory struct {
	Title   string      `json:"title"`
	Labels  []string    `json:"labels"`
	Exclude notesFilter `json:"exclude"`
}

type notesFilter struct {
	Labels  []string `json:"labels"`
	Authors []string `json:"authors"`
}

// mergedPull is a pull request as the notes need it.
type mergedPull struct {
	*issue
	author string
	labels []string
}

func (f notesFilter) matches(p mergedPull) bool {
	return slices.Contains(f.Authors, p.author) || slices.ContainsFunc(p.labels, func(l string) bool { return slices.Contains(f.Labels, l) })
}

func (n notesCategory) takes(p mergedPull) bool {
	wanted := slices.Contains(n.Labels, "*") || slices.ContainsFunc(p.labels, func(l string) bool { return slices.Contains(n.Labels, l) })
	return wanted && !n.Exclude.matches(p)
}

func (c *call) generateNotes() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in notesInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Tag == "" {
		return reply{}, invalid("Release", "tag_name", "missing_field")
	}
	body, err := c.notes(r, in)
	if err != nil {
		return reply{}, err
	}
	return ok(object{"name": in.Tag, "body": body})
}

// notes writes what was merged since the previous release.
func (c *call) notes(r *repository, in notesInput) (string, error) {
	target, err := c.notesTarget(r, in)
	if err != nil {
		return "", err
	}
	if in.Previous == "" {
		if in.Previous, err = c.previousTag(r, in.Tag, target); err != nil {
			return "", err
		}
	}
	config, err := c.notesConfig(r, target, in.File)
	if err != nil {
		return "", err
	}
	merged, err := c.mergedPulls(r)
	if err != nil {
		return "", err
	}
	fresh, err := c.mergedBetween(r, merged, in.Previous, target)
	if err != nil {
		return "", err
	}
	full, err := c.fullName(r)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	c.writeChanges(&b, full, config, fresh)
	c.writeNewcomers(&b, full, merged, fresh)
	link := c.web("/%s/commits/%s", full, in.Tag)
	if in.Previous != "" {
		link = c.web("/%s/compare/%s...%s", full, in.Previous, in.Tag)
	}
	fmt.Fprintf(&b, "\n**Full Changelog**: %s", link)
	return b.String(), nil
}

// notesTarget returns the commit that is, or would be, released.
func (c *call) notesTarget(r *repository, in notesInput) (string, error) {
	repo := c.srv.git(r)
	commit, err := resolveCommit(c.tx.ctx, repo, "refs/tags/"+in.Tag)
	if !errors.Is(err, errMissing) {
		return commit, err
	}
	commit, err = resolveCommit(c.tx.ctx, repo, cmp.Or(in.Target, r.DefaultBranch))
	if errors.Is(err, errMissing) {
		err = invalid("Release", "target_commitish", "invalid")
	}
	return commit, err
}

// previousTag returns the tag of the last release before: the youngest
// published one whose commit the target has. "" if there is none.
func (c *call) previousTag(r *repository, tag, target string) (string, error) {
	all, err := releases.list(c.tx, r.ID)
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(other *release) bool { return other.Draft || other.Tag == tag })
	slices.SortFunc(all, func(a, b *release) int { return younger(b, a) })
	for _, other := range all {
		commit, err := resolveCommit(c.tx.ctx, c.srv.git(r), "refs/tags/"+other.Tag)
		if errors.Is(err, errMissing) {
			continue // the tag was deleted
		}
		if err != nil {
			return "", err
		}
		contained, err := isAncestor(c.tx.ctx, c.srv.git(r), commit, target)
		if err != nil {
			return "", err
		}
		if contained {
			return other.Tag, nil
		}
	}
	return "", nil
}

func (c *call) notesConfig(r *repository, commit, file string) (notesConfig, error) {
	var config notesConfig
	files := []string{file}
	if file == "" {
		files = []string{".github/release.yml", ".github/release.yaml"}
	}
	for _, name := range files {
		l, err := c.lookUp(r, commit, name)
		if errors.Is(err, errMissing) || errors.Is(err, errNotFound) {
			continue
		}
		if err != nil {
			return config, err
		}
		text, err := c.readObject(l.repo, "blob", l.entry.SHA)
		if err != nil {
			return config, err
		}
		if err := yaml.Unmarshal(text, &config); err != nil {
			return config, unprocessable("Invalid release notes configuration: " + err.Error())
		}
		return config, nil
	}
	if file != "" {
		return config, unprocessable("Release notes configuration " + file + " was not found")
	}
	return config, nil
}

// mergedPulls returns all merged pull requests of r, in the order of merging.
func (c *call) mergedPulls(r *repository) ([]mergedPull, error) {
	all, err := issues.query(c.tx, "kind = ? AND parent = ? AND json_extract(body, '$.pull.merged_at') IS NOT NULL", string(issues), r.ID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *issue) int {
		return cmp.Or(a.Pull.MergedAt.Compare(b.Pull.MergedAt), cmp.Compare(a.Number, b.Number))
	})
	var out []mergedPull
	for _, i := range all {
		p := mergedPull{issue: i, author: "ghost"}
		author, err := accounts.get(c.tx, i.Author)
		if err == nil {
			p.author = author.Login
		} else if !errors.Is(err, errMissing) {
			return nil, err
		}
		docs, err := c.labelDocs(i)
		if err != nil {
			return nil, err
		}
		for _, l := range docs {
			p.labels = append(p.labels, l.Name)
		}
		out = append(out, p)
	}
	return out, nil
}

// mergedBetween keeps the pull requests whose merge is in target and not in
// the previous release.
func (c *call) mergedBetween(r *repository, merged []mergedPull, previous, target string) ([]mergedPull, error) {
	args := []string{"rev-list", target}
	if previous != "" {
		from, err := resolveCommit(c.tx.ctx, c.srv.git(r), "refs/tags/"+previous)
		if errors.Is(err, errMissing) {
			return nil, invalid("Release", "previous_tag_name", "invalid")
		}
		if err != nil {
			return nil, err
		}
		args = append(args, "^"+from)
	}
	out, err := c.srv.git(r).Run(c.tx.ctx, args...)
	if err != nil {
		return nil, err
	}
	in := make(map[string]bool)
	for oid := range strings.FieldsSeq(out) {
		in[oid] = true
	}
	return slices.DeleteFunc(slices.Clone(merged), func(p mergedPull) bool { return !in[p.Pull.MergeCommit] }), nil
}

// writeChanges lists pull requests, under the first category that takes each.
func (c *call) writeChanges(b *strings.Builder, full string, config notesConfig, pulls []mergedPull) {
	b.WriteString("## What's Changed\n")
	pulls = slices.DeleteFunc(slices.Clone(pulls), config.Changelog.Exclude.matches)
	line := func(p mergedPull) {
		fmt.Fprintf(b, "* %s by @%s in %s\n", p.Title, p.author, c.web("/%s/pull/%d", full, p.Number))
	}
	if len(config.Changelog.Categories) == 0 {
		for _, p := range pulls {
			line(p)
		}
		return
	}
	for _, category := range append(config.Changelog.Categories, notesCategory{Title: "Other Changes", Labels: []string{"*"}}) {
		title := "### " + category.Title + "\n"
		pulls = slices.DeleteFunc(pulls, func(p mergedPull) bool {
			if !category.takes(p) {
				return false
			}
			b.WriteString(title)
			title = ""
			line(p)
			return true
		})
	}
}

// writeNewcomers names who has their first merged pull request among these.
func (c *call) writeNewcomers(b *strings.Builder, full string, merged, fresh []mergedPull) {
	first := make(map[string]int64)
	for _, p := range slices.Backward(merged) {
		first[p.author] = p.Number
	}
	head := "\n## New Contributors\n"
	for _, p := range fresh {
		if first[p.author] != p.Number {
			continue
		}
		b.WriteString(head)
		head = ""
		fmt.Fprintf(b, "* @%s made their first contribution in %s\n", p.author, c.web("/%s/pull/%d", full, p.Number))
	}
}
