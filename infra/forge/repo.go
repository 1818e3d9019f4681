// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

var repoRoutes = []route{
	{method: "POST", pattern: "/user/repos", operation: "repos/create-for-authenticated-user", handle: (*call).createOwnRepo},
	{method: "POST", pattern: "/orgs/{org}/repos", operation: "repos/create-in-org", handle: (*call).createOrgRepo},
	{method: "GET", pattern: "/user/repos", operation: "repos/list-for-authenticated-user", handle: (*call).listMyRepos},
	{method: "GET", pattern: "/users/{username}/repos", operation: "repos/list-for-user", handle: (*call).listUserRepos},
	{method: "GET", pattern: "/orgs/{org}/repos", operation: "repos/list-for-org", handle: (*call).listOrgRepos},
	{method: "GET", pattern: "/repos/{owner}/{repo}", operation: "repos/get", handle: (*call).getRepo},
	{method: "GET", pattern: "/repositories/{id}", operation: "repos/get-by-id", handle: (*call).getRepoByID},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}", operation: "repos/update", handle: (*call).updateRepo},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}", operation: "repos/delete", handle: (*call).deleteRepo},
	{method: "POST", pattern: "/repos/{owner}/{repo}/forks", operation: "repos/create-fork", handle: (*call).createFork},
	{method: "GET", pattern: "/repos/{owner}/{repo}/topics", operation: "repos/get-all-topics", handle: (*call).getTopics},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/topics", operation: "repos/replace-all-topics", handle: (*call).putTopics},
}

// repository is one repository. Parent: the account that owns it; key: its
// name, folded.
type repository struct {
	meta
	Name                string    `json:"name"`
	Description         string    `json:"description,omitempty"`
	Homepage            string    `json:"homepage,omitempty"`
	Private             bool      `json:"private,omitempty"`
	Archived            bool      `json:"archived,omitempty"`
	DefaultBranch       string    `json:"default_branch"`
	ForkOf              int64     `json:"fork_of,omitempty"`
	PushedAt            time.Time `json:"pushed_at,omitzero"`
	Topics              []string  `json:"topics,omitempty"`
	HasIssues           bool      `json:"has_issues"`
	AllowMerge          bool      `json:"allow_merge"`
	AllowSquash         bool      `json:"allow_squash"`
	AllowRebase         bool      `json:"allow_rebase"`
	AllowAutoMerge      bool      `json:"allow_auto_merge,omitempty"`
	AllowUpdateBranch   bool      `json:"allow_update_branch,omitempty"`
	DeleteBranchOnMerge bool      `json:"delete_branch_on_merge,omitempty"`
	SquashTitle         string    `json:"squash_title"`
	SquashMessage       string    `json:"squash_message"`
	MergeTitle          string    `json:"merge_title"`
	MergeMessage        string    `json:"merge_message"`
	// OpenIssues counts open issues and pull requests, as GitHub does.
	OpenIssues int `json:"open_issues,omitempty"`
}

const repositories kind[repository, *repository] = "repository"

var validRepoName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// findRepo returns owner/name, in any case.
func findRepo(tx *tx, owner, name string) (*repository, error) {
	a, err := findAccount(tx, owner)
	if err != nil {
		return nil, err
	}
	return repositories.find(tx, a.ID, fold(strings.TrimSuffix(name, ".git")))
}

// git returns the bare repository of r.
func (s *Server) git(r *repository) git.Repo {
	return git.Repo{
		Dir: s.gitDir(r.ID), Memo: &s.memo,
		Config: map[string]string{
			// GitHub hands out any object it has, and keeps refs/pull to itself.
			"uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true",
			"receive.hideRefs": "refs/pull", "receive.advertisePushOptions": "true",
			"receive.denyDeleteCurrent": "refuse",
			"http.receivepack":          "true", "core.logAllRefUpdates": "false",
			"core.hooksPath": filepath.Join(s.config.Dir, "hooks"),
		},
	}
}

func (s *Server) gitDir(repo int64) string {
	return filepath.Join(s.config.Dir, "repos", fmt.Sprintf("%d.git", repo))
}

// fullName returns owner/name.
func (v *view) fullName(r *repository) (string, error) {
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return "", err
	}
	return owner.Login + "/" + r.Name, nil
}

