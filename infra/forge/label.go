// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var labelRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/labels", operation: "issues/list-labels-for-repo", handle: (*call).listLabels},
	{method: "POST", pattern: "/repos/{owner}/{repo}/labels", operation: "issues/create-label", handle: (*call).createLabel},
	{method: "GET", pattern: "/repos/{owner}/{repo}/labels/{name...}", operation: "issues/get-label", handle: (*call).getLabel},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/labels/{name...}", operation: "issues/update-label", handle: (*call).updateLabel},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/labels/{name...}", operation: "issues/delete-label", handle: (*call).deleteLabel},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}/labels", operation: "issues/list-labels-on-issue", handle: (*call).listIssueLabels},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues/{number}/labels", operation: "issues/add-labels", handle: (*call).addIssueLabels},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/issues/{number}/labels", operation: "issues/set-labels", handle: (*call).setIssueLabels},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/{number}/labels", operation: "issues/remove-all-labels", handle: (*call).clearIssueLabels},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/{number}/labels/{name...}", operation: "issues/remove-label", handle: (*call).removeIssueLabel},
}

// label is a label of a repository. Key: its name, folded.
type label struct {
	meta
	Name        string `json:"name"`
	Color       string `json:"color"`
	Description string `json:"description,omitempty"`
}

const labels kind[label, *label] = "label"

// newLabelColor is the colour of a label that comes into being by being used.
const newLabelColor = "ededed"

// maxLabels is how many labels GitHub allows on an issue.
const maxLabels = 100

var validColor = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

func (l *label) check() error {
	switch {
	case strings.TrimSpace(l.Name) == "":
		return invalid("Label", "name", "missing_field")
	case utf8.RuneCountInString(l.Name) > 50:
		return invalidBecause("Label", "name", "name is too long (maximum is 50 characters)")
	case !validColor.MatchString(l.Color):
		return invalid("Label", "color", "invalid")
	case utf8.RuneCountInString(l.Description) > 100:
		return invalidBecause("Label", "description", "description is too long (maximum is 100 characters)")
	}
	return nil
}

func (v *view) label(r *repository, l *label) (object, error) {
	u, err := v.repoURL(r, "/labels/%s", url.PathEscape(l.Name))
	if err != nil {
		return nil, err
	}
	return object{
		"id": l.ID, "node_id": nodeID("Label", l.ID), "url": u, "name": l.Name,
		"description": orNull(l.Description), "color": l.Color, "default": false,
	}, nil
}

// labelDocs returns the labels of i, in the order they were added.
func (v *view) labelDocs(i *issue) ([]*label, error) {
	var out []*label
	for _, id := range i.Labels {
		l, err := labels.get(v.tx, id)
		if errors.Is(err, errMissing) {
			continue // deleted meanwhile, in an old version that search shows
		}
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (v *view) labelsOf(r *repository, i *issue) ([]object, error) {
	docs, err := v.labelDocs(i)
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, l := range docs {
		rendered, err := v.label(r, l)
		if err != nil {
			return nil, err
		}
		out = append(out, rendered)
	}
	return out, nil
}

// addLabel stores a new label and tells so.
func (v *view) addLabel(r *repository, l *label) error {
	if err := l.check(); err != nil {
		return err
	}
	err := labels.insert(v.tx, r.ID, fold(l.Name), l)
	if errors.Is(err, errTaken) {
		return invalid("Label", "name", "already_exists")
	}
	if err != nil {
		return err
	}
	return v.emitLabel(r, l, "created", nil)
}

func (v *view) emitLabel(r *repository, l *label, action string, changes object) error {
	rendered, err := v.label(r, l)
	if err != nil {
		return err
	}
	payload := object{"label": rendered}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "label", action: action, repo: r, payload: payload})
}

func (c *call) listLabels() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := labels.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	slices.SortFunc(all, func(a, b *label) int { return strings.Compare(a.Key, b.Key) })
	return paged(c, all, func(l *label) (object, error) { return c.label(r, l) })
}

