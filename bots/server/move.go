// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/store"
)

// leaves reports whether an event of an issue says that its number is gone.
func (p payload) leaves() bool { return slices.Contains([]string{"transferred", "deleted"}, p.Action) }

// arrives reports whether an event of an issue says that it was transferred
// here.
func (p payload) arrives() bool {
	var changes struct {
		Old json.RawMessage `json:"old_issue"`
	}
	return p.Action == "opened" && json.Unmarshal(p.Changes, &changes) == nil && len(changes.Old) > 0
}

// told reports which deliveries of a batch say something of their issue.
func told(batch []store.Delivery, what func(payload) bool) []store.Delivery {
	return slices.DeleteFunc(slices.Clone(batch), func(d store.Delivery) bool {
		var p payload
		return d.Event != "issues" || json.Unmarshal(d.Payload, &p) != nil || !what(p)
	})
}

// arrival returns when an issue came here, as its webhook tells: GitHub may not
// show that in its history yet. It is zero where no webhook tells.
func arrival(batch []store.Delivery) time.Time {
	for _, d := range told(batch, payload.arrives) {
		return d.ReceivedAt
	}
	return time.Time{}
}

// missing handles a number that GitHub does not find. If its issue was
// transferred or deleted there is nothing left to do; else it may be so new that
// not all of GitHub knows of it, and the look is tried again.
func (s *Server) missing(ctx context.Context, t act.Target, memory decide.Memory, batch []store.Delivery, notFound error) error {
	gone := len(told(batch, payload.leaves)) > 0
	if !gone {
		var err error
		if gone, err = s.actor.Gone(ctx, t); err != nil {
			return errors.Join(notFound, err)
		}
	}
	if !gone {
		return notFound
	}
	s.config.Log.Info("transferred or deleted", "issue", t.String())
	if s.config.DryRun != nil {
		return nil
	}
	if memory.Blocks {
		if err := s.lookAtAll(ctx, t, batch[len(batch)-1].ID); err != nil {
			return err
		}
	}
	return s.config.Store.DeleteNote(ctx, noteMemory, t.String())
}

// rootOwners reads the OWNERS file at the root of the default branch, and the
// aliases, for an issue. A repository without a branch has none.
func (g *reading) rootOwners(ctx context.Context) error {
	if g.home == nil || g.in.Pull != nil {
		return nil
	}
	commit, tree := g.home.Target.OID, g.home.Target.Tree.OID
	at := []place{{commit, tree, owners.Filename}, {commit, tree, owners.AliasesFilename}}
	texts, err := g.files(ctx, at)
	if err != nil {
		return err
	}
	g.in.Owners = owners.Parse(under(texts, at))
	return nil
}

// targets reads the repositories that the issue is to be transferred to. Once
// the roles are known, so is who may want that.
func (g *reading) targets(ctx context.Context) error {
	const query = "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){nameWithOwner isArchived hasIssuesEnabled viewerPermission}}"
	for _, name := range decide.Targets(*g.in) {
		var answer struct {
			Repository struct {
				NameWithOwner                string
				IsArchived, HasIssuesEnabled bool
				ViewerPermission             *string
			}
		}
		err := g.GitHub.GraphQL(ctx, query, map[string]any{"owner": g.t.Owner, "name": name}, &answer)
		if refusal(err) {
			continue
		}
		if err != nil {
			return err
		}
		of := answer.Repository
		if owner, _, _ := strings.Cut(of.NameWithOwner, "/"); !strings.EqualFold(owner, g.t.Owner) {
			continue // somebody else has it by now, and GitHub redirects there
		}
		if g.in.Targets == nil {
			g.in.Targets = make(map[string]decide.Target)
		}
		// GitHub does not tell an App what it may do: it will say no.
		writable := of.ViewerPermission == nil || slices.Contains([]string{"ADMIN", "MAINTAIN", "WRITE"}, *of.ViewerPermission)
		g.in.Targets[name] = decide.Target{Name: of.NameWithOwner, Writable: writable && !of.IsArchived, Issues: of.HasIssuesEnabled}
	}
	return nil
}
