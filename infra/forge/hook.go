// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var hookRoutes = slices.Concat(hookRoutesBelow("/repos/{owner}/{repo}", "repos"), hookRoutesBelow("/orgs/{org}", "orgs"))

// hookRoutesBelow are the same for repositories and organizations.
func hookRoutesBelow(at, service string) []route {
	return []route{
		{method: "GET", pattern: at + "/hooks", operation: service + "/list-webhooks", handle: (*call).listHooks},
		{method: "POST", pattern: at + "/hooks", operation: service + "/create-webhook", handle: (*call).createHook},
		{method: "GET", pattern: at + "/hooks/{hook_id}", operation: service + "/get-webhook", handle: (*call).getHook},
		{method: "PATCH", pattern: at + "/hooks/{hook_id}", operation: service + "/update-webhook", handle: (*call).updateHook},
		{method: "DELETE", pattern: at + "/hooks/{hook_id}", operation: service + "/delete-webhook", handle: (*call).deleteHook},
		{method: "POST", pattern: at + "/hooks/{hook_id}/pings", operation: service + "/ping-webhook", handle: (*call).pingHook},
		{method: "GET", pattern: at + "/hooks/{hook_id}/deliveries", operation: service + "/list-webhook-deliveries", handle: (*call).listDeliveries},
		{method: "GET", pattern: at + "/hooks/{hook_id}/deliveries/{delivery_id}", operation: service + "/get-webhook-delivery", handle: (*call).getDelivery},
		{method: "POST", pattern: at + "/hooks/{hook_id}/deliveries/{delivery_id}/attempts", operation: service + "/redeliver-webhook-delivery", handle: (*call).redeliver},
	}
}

// hook is a webhook of a repository or an organization, its parent.
type hook struct {
	meta
	Org         bool     `json:"org,omitempty"`
	URL         string   `json:"url"`
	ContentType string   `json:"content_type"`
	Secret      string   `json:"secret,omitempty"`
	InsecureSSL string   `json:"insecure_ssl"`
	Events      []string `json:"events"`
	Active      bool     `json:"active"`
}

const hooks kind[hook, *hook] = "hook"

// hookEvents are the names that a hook may ask for, "*" beside them.
var hookEvents = strings.Fields(`branch_protection_configuration branch_protection_rule check_run check_suite code_scanning_alert commit_comment
	create custom_property custom_property_values delete dependabot_alert deploy_key deployment deployment_status discussion
	discussion_comment fork gollum issue_comment issues label member membership merge_group meta milestone org_block organization package
	page_build ping project project_card project_column projects_v2 projects_v2_item public pull_request pull_request_review
	pull_request_review_comment pull_request_review_thread push registry_package release repository repository_advisory
	repository_dispatch repository_import repository_ruleset repository_vulnerability_alert secret_scanning_alert
	secret_scanning_alert_location security_and_analysis sponsorship star status sub_issues team team_add watch workflow_dispatch
	workflow_job workflow_run`)

// wants reports whether the hook is to be told of an event.
func (h *hook) wants(name string) bool {
	return h.Active && (slices.Contains(h.Events, name) || slices.Contains(h.Events, "*"))
}

// hookOwner is what the hooks of a path belong to: a repository, or an organization.
type hookOwner struct {
	id   int64
	repo *repository
	org  *account
}

// hookOwner returns whose hooks the path is about, if who asks administers it.
func (c *call) hookOwner() (hookOwner, error) {
	if c.param("org") == "" {
		r, err := c.repo(levelAdmin)
		if err != nil {
			return hookOwner{}, hidden(err)
		}
		return hookOwner{id: r.ID, repo: r}, nil
	}
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return hookOwner{}, err
	}
	role, err := c.orgRole(org)
	if err != nil {
		return hookOwner{}, err
	}
	if role < roleOwner {
		return hookOwner{}, errNotFound
	}
	return hookOwner{id: org.ID, org: org}, nil
}

// hidden turns "you may not" into "not found": whether there are hooks is
// nobody's business who does not administer.
func hidden(err error) error {
	if e, is := err.(*apiError); is && e.status == 403 {
		return errNotFound
	}
	return err
}

func (c *call) hookURL(h *hook) (string, error) {
	if h.Org {
		org, err := accounts.get(c.tx, h.Parent)
		if err != nil {
			return "", err
		}
		return c.api("/orgs/%s/hooks/%d", org.Login, h.ID), nil
	}
	r, err := repositories.get(c.tx, h.Parent)
	if err != nil {
		return "", err
	}
	return c.repoURL(r, "/hooks/%d", h.ID)
}

// hook renders a hook; its secret is never shown.
func (c *call) hook(h *hook) (object, error) {
	u, err := c.hookURL(h)
	if err != nil {
		return nil, err
	}
	config := object{"url": h.URL, "content_type": h.ContentType, "insecure_ssl": h.InsecureSSL}
	if h.Secret != "" {
		config["secret"] = "********"
	}
	out := object{
		"type": "Repository", "id": h.ID, "name": "web", "active": h.Active, "events": h.Events, "config": config,
		"updated_at": stamp(h.UpdatedAt), "created_at": stamp(h.CreatedAt),
		"url": u, "ping_url": u + "/pings", "deliveries_url": u + "/deliveries",
	}
	if h.Org {
		out["type"] = "Organization"
		return out, nil
	}
	out["test_url"] = u + "/tests"
	last := object{"code": nil, "status": "unused", "message": nil}
	sent, err := deliveries.query(c.tx, "kind = ? AND parent = ? AND key IS NULL ORDER BY id DESC LIMIT 1", string(deliveries), h.ID)
	if err != nil {
		return nil, err
	}
	if len(sent) > 0 {
		last = object{"code": sent[0].StatusCode, "status": sent[0].Status, "message": sent[0].Status}
	}
	out["last_response"] = last
	return out, nil
}

