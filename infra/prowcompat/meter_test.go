// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// meter is in front of a forge: it counts what one account asks, and notes when
// labels have come and gone.
type meter struct {
	forge http.Handler
	token string

	mu    sync.Mutex
	calls map[string]int
	// unserved are calls that the forge does not serve: whoever asks would ask
	// GitHub again and again.
	unserved map[string]int
	last     time.Time
	under    int                  // calls under way
	done     map[string]time.Time // "NUMBER +LABEL"
	news     chan struct{}
}

func newMeter(forge http.Handler, token string) *meter {
	return &meter{forge: forge, token: token, calls: make(map[string]int), unserved: make(map[string]int), done: make(map[string]time.Time), news: make(chan struct{})}
}

func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	if password != m.token && !strings.HasSuffix(r.Header.Get("Authorization"), " "+m.token) {
		m.forge.ServeHTTP(w, r)
		return
	}
	key, changes := aboutCall(r)
	// Prow asks for a branch where GitHub's description does not know it any
	// more; GitHub answers all the same.
	if r.Method == http.MethodGet {
		r.URL.Path = strings.Replace(r.URL.Path, "/git/refs/heads/", "/git/ref/heads/", 1)
	}
	m.mu.Lock()
	m.under++
	m.mu.Unlock()
	answer := &answered{ResponseWriter: w}
	m.forge.ServeHTTP(answer, r)
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.under--
	m.calls[key]++
	m.last = now
	if answer.status == http.StatusNotImplemented {
		m.unserved[key]++
	}
	for _, change := range changes {
		if _, ok := m.done[change]; !ok {
			m.done[change] = now
		}
	}
	close(m.news)
	m.news = make(chan struct{})
}

// answered keeps the status of an answer.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

var (
	numbered = regexp.MustCompile(`/[0-9a-f]{40}|/[0-9]+`)
	// namedParts are parts of a path that say whom or what it is about.
	namedParts = regexp.MustCompile(`/(labels|collaborators|members|users|assignees|branches|trees|ref/heads|refs/heads)/[^/]+`)
	labelling  = regexp.MustCompile(`/issues/([0-9]+)/labels(?:/([^/]+))?$`)
)

// aboutCall names a call, and the labels that it puts on and takes off.
func aboutCall(r *http.Request) (key string, changes []string) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/api/v3")
	key = r.Method + " " + namedParts.ReplaceAllString(numbered.ReplaceAllString(path, "/N"), "/$1/NAME")
	if strings.Contains(path, "/info/refs") || strings.Contains(path, "/git-upload-pack") {
		key = "git " + path[strings.LastIndexByte(path, '/')+1:]
	}
	m := labelling.FindStringSubmatch(path)
	switch {
	case m == nil:
	case r.Method == http.MethodDelete:
		if name, err := url.PathUnescape(m[2]); err == nil {
			changes = append(changes, m[1]+" -"+name)
		}
	case r.Method == http.MethodPost:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return key, nil
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var list []string
		if json.Unmarshal(body, &list) != nil {
			var object struct{ Labels []string }
			if json.Unmarshal(body, &object) == nil {
				list = object.Labels
			}
		}
		for _, name := range list {
			changes = append(changes, m[1]+" +"+name)
		}
	}
	return key, changes
}

// when waits for a change of a label, and returns when it was made.
func (m *meter) when(t *testing.T, number int, change string) time.Time {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		m.mu.Lock()
		at, ok := m.done[fmt.Sprintf("%d %s", number, change)]
		news := m.news
		m.mu.Unlock()
		if ok {
			return at
		}
		select {
		case <-news:
		case <-deadline:
			t.Fatalf("#%d: no %s", number, change)
		}
	}
}

// called waits for the first call of a kind.
func (m *meter) called(t *testing.T, key string) time.Time {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m.counted()[key] > 0 {
			return time.Now()
		}
	}
	t.Fatalf("never called: %s", key)
	return time.Time{}
}

// quiet waits until nothing was asked for some time, and returns when the last
// answer was sent.
func (m *meter) quiet(t *testing.T, silence time.Duration) time.Time {
	t.Helper()
	began := time.Now()
	for deadline := began.Add(15 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		m.mu.Lock()
		last, under := m.last, m.under
		m.mu.Unlock()
		if last.Before(began) {
			last = began
		}
		if under == 0 && time.Since(last) > silence {
			return last
		}
	}
	t.Fatal("it never stops asking")
	return began
}

// counted returns the calls up to now.
func (m *meter) counted() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.calls)
}

// since returns the calls after an earlier count.
func since(before, after map[string]int) map[string]int {
	rest := make(map[string]int)
	for key, n := range after {
		if n > before[key] {
			rest[key] = n - before[key]
		}
	}
	return rest
}

func total(calls map[string]int) int {
	n := 0
	for _, k := range calls {
		n += k
	}
	return n
}

// list writes calls down, the most frequent first.
func list(calls map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(calls), func(a, b string) int {
		if calls[a] != calls[b] {
			return calls[b] - calls[a]
		}
		return strings.Compare(a, b)
	})
	var b strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&b, "\n%6d  %s", calls[key], key)
	}
	return b.String()
}

// ticks is the unit of times in /proc/PID/stat: the kernel shows all programs
// hundredths of a second.
const ticks = 100

// used returns the seconds of CPU of a process, and of the children that it has
// waited for.
func used(t *testing.T, pid int) (own, children float64) {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	// The name of the program, in parentheses, may hold blanks.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var times [4]float64
	for i := range times {
		n, err := strconv.ParseFloat(fields[11+i], 64)
		if err != nil {
			t.Fatal(err)
		}
		times[i] = n / ticks
	}
	return times[0] + times[1], times[2] + times[3]
}

// peak returns how much memory a process had at most, in MiB, and begins anew.
func peak(t *testing.T, pid int) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if words := strings.Fields(line); words[0] == "VmHWM:" {
			kib, err := strconv.ParseFloat(words[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
				t.Log("the peak is that of the whole life: ", err)
			}
			return kib / 1024
		}
	}
	t.Fatal("no VmHWM")
	return 0
}
