// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"net/http"
)

// serveWeb answers what is not an interface for programs: git and downloads.
func (c *call) serveWeb() error {
	http.Error(c.w, "not served: "+c.r.URL.Path, http.StatusNotFound)
	return nil
}
