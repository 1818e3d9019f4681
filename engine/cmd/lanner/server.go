// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/metrics"
)

// serve answers questions until the function that it returns is called.
func (d *daemon) serve() (stop func() error, err error) {
	if d.cfg.Server.Listen == "off" {
		return func() error { return nil }, nil
	}
	listener, err := net.Listen("tcp", d.cfg.Server.Listen)
	if err != nil {
		return nil, &failure{
			err:  fmt.Errorf("serve metrics and health: %w", err),
			hint: `--listen and server.listen name the address, "off" serves nowhere`,
		}
	}
	d.log.Info("serving /metrics, /healthz and /readyz", "address", listener.Addr().String())
	if ip, ok := listener.Addr().(*net.TCPAddr); ok && !ip.IP.IsLoopback() {
		d.log.Warn("metrics and health are served without authentication beyond this machine", "address", listener.Addr().String())
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.Handler(d.metrics()))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		h := d.health()
		d.answer(w, r, h.Live, &h)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		h := d.health()
		d.answer(w, r, h.Ready, &h)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			err = errors.Join(err, server.Close())
			d.log.Warn("a client kept its connection", "error", err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}

func (d *daemon) answer(w http.ResponseWriter, r *http.Request, fine bool, h *healthReport) {
	status := http.StatusOK
	if !fine {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Cache-Control", "no-store")
	if _, verbose := r.URL.Query()["verbose"]; !verbose {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		text := "ok"
		if !fine {
			text = strings.Join(h.Reasons, "\n")
		}
		fmt.Fprintln(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(h); err != nil {
		d.log.Debug("answer", "error", err) // the client went away
	}
}

// health says how the engine is.
func (d *daemon) health() healthReport {
	now := time.Now()
	live, still := d.pulse.alive()
	p := d.engine.Progress()
	waiting := d.pulse.waiting.Load()
	stats := d.set.Stats()
	required := make([]bool, len(stats))
	h := healthReport{
		Live: live, Reasons: []string{},
		Events: p.Events, Dropped: d.src.Drops(), Lag: lag(&p, waiting, now).Seconds(), Waiting: waiting,
		Alerts: d.alerts.Total(), Held: d.limiter.Total(), Sinks: []sinkHealth{},
	}
	for i, s := range stats {
		required[i] = d.cfg.Sinks[i].Required
		h.Sinks = append(h.Sinks, sinkHealth{
			sinkReport: sinkReport{s.Name, s.Delivered, s.Shed, s.Refused, s.Abandoned, s.Retries},
			Required:   required[i], Failing: s.Failing, Waiting: s.Waiting, Capacity: s.Capacity,
		})
	}
	h.Rules, h.Reload = d.reloads.report()
	if !live {
		h.Reasons = append(h.Reasons, fmt.Sprintf("there are events, and none was done in %s", still.Round(time.Second)))
	}
	h.Reasons = append(h.Reasons, failing(stats, required)...)
	if d.stopping.Load() {
		h.Reasons = append(h.Reasons, "it is stopping")
	}
	h.Ready = len(h.Reasons) == 0
	return h
}

// metrics says where the values of metrics are.
func (d *daemon) metrics() *metrics.Run {
	build := metrics.Build{Go: runtime.Version()}
	if b, err := thisBuild(); err == nil {
		build.Version, build.Commit = b.Version, b.Commit
	}
	return &metrics.Run{
		Build:    build,
		Progress: d.engine.Progress,
		Waiting:  d.pulse.waiting.Load,
		Lag: func() time.Duration {
			p := d.engine.Progress()
			return lag(&p, d.pulse.waiting.Load(), time.Now())
		},
		Drops:    d.src.DropCounts,
		Unseen:   d.src.Unseen,
		Renewals: d.src.Renewals,
		Alerts:   d.alerts,
		Held:     d.limiter.Total,
		Sinks:    d.set.Stats,
		Reloads:  d.reloads.counts,
		Rules: func() metrics.Rules {
			r, _ := d.reloads.report()
			return metrics.Rules{Generation: r.Generation, Digest: r.Digest, Enabled: r.Enabled}
		},
	}
}
