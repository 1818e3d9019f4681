// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/bots/queue"
	"github.com/lanner-project/lanner/release/rota"
)

// Plan is a decision.
type Plan struct {
	// Actions are to be carried out in this order. The replies come first: a
	// label that is gone could not tell any more why it went.
	Actions []Action
	// Memory is to be kept once they are all done.
	Memory Memory
	// Criteria are what must hold for a merge, met or not. An issue has none.
	Criteria []Criterion
	// Queued: it meets all criteria, and the merge queue takes it from here.
	Queued *queue.Entry
	// LookAgain asks for another decision soon: GitHub is still computing
	// something.
	LookAgain bool
}

// decision is a decision in the making: what will be, beside what is in in.
type decision struct {
	in      Input
	memory  Memory
	known   []order
	replies map[string][]string // paragraphs, by ref
	asked   []string            // the refs in replies, in their order

	labels, assignees, requested []string
	title, body, milestone       string
	open, pinned                 bool
	refused                      Reply     // to who wants it pinned or not, if GitHub does not
	transfer                     *Transfer // where it goes
	reason                       string    // why it is closed, as GitHub names it
	checked                      []Check
	more                         []Action
	rotations                    map[string]rota.Rota // as the commands of a remark left it, by ref
}

// Decide judges the input.
//
// Preconditions: in holds what Need(in) asked for.
func Decide(in Input) Plan {
	d := &decision{
		in: in, memory: in.Memory.clone(), known: orders(in.Settings), replies: make(map[string][]string),
		labels: slices.Clone(in.Labels), assignees: slices.Clone(in.Assignees), title: in.Title, milestone: in.Milestone, open: in.Open, pinned: in.Pinned,
	}
	if len(in.Remarks) > 0 && in.Remarks[0].Ref == opening {
		d.body = in.Remarks[0].Body
	}
	if in.Pull != nil {
		d.requested, d.checked = slices.Clone(in.Pull.Requested), slices.Clone(in.Pull.Checks)
	}
	if !in.Arrived.IsZero() {
		d.memory.Arrived = in.Arrived
	}
	for _, r := range in.Remarks {
		d.hear(r)
	}
	d.memory.Blocks = in.Pull == nil && in.Open && slices.Contains(in.Labels, in.Settings.Merge.BlockerLabel)
	if in.Pull == nil || !in.Open {
		d.matching()
		d.welcome()
		d.age()
		d.afterMerge()
		return Plan{Actions: append(d.answers(), d.changes()...), Memory: d.memory}
	}
	d.lgtmAfterPush()
	d.memory.Tree = in.Pull.Tree
	d.automatic()
	coverage := d.judgeApproval()
	plan := Plan{Criteria: d.criteria(coverage)}
	d.explain(plan.Criteria)
	plan.Actions = append(d.answers(), d.changes()...)
	if n, ok := d.notify(coverage, plan.Criteria); ok {
		plan.Actions = append(plan.Actions, n)
	}
	switch {
	case !in.Settings.Has("merge"):
	case d.open && in.Settings.Merge.Queue != nil:
		plan.Queued, plan.LookAgain = d.enter(plan.Criteria, coverage)
	case d.open:
		var merge []Action
		merge, plan.LookAgain = d.merge(plan.Criteria)
		plan.Actions = append(plan.Actions, merge...)
	}
	plan.Memory = d.memory
	return plan
}

// automatic does what nobody has to ask for with an open pull request. The
// labels that block a merge come before the merge is judged.
func (d *decision) automatic() {
	d.wip()
	d.conflict()
	d.size()
	d.releaseNote()
	d.signedOff()
	d.mergeCommits()
	d.messages()
	d.blocked()
	d.verifyOwners()
	d.ownersLabels()
	d.matching()
	d.askForReview()
	d.welcome()
	d.age()
}

// news returns the commands of a remark that were not answered yet.
func (in Input) news(r Remark) []command.Command {
	if in.own(r.Author) || in.Memory.answered(r.Ref) || in.elsewhere(r) {
		return nil
	}
	return command.Parse(r.Body)
}

// hear obeys the commands of a remark that were not answered yet.
func (d *decision) hear(r Remark) {
	commands := d.in.news(r)
	if len(commands) == 0 {
		return
	}
	d.memory.answer(r.Ref)
	for _, c := range commands {
		i := slices.IndexFunc(d.known, func(o order) bool { return o.name == c.Name })
		switch {
		case i < 0:
			d.unknown(r, c)
		case !d.known[i].hears(d.in):
			// Prow says nothing either: most are typed as the merge happens.
		case r.Edited:
			d.reply(r.Ref, sayEdited(r))
			return
		case !d.known[i].obey(d, r, c.Args):
			d.reply(r.Ref, sayMisuse(d.known[i]))
		}
	}
}

// reply adds a paragraph to the answer to ref. A comment of a thousand
// mistakes gets no answer that GitHub would find too long.
func (d *decision) reply(ref, paragraph string) {
	const most = 10
	if _, ok := d.replies[ref]; !ok {
		d.asked = append(d.asked, ref)
	}
	if len(d.replies[ref]) < most && !slices.Contains(d.replies[ref], paragraph) {
		d.replies[ref] = append(d.replies[ref], paragraph)
	}
}

// answers returns the replies that are not there yet. One that is there
// although the memory does not know of it was written just before a crash, or
// before the memory was lost.
func (d *decision) answers() []Action {
	var actions []Action
	for _, ref := range d.asked {
		if _, found := d.ownComment(Marker(ref)); found {
			continue
		}
		body := Marker(ref) + "\n"
		if i := slices.IndexFunc(d.in.Remarks, func(r Remark) bool { return r.Ref == ref }); i >= 0 {
			body += sayInReplyTo(d.in.Remarks[i]) + "\n\n"
		}
		actions = append(actions, Reply{Ref: ref, Body: body + strings.Join(d.replies[ref], "\n\n")})
	}
	return actions
}

func (d *decision) labelled(label string) bool { return slices.Contains(d.labels, label) }

func (d *decision) label(label string, on bool) {
	d.labels = slices.DeleteFunc(d.labels, func(l string) bool { return l == label })
	if on {
		d.labels = append(d.labels, label)
	}
}

// ownComment finds the bot's comment that begins with a marker.
func (d *decision) ownComment(marker string) (Remark, bool) {
	for _, r := range d.in.Remarks {
		if r.ID != 0 && d.in.own(r.Author) && Marked(r.Body, marker) {
			return r, true
		}
	}
	return Remark{}, false
}

// notify returns the status comment as it must be, unless it is so already, or
// both approval and merging are somebody else's.
func (d *decision) notify(coverage coverage, criteria []Criterion) (Notify, bool) {
	if !d.in.Settings.Has("approve") && !d.in.Settings.Has("merge") {
		return Notify{}, false
	}
	body := sayStatus(d.in, coverage, criteria)
	existing, found := d.ownComment(StatusMarker)
	if found && normalized(existing.Body) == normalized(body) {
		return Notify{}, false
	}
	return Notify{Comment: existing.ID, Body: body}, true
}

// normalized undoes what GitHub does to the text of a comment that it stores.
func normalized(body string) string {
	return strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
}