// labelInput is what creating and changing a label take.
type labelInput struct {
	Name        *string `json:"name"`
	NewName     *string `json:"new_name"`
	Color       *string `json:"color"`
	Description *string `json:"description"`
}

func (c *call) createLabel() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in labelInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	l := &label{Color: newLabelColor}
	assign(&l.Name, in.Name)
	assign(&l.Color, in.Color)
	assign(&l.Description, in.Description)
	if err := c.addLabel(r, l); err != nil {
		return reply{}, err
	}
	return showNew(c.label(r, l))
}

// labelOfPath returns the label that the path names.
func (c *call) labelOfPath(need level) (*repository, *label, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	l, err := labels.find(c.tx, r.ID, fold(c.param("name")))
	return r, l, err
}

func (c *call) getLabel() (reply, error) {
	r, l, err := c.labelOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return show(c.label(r, l))
}

func (c *call) updateLabel() (reply, error) {
	r, l, err := c.labelOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in labelInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.NewName == nil {
		in.NewName = in.Name
	}
	before := *l
	assign(&l.Name, in.NewName)
	assign(&l.Color, in.Color)
	assign(&l.Description, in.Description)
	l.Key = fold(l.Name)
	if err := l.check(); err != nil {
		return reply{}, err
	}
	if err := labels.put(c.tx, l); err != nil {
		if errors.Is(err, errTaken) {
			return reply{}, invalid("Label", "name", "already_exists")
		}
		return reply{}, err
	}
	changes := object{}
	for field, values := range map[string][2]string{
		"name": {before.Name, l.Name}, "color": {before.Color, l.Color}, "description": {before.Description, l.Description},
	} {
		if values[0] != values[1] {
			changes[field] = object{"from": values[0]}
		}
	}
	if len(changes) > 0 {
		if err := c.emitLabel(r, l, "edited", changes); err != nil {
			return reply{}, err
		}
	}
	return show(c.label(r, l))
}

