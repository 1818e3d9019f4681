// SPDX-License-Identifier: Apache-2.0

package dashboard_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/infra/dashboard"
)

func get(t *testing.T, status func(context.Context) (dashboard.Status, error)) (*http.Response, string) {
	t.Helper()
	srv := httptest.NewServer(dashboard.Home(status, slog.New(slog.DiscardHandler)))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestHome(t *testing.T) {
	resp, body := get(t, func(context.Context) (dashboard.Status, error) {
		return dashboard.Status{
			Services: []dashboard.Service{{Name: "forge", URL: "http://127.0.0.1:1", What: "a <b>local</b> GitHub", Problem: "its disk is full"}},
			Queue:    dashboard.Queue{Failed: 41},
			Accounts: []dashboard.Account{{Login: "alice", TokenFile: "/x/tokens/alice"}},
		}, nil
	})
	for _, want := range []string{"http://127.0.0.1:1", "a &lt;b&gt;local", "Problem: its disk is full", "<td>41</td>", "/x/tokens/alice"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "<script") || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page may run scripts")
	}
}

func TestHomeFails(t *testing.T) {
	resp, body := get(t, func(context.Context) (dashboard.Status, error) { return dashboard.Status{}, errors.New("secret path") })
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "secret path") {
		t.Errorf("status %d, body %q", resp.StatusCode, body)
	}
}
