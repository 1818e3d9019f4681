// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/maintainers/project"
)

// The lines between which the tables stand in MAINTAINERS.md.
const (
	Begin = "<!-- MAINTAINERS-LIST -->"
	End   = "<!-- /MAINTAINERS-LIST -->"
)

// Tables writes who maintains what, as Markdown.
func Tables(p project.Project) []byte {
	var b strings.Builder
	b.WriteString("## Core maintainers\n\n| name | account | company |\n| --- | --- | --- |\n")
	for _, m := range p.Core() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(m.Name), account(p, m.Login), cell(m.Company))
	}
	b.WriteString("\n## Folders\n\nWho is named for a folder approves what is below it, too.\n\n" +
		"| folder | approvers | reviewers | emeriti |\n| --- | --- | --- | --- |\n")
	for _, f := range p.Snapshot.Folders() {
		folder := "the root"
		if f.Path != "" {
			folder = cell(f.Path)
		}
		approvers := accounts(p, f.Approvers)
		if len(f.Partial) > 0 {
			approvers += "; in part " + accounts(p, f.Partial)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", folder, strings.TrimPrefix(approvers, "; "), accounts(p, f.Reviewers), accounts(p, f.EmeritusApprovers))
	}
	return []byte(b.String())
}

func account(p project.Project, login string) string {
	person, _ := p.Person(login)
	return fmt.Sprintf("[%s](%s)", cell(person.Login), p.Profile(person.Login))
}

func accounts(p project.Project, logins []string) string {
	var all []string
	for _, login := range logins {
		all = append(all, account(p, login))
	}
	return strings.Join(all, ", ")
}

// cell keeps a text in its cell, and as text.
func cell(s string) string {
	var b strings.Builder
	for _, r := range s {
		if !strconv.IsPrint(r) {
			r = '\uFFFD'
		}
		if strings.ContainsRune("\\`*_{}[]<>#|&!~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// InTables puts the tables between the markers of a page. A page without them
// is refused, an empty one gets a title and them.
func InTables(page string, tables []byte) ([]byte, error) {
	if page == "" {
		page = "# Maintainers\n\n" + Begin + "\n" + End + "\n"
	}
	before, rest, begun := strings.Cut(page, Begin+"\n")
	_, after, ended := strings.Cut(rest, End+"\n")
	if !begun || !ended || strings.Contains(after, Begin) {
		return nil, fmt.Errorf("want the lines %q and %q, once each, around the tables", Begin, End)
	}
	return []byte(before + Begin + "\n\n" + string(tables) + "\n" + End + "\n" + after), nil
}
