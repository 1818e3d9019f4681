// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// paging is which part of a list is asked for.
type paging struct {
	page, perPage int
}

func (p paging) offset() int { return (p.page - 1) * p.perPage }

// paging reads page and per_page. GitHub takes nonsense for the default, and
// gives at most a hundred.
func (c *call) paging() paging {
	number := func(name string, fallback int) int {
		n, err := strconv.Atoi(c.query(name))
		if err != nil || n < 1 {
			return fallback
		}
		return min(n, 1<<24)
	}
	return paging{page: number("page", 1), perPage: min(number("per_page", 30), 100)}
}

// paged answers the asked-for page of items, each rendered by render.
func paged[T any](c *call, items []T, render func(T) (object, error)) (reply, error) {
	page, header := cut(c, items)
	out := make([]object, 0, len(page))
	for _, item := range page {
		o, err := render(item)
		if err != nil {
			return reply{}, err
		}
		out = append(out, o)
	}
	return reply{status: http.StatusOK, body: out, header: header}, nil
}

// cut returns the asked-for page of items, and the Link header for it.
func cut[T any](c *call, items []T) ([]T, http.Header) {
	p := c.paging()
	header := c.links(p, len(items))
	from := min(p.offset(), len(items))
	return items[from:min(from+p.perPage, len(items))], header
}

// links says where the neighbours of a page are, of total items.
func (c *call) links(p paging, total int) http.Header {
	last := max(1, (total+p.perPage-1)/p.perPage)
	var links []string
	add := func(rel string, page int) {
		q := c.r.URL.Query()
		q.Set("page", strconv.Itoa(page))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel=%q`, c.base, c.r.URL.EscapedPath(), q.Encode(), rel))
	}
	if p.page > 1 {
		add("prev", min(p.page-1, last))
	}
	if p.page < last {
		add("next", p.page+1)
		add("last", last)
	}
	if p.page > 1 {
		add("first", 1)
	}
	if links == nil {
		return nil
	}
	return http.Header{"Link": {strings.Join(links, ", ")}}
}
