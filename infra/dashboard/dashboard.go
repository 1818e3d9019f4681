// SPDX-License-Identifier: Apache-2.0

// Package dashboard is the platform's pages: what runs, where it is, how the
// bot's queue stands.
//
// It reads through the functions that it is given, changes nothing, and its
// pages work without JavaScript. Only infra/cmd/infra wires it. The handlers
// are safe for concurrent use if those functions are.
package dashboard

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
)

// Status is what the home page shows.
type Status struct {
	Version  string // of the platform
	Services []Service
	Queue    Queue
	// Accounts are those that the platform made, with the files of their tokens.
	Accounts []Account
}

// Service is one part that runs.
type Service struct {
	Name, URL, What string
	// Problem is why it does not do its work; empty if it does.
	Problem string
}

// Queue counts the bot's webhook deliveries by state.
type Queue struct {
	Queued, Running, Done, Failed int
}

// Account is a login and where its token is kept.
type Account struct {
	Login, TokenFile string
}

//go:embed *.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "*.html"))

// Home returns the handler of the home page. Status is asked for each view.
func Home(status func(context.Context) (Status, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := status(r.Context())
		if err != nil {
			log.Error("home page", "err", err)
			http.Error(w, "the platform could not read its own state; its log says why", http.StatusInternalServerError)
			return
		}
		// Rendered first, so that a failure can still be a failure.
		var page bytes.Buffer
		if err := pages.ExecuteTemplate(&page, "home.html", s); err != nil {
			log.Error("home page", "err", err)
			http.Error(w, "the page could not be made; the platform's log says why", http.StatusInternalServerError)
			return
		}
		pageHeader(w.Header())
		if _, err := page.WriteTo(w); err != nil {
			log.Debug("home page not taken", "err", err)
		}
	})
}

// pageHeader is the header of a page of ours.
func pageHeader(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}