// repoURL returns the REST URL of something below r.
func (v *view) repoURL(r *repository, format string, args ...any) (string, error) {
	name, err := v.fullName(r)
	if err != nil {
		return "", err
	}
	return v.api("/repos/%s", name) + fmt.Sprintf(format, args...), nil
}

// repository renders a repository as lists and webhooks have it.
func (v *view) repository(r *repository) (object, error) {
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return nil, err
	}
	have, err := v.myLevel(r)
	if err != nil {
		return nil, err
	}
	forks, err := v.forkCount(r)
	if err != nil {
		return nil, err
	}
	full := owner.Login + "/" + r.Name
	u, html := v.api("/repos/%s", full), v.web("/%s", full)
	host := v.base
	if parsed, err := url.Parse(v.base); err == nil {
		host = parsed.Host
	}
	visibility := "public"
	if r.Private {
		visibility = "private"
	}
	topics := r.Topics
	if topics == nil {
		topics = []string{}
	}
	out := object{
		"id": r.ID, "node_id": nodeID("Repository", r.ID), "name": r.Name, "full_name": full,
		"owner": v.user(owner), "private": r.Private, "visibility": visibility, "html_url": html,
		"description": orNull(r.Description), "homepage": orNull(r.Homepage), "fork": r.ForkOf != 0,
		"url": u, "git_url": "git://" + host + "/" + full + ".git", "ssh_url": "git@" + host + ":" + full + ".git",
		"clone_url": html + ".git", "svn_url": html, "mirror_url": nil, "language": nil, "license": nil,
		"size": 0, "stargazers_count": 0, "watchers_count": 0, "watchers": 0, "forks_count": forks, "forks": forks,
		"open_issues_count": r.OpenIssues, "open_issues": r.OpenIssues, "default_branch": r.DefaultBranch,
		"is_template": false, "topics": topics, "custom_properties": object{},
		"has_issues": r.HasIssues, "has_projects": false, "has_wiki": false, "has_pages": false,
		"has_downloads": true, "has_discussions": false, "archived": r.Archived, "disabled": false,
		"allow_forking": true, "web_commit_signoff_required": false, "permissions": have.flags(),
		"created_at": stamp(r.CreatedAt), "updated_at": stamp(r.UpdatedAt), "pushed_at": stamp(r.PushedAt),
	}
	if r.PushedAt.IsZero() {
		out["pushed_at"] = stamp(r.CreatedAt)
	}
	for name, path := range repoURLs {
		out[name] = u + path
	}
	return out, nil
}

// repoURLs are the URLs that a repository is rendered with.
var repoURLs = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
	"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
	"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
	"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
	"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
	"hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages",
	"merges_url": "/merges", "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
	"pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams",
	"trees_url": "/git/trees{/sha}",
}

// fullRepository renders a repository by itself, with what only those see who
// may push.
func (v *view) fullRepository(r *repository) (object, error) {
	out, err := v.repository(r)
	if err != nil {
		return nil, err
	}
	out["subscribers_count"], out["network_count"] = 0, out["forks_count"]
	have, err := v.myLevel(r)
	if err != nil {
		return nil, err
	}
	if have >= levelWrite {
		out["allow_merge_commit"], out["allow_squash_merge"], out["allow_rebase_merge"] = r.AllowMerge, r.AllowSquash, r.AllowRebase
		out["allow_auto_merge"], out["allow_update_branch"] = r.AllowAutoMerge, r.AllowUpdateBranch
		out["delete_branch_on_merge"] = r.DeleteBranchOnMerge
		out["squash_merge_commit_title"], out["squash_merge_commit_message"] = r.SquashTitle, r.SquashMessage
		out["merge_commit_title"], out["merge_commit_message"] = r.MergeTitle, r.MergeMessage
		out["use_squash_pr_title_as_default"] = r.SquashTitle == "PR_TITLE"
	}
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return nil, err
	}
	if owner.isOrg() {
		out["organization"] = v.user(owner)
	}
	if r.ForkOf != 0 {
		parent, err := repositories.get(v.tx, r.ForkOf)
		if errors.Is(err, errMissing) {
			return out, nil // the original was deleted
		}
		if err != nil {
			return nil, err
		}
		rendered, err := v.repository(parent)
		if err != nil {
			return nil, err
		}
		out["parent"], out["source"] = rendered, rendered
	}
	return out, nil
}

