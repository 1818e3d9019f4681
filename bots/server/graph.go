// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/owners"
)

// list is a list of an issue or pull request: its name in GitHub's schema, and
// what is read of each item.
// https://docs.github.com/en/graphql/reference/objects#pullrequest
type list struct{ name, nodes string }

const (
	inlineNodes  = "fullDatabaseId body url createdAt lastEditedAt author{__typename login} commit{oid}"
	contextNodes = "__typename ... on StatusContext{context state description} ... on CheckRun{name status conclusion}"
	pageInfo     = "pageInfo{hasNextPage endCursor}"
	// inlineFirst is how many comments at lines are read along with each
	// review; most have few. GitHub counts as many as there could be.
	inlineFirst = 20
)

var (
	labelList    = list{"labels", "name"}
	assigneeList = list{"assignees", "login"}
	commentList  = list{"comments", "fullDatabaseId body url createdAt lastEditedAt author{__typename login}"}
	reviewList   = list{"reviews", "id fullDatabaseId body url state submittedAt lastEditedAt author{__typename login} commit{oid} " +
		list{"comments", inlineNodes}.page(inlineFirst, "")}
	// A token may lack the right to read of teams, and GitHub then refuses the
	// whole query: it is not asked for more than that one was asked.
	requestList = list{"reviewRequests", "requestedReviewer{__typename ... on User{login} ... on Bot{login}}"}
	fileList    = list{"files", "path additions deletions changeType"}
	contextList = list{"contexts", contextNodes}
)

// page returns the selection of one page, with the argument after if there is
// one.
func (l list) page(first int, after string) string {
	return fmt.Sprintf("%s(first:%d%s){nodes{%s} %s}", l.name, first, after, l.nodes, pageInfo)
}

// first returns the selection of the first page.
func (l list) first() string { return l.page(100, "") }

// paged is one page of a list.
type paged[T any] struct {
	Nodes    []T
	PageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
}

// more reads the other pages into p: next asks for the one after a cursor.
func (p *paged[T]) more(next func(after string) (paged[T], error)) error {
	for p.PageInfo.HasNextPage {
		n, err := next(p.PageInfo.EndCursor)
		if err != nil {
			return err
		}
		p.Nodes, p.PageInfo = append(p.Nodes, n.Nodes...), n.PageInfo
	}
	return nil
}

// rest reads the other pages of a list of an issue or pull request.
func rest[T any](ctx context.Context, r *Reader, t act.Target, l list, p *paged[T], typ string) error {
	query := fmt.Sprintf("query($owner:String!,$name:String!,$number:Int!,$after:String!){repository(owner:$owner,name:$name){"+
		"issueOrPullRequest(number:$number){... on %s{%s}}}}", typ, l.page(100, ",after:$after"))
	return p.more(func(after string) (paged[T], error) {
		var answer struct {
			Repository struct{ IssueOrPullRequest map[string]paged[T] }
		}
		err := r.GitHub.GraphQL(ctx, query, map[string]any{"owner": t.Owner, "name": t.Name, "number": t.Number, "after": after}, &answer)
		return answer.Repository.IssueOrPullRequest[l.name], err
	})
}

// who is an account.
type who struct {
	Typename string `json:"__typename"`
	Login    string
}

// login returns the login as REST and webhooks write it: an App's with a suffix
// that GraphQL leaves out, so that nobody can be taken for one by name. Who
// deleted their account has become ghost, which GraphQL calls null.
func (w *who) login() string {
	switch {
	case w == nil:
		return "ghost"
	case w.Typename == "Bot":
		return strings.TrimSuffix(w.Login, "[bot]") + "[bot]"
	}
	return w.Login
}

// bigID is an ID that GraphQL writes as text, for its numbers have 32 bits.
type bigID int64

func (b *bigID) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	*b = bigID(n)
	return err
}

// remark is a comment, a review, or a comment at a line.
type remark struct {
	ID             string
	FullDatabaseID bigID
	Author         *who
	Body, URL      string
	CreatedAt      time.Time
	LastEditedAt   *time.Time
	Commit         *struct{ OID string }
}

func (m remark) commit() string {
	if m.Commit == nil {
		return "" // it was pushed over, and GitHub threw it away
	}
	return m.Commit.OID
}

type review struct {
	remark
	State       string
	SubmittedAt time.Time
	Comments    paged[remark]
}

// treeEntry is what a commit has under a path.
type treeEntry struct {
	Mode      int
	Type, OID string
	Object    *struct {
		Text        *string
		IsTruncated bool
	}
}

