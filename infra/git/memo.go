// SPDX-License-Identifier: Apache-2.0

package git

import (
	"bytes"
	"context"
	"strings"
	"sync"
)

// Memo remembers what git printed about objects. An object never changes, so
// what a command prints about objects that it is given by their ids, whole, is
// the same for all time. A Memo is safe concurrently.
type Memo struct {
	mu   sync.Mutex
	said map[string]string
	size int
}

const (
	memoMost = 32 << 20  // bytes that a Memo holds before it begins anew
	memoEach = 256 << 10 // and the longest answer that it keeps
)

// About runs "git args...", which asks about objects by their ids alone, or
// returns what it printed before, to the last byte. It remembers nothing
// without r.Memo, or with r.Env, which may show objects that are not there yet;
// no failure, and no answer that an object is missing: it may come.
func (r Repo) About(ctx context.Context, stdin string, args ...string) (string, error) {
	memo := r.Memo
	if len(r.Env) > 0 {
		memo = nil
	}
	key := r.Dir + "\x00" + stdin + "\x00" + strings.Join(args, "\x00")
	if said, ok := memo.recall(key); ok {
		return said, nil
	}
	var out bytes.Buffer
	if err := r.Stream(ctx, strings.NewReader(stdin), &out, args...); err != nil {
		return "", err
	}
	said := out.String()
	if !strings.HasSuffix(said, " missing\n") {
		memo.keep(key, said)
	}
	return said, nil
}

func (m *Memo) recall(key string) (string, bool) {
	if m == nil {
		return "", false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	said, ok := m.said[key]
	return said, ok
}

func (m *Memo) keep(key, said string) {
	if m == nil || len(said) > memoEach {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said == nil || m.size > memoMost {
		m.said, m.size = make(map[string]string), 0
	}
	m.said[key] = said
	m.size += len(key) + len(said)
}
