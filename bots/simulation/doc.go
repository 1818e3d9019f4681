// SPDX-License-Identifier: Apache-2.0

// Package simulation holds nothing but a test: it lets the whole bot and the
// whole forge, with real git, live for hours of a virtual clock in a world
// where all goes wrong that can, and holds that no pull request is merged that
// must not be, that nothing is said twice, and that all comes to rest.
//
// A seed is a story: people open pull requests, push, talk, vote, take it
// back; webhooks are lost, doubled, late and out of order; GitHub fails before
// or after it did what it was asked, or refuses for a rate limit; the bot is
// killed at a request and started again. "make test" plays some, "make soak" more;
// -first N -seeds 1 plays one again, and -v tells its story. How
// goroutines take turns is not the seed's: what fails seldom may need several
// attempts to fail again.
//
// Nothing imports the package.
package simulation