// deleteLabel takes the label off everything, too; GitHub tells only of the
// label itself.
func (c *call) deleteLabel() (reply, error) {
	r, l, err := c.labelOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	all, err := issues.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	for _, i := range all {
		if !slices.Contains(i.Labels, l.ID) {
			continue
		}
		i.Labels = slices.DeleteFunc(i.Labels, func(id int64) bool { return id == l.ID })
		if err := c.putIssue(i); err != nil {
			return reply{}, err
		}
	}
	if err := c.emitLabel(r, l, "deleted", nil); err != nil {
		return reply{}, err
	}
	if err := labels.delete(c.tx, l.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

// labelNames reads labels: texts or objects with a name, in a list or in an
// object with a list.
func labelNames(raw json.RawMessage) ([]string, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	if raw[0] == '{' {
		var in struct {
			Labels json.RawMessage `json:"labels"`
		}
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, &apiError{status: 400, message: "Problems parsing JSON"}
		}
		return labelNames(in.Labels)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, invalid("Label", "labels", "invalid")
	}
	var names []string
	for _, item := range list {
		var named struct {
			Name string `json:"name"`
		}
		var name string
		if err := json.Unmarshal(item, &name); err != nil {
			if err := json.Unmarshal(item, &named); err != nil {
				return nil, invalid("Label", "name", "invalid")
			}
			name = named.Name
		}
		names = append(names, name)
	}
	return names, nil
}

// labelIDs finds labels by name, and makes those that are not there: on
// GitHub a label comes into being by being used.
func (v *view) labelIDs(r *repository, names []string) ([]int64, error) {
	var ids []int64
	for _, name := range names {
		l, err := labels.find(v.tx, r.ID, fold(name))
		if errors.Is(err, errMissing) {
			l = &label{Name: name, Color: newLabelColor}
			err = v.addLabel(r, l)
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, l.ID) {
			ids = append(ids, l.ID)
		}
	}
	return ids, nil
}

// setLabels makes wanted the labels of i, and tells each change.
func (v *view) setLabels(r *repository, i *issue, wanted []int64) error {
	if len(wanted) > maxLabels {
		return invalidBecause(i.resource(), "labels", "cannot have more than 100 labels")
	}
	for _, id := range slices.Clone(i.Labels) {
		if slices.Contains(wanted, id) {
			continue
		}
		i.Labels = slices.DeleteFunc(slices.Clone(i.Labels), func(other int64) bool { return other == id })
		if err := v.tellLabel(r, i, "unlabeled", id); err != nil {
			return err
		}
	}
	for _, id := range wanted {
		if slices.Contains(i.Labels, id) {
			continue
		}
		i.Labels = append(i.Labels, id)
		if err := v.tellLabel(r, i, "labeled", id); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) tellLabel(r *repository, i *issue, action string, id int64) error {
	l, err := labels.get(v.tx, id)
	if err != nil {
		return err
	}
	if err := v.putIssue(i); err != nil {
		return err
	}
	if err := v.addIssueEvent(i, &issueEvent{Event: action, Label: l.Name, Color: l.Color}); err != nil {
		return err
	}
	rendered, err := v.label(r, l)
	if err != nil {
		return err
	}
	return v.emitIssue(r, i, action, object{"label": rendered})
}

func (c *call) listIssueLabels() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	docs, err := c.labelDocs(i)
	if err != nil {
		return reply{}, err
	}
	return paged(c, docs, func(l *label) (object, error) { return c.label(r, l) })
}

func (c *call) addIssueLabels() (reply, error) {
	return c.changeIssueLabels(func(have, named []int64) []int64 {
		return append(have, slices.DeleteFunc(named, func(id int64) bool { return slices.Contains(have, id) })...)
	})
}

func (c *call) setIssueLabels() (reply, error) {
	return c.changeIssueLabels(func(_, named []int64) []int64 { return named })
}

// changeIssueLabels answers the labels that the issue has then.
func (c *call) changeIssueLabels(change func(have, named []int64) []int64) (reply, error) {
	r, i, err := c.issueOfPath(levelTriage)
	if err != nil {
		return reply{}, err
	}
	var raw json.RawMessage
	if err := c.decode(&raw); err != nil {
		return reply{}, err
	}
	names, err := labelNames(raw)
	if err != nil {
		return reply{}, err
	}
	named, err := c.labelIDs(r, names)
	if err != nil {
		return reply{}, err
	}
	if err := c.setLabels(r, i, change(slices.Clone(i.Labels), named)); err != nil {
		return reply{}, err
	}
	return c.answerLabels(r, i)
}

func (c *call) answerLabels(r *repository, i *issue) (reply, error) {
	return show(c.labelsOf(r, i))
}

func (c *call) clearIssueLabels() (reply, error) {
	r, i, err := c.issueOfPath(levelTriage)
	if err != nil {
		return reply{}, err
	}
	if err := c.setLabels(r, i, nil); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) removeIssueLabel() (reply, error) {
	r, i, err := c.issueOfPath(levelTriage)
	if err != nil {
		return reply{}, err
	}
	missing := &apiError{status: 404, message: "Label does not exist"}
	l, err := labels.find(c.tx, r.ID, fold(c.param("name")))
	if errors.Is(err, errMissing) {
		return reply{}, missing
	}
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(i.Labels, l.ID) {
		return reply{}, missing
	}
	left := slices.DeleteFunc(slices.Clone(i.Labels), func(id int64) bool { return id == l.ID })
	if err := c.setLabels(r, i, left); err != nil {
		return reply{}, err
	}
	return c.answerLabels(r, i)
}

// splitList divides a comma-separated parameter; empty parts are nothing.
func splitList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
