// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestQuietRepository has pull requests to which nothing happens: they are
// listed, and not looked at. A push looks at those it can matter to.
func TestQuietRepository(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var lists, looks atomic.Int32
	token := h.f.Token("lanner")
	h.f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") == "Bearer "+token && strings.HasSuffix(r.URL.Path, "/graphql") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if bytes.Contains(body, []byte("pullRequests(states")) {
				lists.Add(1)
			}
			var asked struct{ Variables struct{ Number int } }
			if err := json.Unmarshal(body, &asked); err != nil {
				t.Error(err)
			}
			// The third is merged, and looked at for a while after that.
			if asked.Variables.Number == 1 || asked.Variables.Number == 2 {
				looks.Add(1)
			}
		}
		next.ServeHTTP(w, r)
	})
	h.ahead = time.Minute // what was read now was not changed a moment ago
	idle := []int{h.open("one").GetNumber(), h.open("two").GetNumber()}
	near := h.open("three").GetNumber()
	h.startBot(300 * time.Millisecond)
	h.say("bob", near, "/approve\n/lgtm")
	h.status(h.pull(near).GetHead().GetSHA(), "pending")
	h.status(h.pull(near).GetHead().GetSHA(), "success")
	h.eventually("it is merged", func() bool { return h.pull(near).GetMerged() })
	// quiet waits until the bot has listed some times without looking.
	quiet := func() {
		t.Helper()
		h.eventually("rest", func() bool {
			before, from := looks.Load(), lists.Load()
			h.eventually("lists", func() bool { return lists.Load() > from+4 })
			return looks.Load() == before
		})
	}
	push := func(archive string) {
		t.Helper()
		h.work.Git("pull", "-q", "origin", "main")
		h.work.Write(archive)
		h.work.Commit("Meanwhile")
		h.work.Git("push", "-q", "origin", "main")
	}
	quiet()
	before := looks.Load()
	push("-- src/unrelated.go --\npackage x\n")
	quiet()
	if got := looks.Load() - before; got != 0 {
		t.Errorf("a push of another file had %d looks", got)
	}
	push("-- src/OWNERS --\napprovers: [bob, dave]\n")
	for _, n := range idle { // its author may approve now
		h.eventually("approved", func() bool { return labels(h.pull(n)) == "approved" })
	}
}
