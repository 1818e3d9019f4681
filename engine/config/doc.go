// SPDX-License-Identifier: Apache-2.0

// Package config is lanner.yaml: what every key is called, what it takes, what
// holds without it and what it is for. One table says that, and from it come
// the decoding of files, variables and flags, the JSON Schema, the example file
// and the reference page, so that none can say what another does not.
//
// It opens no file, reads no environment and knows no flag by itself: it is
// given texts, and says of each value where it came from. Mistakes are
// collected, all of them, with their places. Any package may import it; all of
// it is safe for concurrent use but a Settings that is being loaded.
package config
