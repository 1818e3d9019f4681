// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

var (
	// errMissing is a document that is not there. A handler that returns it
	// answers 404.
	errMissing = errors.New("no such document")
	// errTaken is a key that another document of the kind and parent has.
	errTaken = errors.New("key is taken")
)

// store is the database: many readers, one writer. Each reader sees one
// moment's state, however long it reads.
type store struct {
	read, write *sql.DB
	clock       func() time.Time
}

// openStore opens the database in dir, and brings its schema up to date.
func openStore(ctx context.Context, dir string, clock func() time.Time) (*store, error) {
	file := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "forge.db")}
	// synchronous=NORMAL loses nothing when the process is killed; only a
	// power cut may take back the last transactions, never tear them.
	pragmas := "?_pragma=busy_timeout(30000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
	write, err := sql.Open("sqlite", file.String()+pragmas+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("opening the forge's database: %w", err)
	}
	write.SetMaxOpenConns(1)
	s := &store{write: write, clock: clock}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	s.read, err = sql.Open("sqlite", file.String()+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the forge's database for reading: %w", err), write.Close())
	}
	return s, nil
}

func (s *store) close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// migrate runs the schema files which this database has not seen, in the
// order of their names; user_version counts them.
func (s *store) migrate(ctx context.Context) error {
	files, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return err
	}
	var have int
	if err := s.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return fmt.Errorf("reading the schema version of the forge's database: %w", err)
	}
	if have > len(files) {
		return fmt.Errorf("the forge's database has schema version %d, this program knows up to %d: use the newer program", have, len(files))
	}
	for i, name := range files[have:] {
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return err
		}
		err = s.updateTx(ctx, func(tx *tx) error {
			_, err := tx.sql.ExecContext(ctx, fmt.Sprintf("%s\nPRAGMA user_version = %d", text, have+i+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("applying %s: %w", name, err)
		}
	}
	return nil
}

// tx is a transaction: of reading, or the one of writing.
type tx struct {
	sql *sql.Tx
	ctx context.Context
	// now is the time of everything that happens in the transaction; GitHub
	// knows no parts of a second.
	now time.Time
	// emitted counts the events put into the outbox, untested the pull
	// requests that are to be tried to merge: work for who waits in the
	// background.
	emitted, untested int
}

func (s *store) viewTx(ctx context.Context, fn func(*tx) error) error {
	return s.runTx(ctx, s.read, fn)
}

// updateTx runs fn in the writing transaction. Once begun, it is not given up
// because a client hangs up: half of a change may be in git already.
func (s *store) updateTx(ctx context.Context, fn func(*tx) error) error {
	return s.runTx(context.WithoutCancel(ctx), s.write, fn)
}

func (s *store) runTx(ctx context.Context, db *sql.DB, fn func(*tx) error) (err error) {
	sqlTx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	done := false
	defer func() {
		if !done { // a panic, or an error of fn
			if rollback := sqlTx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
				err = errors.Join(err, rollback)
			}
		}
	}()
	if err := fn(&tx{sql: sqlTx, ctx: ctx, now: s.clock().UTC().Truncate(time.Second)}); err != nil {
		return err
	}
	done = true
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("committing a transaction: %w", err)
	}
	return nil
}

// meta is what every document has. Embed it.
type meta struct {
	ID        int64     `json:"-"`
	Parent    int64     `json:"-"`
	Key       string    `json:"-"` // "" is none
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (m *meta) head() *meta { return m }

// document is a pointer to a type that embeds meta.
type document[T any] interface {
	*T
	head() *meta
}

// kind is one sort of document: its name in the database, and its type.
type kind[T any, P document[T]] string

// insert adds doc, giving it an id and its times. errTaken: the key is not free.
func (k kind[T, P]) insert(tx *tx, parent int64, key string, doc P) error {
	m := doc.head()
	m.Parent, m.Key = parent, key
	if m.CreatedAt.IsZero() {
		m.CreatedAt = tx.now
	}
	m.UpdatedAt = m.CreatedAt
	body, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encoding a %s: %w", string(k), err)
	}
	err = tx.sql.QueryRowContext(tx.ctx, "INSERT INTO doc (kind, parent, key, body) VALUES (?, ?, ?, ?) RETURNING id",
		string(k), parent, nullable(key), string(body)).Scan(&m.ID)
	return k.wrap("adding", key, err)
}

// put writes doc back, under its key, and sets its UpdatedAt.
func (k kind[T, P]) put(tx *tx, doc P) error {
	doc.head().UpdatedAt = tx.now
	return k.keep(tx, doc)
}

