// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// delivery is one webhook sent, or to be sent. Parent: the hook; key: its
// place in the queue while it is to be sent, none then.
type delivery struct {
	meta
	GUID       string          `json:"guid"`
	Sequence   int64           `json:"sequence"` // within the hook
	Event      string          `json:"event"`
	Action     string          `json:"action,omitempty"`
	Repo       int64           `json:"repo,omitempty"`
	Redelivery bool            `json:"redelivery,omitempty"`
	Payload    json.RawMessage `json:"payload"`
	QueuedAt   time.Time       `json:"queued_at"` // of the machine's clock: delays are real time

	// What came of it.
	URL             string            `json:"url,omitempty"`
	DeliveredAt     time.Time         `json:"delivered_at,omitzero"`
	Seconds         float64           `json:"seconds,omitempty"`
	Status          string            `json:"status,omitempty"` // "OK", "Invalid HTTP Response: 500", "timed out", …
	StatusCode      int               `json:"status_code,omitempty"`
	RequestHeaders  map[string]string `json:"request_headers,omitempty"`
	ResponseHeaders map[string]string `json:"response_headers,omitempty"`
	ResponseBody    string            `json:"response_body,omitempty"`
}

const deliveries kind[delivery, *delivery] = "delivery"

// pendingPrefix begins the key of what is still to be sent.
const pendingPrefix = "pending "

// enqueue lines an event up for a hook. An empty guid is a new one.
func enqueue(tx *tx, h *hook, e outboxEvent, again bool, guid string) error {
	sequence, err := tx.next(h.ID, "delivery")
	if err != nil {
		return err
	}
	d := &delivery{
		GUID: cmp.Or(guid, newGUID()), Sequence: sequence, Event: e.name, Action: e.action, Repo: e.repo,
		Redelivery: again, Payload: e.payload, QueuedAt: time.Now(),
	}
	return deliveries.insert(tx, h.ID, fmt.Sprintf("%s%012d", pendingPrefix, sequence), d)
}

// newGUID makes a random UUID, as X-GitHub-Delivery holds one.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (d *delivery) summary() object {
	repo := any(nil)
	if d.Repo != 0 {
		repo = d.Repo
	}
	return object{
		"id": d.ID, "guid": d.GUID, "delivered_at": stamp(d.DeliveredAt), "redelivery": d.Redelivery,
		"duration": d.Seconds, "status": d.Status, "status_code": d.StatusCode, "event": d.Event, "action": orNull(d.Action),
		"installation_id": nil, "repository_id": repo, "throttled_at": nil,
	}
}

func (d *delivery) pending() bool { return d.Key != "" }

// listDeliveries answers what was sent, the newest first, page by page with a
// cursor: numbers would slide as new deliveries come.
func (c *call) listDeliveries() (reply, error) {
	_, h, err := c.hookOfPath()
	if err != nil {
		return reply{}, err
	}
	before := int64(1<<63 - 1)
	if text := c.query("cursor"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil {
			return reply{}, &apiError{status: 400, message: "Invalid cursor"}
		}
	}
	perPage := c.paging().perPage
	all, err := deliveries.query(c.tx, "kind = ? AND parent = ? AND key IS NULL AND id < ? ORDER BY id DESC LIMIT ?",
		string(deliveries), h.ID, before, perPage+1)
	if err != nil {
		return reply{}, err
	}
	header := http.Header{}
	if len(all) > perPage {
		all = all[:perPage]
		q := c.r.URL.Query()
		q.Set("cursor", strconv.FormatInt(all[perPage-1].ID, 10))
		header.Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, c.base, c.r.URL.EscapedPath(), q.Encode()))
	}
	out := []object{}
	for _, d := range all {
		out = append(out, d.summary())
	}
	return reply{status: http.StatusOK, body: out, header: header}, nil
}

func (c *call) deliveryOfPath() (*hook, *delivery, error) {
	_, h, err := c.hookOfPath()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.idParam("delivery_id")
	if err != nil {
		return nil, nil, err
	}
	d, err := deliveries.get(c.tx, id)
	if err == nil && (d.Parent != h.ID || d.pending()) {
		err = errNotFound
	}
	return h, d, err
}

func (c *call) getDelivery() (reply, error) {
	_, d, err := c.deliveryOfPath()
	if err != nil {
		return reply{}, err
	}
	out := d.summary()
	out["url"] = d.URL
	out["request"] = object{"headers": d.RequestHeaders, "payload": d.Payload}
	out["response"] = object{"headers": d.ResponseHeaders, "payload": d.ResponseBody}
	return ok(out)
}

// redeliver sends the same event again, under the same GUID.
func (c *call) redeliver() (reply, error) {
	h, d, err := c.deliveryOfPath()
	if err != nil {
		return reply{}, err
	}
	e := outboxEvent{name: d.Event, action: d.Action, repo: d.Repo, payload: d.Payload}
	if err := enqueue(c.tx, h, e, true, d.GUID); err != nil {
		return reply{}, err
	}
	c.tx.emitted++ // there is something to send
	return reply{status: http.StatusAccepted, body: object{}}, nil
}

// body is what is sent, and its media type.
func (d *delivery) body(h *hook) (string, []byte) {
	if h.ContentType == "form" {
		return "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(d.Payload)}}.Encode())
	}
	return "application/json", slices.Clone(d.Payload)
}