// hookInput is what creating and changing a hook take.
type hookInput struct {
	Name   *string `json:"name"`
	Active *bool   `json:"active"`
	Config *struct {
		URL         *string         `json:"url"`
		ContentType *string         `json:"content_type"`
		Secret      *string         `json:"secret"`
		InsecureSSL json.RawMessage `json:"insecure_ssl"`
	} `json:"config"`
	Events       []string `json:"events"`
	AddEvents    []string `json:"add_events"`
	RemoveEvents []string `json:"remove_events"`
}

func (in *hookInput) apply(h *hook) error {
	assign(&h.Active, in.Active)
	if in.Events != nil {
		h.Events = in.Events
	}
	h.Events = slices.DeleteFunc(append(slices.Clone(h.Events), in.AddEvents...), func(e string) bool { return slices.Contains(in.RemoveEvents, e) })
	slices.Sort(h.Events)
	h.Events = slices.Compact(h.Events)
	if config := in.Config; config != nil {
		assign(&h.URL, config.URL)
		assign(&h.ContentType, config.ContentType)
		assign(&h.Secret, config.Secret)
		if text := strings.Trim(string(config.InsecureSSL), `"`); text != "" && text != "null" {
			h.InsecureSSL = text
		}
	}
	return h.check()
}

func (h *hook) check() error {
	u, err := url.Parse(h.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return invalidBecause("Hook", "url", fmt.Sprintf("url %q is not an http or https address", h.URL))
	}
	if h.ContentType != "json" && h.ContentType != "form" {
		return invalid("Hook", "content_type", "invalid")
	}
	if h.InsecureSSL != "0" && h.InsecureSSL != "1" {
		return invalid("Hook", "insecure_ssl", "invalid")
	}
	for _, name := range h.Events {
		if name != "*" && !slices.Contains(hookEvents, name) {
			return invalidBecause("Hook", "events", fmt.Sprintf("%q is not an event", name))
		}
	}
	return nil
}

func (c *call) listHooks() (reply, error) {
	owner, err := c.hookOwner()
	if err != nil {
		return reply{}, err
	}
	all, err := hooks.list(c.tx, owner.id)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, c.hook)
}

func (c *call) createHook() (reply, error) {
	owner, err := c.hookOwner()
	if err != nil {
		return reply{}, err
	}
	var in hookInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name != nil && *in.Name != "web" {
		return reply{}, invalid("Hook", "name", "invalid")
	}
	h := &hook{Org: owner.org != nil, ContentType: "form", InsecureSSL: "0", Active: true}
	if in.Events == nil {
		in.Events = []string{"push"}
	}
	if err := in.apply(h); err != nil {
		return reply{}, err
	}
	all, err := hooks.list(c.tx, owner.id)
	if err != nil {
		return reply{}, err
	}
	if slices.ContainsFunc(all, func(other *hook) bool { return other.URL == h.URL && slices.Equal(other.Events, h.Events) }) {
		return reply{}, validation(fieldError{Resource: "Hook", Code: "custom", Message: "Hook already exists on this repository"})
	}
	if err := hooks.insert(c.tx, owner.id, "", h); err != nil {
		return reply{}, err
	}
	if err := c.ping(owner, h); err != nil {
		return reply{}, err
	}
	return showNew(c.hook(h))
}

// ping tells a hook, and no other, that it was made.
func (c *call) ping(owner hookOwner, h *hook) error {
	if !h.Active {
		return nil
	}
	rendered, err := c.hook(h)
	if err != nil {
		return err
	}
	if !h.Org {
		// The schema of this one event knows a hook that was never used.
		rendered["last_response"] = object{"code": nil, "status": "unused", "message": nil}
	}
	e, err := c.compose(event{name: "ping", repo: owner.repo, org: owner.org, payload: object{
		"zen": "Keep it logically awesome.", "hook_id": h.ID, "hook": rendered,
	}})
	if err != nil {
		return err
	}
	c.tx.emitted++
	return enqueue(c.tx, h, e, false, "")
}

// hookOfPath returns the hook of the path.
func (c *call) hookOfPath() (hookOwner, *hook, error) {
	owner, err := c.hookOwner()
	if err != nil {
		return owner, nil, err
	}
	id, err := c.idParam("hook_id")
	if err != nil {
		return owner, nil, err
	}
	h, err := hooks.get(c.tx, id)
	if err == nil && h.Parent != owner.id {
		err = errNotFound
	}
	return owner, h, err
}

func (c *call) getHook() (reply, error) {
	_, h, err := c.hookOfPath()
	if err != nil {
		return reply{}, err
	}
	return show(c.hook(h))
}

func (c *call) updateHook() (reply, error) {
	_, h, err := c.hookOfPath()
	if err != nil {
		return reply{}, err
	}
	var in hookInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.apply(h); err != nil {
		return reply{}, err
	}
	if err := hooks.put(c.tx, h); err != nil {
		return reply{}, err
	}
	return show(c.hook(h))
}

func (c *call) deleteHook() (reply, error) {
	_, h, err := c.hookOfPath()
	if err != nil {
		return reply{}, err
	}
	if err := hooks.delete(c.tx, h.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) pingHook() (reply, error) {
	owner, h, err := c.hookOfPath()
	if err != nil {
		return reply{}, err
	}
	if err := c.ping(owner, h); err != nil {
		return reply{}, err
	}
	return noContent()
}
