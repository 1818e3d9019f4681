// SPDX-License-Identifier: Apache-2.0

package act

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Target is what is acted on: an issue or pull request, or with Number 0 the
// repository.
type Target struct {
	Owner, Name string
	Number      int
}

func (t Target) String() string { return fmt.Sprintf("%s#%d", t.Repository(), t.Number) }

// Repository returns "owner/name".
func (t Target) Repository() string { return t.Owner + "/" + t.Name }

var repository = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100}$`)

// ParseRepository reads "owner/name". What it lets through is safe in a URL.
func ParseRepository(s string) (Target, error) {
	owner, name, _ := strings.Cut(s, "/")
	if !repository.MatchString(s) || name == "." || name == ".." {
		return Target{}, fmt.Errorf("repository %q: want owner/name", s)
	}
	return Target{Owner: owner, Name: name}, nil
}

// ParseTarget reads "owner/name#7".
func ParseTarget(s string) (Target, error) {
	repo, number, _ := strings.Cut(s, "#")
	t, err := ParseRepository(repo)
	n, convErr := strconv.Atoi(number)
	if err != nil || convErr != nil || n <= 0 {
		return Target{}, fmt.Errorf("pull request %q: want owner/name#7 (in a shell, in quotes)", s)
	}
	t.Number = n
	return t, nil
}
