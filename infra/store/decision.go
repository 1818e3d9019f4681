// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Decision is one judgement of a program: all that it depended on, and what
// came of it. It is kept to be asked later what another program, or other
// settings, would have made of the same.
type Decision struct {
	At time.Time
	// Subject is what it was about, "owner/name#7".
	Subject string
	// Input and Output are the program's own, as JSON.
	Input, Output []byte
}

// RecordDecision writes a decision down, unless the last one about the subject
// had the same digest: what of the input makes it a new one.
func (s *Store) RecordDecision(ctx context.Context, d Decision, digest [sha256.Size]byte) error {
	if err := s.recordDecision(ctx, d, digest); err != nil {
		return fmt.Errorf("record a decision on %s: %w", d.Subject, err)
	}
	return nil
}

func (s *Store) recordDecision(ctx context.Context, d Decision, digest [sha256.Size]byte) error {
	// Most looks find what the last one found.
	var last []byte
	err := s.db.QueryRowContext(ctx, `SELECT digest FROM decisions WHERE subject = ? ORDER BY seq DESC LIMIT 1`, d.Subject).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || bytes.Equal(last, digest[:]) {
		return err
	}
	packed, err := pack(d.Input)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO decisions (at, subject, digest, input, output) VALUES (?, ?, ?, ?, ?)`,
		stamp(d.At), d.Subject, digest[:], packed, d.Output)
	return err
}

// writers are kept: each has a megabyte of tables.
var writers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func pack(data []byte) ([]byte, error) {
	w := writers.Get().(*gzip.Writer)
	defer writers.Put(w)
	var packed bytes.Buffer
	w.Reset(&packed)
	_, err := w.Write(data)
	err = errors.Join(err, w.Close())
	return packed.Bytes(), err
}

// Decisions calls each for the decisions since a time, oldest first, and stops
// at its first error.
func (s *Store) Decisions(ctx context.Context, since time.Time, each func(Decision) error) (err error) {
	// A page at a time: the one connection is free while each runs.
	last := int64(0)
	for {
		page, err := s.decisions(ctx, since, last)
		if err != nil {
			return fmt.Errorf("read the decisions: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		for _, d := range page {
			if err := each(d.Decision); err != nil {
				return err
			}
			last = d.seq
		}
	}
}

// LastDecision returns the newest decision about a subject, or nil.
func (s *Store) LastDecision(ctx context.Context, subject string) (*Decision, error) {
	d := Decision{Subject: subject}
	var at int64
	var packed []byte
	err := s.db.QueryRowContext(ctx, `SELECT at, input, output FROM decisions WHERE subject = ? ORDER BY seq DESC LIMIT 1`, subject).Scan(&at, &packed, &d.Output)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		d.At = unstamp(at)
		d.Input, err = unpack(packed)
	}
	if err != nil {
		return nil, fmt.Errorf("read the last decision about %s: %w", subject, err)
	}
	return &d, nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

type numberedDecision struct {
	Decision
	seq int64
}

func (s *Store) decisions(ctx context.Context, since time.Time, after int64) (_ []numberedDecision, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT seq, at, subject, input, output FROM decisions WHERE seq > ? AND at >= ? ORDER BY seq LIMIT 100`, after, stamp(since))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var page []numberedDecision
	for rows.Next() {
		var d numberedDecision
		var at int64
		var packed []byte
		if err := rows.Scan(&d.seq, &at, &d.Subject, &packed, &d.Output); err != nil {
			return nil, err
		}
		d.At = unstamp(at)
		if d.Input, err = unpack(packed); err != nil {
			return nil, fmt.Errorf("decision %d: %w", d.seq, err)
		}
		page = append(page, d)
	}
	return page, rows.Err()
}

// PruneDecisions forgets the decisions before a time.
func (s *Store) PruneDecisions(ctx context.Context, before time.Time) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM decisions WHERE at < ?`, stamp(before)); err != nil {
		return fmt.Errorf("prune decisions: %w", err)
	}
	return nil
}
