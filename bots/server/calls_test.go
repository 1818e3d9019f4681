// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var numbers = regexp.MustCompile(`/[0-9a-f]{40}|/[0-9]+`)

// TestCalls counts what the bot asks GitHub in the life of a pull request, from
// opened to merged: the open pull requests and the webhooks once, and then a
// query, or at the first look two, for each look. It never searches.
func TestCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var mu sync.Mutex
	counts := make(map[string]int)
	total := 0
	token := h.f.Token("lanner")
	h.f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			mu.Lock()
			counts[r.Method+" "+numbers.ReplaceAllString(r.URL.Path, "/N")]++
			total++
			mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
	// The first webhook may come before the first list.
	lists := map[string]int{"GET /api/v3/repos/acme/demo/pulls": 2, "GET /api/v3/repos/acme/demo/hooks": 1}
	h.startBot(time.Hour)
	h.story()
	mu.Lock()
	defer mu.Unlock()
	for _, call := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%d %s", counts[call], call)
		if read := strings.HasPrefix(call, "GET "); read && counts[call] > lists[call] {
			t.Errorf("%d times %s: a look is a query", counts[call], call)
		}
	}
	t.Logf("%d calls", total)
	if total >= 30 {
		t.Errorf("%d calls, want fewer than 30", total)
	}
}