func (v *view) forkCount(r *repository) (int, error) {
	var n int
	err := v.tx.sql.QueryRowContext(v.tx.ctx,
		"SELECT count(*) FROM doc WHERE kind = ? AND json_extract(body, '$.fork_of') = ?", string(repositories), r.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting forks: %w", err)
	}
	return n, nil
}

func (c *call) getRepo() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerRepo(r)
}

func (c *call) getRepoByID() (reply, error) {
	id, err := c.idParam("id")
	if err != nil {
		return reply{}, err
	}
	r, err := repositories.get(c.tx, id)
	if err != nil {
		return reply{}, err
	}
	if err := c.needs(r, levelRead); err != nil {
		return reply{}, err
	}
	return c.answerRepo(r)
}

func (c *call) answerRepo(r *repository) (reply, error) {
	return show(c.fullRepository(r))
}

// visible keeps the repositories that who asks may see.
func (c *call) visible(all []*repository) ([]*repository, error) {
	var out []*repository
	for _, r := range all {
		have, err := c.myLevel(r)
		if err != nil {
			return nil, err
		}
		if have > levelNone {
			out = append(out, r)
		}
	}
	return out, nil
}

func (c *call) listReposOf(login string) (reply, error) {
	owner, err := findAccount(c.tx, login)
	if err != nil {
		return reply{}, err
	}
	all, err := repositories.list(c.tx, owner.ID)
	if err != nil {
		return reply{}, err
	}
	seen, err := c.visible(all)
	if err != nil {
		return reply{}, err
	}
	return paged(c, seen, c.repository)
}

func (c *call) listUserRepos() (reply, error) { return c.listReposOf(c.param("username")) }
func (c *call) listOrgRepos() (reply, error)  { return c.listReposOf(c.param("org")) }

// listMyRepos lists what the user has more than everybody's level in.
func (c *call) listMyRepos() (reply, error) {
	if c.me() == nil {
		return reply{}, errSignIn
	}
	all, err := repositories.all(c.tx)
	if err != nil {
		return reply{}, err
	}
	var mine []*repository
	for _, r := range all {
		anybody, err := c.level(r, nil)
		if err != nil {
			return reply{}, err
		}
		have, err := c.level(r, c.me())
		if err != nil {
			return reply{}, err
		}
		if have > anybody {
			mine = append(mine, r)
		}
	}
	seen, err := c.visible(mine)
	if err != nil {
		return reply{}, err
	}
	return paged(c, seen, c.repository)
}

func (c *call) deleteRepo() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	if !c.hasScope("delete_repo") {
		return reply{}, forbidden("Must have admin rights to Repository.")
	}
	if err := c.emit(event{name: "repository", action: "deleted", repo: r}); err != nil {
		return reply{}, err
	}
	if _, err := c.tx.sql.ExecContext(c.tx.ctx, "DELETE FROM ref WHERE repo = ?", r.ID); err != nil {
		return reply{}, fmt.Errorf("forgetting references: %w", err)
	}
	if _, err := c.tx.sql.ExecContext(c.tx.ctx, "DELETE FROM doc WHERE kind = ? AND key = ?", string(teamRepos), idKey(r.ID)); err != nil {
		return reply{}, fmt.Errorf("taking the repository from its teams: %w", err)
	}
	if err := repositories.delete(c.tx, r.ID); err != nil {
		return reply{}, err
	}
	// A process killed before this leaves a folder without a document; ids are
	// never used twice, so nobody meets it again.
	c.after = append(c.after, func() error { return os.RemoveAll(c.srv.gitDir(r.ID)) })
	return noContent()
}

func (c *call) getTopics() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	names := r.Topics
	if names == nil {
		names = []string{}
	}
	return ok(object{"names": names})
}

func (c *call) putTopics() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Names []string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	r.Topics = in.Names
	if err := repositories.put(c.tx, r); err != nil {
		return reply{}, err
	}
	return c.getTopics()
}
