// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // GitHub's older signature header, still sent
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// GitHub gives a receiver ten seconds, and does not try again by itself.
	deliveryTimeout = 10 * time.Second
	// heldBack is how long a delivery waits to be overtaken, when reordering
	// is switched on and no other comes.
	heldBack = 250 * time.Millisecond
	// ahead is how many deliveries that wait are looked at for the next: none
	// is overtaken by more, and a long queue costs no more than a short one.
	ahead = 20
	// distributeBatch is how many events are handed to hooks at once.
	distributeBatch = 100
)

// deliverer sends webhooks: in order within a hook, which has its own lane, so
// that a slow receiver holds up nobody else.
type deliverer struct {
	srv              *Server
	strict, insecure *http.Client
	lanes            map[int64]chan struct{} // each wakes its lane
	running          sync.WaitGroup
}

// deliverWebhooks is a worker: it hands events to hooks, and sends what hooks
// have. What a killed process left is sent first.
func (s *Server) deliverWebhooks(ctx context.Context) {
	d := &deliverer{srv: s, lanes: make(map[int64]chan struct{}), strict: s.hookClient(false), insecure: s.hookClient(true)}
	defer d.running.Wait()
	for {
		waiting, err := d.distribute(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "handing events to webhooks", "err", err)
		}
		for _, hook := range waiting {
			d.wake(ctx, hook)
		}
		var retry <-chan time.Time
		if err != nil {
			retry = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.outbox:
		case <-retry:
		}
	}
}

func (s *Server) hookClient(insecure bool) *http.Client {
	transport := s.config.Webhooks
	if transport == nil {
		transport = &http.Transport{
			Proxy:           nil, // a delivery goes where the hook says
			IdleConnTimeout: 30 * time.Second,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: insecure}, // the hook's own setting, insecure_ssl
		}
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       deliveryTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // as GitHub
	}
}

