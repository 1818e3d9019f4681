// SPDX-License-Identifier: Apache-2.0

package extract_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/extract"
)

// A difference is a value that is meant not to be the reference's. The page on
// compatibility, section "Field values", says the same to users.
type difference struct {
	fields []string // names; those that end with a star begin with the rest
	when   func(c *extract.Context, got, want string) bool
	why    string
}

func (d *difference) covers(c *extract.Context, field, got, want string) bool {
	return slices.ContainsFunc(d.fields, func(name string) bool {
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			return strings.HasPrefix(field, prefix)
		}
		return field == name
	}) && (d.when == nil || d.when(c, got, want))
}

// unquoted is a text of either form, as a message or in JSON.
func unquoted(s string) string { return strings.Trim(s, `"`) }

// unresolved reports whether the thread was in a container before the first
// event, and has run no other program since.
func unresolved(c *extract.Context, _, _ string) bool {
	return c.Thread != nil && c.Thread.Container != nil && c.Thread.FromSnapshot() && c.Thread.Executed == 0
}

// noDescriptor reports whether the event's source did not tell the descriptor.
func noDescriptor(c *extract.Context, _, _ string) bool {
	fd := c.Event.Type.Info().FD
	return fd >= 0 && len(c.Event.Param(int(fd))) == 0
}

func missing(_ *extract.Context, got, _ string) bool { return got == "null" || got == "<NA>" }

var differences = []difference{
	{
		fields: []string{"container.*", "fd.containername", "fd.containerdirectory", "user.name", "user.homedir", "user.shell", "group.name", "evt.args", "evt.info", "fd.is_server", "fd.lip", "fd.lport", "fd.lproto", "fd.lnet", "fd.rip", "fd.rport", "fd.rproto", "fd.rnet"},
		when:   unresolved,
		why: "When it reads a capture, the reference takes processes that ran before it began to be on the host until they execute a program. " +
			"We find their container by their control groups at once, and users and groups with it.",
	},
	{
		fields: []string{"fd.cnet", "fd.snet", "fd.lnet", "fd.rnet"},
		when:   func(_ *extract.Context, _, want string) bool { return unquoted(want) == "<IPNET>" },
		why:    "The reference prints the word <IPNET> for any address of these fields. We print the address.",
	},
	{
		fields: []string{"fd.types"},
		when: func(_ *extract.Context, got, want string) bool {
			words := func(s string) []string {
				list := strings.Split(strings.Trim(s, "[]()"), ",")
				slices.Sort(list)
				return list
			}
			return slices.Equal(words(got), words(want))
		},
		why: "The order of the words is by chance in the reference. We list them by the lowest descriptor that has the type.",
	},
	{
		fields: []string{"fd.types"},
		when:   func(c *extract.Context, got, want string) bool { return missing(c, got, want) && want == "()" },
		why:    "Of a process without descriptors, the reference prints (), in messages alone. We print <NA>, as for all that has no value.",
	},
	{
		fields: []string{"thread.totexectime"},
		when:   func(_ *extract.Context, _, want string) bool { return want == "0" },
		why:    "The reference adds the time up only for programs that ask for it in advance, and says 0 otherwise. We add it up.",
	},
	{
		fields: []string{"proc.exe_ino.ctime_duration_*"},
		when:   missing,
		why:    "Of programs that ran before the capture began, the reference shows whatever its memory holds. We say that it is not known.",
	},
	{
		fields: []string{"proc.ppid.duration"},
		when: func(c *extract.Context, got, want string) bool {
			return c.Thread != nil && c.Thread.Parent() != nil && c.Thread.Parent().Started == 0 && missing(c, got, want)
		},
		why: "Where it does not know when the parent began, the reference shows how many descriptors the process has open. We say that it is not known.",
	},
	{
		fields: []string{"fd.sproto"},
		when: func(c *extract.Context, _, want string) bool {
			return unquoted(want) == "" && c.File != nil && c.File.Sock.DstPort != 0
		},
		why: "Of a socket that listens, the reference shows no port here, other than in fd.sport. We show it.",
	},
	{
		fields: []string{"evt.args", "evt.buflen", "fd.*"},
		when:   noDescriptor,
		why: "An old capture that begins while a call goes on does not tell the call's descriptor. " +
			"The reference takes it to be 0, the standard input. We say that it is not known.",
	},
	{
		fields: []string{"evt.type", "syscall.type"},
		when:   func(_ *extract.Context, got, _ string) bool { return unquoted(got) == "unknown" },
		why: "Of a call that the source had no name for, the reference finds one by its number on this machine's architecture. " +
			"We do not: the number is that of the machine where the capture was made.",
	},
	{
		fields: []string{"proc.cwd"},
		when:   func(_ *extract.Context, _, want string) bool { return unquoted(want) == "" },
		why:    "Where a capture began after a process did, the reference does not know its working directory until it changes. We take the one that execve and clone tell, where the source has it.",
	},
	{
		fields: []string{"fs.path.target"},
		when: func(_ *extract.Context, got, want string) bool {
			return unquoted(want) == "<UNKNOWN>"+unquoted(got)
		},
		why: "The reference takes the target of symlinkat to be in a folder that it does not know, and writes <UNKNOWN> before it. We take it from the working directory, as both do with symlink.",
	},
	{
		fields: []string{"fd.is_server", "fd.lip", "fd.lport", "fd.lproto", "fd.lnet", "fd.rip", "fd.rport", "fd.rproto", "fd.rnet"},
		when: func(c *extract.Context, _, _ string) bool {
			return c.Thread != nil && c.Thread.Container != nil && c.Thread.Container.Info == nil
		},
		why: "Where a capture does not tell a container's address, the reference takes no address to be its own. We take those of the machine.",
	},
}

// The page on compatibility says what the table says.
func TestDifferencesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../website/content/docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, d := range differences {
		if !strings.Contains(text, d.why) {
			t.Errorf("website/content/docs/compatibility.md does not say: %s", d.why)
		}
	}
}

// The page on compatibility tells users of every difference.
func TestDifferencesAreTold(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.FromSlash("../../website/content/docs/compatibility.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := strings.Join(strings.Fields(string(page)), " ")
	for i := range differences {
		if !strings.Contains(told, differences[i].why) {
			t.Errorf("compatibility.md does not say: %s", differences[i].why)
		}
	}
}
