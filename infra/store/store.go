// SPDX-License-Identifier: Apache-2.0

// Package store is the durable record of what came in and what was done: a
// queue of webhook deliveries, a log of actions on the outside, the decisions
// behind them, the runs of jobs, and notes that a program keeps for itself.
//
// What a call has written is on the disk when it returns: a process killed at
// any moment, or a machine that loses power, loses nothing that was
// acknowledged. It refuses to be opened twice: one process owns a file. It
// knows nothing of GitHub beyond the shape of a delivery, and decides nothing.
// Packages of infra, bots and release may import it. A Store is safe for
// concurrent use.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Store is one database file, opened.
type Store struct {
	db *sql.DB
}

// ErrInUse is wrapped by the error of Open for a file that another process, or
// another Store of this one, has open.
var ErrInUse = errors.New("in use by another process")

// migrations bring an empty file to the schema of today, one after the other.
// The file remembers in its user_version how many it has had: append to the
// list, never change it.
var migrations = []string{
	`CREATE TABLE deliveries (
		seq         INTEGER PRIMARY KEY AUTOINCREMENT,
		id          TEXT NOT NULL UNIQUE,
		event       TEXT NOT NULL,
		repo        TEXT NOT NULL,
		number      INTEGER NOT NULL,
		payload     BLOB NOT NULL,
		received_at INTEGER NOT NULL,
		status      TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
		attempts    INTEGER NOT NULL DEFAULT 0,
		not_before  INTEGER NOT NULL DEFAULT 0,
		error       TEXT NOT NULL DEFAULT ''
	) STRICT;
	CREATE INDEX deliveries_by_status ON deliveries (status, seq);
	CREATE INDEX deliveries_by_subject ON deliveries (repo, number, status);
	CREATE TABLE actions (
		key      TEXT PRIMARY KEY,
		subject  TEXT NOT NULL,
		kind     TEXT NOT NULL,
		inputs   BLOB NOT NULL,
		outputs  BLOB,
		begun_at INTEGER NOT NULL,
		done_at  INTEGER
	) STRICT;
	CREATE INDEX actions_unfinished ON actions (subject, begun_at) WHERE done_at IS NULL;
	CREATE TABLE notes (
		kind  TEXT NOT NULL,
		name  TEXT NOT NULL,
		value BLOB NOT NULL,
		PRIMARY KEY (kind, name)
	) STRICT, WITHOUT ROWID;`,
	`CREATE TABLE decisions (
		seq     INTEGER PRIMARY KEY AUTOINCREMENT,
		at      INTEGER NOT NULL,
		subject TEXT NOT NULL,
		digest  BLOB NOT NULL,
		input   BLOB NOT NULL,
		output  BLOB NOT NULL
	) STRICT;
	CREATE INDEX decisions_by_subject ON decisions (subject, seq);
	CREATE INDEX decisions_by_time ON decisions (at);`,
	`CREATE TABLE runs (
		seq        INTEGER PRIMARY KEY AUTOINCREMENT,
		id         TEXT NOT NULL UNIQUE,
		key        TEXT NOT NULL UNIQUE,
		job        TEXT NOT NULL,
		repo       TEXT NOT NULL,
		number     INTEGER NOT NULL,
		spec       BLOB NOT NULL,
		state      TEXT NOT NULL,
		why        TEXT NOT NULL,
		wish       TEXT NOT NULL,
		created_at INTEGER NOT NULL,
		began_at   INTEGER NOT NULL,
		ended_at   INTEGER NOT NULL,
		reported   TEXT NOT NULL,
		kept       INTEGER NOT NULL,
		closed     INTEGER NOT NULL
	) STRICT;
	CREATE INDEX runs_open ON runs (seq) WHERE closed = 0;
	CREATE INDEX runs_by_job ON runs (job, seq);`,
}

// Open opens the database at path, creating it when it is not there. What was
// running when the last process ended is queued again.
func Open(ctx context.Context, path string) (*Store, error) {
	// locking_mode=EXCLUSIVE is the lock against a second process: it lasts as
	// long as the connection, and the kernel drops it with the process.
	// synchronous=FULL makes a commit in WAL mode survive power loss; NORMAL,
	// the usual advice for WAL, may forget the last commits.
	query := url.Values{"_pragma": {
		"busy_timeout(2000)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)",
	}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	// One connection: SQLite has one writer anyway, and every call is short.
	db.SetMaxOpenConns(1)
	s := &Store{db: db}
	if err := s.prepare(ctx); err != nil {
		err = errors.Join(err, db.Close())
		if strings.Contains(err.Error(), "SQLITE_BUSY") {
			return nil, fmt.Errorf("open %s: %w; stop it first", path, ErrInUse)
		}
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			return fmt.Errorf("its schema is version %d and this program knows %d; use the newer program", version, len(migrations))
		}
		for _, m := range migrations[version:] {
			if _, err := tx.ExecContext(ctx, m); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(migrations))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE deliveries SET status = 'queued' WHERE status = 'running'`)
		return err
	})
}

// Close closes the database. Calls after it fail.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) update(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Note returns a note, or nil when there is none.
func (s *Store) Note(ctx context.Context, kind, name string) ([]byte, error) {
	var value []byte
	err := s.db.QueryRowContext(ctx, `SELECT value FROM notes WHERE kind = ? AND name = ?`, kind, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("note %s %s: %w", kind, name, err)
	}
	return value, nil
}

// SetNote writes a note over the one that was there.
func (s *Store) SetNote(ctx context.Context, kind, name string, value []byte) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO notes (kind, name, value) VALUES (?, ?, ?)
		ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value`, kind, name, value)
	if err != nil {
		return fmt.Errorf("note %s %s: %w", kind, name, err)
	}
	return nil
}

// DeleteNote forgets a note, if it is there.
func (s *Store) DeleteNote(ctx context.Context, kind, name string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM notes WHERE kind = ? AND name = ?`, kind, name); err != nil {
		return fmt.Errorf("delete the note %s %s: %w", kind, name, err)
	}
	return nil
}

// Names returns the names of all notes of a kind, sorted.
func (s *Store) Names(ctx context.Context, kind string) (_ []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name FROM notes WHERE kind = ? ORDER BY name`, kind)
	if err != nil {
		return nil, fmt.Errorf("notes %s: %w", kind, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("notes %s: %w", kind, err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func stamp(t time.Time) int64 { return t.UnixMicro() }

func unstamp(us int64) time.Time { return time.UnixMicro(us).UTC() }
