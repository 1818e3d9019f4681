// SPDX-License-Identifier: Apache-2.0

package server

import (
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/pluginhelp"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
)

// maxRepos bounds the list that a Prow sends to ask for help: a megabyte names
// ten thousand repositories.
const maxRepos = 1 << 20

// help serves what Prow's own tools ask for: GET /plugin-help, as its hook
// does, for pages that list commands by repository; and POST /help, by which a
// Prow asks a plugin beside it. The settings that repositories have of their
// own are not in it: they are known only while one of them is looked at.
func (s *Server) help(mux *http.ServeMux) {
	mux.HandleFunc("GET /plugin-help", func(w http.ResponseWriter, r *http.Request) {
		repos, err := s.config.Store.Names(r.Context(), noteRepository)
		if err != nil {
			s.config.Log.Error("help", "err", err)
			http.Error(w, "the repositories can't be read", http.StatusServiceUnavailable)
			return
		}
		s.answer(w, s.pluginHelp(repos))
	})
	mux.HandleFunc("POST /help", func(w http.ResponseWriter, r *http.Request) {
		var enabled []struct{ Org, Repo string }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRepos)).Decode(&enabled); err != nil {
			http.Error(w, "want a list of {Org, Repo}: "+err.Error(), http.StatusBadRequest)
			return
		}
		all := pluginhelp.PluginHelp{Description: "Lanner's bot: review, merge, release.", Config: make(map[string]string), Events: events}
		for _, e := range enabled {
			all.Config[e.Org+"/"+e.Repo] = html.EscapeString(strings.Join(s.config.Shared.For(e.Org+"/"+e.Repo).Features, ", "))
		}
		for _, c := range decide.Commands(s.config.Shared.For("")) {
			all.AddCommand(prowCommand(c))
		}
		s.answer(w, all)
	})
}

// events are those that the bot handles.
var events = []string{"check_run", "check_suite", "issue_comment", "issues", "pull_request", "pull_request_review", "pull_request_review_comment", "push", "status"}

func (s *Server) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.config.Log.Debug("help: the client hung up", "err", err)
	}
}

func (s *Server) pluginHelp(repos []string) pluginhelp.Help {
	h := pluginhelp.Help{
		AllRepos: append([]string{}, repos...), RepoPlugins: make(map[string][]string), RepoExternalPlugins: make(map[string][]string),
		PluginHelp: make(map[string]pluginhelp.PluginHelp), ExternalPluginHelp: make(map[string]pluginhelp.PluginHelp),
	}
	everything := config.Default()
	everything.Features = nil
	for _, f := range config.Features() {
		everything.Features = append(everything.Features, f.Name)
	}
	commands := decide.Commands(everything)
	for _, f := range config.Features() {
		p := pluginhelp.PluginHelp{Description: html.EscapeString(f.Text), Config: make(map[string]string), Events: events}
		for _, c := range commands {
			if c.Feature == f.Name {
				p.AddCommand(prowCommand(c))
			}
		}
		h.PluginHelp[f.Name] = p
	}
	h.RepoPlugins[""] = slices.Clone(everything.Features)
	for _, repo := range repos {
		h.RepoPlugins[repo] = s.config.Shared.For(repo).Features
	}
	return h
}

func prowCommand(c decide.Help) pluginhelp.Command {
	plain := func(s string) string { return html.EscapeString(strings.ReplaceAll(s, "`", "")) }
	return pluginhelp.Command{Usage: plain(c.Usage), Description: plain(c.Does), WhoCanUse: plain(c.Who), Examples: examples(c.Usage)}
}

// examples returns what stands in code in a usage.
func examples(usage string) []string {
	var all []string
	for i, part := range strings.Split(usage, "`") {
		if i%2 == 1 && strings.HasPrefix(part, "/") {
			all = append(all, html.EscapeString(part))
		}
	}
	return all
}