// branch is a branch and the files at its tip that are always wanted.
type branch struct {
	Name   string
	Target struct {
		OID                                  string
		Tree                                 struct{ OID string }
		Settings, Lists, Aliases, Attributes *treeEntry
	}
}

const (
	entryFields = "mode type oid"
	textFields  = entryFields + " object{... on Blob{text isTruncated}}"
)

// tipFields are those of a branch, with the fields of the files.
func tipFields(entry string) string {
	return fmt.Sprintf("name target{oid ... on Commit{tree{oid} settings:file(path:%q){%s} lists:file(path:%q){%s} aliases:file(path:%q){%s} attributes:file(path:%q){%s}}}",
		config.Path, entry, owners.Filename, entry, owners.AliasesFilename, entry, config.AttributesPath, entry)
}

type checked struct {
	Typename                    string `json:"__typename"`
	Context, State, Description string
	Name, Status                string
	Conclusion                  string
}

type rollup struct {
	State    string
	Contexts paged[checked]
}

type headCommit struct {
	OID               string
	CommittedDate     time.Time
	Tree              struct{ OID string }
	StatusCheckRollup *rollup
}

var headFields = "oid committedDate tree{oid} statusCheckRollup{state " + contextList.first() + "}"

// changedFile is a file of a pull request.
type changedFile struct {
	Path                 string
	Additions, Deletions int
	ChangeType           string
}

// conversation is an issue or a pull request.
type conversation struct {
	Typename             string `json:"__typename"`
	Number               int
	Title, Body, URL     string
	Closed               bool
	CreatedAt, UpdatedAt time.Time
	Author               *who
	AuthorAssociation    string
	Milestone            *struct{ Title string }
	Labels               paged[struct{ Name string }]
	Assignees            paged[struct{ Login string }]
	Comments             paged[remark]

	// An issue has these, too.
	IsPinned      bool
	TimelineItems struct {
		Nodes []struct{ CreatedAt time.Time }
	}

	// A pull request has these, too.
	IsDraft, Merged bool
	Mergeable       string
	HeadRefOID      string
	HeadRefName     string
	HeadRepository  *struct{ NameWithOwner string }
	BaseRefOID      string
	BaseRefName     string
	BaseRef         *branch
	ChangedFiles    int
	Files           *paged[changedFile]
	Reviews         paged[review]
	ReviewRequests  paged[struct{ RequestedReviewer *who }]
	Commits         struct {
		Nodes []struct{ Commit headCommit }
	}
}

var (
	bothFields = "title body url closed createdAt updatedAt author{__typename login} authorAssociation milestone{title} " +
		labelList.first() + " " + assigneeList.first() + " " + commentList.first()
	issueFields = " isPinned timelineItems(itemTypes:[TRANSFERRED_EVENT],last:1){nodes{... on TransferredEvent{createdAt}}}"
	pullFields  = " isDraft merged mergeable headRefOid headRefName headRepository{nameWithOwner} baseRefOid baseRefName baseRef{" + tipFields(entryFields) + "} changedFiles " +
		strings.Replace(fileList.first(), "{", "@include(if:$files){", 1) + " " + reviewList.first() + " " + requestList.first() +
		" commits(last:1){nodes{commit{" + headFields + "}}}"
	// conversationFields are answered by a repository.
	conversationFields = "isPrivate defaultBranchRef{" + tipFields(entryFields) + "} issueOrPullRequest(number:$number){__typename ... on Issue{" +
		bothFields + issueFields + "} ... on PullRequest{" + bothFields + pullFields + "}}"
)

// converse asks for an issue or pull request, with the files that it changes if
// they are wanted, and along with it for the roles of some logins.
func (r *Reader) converse(ctx context.Context, t act.Target, files bool, logins []string) (*reading, error) {
	if _, untold := r.untold.Load(t.Repository()); untold {
		logins = nil
	}
	logins = logins[:min(len(logins), most)]
	vars := map[string]any{"owner": t.Owner, "name": t.Name, "number": t.Number, "files": files}
	types, asked := askRoles(logins, vars)
	query := "query($owner:String!,$name:String!,$number:Int!,$files:Boolean!" + types + "){repository(owner:$owner,name:$name){" + conversationFields + "}" + asked + "}"
	var answer struct {
		Repository struct {
			IsPrivate          bool
			DefaultBranchRef   *branch
			IssueOrPullRequest *conversation
		}
		Roles map[string]collaborators
	}
	err := r.GitHub.GraphQL(ctx, query, vars, &answer)
	if asked != "" && refusal(err) {
		return r.converse(ctx, t, files, nil) // it may be about the roles
	}
	if err != nil {
		return nil, err
	}
	of := answer.Repository
	if of.IssueOrPullRequest == nil {
		return nil, fmt.Errorf("GitHub has no answer about %s", t)
	}
	g := &reading{Reader: r, t: t, of: of.IssueOrPullRequest, home: of.DefaultBranchRef, roles: rolesOf(logins, answer.Roles, of.IsPrivate)}
	return g, g.pages(ctx)
}

