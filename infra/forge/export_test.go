// SPDX-License-Identifier: Apache-2.0

package forge

// Served names every endpoint below /api/v3 and /api/uploads, as "GET /repos/{owner}/{repo}".
func Served() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.method+" "+r.pattern)
	}
	return all
}
