// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// systemd hears when the service is ready, reloads, has failed to, and stops,
// and that it lives as long as it does.
func TestNotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "50000")
	var mu sync.Mutex
	var heard []string
	fed := 0
	var listening sync.WaitGroup
	listening.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			if text := string(buf[:n]); text == "WATCHDOG=1" {
				fed++
			} else {
				heard = append(heard, text)
			}
			mu.Unlock()
		}
	})
	has := func(pattern string) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return regexp.MustCompile(pattern).MatchString(strings.Join(heard, "\n--\n"))
		}
	}
	r := prepare(t, `
rules: {paths: [DIR/rules.yaml]}
sinks: [{type: program, command: sleep 600, queue: 1, overflow: wait}]
server: {stuck_after: 200ms}
drain_timeout: 100ms
`, openRule)
	r.start()
	r.await("it is ready", has(`^READY=1\nSTATUS=1 rules, generation 1 \([0-9a-f]{12}\)$`))
	r.write("rules.yaml", "- rule: x\n")
	r.await("a reload failed", has(`(?s)RELOADING=1\nMONOTONIC_USEC=\d+\n--\nREADY=1\nSTATUS=1 rules, generation 1 .*the last reload failed: 1 mistake in rules`))
	r.await("the watchdog is fed", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return fed > 3
	})
	for range 2000 {
		r.happen("proc 100 exepath=/usr/bin/cat\n100 openat fd=3 name=/tmp/" + strings.Repeat("x", 200) + " flags=O_RDONLY\n")
	}
	r.await("the loop hangs", func() bool { return strings.Contains(r.stderr.String(), "the loop does not go on") })
	mu.Lock()
	before := fed
	mu.Unlock()
	time.Sleep(200 * time.Millisecond) // eight times the pace of a watchdog that were fed
	mu.Lock()
	if fed > before+1 {
		t.Errorf("the watchdog of a loop that hangs was fed %d times", fed-before)
	}
	mu.Unlock()
	if err := r.stop(); err == nil {
		t.Error("a loop that hung stopped without an error")
	}
	if !has(`STOPPING=1`)() {
		t.Errorf("heard %q", heard)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	listening.Wait()
}
