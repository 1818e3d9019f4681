// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Delivery is one webhook as it came in, or work that a program queues for
// itself in the same form.
type Delivery struct {
	// ID is unique for all time: X-GitHub-Delivery.
	ID string
	// Event is the name of the event: X-GitHub-Event.
	Event string
	// Repo is "owner/name", Number the issue or pull request, or 0 for what
	// concerns the repository. Deliveries of one Repo and Number are handled
	// in the order they came, those of different ones side by side.
	Repo       string
	Number     int
	Payload    []byte
	ReceivedAt time.Time
	// NotBefore is when the work may begin; zero is at once.
	NotBefore time.Time
	// Attempts is how often it was claimed, the present one included.
	Attempts int
}

// Enqueue writes a delivery down. It reports false for one whose ID was there
// before, whatever became of it: GitHub repeats deliveries, and so do people
// at its "Redeliver" button after a time-out that was none.
func (s *Store) Enqueue(ctx context.Context, d Delivery) (bool, error) {
	if d.Payload == nil {
		d.Payload = []byte{} // the driver writes nil as NULL
	}
	notBefore := int64(0)
	if !d.NotBefore.IsZero() {
		notBefore = stamp(d.NotBefore)
	}
	res, err := s.db.ExecContext(ctx, `INSERT INTO deliveries (id, event, repo, number, payload, received_at, not_before, status)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'queued') ON CONFLICT (id) DO NOTHING`,
		d.ID, d.Event, d.Repo, d.Number, d.Payload, stamp(d.ReceivedAt), notBefore)
	if err != nil {
		return false, fmt.Errorf("queue delivery %s: %w", d.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Known reports whether a delivery came in before, whatever became of it.
func (s *Store) Known(ctx context.Context, id string) (bool, error) {
	known := false
	if err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM deliveries WHERE id = ?)`, id).Scan(&known); err != nil {
		return false, fmt.Errorf("look for delivery %s: %w", id, err)
	}
	return known, nil
}

// Claim takes everything that waits for one issue or pull request of which
// nothing is running, oldest first: whoever reads the present state of the
// world answers all of it in one go. The one that waits longest comes first. An
// empty result means that nothing can start at now.
//
// The caller owes a Complete, Retry or Fail for each.
func (s *Store) Claim(ctx context.Context, now time.Time) ([]Delivery, error) {
	var claimed []Delivery
	err := s.update(ctx, func(tx *sql.Tx) error {
		var repo string
		var number int
		err := tx.QueryRowContext(ctx, `SELECT repo, number FROM deliveries AS d
			WHERE status = 'queued' AND not_before <= ?
			AND NOT EXISTS (SELECT 1 FROM deliveries AS r
				WHERE r.repo = d.repo AND r.number = d.number AND r.status = 'running')
			ORDER BY seq LIMIT 1`, stamp(now)).Scan(&repo, &number)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		claimed, err = take(ctx, tx, repo, number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return claimed, nil
}

func take(ctx context.Context, tx *sql.Tx, repo string, number int) (_ []Delivery, err error) {
	if _, err := tx.ExecContext(ctx, `UPDATE deliveries SET status = 'running', attempts = attempts + 1
		WHERE repo = ? AND number = ? AND status = 'queued'`, repo, number); err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT id, event, payload, received_at, attempts FROM deliveries
		WHERE repo = ? AND number = ? AND status = 'running' ORDER BY seq`, repo, number)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var claimed []Delivery
	for rows.Next() {
		d := Delivery{Repo: repo, Number: number}
		var at int64
		if err := rows.Scan(&d.ID, &d.Event, &d.Payload, &at, &d.Attempts); err != nil {
			return nil, err
		}
		d.ReceivedAt = unstamp(at)
		claimed = append(claimed, d)
	}
	return claimed, rows.Err()
}

// Complete marks a claimed delivery as done. Its payload is dropped: from now
// on the ID alone is needed, to know a repetition.
func (s *Store) Complete(ctx context.Context, id string) error {
	return s.settle(ctx, id, `UPDATE deliveries SET status = 'done', error = '', payload = x'' WHERE id = ? AND status = 'running'`)
}

// Retry queues a claimed delivery again, not before at.
func (s *Store) Retry(ctx context.Context, id string, at time.Time, cause error) error {
	return s.settle(ctx, id, `UPDATE deliveries SET status = 'queued', not_before = ?2, error = ?3 WHERE id = ?1 AND status = 'running'`, stamp(at), cause.Error())
}

// Fail gives a claimed delivery up. It stays in the record, with its payload
// and cause.
func (s *Store) Fail(ctx context.Context, id string, cause error) error {
	return s.settle(ctx, id, `UPDATE deliveries SET status = 'failed', error = ?2 WHERE id = ?1 AND status = 'running'`, cause.Error())
}

func (s *Store) settle(ctx context.Context, id, query string, args ...any) error {
	res, err := s.db.ExecContext(ctx, query, append([]any{id}, args...)...)
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", id, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = fmt.Errorf("settle delivery %s: it is not running", id)
	}
	return err
}

// Counts is how many deliveries are in which state.
type Counts struct {
	Queued  int `json:"queued"`
	Running int `json:"running"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
}

// Counts returns how many deliveries are in which state.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := s.db.QueryRowContext(ctx, `SELECT
		count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'running'),
		count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE status = 'failed')
		FROM deliveries`).Scan(&c.Queued, &c.Running, &c.Done, &c.Failed)
	if err != nil {
		return Counts{}, fmt.Errorf("count deliveries: %w", err)
	}
	return c, nil
}

// Next returns when the first delivery that waits may begin, or the zero time
// when none waits. What waits behind a running one counts as it stands.
func (s *Store) Next(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.db.QueryRowContext(ctx, `SELECT min(not_before) FROM deliveries AS d WHERE status = 'queued'
		AND NOT EXISTS (SELECT 1 FROM deliveries AS r
			WHERE r.repo = d.repo AND r.number = d.number AND r.status = 'running')`).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("next delivery: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return unstamp(at.Int64), nil
}

// Prune forgets the deliveries that were done and came in before a time. Their
// IDs are not known any more: keep them for longer than the sender repeats
// itself, which GitHub offers for three days.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM deliveries WHERE status = 'done' AND received_at < ?`, stamp(before)); err != nil {
		return fmt.Errorf("prune deliveries: %w", err)
	}
	return nil
}
