-- SPDX-License-Identifier: Apache-2.0

-- Everything the forge knows that git does not: one JSON document each.
-- "kind" says which Go type body decodes to, "parent" is the id of what it
-- belongs to (a release's is its repository; 0 for none), "key" is its name
-- there (a login, a tag name), NULL where ids are enough. Ids are GitHub's
-- numeric ids: unique over all kinds, never used twice.
CREATE TABLE doc (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  kind   TEXT    NOT NULL,
  parent INTEGER NOT NULL,
  key    TEXT,
  body   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX doc_key ON doc (kind, parent, key);
CREATE INDEX doc_parent ON doc (parent, kind);

-- Numbers counted for a parent: a repository's issues and pull requests share one.
CREATE TABLE counter (
  parent INTEGER NOT NULL,
  name   TEXT    NOT NULL,
  value  INTEGER NOT NULL,
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;

-- The references of each repository as the forge last told the world. What
-- differs in the bare repository was pushed, and is still to be told.
CREATE TABLE ref (
  repo INTEGER NOT NULL,
  name TEXT    NOT NULL,
  oid  TEXT    NOT NULL,
  PRIMARY KEY (repo, name)
) STRICT, WITHOUT ROWID;

-- Events written in the transaction that made them happen, until webhook
-- delivery has taken them over.
CREATE TABLE outbox (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  repo    INTEGER NOT NULL,
  org     INTEGER NOT NULL,
  payload TEXT    NOT NULL,
  at      TEXT    NOT NULL
) STRICT;

-- Single values: the site-admin token's hash, the URL the forge was last reached at.
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
