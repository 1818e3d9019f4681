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
// opened to merged. It never searches, and what cannot change it asks once.
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
	h.startBot(time.Hour)
	h.story()
	mu.Lock()
	defer mu.Unlock()
	for _, call := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%d %s", counts[call], call)
		once := strings.Contains(call, "/git/commits/") || strings.HasSuffix(call, "/files")
		if strings.Contains(call, "/search/") || once && counts[call] > 1 {
			t.Errorf("%d times %s", counts[call], call)
		}
	}
	t.Logf("%d calls", total)
}
