// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/queue"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template shows; its parts are what a reader of JSON gets.
type page struct {
	Title  string
	Pull   *PullPage
	Queues []QueuePage
}

// PullPage is the answer to "why is it not merging?".
type PullPage struct {
	// Name is "owner/name#7".
	Name   string `json:"pull_request"`
	Title  string `json:"title"`
	Author string `json:"author"`
	Head   string `json:"head,omitempty"`
	// At is when the bot judged it, by what it read then.
	At        time.Time          `json:"at"`
	Mergeable bool               `json:"mergeable"`
	Criteria  []decide.Criterion `json:"criteria"`
}

// QueuePage is the merge queue of a branch.
type QueuePage struct {
	Base       string            `json:"base"`
	Candidates []queue.Candidate `json:"candidates"`
	Pulls      []QueuedPull      `json:"pulls"`
	Landed     []Landing         `json:"landed"`
}

// QueuedPull is a pull request in the queue.
type QueuedPull struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Page   string `json:"page"`
	// Says is what the queue does with it.
	Says string `json:"says"`
}

// pullPage shows a pull request as the bot saw it last. It asks GitHub nothing:
// whoever reloads it costs no requests.
func (s *Server) pullPage(w http.ResponseWriter, r *http.Request) {
	number, wantJSON := strings.CutSuffix(r.PathValue("number"), ".json")
	subject := r.PathValue("owner") + "/" + r.PathValue("name") + "#" + number
	d, err := s.config.Store.LastDecision(r.Context(), subject)
	if err != nil {
		s.broken(w, err)
		return
	}
	if d == nil {
		http.Error(w, "the bot knows nothing of "+subject, http.StatusNotFound)
		return
	}
	in, err := decide.Decode(d.Input)
	if err != nil {
		s.broken(w, err)
		return
	}
	p := &PullPage{Name: subject, Title: in.Title, Author: in.Author, At: d.At, Criteria: decide.Explain(in), Mergeable: true}
	if in.Pull != nil {
		p.Head = in.Pull.Head
	}
	for _, c := range p.Criteria {
		p.Mergeable = p.Mergeable && c.Met
	}
	s.show(w, r, wantJSON, p, page{Title: in.Title, Pull: p})
}

// queuePage shows the merge queues of a repository.
func (s *Server) queuePage(w http.ResponseWriter, r *http.Request) {
	name, wantJSON := strings.CutSuffix(r.PathValue("name"), ".json")
	repo, err := act.ParseRepository(r.PathValue("owner") + "/" + name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	queues, err := s.queuesOf(r.Context(), repo)
	if err != nil {
		s.broken(w, err)
		return
	}
	s.show(w, r, wantJSON, queues, page{Title: "Merge queues of " + repo.Repository(), Queues: queues})
}

func (s *Server) queuesOf(ctx context.Context, repo act.Target) ([]QueuePage, error) {
	all, err := s.ready(ctx, repo)
	if err != nil {
		return nil, err
	}
	queues := []QueuePage{}
	for _, base := range slices.Sorted(maps.Keys(all)) {
		in := queue.Input{}
		state, err := s.config.Store.Note(ctx, noteQueue, repo.Repository()+"@"+base)
		if err == nil && state != nil {
			err = json.Unmarshal(state, &in.State)
		}
		if err != nil {
			return nil, fmt.Errorf("the queue of %s: %w", base, err)
		}
		q := QueuePage{Base: base, Candidates: append([]queue.Candidate{}, in.State.Candidates...), Pulls: []QueuedPull{}}
		for _, n := range all[base] {
			in.Ready = append(in.Ready, n.Entry)
		}
		for _, n := range all[base] {
			q.Pulls = append(q.Pulls, QueuedPull{
				Number: n.Entry.Number, Title: n.Title, Says: in.Explain(n.Entry.Number),
				Page: fmt.Sprintf("/pulls/%s/%d", repo.Repository(), n.Entry.Number),
			})
		}
		if q.Landed, err = s.landings(ctx, repo, base); err != nil {
			return nil, err
		}
		queues = append(queues, q)
	}
	return queues, nil
}

func (s *Server) broken(w http.ResponseWriter, err error) {
	s.config.Log.Error("page", "err", err)
	http.Error(w, "the bot can't read its own record; its log says why", http.StatusInternalServerError)
}

// show answers with JSON or with the page.
func (s *Server) show(w http.ResponseWriter, r *http.Request, wantJSON bool, data any, p page) {
	var body bytes.Buffer
	h := w.Header()
	h.Set("Vary", "Accept")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	var err error
	if wantJSON || strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		h.Set("Content-Type", "application/json")
		err = json.NewEncoder(&body).Encode(data)
	} else {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		err = pageTemplate.Execute(&body, p)
	}
	if err != nil {
		s.broken(w, errors.Join(errors.New("make a page"), err))
		return
	}
	if _, err := body.WriteTo(w); err != nil {
		s.config.Log.Debug("page: the client hung up", "err", err)
	}
}