// keep is put for what nobody is to see as a change: UpdatedAt stays.
func (k kind[T, P]) keep(tx *tx, doc P) error {
	m := doc.head()
	body, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encoding %s %d: %w", string(k), m.ID, err)
	}
	_, err = tx.sql.ExecContext(tx.ctx, "UPDATE doc SET key = ?, body = ? WHERE id = ? AND kind = ?",
		nullable(m.Key), string(body), m.ID, string(k))
	return k.wrap("writing", m.Key, err)
}

// get returns the document with this id, or errMissing.
func (k kind[T, P]) get(tx *tx, id int64) (P, error) {
	return k.one(tx, "id = ? AND kind = ?", id, string(k))
}

// find returns the document with this key, or errMissing.
func (k kind[T, P]) find(tx *tx, parent int64, key string) (P, error) {
	return k.one(tx, "kind = ? AND parent = ? AND key = ?", string(k), parent, key)
}

func (k kind[T, P]) one(tx *tx, where string, args ...any) (P, error) {
	docs, err := k.query(tx, where+" LIMIT 1", args...)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("%s %v: %w", string(k), args, errMissing)
	}
	return docs[0], nil
}

// list returns what belongs to parent, the oldest first.
func (k kind[T, P]) list(tx *tx, parent int64) ([]P, error) {
	return k.query(tx, "kind = ? AND parent = ? ORDER BY id", string(k), parent)
}

// listPrefix is list for the keys that begin with prefix.
func (k kind[T, P]) listPrefix(tx *tx, parent int64, prefix string) ([]P, error) {
	return k.firstOfPrefix(tx, parent, prefix, -1)
}

// firstOfPrefix returns the oldest of them, up to a number.
func (k kind[T, P]) firstOfPrefix(tx *tx, parent int64, prefix string, most int) ([]P, error) {
	// U+10FFFF sorts after every character that a key may go on with.
	return k.query(tx, "kind = ? AND parent = ? AND key >= ? AND key < ? ORDER BY id LIMIT ?", string(k), parent, prefix, prefix+"\U0010FFFF", most)
}

// all returns every document of the kind, the oldest first.
func (k kind[T, P]) all(tx *tx) ([]P, error) {
	return k.query(tx, "kind = ? ORDER BY id", string(k))
}

func (k kind[T, P]) query(tx *tx, where string, args ...any) (docs []P, err error) {
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT id, parent, coalesce(key, ''), body FROM doc WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading %s documents: %w", string(k), err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		doc := P(new(T))
		var body []byte
		var m meta
		if err := rows.Scan(&m.ID, &m.Parent, &m.Key, &body); err != nil {
			return nil, fmt.Errorf("reading %s documents: %w", string(k), err)
		}
		if err := json.Unmarshal(body, doc); err != nil {
			return nil, fmt.Errorf("decoding %s %d: %w", string(k), m.ID, err)
		}
		h := doc.head()
		h.ID, h.Parent, h.Key = m.ID, m.Parent, m.Key
		docs = append(docs, doc)
	}
	return docs, rows.Err()
}

// delete removes a document, and what belongs to it, at any depth.
func (k kind[T, P]) delete(tx *tx, id int64) error {
	_, err := tx.sql.ExecContext(tx.ctx, `WITH RECURSIVE gone (id) AS (
		SELECT id FROM doc WHERE id = ? AND kind = ?
		UNION SELECT doc.id FROM doc JOIN gone ON doc.parent = gone.id)
		DELETE FROM doc WHERE id IN gone`, id, string(k))
	return k.wrap("deleting", fmt.Sprint(id), err)
}

func (k kind[T, P]) wrap(doing, key string, err error) error {
	if err == nil {
		return nil
	}
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		err = errTaken
	}
	return fmt.Errorf("%s %s %q: %w", doing, string(k), key, err)
}

// next counts: 1, 2, 3 … for each parent and name.
func (tx *tx) next(parent int64, name string) (int64, error) {
	var n int64
	err := tx.sql.QueryRowContext(tx.ctx, `INSERT INTO counter VALUES (?, ?, 1)
		ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`, parent, name).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting %s: %w", name, err)
	}
	return n, nil
}

// setting returns a single value, "" if it was never set.
func (tx *tx) setting(name string) (string, error) {
	var value string
	err := tx.sql.QueryRowContext(tx.ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("reading setting %s: %w", name, err)
	}
	return value, nil
}

func (tx *tx) setSetting(name, value string) error {
	_, err := tx.sql.ExecContext(tx.ctx, "INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)
	if err != nil {
		return fmt.Errorf("writing setting %s: %w", name, err)
	}
	return nil
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// fold is how names that ignore case (logins, repositories) become keys.
func fold(s string) string { return strings.ToLower(s) }
