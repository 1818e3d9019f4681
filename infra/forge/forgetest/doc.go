// SPDX-License-Identifier: Apache-2.0

// Package forgetest starts a real forge for tests and holds every exchange
// with it against GitHub's own published descriptions: REST against OpenAPI,
// webhooks against their JSON schema, GraphQL against the SDL.
//
// A client that sends what GitHub would refuse, or a forge that answers what
// GitHub would not, fails the test that did it, whatever that test looks at.
// It refuses to fake: there is no handler here that answers in the forge's
// place, only [Forge.Intercept] for a test that needs a broken network.
//
// Only tests may import it. All methods are safe concurrently.
package forgetest
