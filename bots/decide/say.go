// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/owners"
)

// Every sentence that the bot says is here. Two rules: it mentions nobody (a
// name is printed without its @), and what a stranger wrote (a command, a
// path, a step of a checklist) appears only inside code, where it can neither
// format, nor link, nor mention, nor command another bot.

// StatusMarker begins the comment that shows where a pull request stands.
const StatusMarker = "<!-- lanner:status -->"

// opening is the ref of the opening text.
const opening = "opening"

// Marker begins the comment that answers ref. It is how an answer is found
// again.
func Marker(ref string) string { return "<!-- lanner:reply " + ref + " -->" }

// pushMarker begins the notice of a push.
var pushMarker = strings.TrimSuffix(Marker("push-"), " -->")

// Marked reports whether a comment's text begins with a marker.
func Marked(body, marker string) bool { return strings.HasPrefix(normalized(body), marker) }

const (
	sayOwnLGTM    = "You can't say `/lgtm` to your own pull request: somebody else has to look at it."
	sayNewChanges = "New changes are detected: the files are not those any more that somebody said `/lgtm` to. The label `" + labels.LGTM + "` is taken off."
)

func sayInReplyTo(r Remark) string {
	who := name(r.Author)
	if r.URL == "" || r.Ref == opening {
		return "To " + who + ", about the description:"
	}
	return fmt.Sprintf("To %s, about [this](%s):", who, link(r.URL))
}

func sayUntrusted(command string, roles []string) string {
	return fmt.Sprintf("`/%s` counts from those who have one of these roles in this repository: %s.", command, codes(roles))
}

func sayOldReview(of, head string) string {
	return fmt.Sprintf("Your review is of %s, and the pull request is at %s by now. Say `/lgtm` again if that looks good too.", code(short(of)), code(short(head)))
}

func sayPushedMeanwhile(head string) string {
	return fmt.Sprintf("Other files were pushed at about the time of your `/lgtm`, and a comment does not tell which of the two it is about. "+
		"Say it again if %s looks good.", code(short(head)))
}

func sayLateCommit(head string) string {
	return fmt.Sprintf("By its own date, the head %s is newer than your `/lgtm`. Say it again if that looks good too.", code(short(head)))
}

func sayEdited(Remark) string {
	return "This text was edited before I read it, and GitHub does not tell me by whom. Please give the command in a new comment."
}

func sayMisuse(f order) string {
	return fmt.Sprintf("I did nothing: I don't understand what comes after `/%s`. It is %s.", f.name, f.usage)
}

func sayUnknown(written, near string) string {
	return fmt.Sprintf("There is no command %s. Did you mean `/%s`?", code("/"+written), near)
}

