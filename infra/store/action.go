// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Action is one effect on the outside: the intent, written before it, and the
// outcome, written after.
type Action struct {
	// Key names the effect for all time: two effects with one key are one.
	Key string `json:"key"`
	// Subject is what it is done to, "owner/name#7"; Kind is what is done.
	Subject string `json:"subject"`
	Kind    string `json:"kind"`
	// Inputs is what is needed to tell from the world whether it happened.
	Inputs  json.RawMessage `json:"inputs"`
	Outputs json.RawMessage `json:"outputs,omitempty"`
	BegunAt time.Time       `json:"begun_at"`
	// DoneAt is zero for an intent whose outcome is unknown.
	DoneAt time.Time `json:"done_at,omitzero"`
}

// Begin writes down the intent a. When the key is there already it writes
// nothing and returns what is there: finished, and then there is nothing to
// do; or not, and then the world must be asked whether it happened.
func (s *Store) Begin(ctx context.Context, a Action) (prior *Action, err error) {
	if !json.Valid(a.Inputs) {
		return nil, fmt.Errorf("begin %s: the inputs are not JSON: %q", a.Key, a.Inputs)
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, selectActions+` WHERE key = ?`, a.Key)
		found, err := scanAction(row.Scan)
		if err == nil {
			prior = &found
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO actions (key, subject, kind, inputs, begun_at) VALUES (?, ?, ?, ?, ?)`,
			a.Key, a.Subject, a.Kind, []byte(a.Inputs), stamp(a.BegunAt))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", a.Key, err)
	}
	return prior, nil
}

// Finish writes down the outcome of an intent.
func (s *Store) Finish(ctx context.Context, key string, outputs json.RawMessage, at time.Time) error {
	if !json.Valid(outputs) {
		return fmt.Errorf("finish %s: the outputs are not JSON: %q", key, outputs)
	}
	return s.one(ctx, "finish", key, `UPDATE actions SET outputs = ?2, done_at = ?3 WHERE key = ?1 AND done_at IS NULL`, []byte(outputs), stamp(at))
}

// Abandon takes an intent back: the world was asked, and it did not happen.
// Its key is free again.
func (s *Store) Abandon(ctx context.Context, key string) error {
	return s.one(ctx, "abandon", key, `DELETE FROM actions WHERE key = ?1 AND done_at IS NULL`)
}

func (s *Store) one(ctx context.Context, verb, key, query string, args ...any) error {
	res, err := s.db.ExecContext(ctx, query, append([]any{key}, args...)...)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, key, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = fmt.Errorf("%s %s: no such intent is open", verb, key)
	}
	return err
}

// Unfinished returns the intents on a subject whose outcome is unknown, oldest
// first.
func (s *Store) Unfinished(ctx context.Context, subject string) (_ []Action, err error) {
	rows, err := s.db.QueryContext(ctx, selectActions+` WHERE subject = ? AND done_at IS NULL ORDER BY begun_at, key`, subject)
	if err != nil {
		return nil, fmt.Errorf("unfinished actions of %s: %w", subject, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var actions []Action
	for rows.Next() {
		a, err := scanAction(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("unfinished actions of %s: %w", subject, err)
		}
		actions = append(actions, a)
	}
	return actions, rows.Err()
}

const selectActions = `SELECT key, subject, kind, inputs, outputs, begun_at, done_at FROM actions`

func scanAction(scan func(...any) error) (Action, error) {
	var a Action
	var inputs, outputs []byte
	var begun int64
	var done sql.NullInt64
	if err := scan(&a.Key, &a.Subject, &a.Kind, &inputs, &outputs, &begun, &done); err != nil {
		return Action{}, err
	}
	a.Inputs, a.Outputs, a.BegunAt = inputs, outputs, unstamp(begun)
	if done.Valid {
		a.DoneAt = unstamp(done.Int64)
	}
	return a, nil
}
