-- SPDX-License-Identifier: Apache-2.0

-- Every version of an issue or pull request that search may still have to
-- show: GitHub's index runs behind, and a switch makes this one run behind too.
CREATE TABLE issue_version (
  issue INTEGER NOT NULL,
  at    INTEGER NOT NULL, -- Unix nanoseconds, of the forge's clock
  body  TEXT    NOT NULL
) STRICT;
CREATE INDEX issue_version_issue ON issue_version (issue, at);

-- Which commits a pull request proposes, or has brought into its base.
CREATE TABLE pull_commit (
  repo  INTEGER NOT NULL,
  oid   TEXT    NOT NULL,
  issue INTEGER NOT NULL,
  PRIMARY KEY (repo, oid, issue)
) STRICT, WITHOUT ROWID;
CREATE INDEX pull_commit_issue ON pull_commit (issue);
