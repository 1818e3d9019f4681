// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// connection is a page of a list.
type connection struct {
	typ         string // of the connection: "LabelConnection"
	total       int
	edges       []edge
	hasPrevious bool
	hasNext     bool
}

func (c *connection) graphType() string { return c.typ }

// edge is an item of a page, and where it is in the list.
type edge struct {
	typ    string
	cursor string
	node   any
	of     any // what the list belongs to, where an edge's fields need it
}

func (e edge) graphType() string { return e.typ }

func (e edge) resolver(name string) resolver {
	switch name {
	case "cursor":
		return plain(func(e edge) any { return e.cursor })
	case "node":
		return plain(func(e edge) any { return e.node })
	}
	return nil
}

func (c *connection) resolver(name string) resolver {
	switch name {
	case "totalCount", "issueCount":
		return plain(func(c *connection) any { return c.total })
	case "pageInfo":
		return plain(func(c *connection) any { return pageInfo{c} })
	case "edges":
		return plain(func(c *connection) any { return c.edges })
	case "nodes":
		return plain(func(c *connection) any {
			nodes := make([]any, 0, len(c.edges))
			for _, e := range c.edges {
				nodes = append(nodes, e.node)
			}
			return nodes
		})
	}
	return nil
}

type pageInfo struct{ of *connection }

func (pageInfo) graphType() string { return "PageInfo" }

var pageInfoFields = map[string]resolver{
	"hasNextPage":     plain(func(p pageInfo) any { return p.of.hasNext }),
	"hasPreviousPage": plain(func(p pageInfo) any { return p.of.hasPrevious }),
	"startCursor": plain(func(p pageInfo) any {
		if len(p.of.edges) == 0 {
			return nil
		}
		return p.of.edges[0].cursor
	}),
	"endCursor": plain(func(p pageInfo) any {
		if len(p.of.edges) == 0 {
			return nil
		}
		return p.of.edges[len(p.of.edges)-1].cursor
	}),
}

// maxPage is how many items GitHub gives at once.
const maxPage = 100

// pageOf cuts what first, last, after and before ask for out of a list. It is
// given the whole list, and makes nodes of the page alone.
//
// A cursor says after how many items to go on and which the last one was: if
// the list has changed, the item counts.
func pageOf[T any](typ string, items []T, key func(T) string, toNode func(T) (any, error), a args) (*connection, error) {
	first, hasFirst := a.number("first")
	last, hasLast := a.number("last")
	name := strings.TrimSuffix(typ, "Connection")
	switch {
	case !hasFirst && !hasLast:
		return nil, &graphqlError{Type: "MISSING_PAGINATION_BOUNDARIES", Message: fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", name)}
	case hasFirst && hasLast:
		return nil, &graphqlError{Type: "INVALID_PAGINATION", Message: fmt.Sprintf("Passing both `first` and `last` to paginate the `%s` connection is not supported.", name)}
	case first > maxPage || last > maxPage:
		return nil, &graphqlError{Type: "EXCESSIVE_PAGINATION", Message: fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the limit of %d records.", max(first, last), name, maxPage)}
	case first < 0 || last < 0:
		return nil, &graphqlError{Type: "INVALID_PAGINATION", Message: fmt.Sprintf("A page of the `%s` connection cannot be negative.", name)}
	}
	from, to := 0, len(items)
	var err error
	if cursor := a.text("after"); cursor != "" {
		if from, err = afterCursor(items, key, cursor); err != nil {
			return nil, err
		}
	}
	if cursor := a.text("before"); cursor != "" {
		if to, err = afterCursor(items, key, cursor); err != nil {
			return nil, err
		}
		to = max(from, to-1)
	}
	if hasFirst {
		to = min(to, from+first)
	} else {
		from = max(from, to-last)
	}
	c := &connection{typ: typ, total: len(items), hasPrevious: from > 0, hasNext: to < len(items), edges: []edge{}}
	for n := from; n < to; n++ {
		node, err := toNode(items[n])
		if err != nil {
			return nil, err
		}
		cursor := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d:%s", n+1, key(items[n])))
		c.edges = append(c.edges, edge{typ: name + "Edge", cursor: cursor, node: node})
	}
	return c, nil
}

// afterCursor returns the index of what follows the item of a cursor.
func afterCursor[T any](items []T, key func(T) string, cursor string) (int, error) {
	bad := &graphqlError{Type: "INVALID_CURSOR_ARGUMENTS", Message: fmt.Sprintf("`%s` does not appear to be a valid cursor.", cursor)}
	plain, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, bad
	}
	position, wanted, found := strings.Cut(string(plain), ":")
	n, err := strconv.Atoi(position)
	if !found || err != nil || n < 1 {
		return 0, bad
	}
	if n <= len(items) && key(items[n-1]) == wanted {
		return n, nil
	}
	for i, item := range items {
		if key(item) == wanted {
			return i + 1, nil
		}
	}
	return min(n, len(items)), nil
}
