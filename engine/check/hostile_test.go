// SPDX-License-Identifier: Apache-2.0

//go:build unix && !race

package check_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
)

// cpuTime is what this process has used. The machine may be busy with others.
func cpuTime(t *testing.T) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// repeat returns s as often as fits into n bytes, with a number for each %d.
func repeat(s string, n int) string {
	var b strings.Builder
	for i := 0; b.Len()+len(s)+8 < n; i++ {
		if strings.Contains(s, "%[1]d") {
			fmt.Fprintf(&b, s, i, i+1)
		} else {
			b.WriteString(s)
		}
	}
	return b.String()
}

const aRule = "- rule: r\n  desc: d\n  output: x\n  priority: INFO\n  condition: evt.type = open and "

// Files of ten megabytes and of as much as is looked at, made to take time or
// memory. Each is refused, or read, within a second.
func TestHostileFiles(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("- &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		bomb.WriteString(fmt.Sprintf("- &a%d [%s*a%d]\n", i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1))
	}
	const all, most = 10 << 20, 7 << 20
	const few = 290_000 // tokens that are looked at
	for name, text := range map[string]string{
		"random letters":        repeat("- x\n", all),
		"open brackets":         strings.Repeat("[", most),
		"open braces":           strings.Repeat("{", most),
		"dashes":                strings.Repeat("- ", few),
		"questions":             strings.Repeat("? ", few),
		"indentation":           "- a:\n" + repeat("    a:\n", 9),
		"one long text":         aRule + strings.Repeat("a", most),
		"one long quote":        aRule + "\"" + strings.Repeat("a ", most/2) + "\"\n",
		"one long list":         "- list: l\n  items: [" + strings.Repeat("a,", few) + "b]\n",
		"one list of odd items": "- list: l\n  items: [" + strings.Repeat("'=',", few) + "b]\n",
		"many lists":            repeat("- list: l%[1]d\n  items: [l%[2]d, l%[2]d]\n", 1<<20),
		"many macros":           repeat("- macro: m%[1]d\n  condition: m%[2]d and m%[2]d\n", 1<<20),
		"a chain of macros":     "- macro: m0\n  condition: evt.num=1\n" + repeat("- macro: n%[2]d\n  condition: not (n%[1]d)\n", 1<<20),
		"doubling macros":       doubling("macro", "condition: m%d and m%d", 60),
		"doubling lists":        doubling("list", "items: [m%d, m%d]", 60),
		"unknown macros":        aRule + strings.Repeat("(xxxxxxxx or yyyyyyyy) and ", 1<<17) + "a\n",
		"unknown fields":        aRule + strings.Repeat("proc.nmae=a and ", most/16) + "evt.num=1\n",
		"tests":                 aRule + strings.Repeat("evt.num=1 and ", most/14) + "evt.num=1\n",
		"parentheses":           aRule + strings.Repeat("(", most) + "\n",
		"nots":                  aRule + strings.Repeat("not ", most/4) + "a\n",
		"values":                aRule + "proc.name in (" + strings.Repeat("a,", few-100) + "a)\n",
		"regular expressions":   aRule + strings.Repeat("proc.name regex a.b and ", 1<<14) + "proc.name regex " + strings.Repeat("(a?)", 1<<10) + "\n",
		"percent signs":         "- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: x" + strings.Repeat("%a.b", most/4) + "\n",
		"fields in an output":   "- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: x" + strings.Repeat("%proc.name", most/10) + "\n",
		"rules":                 repeat("- rule: r%[1]d\n  desc: d\n  condition: evt.type=open and evt.num=%[2]d\n  output: x\n  priority: INFO\n", 2<<20),
		"equal rules":           repeat("- rule: r%[1]d\n  desc: d\n  condition: evt.type=open and fd.num=1\n  output: x\n  priority: INFO\n", 2<<20),
		"one rule, redefined":   repeat("- rule: r\n  desc: d\n  condition: evt.type=open\n  output: x\n  priority: INFO\n", 1<<20),
		"appends":               "- macro: m\n  condition: evt.num=1\n" + repeat("- macro: m\n  condition: or m\n  append: true\n", 1<<20),
		"appends to a rule":     aRule + "a\n" + repeat("- rule: r\n  desc: e\n  tags: [t%[1]d]\n  override: {desc: append, tags: append}\n", 1<<20),
		"exceptions":            aRule + "evt.num=1\n  exceptions:\n" + repeat("    - {name: e%[1]d, fields: proc.name, values: [a]}\n", 1<<20),
		"appended exceptions":   aRule + "evt.num=1\n" + repeat("- rule: r\n  exceptions: [{name: e%[1]d, fields: proc.name, values: [a]}]\n  append: true\n", 1<<20),
		"keys":                  "- rule: r\n" + repeat("  k%[1]d: a\n", 1<<20),
		"unknown items":         repeat("- k%[1]d: a\n", 1<<20),
		"aliases":               "- " + bomb.String()[2:],
		"aliased values":        "- &v [a, a, a, a, a, a, a, a, a, a]\n" + aRule + "evt.num=1\n  exceptions:\n  - name: e\n    fields: [proc.name]\n    comps: [in]\n    values: &w [[*v]" + strings.Repeat(",[*v]", 20_000) + "]\n" + repeat("  - {name: e%[1]d, fields: [proc.name], comps: [in], values: *w}\n", 1<<18),
		"aliased items":         "- list: l\n  items: &i [" + strings.Repeat("a,", 100_000) + "b]\n" + repeat("- {list: l%[1]d, items: *i}\n", 1<<19),
		"documents":             strings.Repeat("---\n", few),
		"comments":              strings.Repeat("#\n", few),
		"errors of YAML":        repeat("- [a\n", 1<<20),
		"anchors":               repeat("- &a%[1]d b\n", 1<<20),
	} {
		for len(text) > all {
			text = text[:all]
		}
		var list diag.List
		start := cpuTime(t)
		set := rules.Load([]rules.File{{Name: "f.yaml", Data: []byte(text)}}, &list)
		loaded := cpuTime(t)
		check.Rules(set, &list)
		used := cpuTime(t) - start
		t.Logf("%-22s %8d bytes: %5d ms, of them %4d ms to check; %d errors", name, len(text),
			used.Milliseconds(), (cpuTime(t) - loaded).Milliseconds(), list.Errors())
		// Twice what is promised: the race detector and two cores count, too.
		if used > 2*time.Second {
			t.Errorf("%s: %v", name, used)
		}
	}
}

// doubling returns items each of which names the one before it twice.
func doubling(kind, format string, n int) string {
	var text strings.Builder
	text.WriteString(fmt.Sprintf("- %s: m0\n  %s\n", kind, map[string]string{"macro": "condition: evt.num=1", "list": "items: [a]"}[kind]))
	for i := range n {
		text.WriteString(fmt.Sprintf("- %s: m%d\n  "+format+"\n", kind, i+1, i, i))
	}
	return text.String()
}
