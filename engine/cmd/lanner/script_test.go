// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/scenario"
)

// writeCapture is the script command "capture EVENTS FILE": it makes a capture
// of the events of a scenario.
func writeCapture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture EVENTS FILE")
	}
	f, list := scenario.Parse(args[0], "test \"a capture\"\n"+ts.ReadFile(args[0]))
	for _, d := range list.Diagnostics {
		ts.Fatalf("%s:%d: %s", args[0], d.Pos.Line-1, d.Message)
	}
	var out bytes.Buffer
	w := capture.NewWriter(&out)
	world := f.Tests[0].World
	for _, tell := range world.Snapshot {
		tell(w)
	}
	for i := range world.Events {
		ts.Check(w.Event(&world.Events[i]))
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out.Bytes(), 0o600))
}

// cutFile is the script command "cut FILE BYTES": it takes bytes from the end.
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE BYTES")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	ts.Check(os.Truncate(path, info.Size()-n))
}

// receive is the script command "receive FILE": from then on, $RECEIVER is the
// URL of a server that appends to a file what is posted to it. It is busy at
// first, as such servers are.
func receive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: receive FILE")
	}
	path := ts.MkAbs(args[0])
	var mu sync.Mutex
	busy := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if busy {
			busy = false
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(f, "%s %s %s: ", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		if _, err := io.Copy(f, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		fmt.Fprintln(f)
		if err := f.Close(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv("RECEIVER", server.URL)
}

// await is the script command "await PATTERN FILE": it waits until a file has a
// line that matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await PATTERN FILE")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	var data []byte
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if data, err = os.ReadFile(ts.MkAbs(args[1])); err == nil && pattern.Match(data) {
			return
		}
	}
	ts.Fatalf("nothing in %s matches %q within 20 s: %s (%v)", args[1], args[0], data, err)
}
