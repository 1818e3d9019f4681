// SPDX-License-Identifier: Apache-2.0

package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/infra/store"
)

// maxPayload is GitHub's own limit: it does not send webhooks beyond 25 MB.
const maxPayload = 25 << 20

// Handler serves the webhooks at /hook, /healthz, which tells how many
// deliveries are in which state, the help that Prow's tools read, and with
// Config.Pages /pulls and /queues.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hook", s.webhook)
	mux.HandleFunc("GET /healthz", s.healthz)
	s.help(mux)
	if s.config.Pages {
		mux.HandleFunc("GET /pulls/{owner}/{name}/{number}", s.pullPage)
		mux.HandleFunc("GET /queues/{owner}/{name}", s.queuePage)
	}
	return mux
}

func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	counts, err := s.config.Store.Counts(r.Context())
	if err != nil {
		s.config.Log.Error("health", "err", err)
		http.Error(w, "the queue can't be read", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(counts); err != nil {
		s.config.Log.Debug("health: the client hung up", "err", err)
	}
}

// webhook takes one delivery. Nothing in it is looked at before its signature
// is.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "webhooks are POSTed", http.StatusMethodNotAllowed)
		return
	}
	event, id := r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || media != "application/json":
		http.Error(w, "want Content-Type: application/json; it is a setting of the webhook", http.StatusBadRequest)
		return
	case event == "" || id == "" || len(event) > 100 || len(id) > 100:
		http.Error(w, "want X-GitHub-Event and X-GitHub-Delivery", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(w, fmt.Sprintf("the payload is larger than %d bytes", tooLarge.Limit), http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, "the payload was cut short", http.StatusBadRequest)
		return
	}
	secrets := s.signed(body, r.Header.Get("X-Hub-Signature-256"))
	if len(secrets) == 0 {
		s.config.Log.Warn("a webhook with a wrong signature", "delivery", id, "event", event, "from", r.RemoteAddr)
		http.Error(w, "X-Hub-Signature-256 does not fit: check the secret", http.StatusForbidden)
		return
	}
	s.accept(w, r, secrets, store.Delivery{ID: id, Event: event, Payload: body, ReceivedAt: time.Now()})
}

// accept queues a delivery that is GitHub's, if the secrets that signed it
// vouch for its repository.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, secrets []Secret, d store.Delivery) {
	var p payload
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		http.Error(w, "the payload is not JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	var matters bool
	d.Repo = p.Repository.FullName
	if !slices.ContainsFunc(secrets, func(s Secret) bool { return len(s.For) == 0 || s.For.Match(d.Repo) }) {
		s.config.Log.Warn("a webhook signed by the secret of other repositories", "delivery", d.ID, "event", d.Event, "repo", d.Repo, "from", r.RemoteAddr)
		http.Error(w, "this secret is for other repositories", http.StatusForbidden)
		return
	}
	if d.Number, matters = p.concerns(d.Event, s.reader.own); !matters {
		fmt.Fprintln(w, "ignored")
		return
	}
	if _, err := act.ParseRepository(d.Repo); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err := s.know(r.Context(), d.Repo)
	fresh := false
	if err == nil {
		fresh, err = s.config.Store.Enqueue(r.Context(), d)
	}
	if err != nil {
		s.config.Log.Error("a webhook could not be stored", "delivery", d.ID, "err", err)
		http.Error(w, "it could not be stored; send it again", http.StatusInternalServerError)
		return
	}
	s.config.Log.Info("webhook", "delivery", d.ID, "event", d.Event, "repo", d.Repo, "number", d.Number, "fresh", fresh)
	if !fresh {
		fmt.Fprintln(w, "seen before")
		return
	}
	s.signal()
	fmt.Fprintln(w, "queued")
}

// signed returns the secrets that made the signature.
func (s *Server) signed(body []byte, header string) []Secret {
	given, ok := strings.CutPrefix(header, "sha256=")
	if !ok {
		return nil
	}
	mac, err := hex.DecodeString(given)
	if err != nil {
		return nil
	}
	var valid []Secret
	for _, secret := range s.config.Secrets {
		h := hmac.New(sha256.New, []byte(secret.Value))
		h.Write(body)
		// Every secret is tried: the time does not tell which one it was.
		if hmac.Equal(mac, h.Sum(nil)) {
			valid = append(valid, secret)
		}
	}
	return valid
}

// payload is what a webhook is read for: where to look.
type payload struct {
	Action     string `json:"action"`
	Repository struct {
		FullName string `json:"full_name"`
	} `json:"repository"`
	Sender struct {
		Login string `json:"login"`
	} `json:"sender"`
	Issue       numbered `json:"issue"`
	PullRequest numbered `json:"pull_request"`
	SHA         string   `json:"sha"` // of a status
	Ref         string   `json:"ref"` // of a push
	CheckRun    headed   `json:"check_run"`
	CheckSuite  headed   `json:"check_suite"`
	// Changes are of another form for each action.
	Changes json.RawMessage `json:"changes"`
}

type numbered struct {
	Number int `json:"number"`
}

type headed struct {
	HeadSHA string `json:"head_sha"`
}

// concerns returns the number that an event is about, 0 for one that is about
// a commit or a branch, and whether it can matter at all. What the bot itself
// said or labelled can't: it was decided knowing that.
func (p payload) concerns(event string, own func(string) bool) (number int, matters bool) {
	switch event {
	case "issue_comment":
		return p.Issue.Number, p.Issue.Number > 0 && !own(p.Sender.Login)
	case "issues":
		mine := own(p.Sender.Login) && !p.leaves() && !p.arrives()
		return p.Issue.Number, p.Issue.Number > 0 && !mine
	case "pull_request":
		mine := own(p.Sender.Login) && !slices.Contains([]string{"opened", "closed", "reopened", "synchronize"}, p.Action)
		return p.PullRequest.Number, p.PullRequest.Number > 0 && !mine
	case "pull_request_review", "pull_request_review_comment":
		return p.PullRequest.Number, p.PullRequest.Number > 0
	case "status", "check_run", "check_suite", "push":
		sha, branch := p.place()
		return 0, sha != "" || branch != ""
	}
	return 0, false
}

// place returns the commit or the branch that an event is about.
func (p payload) place() (sha, branch string) {
	if branch, ok := strings.CutPrefix(p.Ref, "refs/heads/"); ok {
		return "", branch
	}
	for _, sha := range []string{p.SHA, p.CheckRun.HeadSHA, p.CheckSuite.HeadSHA} {
		if sha != "" {
			return sha, ""
		}
	}
	return "", ""
}
