// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/bots/config"
)

// Action is one thing to do on GitHub: an AddLabel, RemoveLabel, Reply, Notify
// or Merge.
type Action interface{ action() }

// AddLabel puts a label on.
type AddLabel struct{ Label string }

// RemoveLabel takes a label off.
type RemoveLabel struct{ Label string }

// Reply answers, in a new comment and only once, what Ref names: a remark, or
// "push-" and the head it is about. Body begins with Marker(Ref).
type Reply struct {
	Ref  string
	Body string
}

// Notify writes the one comment that shows where a pull request stands: the
// comment of that ID is edited, or for 0 a new one is written. Body begins
// with StatusMarker.
type Notify struct {
	Comment int64
	Body    string
}

// Merge merges exactly the commit SHA, or nothing.
type Merge struct {
	SHA    string
	Method config.Method
}

func (AddLabel) action()    {}
func (RemoveLabel) action() {}
func (Reply) action()       {}
func (Notify) action()      {}
func (Merge) action()       {}

// Plan is a decision.
type Plan struct {
	// Actions are to be carried out in this order. The replies come first: a
	// label that is gone could not tell any more why it went.
	Actions []Action
	// Memory is to be kept once they are all done.
	Memory Memory
	// Criteria are what must hold for a merge, met or not. An issue has none.
	Criteria []Criterion
	// LookAgain asks for another decision soon: GitHub is still computing
	// something.
	LookAgain bool
}

// feature is one command that people can give.
type feature struct {
	name  string
	usage string
	// anywhere: obeyed on issues and closed pull requests too.
	anywhere bool
	// obey carries the command out in the decision, and reports false for
	// arguments that make no sense.
	obey func(*decision, Remark, []string) bool
}

// features lists the commands.
func features() []feature {
	return []feature{
		{name: "lgtm", usage: "`/lgtm` or `/lgtm cancel`", obey: (*decision).lgtm},
		{name: "remove-lgtm", usage: "`/remove-lgtm`", obey: (*decision).removeLGTM},
		{name: "approve", usage: "`/approve` or `/approve cancel`", obey: (*decision).approve},
		{name: "remove-approve", usage: "`/remove-approve`", obey: (*decision).removeApprove},
		{name: "hold", usage: "`/hold`, with a reason if you like, or `/hold cancel`", obey: (*decision).hold},
		{name: "unhold", usage: "`/unhold`", obey: (*decision).unhold},
		{name: "remove-hold", usage: "`/remove-hold`", obey: (*decision).unhold},
		{name: "release", usage: "`/release status` or `/release status v1.2.3`", anywhere: true, obey: (*decision).release},
	}
}

// decision is a decision in the making.
type decision struct {
	in      Input
	memory  Memory
	labels  []string            // as they will be
	replies map[string][]string // paragraphs, by ref
	order   []string            // of the refs in replies
}

// Decide judges the input.
//
// Preconditions: in.Roles and in.Releases hold what Need(in) asked for.
func Decide(in Input) Plan {
	d := &decision{in: in, memory: in.Memory.clone(), labels: slices.Clone(in.Labels), replies: make(map[string][]string)}
	for _, r := range in.Remarks {
		d.hear(r)
	}
	plan := Plan{}
	if in.Pull == nil || !in.Open {
		plan.Actions = d.answers()
		plan.Memory = d.memory
		return plan
	}
	d.lgtmAfterPush()
	coverage := d.judgeApproval()
	plan.Criteria = d.criteria(coverage)
	plan.Actions = append(d.answers(), d.labelling()...)
	if n, ok := d.notify(coverage, plan.Criteria); ok {
		plan.Actions = append(plan.Actions, n)
	}
	merge, lookAgain := d.merge(plan.Criteria)
	plan.Actions = append(plan.Actions, merge...)
	plan.LookAgain = lookAgain
	plan.Memory = d.memory
	return plan
}

// news returns the commands of a remark that were not answered yet.
func (in Input) news(r Remark) []command.Command {
	if in.own(r.Author) || in.Memory.answered(r.Ref) {
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
	known := features()
	for _, c := range commands {
		i := slices.IndexFunc(known, func(f feature) bool { return f.name == c.Name })
		switch {
		case i < 0:
			d.unknown(r, c, known)
		case !known[i].anywhere && (d.in.Pull == nil || !d.in.Open):
			// Prow says nothing either: most are typed as the merge happens.
		case r.Edited:
			d.reply(r.Ref, sayEdited(r))
			return
		case !known[i].obey(d, r, c.Args):
			d.reply(r.Ref, sayMisuse(known[i]))
		}
	}
}

// reply adds a paragraph to the answer to ref. A comment of a thousand
// mistakes gets no answer that GitHub would find too long.
func (d *decision) reply(ref, paragraph string) {
	const most = 10
	if _, ok := d.replies[ref]; !ok {
		d.order = append(d.order, ref)
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
	for _, ref := range d.order {
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

// labelling returns what turns the labels that are into those that will be.
func (d *decision) labelling() []Action {
	var actions []Action
	for _, label := range []string{labels.Hold, labels.LGTM, labels.Approved} {
		before, after := slices.Contains(d.in.Labels, label), d.labelled(label)
		switch {
		case after && !before:
			actions = append(actions, AddLabel{label})
		case before && !after:
			actions = append(actions, RemoveLabel{label})
		}
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

// notify returns the status comment as it must be, unless it is so already.
func (d *decision) notify(coverage coverage, criteria []Criterion) (Notify, bool) {
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
