// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// versionsKept is for how long search can be made to run behind.
const versionsKept = time.Hour

// recordVersion keeps what an issue is now for a search that runs behind.
func (v *view) recordVersion(i *issue) error {
	now := v.srv.config.Clock()
	body, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("encoding issue %d: %w", i.ID, err)
	}
	_, err = v.tx.sql.ExecContext(v.tx.ctx, "INSERT INTO issue_version VALUES (?, ?, ?)", i.ID, now.UnixNano(), string(body))
	if err != nil {
		return fmt.Errorf("keeping a version of issue %d: %w", i.ID, err)
	}
	// What is older than the newest of the old ones is seen by nobody.
	_, err = v.tx.sql.ExecContext(v.tx.ctx, `DELETE FROM issue_version WHERE issue = ?1 AND at <
		(SELECT max(at) FROM issue_version WHERE issue = ?1 AND at <= ?2)`, i.ID, now.Add(-versionsKept).UnixNano())
	if err != nil {
		return fmt.Errorf("forgetting versions of issue %d: %w", i.ID, err)
	}
	return nil
}

// indexed returns i as search sees it, which runs behind by lag: nil if it
// was not there yet.
func (v *view) indexed(i *issue, lag time.Duration) (*issue, error) {
	if lag <= 0 {
		return i, nil
	}
	rows, err := v.tx.sql.QueryContext(v.tx.ctx, "SELECT body FROM issue_version WHERE issue = ? AND at <= ? ORDER BY at DESC LIMIT 1",
		i.ID, v.srv.config.Clock().Add(-lag).UnixNano())
	if err != nil {
		return nil, fmt.Errorf("reading the version of issue %d: %w", i.ID, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var body []byte
	if err := rows.Scan(&body); err != nil {
		return nil, fmt.Errorf("reading the version of issue %d: %w", i.ID, err)
	}
	old := &issue{}
	if err := json.Unmarshal(body, old); err != nil {
		return nil, fmt.Errorf("decoding the version of issue %d: %w", i.ID, err)
	}
	old.ID, old.Parent, old.Key = i.ID, i.Parent, i.Key
	return old, errors.Join(rows.Close(), rows.Err())
}