// distribute moves events from the outbox into the queues of the hooks that
// want them, and returns the hooks whose queues hold something.
func (d *deliverer) distribute(ctx context.Context) (waiting []int64, err error) {
	for more := true; more; {
		err := d.srv.store.updateTx(ctx, func(tx *tx) error {
			events, err := tx.takeEvents(distributeBatch)
			more = len(events) == distributeBatch
			if err != nil {
				return err
			}
			for _, e := range events {
				if err := enqueueForAll(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err = d.srv.store.viewTx(ctx, func(tx *tx) (err error) {
		waiting, err = tx.waitingHooks()
		return err
	})
	return waiting, err
}

// enqueueForAll lines an event up for each hook that wants it.
func enqueueForAll(tx *tx, e outboxEvent) error {
	for _, owner := range []int64{e.repo, e.org} {
		if owner == 0 {
			continue
		}
		all, err := hooks.list(tx, owner)
		if err != nil {
			return err
		}
		for _, h := range all {
			if !h.wants(e.name) {
				continue
			}
			if err := enqueue(tx, h, e, false, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *tx) waitingHooks() (ids []int64, err error) {
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT DISTINCT parent FROM doc WHERE kind = ? AND key IS NOT NULL", string(deliveries))
	if err != nil {
		return nil, fmt.Errorf("looking for webhooks to send: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("looking for webhooks to send: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// wake lets a hook's lane look at its queue, starting it if there is none.
func (d *deliverer) wake(ctx context.Context, hook int64) {
	lane := d.lanes[hook]
	if lane == nil {
		lane = make(chan struct{}, 1)
		d.lanes[hook] = lane
		d.running.Go(func() { d.run(ctx, hook, lane) })
	}
	select {
	case lane <- struct{}{}:
	default: // it is awake
	}
}

// run is a lane: it sends what the hook's queue holds, one after the other.
func (d *deliverer) run(ctx context.Context, hook int64, lane <-chan struct{}) {
	for {
		wait, err := d.sendNext(ctx, hook)
		if err != nil && ctx.Err() == nil {
			d.srv.log.ErrorContext(ctx, "sending a webhook", "hook", hook, "err", err)
			wait = time.Second
		}
		if wait == 0 && err == nil {
			continue // sent one: perhaps there is another
		}
		var timer <-chan time.Time
		if wait > 0 {
			timer = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-lane:
		case <-timer:
		}
	}
}

// nothingToSend is how sendNext says that the queue is empty.
const nothingToSend = time.Duration(-1)

// sendNext sends the next delivery of a hook. It returns how long to wait
// before the next call: 0 after sending.
func (d *deliverer) sendNext(ctx context.Context, id int64) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return nothingToSend, err
	}
	var h *hook
	var queue []*delivery
	err := d.srv.store.viewTx(ctx, func(tx *tx) (err error) {
		if h, err = hooks.get(tx, id); errors.Is(err, errMissing) {
			return nil // deleted, and its queue with it
		}
		if err == nil {
			queue, err = deliveries.firstOfPrefix(tx, id, pendingPrefix, ahead)
		}
		return err
	})
	if err != nil || h == nil || len(queue) == 0 {
		return nothingToSend, err
	}
	faults := d.srv.faults.webhooks()
	next, wait := choose(queue, faults, time.Now())
	if next == nil {
		return wait, nil
	}
	mishap := mishapOf(next, faults)
	if mishap.lost {
		next.Status, next.StatusCode, next.DeliveredAt = "timed out", http.StatusGatewayTimeout, d.srv.config.Clock()
		return 0, d.record(ctx, next)
	}
	if err := d.send(ctx, h, next); err != nil {
		return nothingToSend, err
	}
	if mishap.twice {
		second := *next
		if err := d.send(ctx, h, &second); err != nil {
			return nothingToSend, err
		}
	}
	return 0, d.record(ctx, next)
}

// mishap is what the fault switches have in store for a delivery.
type mishap struct{ lost, twice, late bool }

// mishapOf draws by lot, the same lot each time for a seed and a place in the
// queue: a test that failed can be run again.
func mishapOf(d *delivery, f WebhookFaults) mishap {
	lot := rand.New(rand.NewPCG(uint64(f.Seed), uint64(d.Sequence)))
	return mishap{lost: lot.Float64() < f.Lose, twice: lot.Float64() < f.Duplicate, late: lot.Float64() < f.Reorder}
}

// choose picks what to send: the oldest, unless it has to wait; then the
// oldest that need not.
func choose(queue []*delivery, f WebhookFaults, now time.Time) (*delivery, time.Duration) {
	delay := time.Duration(f.DelayMillis) * time.Millisecond
	wait := time.Hour
	for _, d := range queue {
		due := d.QueuedAt.Add(delay)
		if mishapOf(d, f).late {
			due = due.Add(heldBack)
		}
		if f.Reorder == 0 && f.DelayMillis == 0 || !now.Before(due) {
			return d, 0
		}
		wait = min(wait, due.Sub(now))
	}
	return nil, max(wait, time.Millisecond)
}

// send sends once, and writes into d what came of it. The error is only that
// the forge is closing: then the delivery stays in the queue.
func (d *deliverer) send(ctx context.Context, h *hook, out *delivery) error {
	media, body := out.body(h)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the address of webhook %d: %w", h.ID, err)
	}
	target := "repository"
	if h.Org {
		target = "organization"
	}
	for name, value := range map[string]string{
		"Accept": "*/*", "Content-Type": media, "User-Agent": "GitHub-Hookshot/0000000",
		"X-GitHub-Delivery": out.GUID, "X-GitHub-Event": out.Event, "X-GitHub-Hook-ID": strconv.FormatInt(h.ID, 10),
		"X-GitHub-Hook-Installation-Target-ID": strconv.FormatInt(h.Parent, 10), "X-GitHub-Hook-Installation-Target-Type": target,
	} {
		req.Header.Set(name, value)
	}
	if h.Secret != "" {
		req.Header.Set("X-Hub-Signature", "sha1="+sign(sha1.New, h.Secret, body))
		req.Header.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, h.Secret, body))
	}
	out.URL, out.RequestHeaders, out.DeliveredAt = h.URL, flat(req.Header), d.srv.config.Clock()
	client := d.strict
	if h.InsecureSSL == "1" {
		client = d.insecure
	}
	start := time.Now()
	resp, err := client.Do(req)
	out.Seconds = time.Since(start).Round(10 * time.Millisecond).Seconds()
	if ctx.Err() != nil {
		if err == nil {
			err = resp.Body.Close()
		}
		return errors.Join(ctx.Err(), err)
	}
	if err != nil {
		out.Status, out.StatusCode = failure(err)
		return nil
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 25<<10))
	if err != nil {
		out.Status, out.StatusCode = failure(err)
		return nil
	}
	out.StatusCode, out.ResponseHeaders, out.ResponseBody = resp.StatusCode, flat(resp.Header), string(text)
	out.Status = "OK"
	if resp.StatusCode/100 != 2 {
		out.Status = fmt.Sprintf("Invalid HTTP Response: %d", resp.StatusCode)
	}
	return nil
}

// failure says, in GitHub's words, why there was no answer.
func failure(err error) (string, int) {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timed out", http.StatusGatewayTimeout
	}
	return "failed to connect to host", http.StatusBadGateway
}

// record takes a delivery out of the queue, into the log.
func (d *deliverer) record(ctx context.Context, sent *delivery) error {
	return d.srv.store.updateTx(ctx, func(tx *tx) error {
		sent.Key = ""
		return deliveries.put(tx, sent)
	})
}

func sign(algorithm func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func flat(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for name, values := range h {
		out[name] = strings.Join(values, ", ")
	}
	return out
}
