// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// GraphQLError is what a GraphQL query was answered instead of data.
type GraphQLError struct {
	Messages []string
	// Types are GitHub's names for the errors, such as NOT_FOUND; empty where it
	// gives none.
	Types []string
	// Undone: it was a mutation, and GitHub answered that it changed nothing.
	Undone bool
}

func (e *GraphQLError) Error() string {
	return "GraphQL: " + strings.Join(e.Messages, "; ")
}

// status returns the HTTP status that says the same, or 0. Of several errors
// all must be of that type.
func (e *GraphQLError) status() int {
	for typ, status := range map[string]int{"NOT_FOUND": http.StatusNotFound, "FORBIDDEN": http.StatusForbidden} {
		if len(e.Types) > 0 && !slices.ContainsFunc(e.Types, func(t string) bool { return t != typ }) {
			return status
		}
	}
	return 0
}

// GraphQL runs a query (for mutations there is Mutate: this is repeated when
// the answer gets lost) and decodes the data into out. An answer that has
// errors is a *GraphQLError, even if it has data as well.
func (c *Client) GraphQL(ctx context.Context, query string, vars map[string]any, out any) error {
	return c.run(context.WithValue(ctx, repeatable{}, true), query, vars, out)
}

// Mutate runs a mutation and decodes the data into out. It is sent again only
// after a rate limit's refusal. After any error but a *GraphQLError that says
// Undone, it may have happened: the caller must look.
func (c *Client) Mutate(ctx context.Context, mutation string, vars map[string]any, out any) error {
	return c.run(ctx, mutation, vars, out)
}

func (c *Client) run(ctx context.Context, query string, vars map[string]any, out any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		return fmt.Errorf("GraphQL variables: %w", err)
	}
	for {
		data, header, err := c.ask(ctx, body)
		if err != nil {
			return err
		}
		var answer struct {
			Data   json.RawMessage
			Errors []struct{ Type, Message string }
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			return fmt.Errorf("GraphQL answer is not JSON: %w", err)
		}
		if len(answer.Errors) == 0 {
			return json.Unmarshal(answer.Data, out)
		}
		e := &GraphQLError{Undone: ctx.Value(repeatable{}) == nil && undone(answer.Data)}
		for _, m := range answer.Errors {
			e.Messages, e.Types = append(e.Messages, m.Message), append(e.Types, m.Type)
		}
		// A query beyond the primary limit is answered 200.
		// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
		wait := untilReset(header, time.Now())
		if !slices.Contains(e.Types, "RATE_LIMITED") || wait > c.maxWait {
			return e
		}
		c.log.Warn("rate limit, waiting", "request", "GraphQL", "wait", wait.Round(time.Second).String())
		if err := sleep(ctx, wait); err != nil {
			return fmt.Errorf("waiting %s for GitHub's rate limit: %w", wait.Round(time.Second), err)
		}
	}
}

// undone reports whether the data that came with errors says that nothing
// happened: each mutation was answered null. There is no data at all when
// GitHub breaks down over one ("Something went wrong while executing your
// query"), and then nobody knows.
func undone(data json.RawMessage) bool {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return false
	}
	for _, value := range fields {
		if string(value) != "null" {
			return false
		}
	}
	return len(fields) > 0
}

// ask sends a query and returns the answer.
func (c *Client) ask(ctx context.Context, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.graphQL, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Client.Client().Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("GraphQL answer cut short after %d bytes: %w", len(data), err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("GraphQL %s: %s: %s", c.graphQL, resp.Status, firstLine(data))
	}
	return data, resp.Header, nil
}
