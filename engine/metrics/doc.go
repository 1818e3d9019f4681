// SPDX-License-Identifier: Apache-2.0

// Package metrics is what lanner run tells Prometheus: one table of names,
// labels and sentences, from which the answers to a scrape and the reference
// page are made.
//
// It counts nothing that somebody else counts: at a scrape it asks. What it
// costs, whoever scrapes pays, not the loop. It listens nowhere. Commands
// import it; all of it is safe for concurrent use.
package metrics
