// SPDX-License-Identifier: Apache-2.0

// Package forge is a local GitHub: its REST interface, the GraphQL that
// merging needs, signed webhooks, and git over HTTP, on a folder of its own.
//
// Real clients talk to it unchanged, as to a GitHub Enterprise Server:
//
//	{base}/api/v3/…      REST        {base}/api/uploads/…   release assets
//	{base}/api/graphql   GraphQL     {base}/{owner}/{repo}  git, downloads
//	{base}/_forge/…      its own switches, for the site administrator
//
// It refuses to pretend: what it does not serve answers 501 with its name,
// never an empty list. It runs no workflow, sends no mail, renders no page.
// Only commands and tests import it: everything else talks HTTP to it. A
// Server is safe for concurrent use; the folder belongs to one Server at a
// time.
//
// # How it is made
//
// State is JSON documents in SQLite ([store], one [kind] for each sort) and
// bare git repositories. A request is matched against the tables that
// routes.go lists, its actor is authenticated (auth.go), limits are counted
// (limits.go), and its handler runs in one transaction: a reading one for GET
// and HEAD, else the writing one, with the repository of the path locked
// against pushes. The answer is sent after the commit. A handler that returns
// an error leaves nothing behind, in the database; so it changes git last.
//
// To add an endpoint: write a handler `func (c *call) listThings() (reply,
// error)`, add a line to a table of routes, and if the table is new, add it to
// [routes]. In the handler:
//
//   - c.repo(levelRead) gives the repository of the path, or the error to
//     return (404 where its existence is a secret, 403 below the level);
//     c.me() the account that asks; c.param("name") a part of the path;
//     c.decode(&input) the JSON body; c.tx the transaction
//   - answer with ok(v), created(v), noContent(), show(c.thing(r, t)), or
//     paged(c, items, render), which does page, per_page and Link
//   - fail with an *apiError: invalid("Issue", "title", "missing_field"),
//     forbidden("…"), errNotFound. An error that wraps errMissing answers 404;
//     any other answers 500 and is logged
//   - declare what is stored as a struct that embeds meta, and
//     `const things kind[thing, *thing] = "thing"`
//   - render JSON with a method of [view] (c is one): objects, with URLs from
//     v.api("/repos/%s/things/%d", …); times with stamp; ids with nodeID
//   - tell the world with c.emit(event{…}) in the same transaction: a
//     webhook goes out if, and only if, the change was committed
//   - change a branch or tag with c.moveRef(repo, change), last of all: it
//     asks protection, then c.settle(repo) emits push, create and delete, and
//     lets pull requests follow (see refs.go)
//
// A handler that streams bodies has `own: true` in its route: it gets no
// transaction, and opens short ones with c.view and c.update.
package forge
