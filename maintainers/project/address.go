// SPDX-License-Identifier: Apache-2.0

package project

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Address returns the address of a folder or a file on the branch.
func (p Project) Address(below string) string {
	// A branch can have a slash in its name, which is none in an address of
	// this kind either: GitHub itself resolves it by the branches that exist.
	return p.Repository + (&url.URL{Path: path.Join("/tree", p.Branch, below)}).EscapedPath()
}

// Owner and Name return the two parts of the repository's address.
func (p Project) Owner() string { return path.Base(path.Dir(p.Repository)) }

// Name returns the repository's name.
func (p Project) Name() string { return path.Base(p.Repository) }

// CheckRepository refuses what is no address of a repository.
func CheckRepository(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
		len(strings.Split(strings.TrimPrefix(u.Path, "/"), "/")) != 2 || strings.HasSuffix(u.Path, "/") {
		return fmt.Errorf("repository %q: want an address such as https://github.com/lanner-project/lanner", address)
	}
	return nil
}

// Profile returns the address of a login on the repository's host.
func (p Project) Profile(login string) string {
	u, err := url.Parse(p.Repository)
	if err != nil || u.Host == "" {
		return "https://github.com/" + login
	}
	return u.Scheme + "://" + u.Host + "/" + login
}
