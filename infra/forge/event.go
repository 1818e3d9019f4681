// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"fmt"
	"maps"
)

// event is something that happened, as webhooks tell it.
type event struct {
	name   string // X-GitHub-Event: "push", "issues"
	action string // "" for events that have none
	repo   *repository
	org    *account // for events of an organization alone; a repository's owner is found
	// payload is what is told beyond action, repository, organization and
	// sender, which emit adds.
	payload object
}

// outboxEvent is an event as it waits for delivery.
type outboxEvent struct {
	id           int64
	name, action string
	repo, org    int64 // 0 is none
	payload      []byte
}

// emit puts an event into the outbox, in the transaction of the change itself.
func (v *view) emit(e event) error {
	out, err := v.compose(e)
	if err != nil {
		return err
	}
	_, err = v.tx.sql.ExecContext(v.tx.ctx, "INSERT INTO outbox (name, action, repo, org, payload, at) VALUES (?, ?, ?, ?, ?, ?)",
		out.name, out.action, out.repo, out.org, string(out.payload), v.tx.now.Format("2006-01-02T15:04:05Z"))
	if err != nil {
		return fmt.Errorf("writing a %s event: %w", e.name, err)
	}
	v.tx.emitted++
	return nil
}

// compose makes the payload that is delivered.
func (v *view) compose(e event) (outboxEvent, error) {
	payload := maps.Clone(e.payload)
	if payload == nil {
		payload = object{}
	}
	if e.action != "" {
		payload["action"] = e.action
	}
	out := outboxEvent{name: e.name, action: e.action}
	if e.repo != nil {
		rendered, err := v.repository(e.repo)
		if err != nil {
			return out, err
		}
		// A webhook is nobody's view: it holds no permissions.
		delete(rendered, "permissions")
		payload["repository"] = rendered
		out.repo = e.repo.ID
		owner, err := accounts.get(v.tx, e.repo.Parent)
		if err != nil {
			return out, err
		}
		if owner.isOrg() {
			e.org = owner
		}
	}
	if e.org != nil {
		payload["organization"] = v.orgSimple(e.org)
		out.org = e.org.ID
	}
	sender := v.me()
	if sender == nil {
		var err error
		if sender, err = accounts.find(v.tx, 0, adminLogin); err != nil {
			return out, err
		}
	}
	payload["sender"] = v.user(sender)
	body, err := json.Marshal(payload)
	if err != nil {
		return out, fmt.Errorf("encoding a %s event: %w", e.name, err)
	}
	out.payload = body
	return out, nil
}

// wake tells a worker that there may be something to do; it then works until
// nothing is left.
func wake(worker chan<- struct{}) {
	select {
	case worker <- struct{}{}:
	default: // it knows already
	}
}

// takeEvents removes the oldest events from the outbox, at most n, for the
// caller to hand on in the same transaction.
func (tx *tx) takeEvents(n int) (events []outboxEvent, err error) {
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT id, name, action, repo, org, payload FROM outbox ORDER BY id LIMIT ?", n)
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	for rows.Next() {
		var e outboxEvent
		if err := rows.Scan(&e.id, &e.name, &e.action, &e.repo, &e.org, &e.payload); err != nil {
			_ = rows.Close() // the error of Scan is the news
			return nil, fmt.Errorf("reading the outbox: %w", err)
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	if len(events) == 0 {
		return nil, nil
	}
	_, err = tx.sql.ExecContext(tx.ctx, "DELETE FROM outbox WHERE id <= ?", events[len(events)-1].id)
	if err != nil {
		return nil, fmt.Errorf("clearing the outbox: %w", err)
	}
	return events, nil
}
