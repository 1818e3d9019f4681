// SPDX-License-Identifier: Apache-2.0

package state

import (
	"strings"

	"github.com/lanner-project/lanner/engine/event"
)

// accounts are the users and groups of the machine and of its containers, by
// the container's id; the machine's own have none.
type accounts struct {
	users  map[accountKey]*event.User
	groups map[accountKey]*event.Group
}

type accountKey struct {
	container string
	id        uint32
}

// maxAccounts bounds each of the tables; what is told beyond is not recorded.
const maxAccounts = 1 << 16

func (a *accounts) init() {
	a.users, a.groups = make(map[accountKey]*event.User), make(map[accountKey]*event.Group)
}

func (a *accounts) setUser(container string, u event.User) {
	key := accountKey{container, u.UID}
	if _, ok := a.users[key]; ok || len(a.users) < maxAccounts {
		a.users[key] = &u
	}
}

func (a *accounts) setGroup(container string, g event.Group) {
	key := accountKey{container, g.GID}
	if _, ok := a.groups[key]; ok || len(a.groups) < maxAccounts {
		a.groups[key] = &g
	}
}

// The users that are taken to be where the source does not tell: root is called
// so everywhere, and rules that exist compare with the names of the others.
var (
	rootUser     = &event.User{Name: "root", Home: "/root", Shell: "<NA>"}
	unknownUser  = &event.User{Name: "<NA>", Home: "<NA>", Shell: "<NA>"}
	rootGroup    = &event.Group{Name: "root"}
	unknownGroup = &event.Group{Name: "<NA>"}
)

// UserOf finds a user as the thread th would. It is never nil; told reports
// whether the source told about that user.
func (t *Table) UserOf(th *Thread, uid uint32) (u *event.User, told bool) {
	if u, ok := t.users.users[accountKey{th.containerID(), uid}]; ok {
		return u, true
	}
	if uid == 0 {
		return rootUser, false
	}
	return unknownUser, false
}

// GroupOf finds a group as the thread th would. It is never nil.
func (t *Table) GroupOf(th *Thread, gid uint32) (g *event.Group, told bool) {
	if g, ok := t.users.groups[accountKey{th.containerID(), gid}]; ok {
		return g, true
	}
	if gid == 0 {
		return rootGroup, false
	}
	return unknownGroup, false
}

func (th *Thread) containerID() string {
	if th == nil || th.Container == nil {
		return ""
	}
	return th.Container.ID
}

// applyUser follows a notice about a user that a source found or lost.
func (t *Table) applyUser(ev *event.Event, _ *Subject) {
	container, uid := stringParam(ev, 5), uint32(number(ev, 0))
	if ev.Type == event.UserDeleted {
		delete(t.users.users, accountKey{container, uid})
	} else {
		t.users.setUser(container, event.User{
			UID: uid, GID: uint32(number(ev, 1)),
			Name: stringParam(ev, 2), Home: stringParam(ev, 3), Shell: stringParam(ev, 4),
		})
	}
	t.touchAll()
}

func (t *Table) applyGroup(ev *event.Event, _ *Subject) {
	container, gid := stringParam(ev, 2), uint32(number(ev, 0))
	if ev.Type == event.GroupDeleted {
		delete(t.users.groups, accountKey{container, gid})
	} else {
		t.users.setGroup(container, event.Group{GID: gid, Name: stringParam(ev, 1)})
	}
	t.touchAll()
}

// stringParam is parameter i as a string of its own; empty where it is missing.
func stringParam(ev *event.Event, i int) string {
	if len(ev.Param(i)) == 0 {
		return ""
	}
	return strings.Clone(string(textParam(ev, i)))
}
