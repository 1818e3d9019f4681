// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"regexp"
	"strconv"
	"strings"
)

// closingKeyword is GitHub's: "fixes #12", "Closes: owner/repo#12".
// https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
var closingKeyword = regexp.MustCompile(`(?i)(?:^|[^\w/-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+/[\w.-]+))?#(\d+)\b`)

var (
	codeFence  = regexp.MustCompile("(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*(?:```|~~~)[ \t]*$|\\z)")
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	htmlRemark = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)
)

// closingNumbers returns the issues of repository fullName that text says it
// closes, each once. Code and comments say nothing.
func closingNumbers(text, fullName string) []int64 {
	for _, silent := range []*regexp.Regexp{htmlRemark, codeFence, codeSpan} {
		text = silent.ReplaceAllString(text, " ")
	}
	var numbers []int64
	seen := map[int64]bool{}
	for _, m := range closingKeyword.FindAllStringSubmatch(text, -1) {
		if m[1] != "" && !strings.EqualFold(m[1], fullName) {
			continue
		}
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err == nil && !seen[n] {
			seen[n] = true
			numbers = append(numbers, n)
		}
	}
	return numbers
}