// pages reads what is longer than one page.
func (g *reading) pages(ctx context.Context) error {
	c, typ := g.of, g.of.Typename
	for _, read := range []func() error{
		func() error { return rest(ctx, g.Reader, g.t, labelList, &c.Labels, typ) },
		func() error { return rest(ctx, g.Reader, g.t, assigneeList, &c.Assignees, typ) },
		func() error { return rest(ctx, g.Reader, g.t, commentList, &c.Comments, typ) },
		func() error { return rest(ctx, g.Reader, g.t, reviewList, &c.Reviews, typ) },
		func() error { return rest(ctx, g.Reader, g.t, requestList, &c.ReviewRequests, typ) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	const query = "query($id:ID!,$after:String!){node(id:$id){... on PullRequestReview{"
	for i := range c.Reviews.Nodes {
		of := &c.Reviews.Nodes[i]
		err := of.Comments.more(func(after string) (paged[remark], error) {
			var answer struct {
				Node struct{ Comments paged[remark] }
			}
			err := g.GitHub.GraphQL(ctx, query+list{"comments", inlineNodes}.page(100, ",after:$after")+"}}}", map[string]any{"id": of.ID, "after": after}, &answer)
			return answer.Node.Comments, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tip asks for a branch, by default the default one, and the texts of its files;
// it is nil where there is none.
func (r *Reader) tip(ctx context.Context, t act.Target, name string) (*branch, error) {
	vars := map[string]any{"owner": t.Owner, "name": t.Name}
	query := "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){ref:defaultBranchRef{" + tipFields(textFields) + "}}}"
	if name != "" {
		vars["ref"] = "refs/heads/" + name
		query = "query($owner:String!,$name:String!,$ref:String!){repository(owner:$owner,name:$name){ref(qualifiedName:$ref){" + tipFields(textFields) + "}}}"
	}
	var answer struct{ Repository struct{ Ref *branch } }
	err := r.GitHub.GraphQL(ctx, query, vars, &answer)
	return answer.Repository.Ref, err
}

// commit asks for a commit and what its checks say, all of it.
func (r *Reader) commit(ctx context.Context, t act.Target, oid string) (headCommit, error) {
	var answer struct {
		Repository struct{ Object json.RawMessage }
	}
	var c headCommit
	query := "query($owner:String!,$name:String!,$oid:GitObjectID!){repository(owner:$owner,name:$name){object(oid:$oid){... on Commit{" + headFields + "}}}}"
	if err := r.GitHub.GraphQL(ctx, query, map[string]any{"owner": t.Owner, "name": t.Name, "oid": oid}, &answer); err != nil {
		return c, err
	}
	if err := json.Unmarshal(answer.Repository.Object, &c); err != nil {
		return c, err
	}
	if c.OID != oid {
		return c, fmt.Errorf("GitHub has no commit %s", oid)
	}
	err := r.allChecks(ctx, t, &c)
	return c, err
}

// allChecks reads the checks of a commit that are not on the first page.
func (r *Reader) allChecks(ctx context.Context, t act.Target, c *headCommit) error {
	if c.StatusCheckRollup == nil {
		return nil // nobody has reported on it
	}
	query := "query($owner:String!,$name:String!,$oid:GitObjectID!,$after:String!){repository(owner:$owner,name:$name){object(oid:$oid){... on Commit{statusCheckRollup{" +
		contextList.page(100, ",after:$after") + "}}}}}"
	return c.StatusCheckRollup.Contexts.more(func(after string) (paged[checked], error) {
		var answer struct {
			Repository struct {
				Object struct{ StatusCheckRollup rollup }
			}
		}
		err := r.GitHub.GraphQL(ctx, query, map[string]any{"owner": t.Owner, "name": t.Name, "oid": c.OID, "after": after}, &answer)
		return answer.Repository.Object.StatusCheckRollup.Contexts, err
	})
}