func sayReleases(wanted string, open []progress) string {
	if len(open) == 0 {
		if wanted != "" {
			return fmt.Sprintf("No open issue with the label `%s` tracks a release %s.", TrackingLabel, code(wanted))
		}
		return fmt.Sprintf("No release is under way: no open issue has the label `%s`.", TrackingLabel)
	}
	var lines []string
	for _, p := range open {
		line := fmt.Sprintf("- %s, [#%d](%s): ", code(p.version), p.issue.Number, link(p.issue.URL))
		switch {
		case p.total == 0:
			line += "it has no checklist"
		case p.done == p.total:
			line += fmt.Sprintf("all %d steps are done", p.total)
		default:
			line += fmt.Sprintf("%d of %d steps are done, next is %s", p.done, p.total, code(p.next))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func sayUnapproved(c coverage) string {
	if c.Empty {
		return "it changes no file, so no OWNERS file says who may approve it"
	}
	var open []string
	for _, p := range c.Parts {
		if len(p.By) == 0 {
			open = append(open, ownersFile(p.Dir))
		}
	}
	why := "an approver is missing from " + limited(open, 10)
	if stuck := unapprovable(c.Parts); len(stuck) > 0 {
		for i, dir := range stuck {
			stuck[i] = ownersFile(dir)
		}
		why += "; nobody may approve what " + limited(stuck, 10) + " governs"
	}
	return why
}

// sayStatus is the text of the status comment. Its heading is Prow's, which
// people and their tools look for.
func sayStatus(in Input, c coverage, criteria []Criterion) string {
	var b strings.Builder
	verdict := "NOT APPROVED"
	if c.Covered() && len(in.Problems) == 0 {
		verdict = "APPROVED"
	}
	fmt.Fprintf(&b, "%s\n[APPROVALNOTIFIER] This PR is **%s**\n\n", StatusMarker, verdict)
	sayApprovals(&b, c)
	if verdict != "APPROVED" {
		if who := c.Suggest(in.Author); len(who) > 0 {
			fmt.Fprintf(&b, "It could be approved by: %s.\n\n", names(who))
		}
	}
	sayParts(&b, c)
	b.WriteString("**To be merged, it needs:**\n\n")
	for _, criterion := range criteria {
		// What moves with each check would edit this comment all day.
		if slices.Contains([]string{"checks", noConflict, unfrozen, inQueue}, criterion.Name) {
			continue
		}
		box := "[ ]"
		if criterion.Met {
			box = "[x]"
		}
		what := criterion.Name
		if label, ok := strings.CutPrefix(what, "label "); ok {
			what = "label " + code(label)
		}
		fmt.Fprintf(&b, "- %s %s", box, what)
		if !criterion.Met && criterion.Name != "readable" && criterion.Name != "label "+labels.Approved {
			fmt.Fprintf(&b, ": %s", code(criterion.Why))
		}
		b.WriteString("\n")
	}
	b.WriteString("- all checks green, and no conflict\n")
	if r := in.Memory.Refusal; r != nil && r.SHA == in.Pull.Head {
		fmt.Fprintf(&b, "\nGitHub refused to merge %s: %s\n", code(short(r.SHA)), code(r.Message))
	}
	sayProblems(&b, in)
	b.WriteString("\nApprovers say `/approve` or `/approve cancel`, reviewers `/lgtm` or `/lgtm cancel`, anybody `/hold` or `/hold cancel`.\n")
	return b.String()
}

func sayApprovals(b *strings.Builder, c coverage) {
	var by []string
	for _, a := range c.by {
		if a.url == "" {
			by = append(by, name(a.login)+" (the author)")
		} else {
			by = append(by, fmt.Sprintf("[%s](%s)", name(a.login), link(a.url)))
		}
	}
	if len(by) > 0 {
		fmt.Fprintf(b, "Approved by: %s.\n\n", limited(by, 20))
	}
	if len(c.uncounted) > 0 {
		fmt.Fprintf(b, "Said `/approve`, but may not approve any of these files: %s.\n\n", names(c.uncounted))
	}
}

func sayParts(b *strings.Builder, c coverage) {
	const most = 30
	for i, p := range c.Parts {
		if i == most {
			fmt.Fprintf(b, "- and %d more\n", len(c.Parts)-most)
			break
		}
		box := "[ ]"
		if len(p.By) > 0 {
			box = "[x]"
		}
		fmt.Fprintf(b, "- %s %s for %s", box, code(ownersFile(p.Dir)), files(p.Files))
		switch {
		case len(p.By) > 0:
			fmt.Fprintf(b, ": approved by %s", names(p.By))
		case len(p.Approvers) > 0:
			fmt.Fprintf(b, ": %s", names(p.Approvers))
		default:
			b.WriteString(": nobody may approve this")
		}
		b.WriteString("\n")
	}
	if len(c.Parts) > 0 {
		b.WriteString("\n")
	}
}

func sayProblems(b *strings.Builder, in Input) {
	problems := in.Problems
	for _, m := range in.Owners.Mistakes() {
		problems = append(problems[:len(problems):len(problems)], m.Error())
	}
	const most = 10
	for i, p := range problems {
		if i == 0 {
			b.WriteString("\n**Nothing that these govern is approved or merged until they are mended:**\n")
		}
		if i == most {
			fmt.Fprintf(b, "\nand %d more\n", len(problems)-most)
			break
		}
		fmt.Fprintf(b, "\n%s\n", block(p))
	}
}

func files(paths []string) string {
	if len(paths) == 1 {
		return code(paths[0])
	}
	return strconv.Itoa(len(paths)) + " files"
}

func ownersFile(dir string) string {
	if dir == "" {
		return owners.Filename
	}
	return dir + "/" + owners.Filename
}

func short(sha string) string { return sha[:min(len(sha), 12)] }

var loginPattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,39}(\[bot\])?$`)

// Login reports whether a word can be the login of a person.
func Login(s string) bool { return loginPattern.MatchString(s) && !strings.HasSuffix(s, "[bot]") }

// name prints a login, which comes from an OWNERS file as likely as from
// GitHub: anything may be in it.
func name(login string) string {
	if loginPattern.MatchString(login) {
		return login
	}
	return code(login)
}

func names(logins []string) string { return limited(each(logins, name), 10) }

func codes(words []string) string { return limited(each(words, code), 10) }

func each(words []string, f func(string) string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = f(w)
	}
	return out
}

func limited(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// code prints a stranger's text as inline code: cut, on one line, and fenced
// by more backticks than it has in a row.
func code(s string) string {
	const width = 200
	runes := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(runes) > width {
		runes = append(runes[:width], '…')
	}
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	text := strings.TrimSpace(string(runes))
	if text == "" {
		text = "?"
	}
	fence := ticks(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// block prints a text of several lines as a code block.
func block(s string) string {
	const most = 2000
	if runes := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	fence := ticks(s, 3)
	return fence + "\n" + s + "\n" + fence
}

// ticks returns a run of backticks, at least n, that does not occur in text.
func ticks(text string, n int) string {
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(n, longest+1))
}

// link makes a URL safe as the target of a Markdown link. GitHub's own are as
// they are.
func link(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "#"
	}
	return strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20").Replace(u.String())
}
