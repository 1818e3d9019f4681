// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Run is one run of a job.
type Run struct {
	// ID is the run's own, Key that of what it is for: two runs with one key
	// are one. Both are for all time.
	ID, Key string
	Job     string
	// Repo is "owner/name" and Number the pull request that it is for; empty
	// and 0 if it is for none.
	Repo   string
	Number int
	// Spec is what is to be run, as its runner reads it.
	Spec []byte
	// State and Why are how far it is. Wish is why it is to be stopped, or
	// empty.
	State, Why, Wish string
	CreatedAt        time.Time
	// BeganAt and EndedAt are zero if it has not.
	BeganAt, EndedAt time.Time
	// Reported is the last state that was told to whoever asked for it, and
	// Kept says that its results are stored.
	Reported string
	Kept     bool
	// Closed says that nothing is left to be done for it.
	Closed bool
}

const runColumns = `id, key, job, repo, number, spec, state, why, wish, created_at, began_at, ended_at, reported, kept, closed`

// AddRun writes down a run. It reports false for one whose key was there
// before, whatever became of it.
func (s *Store) AddRun(ctx context.Context, r Run) (bool, error) {
	res, err := s.db.ExecContext(ctx, `INSERT INTO runs (`+runColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
		r.ID, r.Key, r.Job, r.Repo, r.Number, r.Spec, r.State, r.Why, r.Wish, stamp(r.CreatedAt), stampOrZero(r.BeganAt), stampOrZero(r.EndedAt),
		r.Reported, r.Kept, r.Closed)
	if err != nil {
		return false, fmt.Errorf("add run %s of %s: %w", r.ID, r.Job, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SetRun writes down how far a run is. What it is of stays.
func (s *Store) SetRun(ctx context.Context, r Run) error {
	res, err := s.db.ExecContext(ctx, `UPDATE runs SET state = ?, why = ?, wish = ?, began_at = ?, ended_at = ?, reported = ?, kept = ?, closed = ? WHERE id = ?`,
		r.State, r.Why, r.Wish, stampOrZero(r.BeganAt), stampOrZero(r.EndedAt), r.Reported, r.Kept, r.Closed, r.ID)
	if err != nil {
		return fmt.Errorf("run %s of %s: %w", r.ID, r.Job, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = fmt.Errorf("run %s of %s is not there", r.ID, r.Job)
	}
	return err
}

// OpenRuns returns the runs for which something is left to be done, oldest
// first.
func (s *Store) OpenRuns(ctx context.Context) ([]Run, error) {
	return s.runs(ctx, `WHERE closed = 0 ORDER BY seq`)
}

// RecentRuns returns the newest runs, newest first; those of one job if it is
// named.
func (s *Store) RecentRuns(ctx context.Context, job string, limit int) ([]Run, error) {
	return s.runs(ctx, `WHERE ?1 = '' OR job = ?1 ORDER BY seq DESC LIMIT ?2`, job, limit)
}

// FindRun returns a run by its ID; the error is [ErrNoRun] if it is not there.
func (s *Store) FindRun(ctx context.Context, id string) (Run, error) {
	all, err := s.runs(ctx, `WHERE id = ?`, id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("run %q: %w", id, ErrNoRun)
	}
	if err != nil {
		return Run{}, err
	}
	return all[0], nil
}

// LastRun returns the newest run of a job, or [ErrNoRun].
func (s *Store) LastRun(ctx context.Context, job string) (Run, error) {
	all, err := s.RecentRuns(ctx, job, 1)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("job %q: %w", job, ErrNoRun)
	}
	if err != nil {
		return Run{}, err
	}
	return all[0], nil
}

// ErrNoRun is wrapped by the error for a run that is not there.
var ErrNoRun = errors.New("there is no such run")

func (s *Store) runs(ctx context.Context, where string, args ...any) (_ []Run, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []Run
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("runs: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func scanRun(rows *sql.Rows) (Run, error) {
	var r Run
	var created, began, ended int64
	err := rows.Scan(&r.ID, &r.Key, &r.Job, &r.Repo, &r.Number, &r.Spec, &r.State, &r.Why, &r.Wish, &created, &began, &ended, &r.Reported, &r.Kept, &r.Closed)
	r.CreatedAt, r.BeganAt, r.EndedAt = unstamp(created), unstampOrZero(began), unstampOrZero(ended)
	return r, err
}

func stampOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return stamp(t)
}

func unstampOrZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return unstamp(us)
}
