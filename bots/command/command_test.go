// SPDX-License-Identifier: Apache-2.0

package command_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/command"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cmd := func(line int, name string, args ...string) command.Command {
		return command.Command{Name: name, Args: args, Line: line, Col: 1}
	}
	for _, tt := range []struct {
		name, body string
		want       []command.Command
	}{
		{"empty", "", nil},
		{"alone", "/lgtm", []command.Command{cmd(1, "lgtm")}},
		{"arguments", "/hold for  #12\t!", []command.Command{cmd(1, "hold", "for", "#12", "!")}},
		{"several", "/lgtm\n/approve\n\nThanks!\n/hold", []command.Command{cmd(1, "lgtm"), cmd(2, "approve"), cmd(5, "hold")}},
		{"below text", "Nice work.\n/LGTM", []command.Command{cmd(2, "lgtm")}},
		{"above text", "/lgtm\nnice", []command.Command{cmd(1, "lgtm")}},
		{"carriage returns", "a\r\n/lgtm\r\n/approve cancel\r\n", []command.Command{cmd(2, "lgtm"), cmd(3, "approve", "cancel")}},
		{"old carriage returns", "a\r/lgtm\rb", []command.Command{cmd(2, "lgtm")}},
		{"indented", " /lgtm\n\n   /lgtm", nil},
		{"in a sentence", "please /lgtm", nil},
		{"fence", "```\n/lgtm\n```\n", nil},
		{"fence with tildes", "~~~ sh\n/lgtm\n~~~", nil},
		{"open fence", "/hold\n```\n/lgtm\n", []command.Command{cmd(1, "hold")}},
		{"fence within a fence", "````\n```\n/lgtm\n```\n/hold\n````\n/approve", []command.Command{cmd(7, "approve")}},
		{"indented code", "text\n\n    /lgtm\n\n\t/hold\n", nil},
		{"inline code", "`\n/lgtm\n`", nil},
		{"one line of inline code", "`/lgtm`\n``/hold``", nil},
		{"open backtick", "a ` b\n/lgtm", []command.Command{cmd(2, "lgtm")}},
		{"quotation", "> /lgtm\n>/hold\n\n/approve", []command.Command{cmd(4, "approve")}},
		{"lazily continued quotation", "> you said\n/lgtm", nil},
		{"HTML comment", "<!--\n/lgtm\n-->\n/approve", []command.Command{cmd(4, "approve")}},
		{"HTML comment with an empty line", "<!--\n\n/lgtm\n\n-->", nil},
		{"inline HTML comment", "see <!-- x\n/lgtm\n--> here", nil},
		{"HTML block", "<details>\n/lgtm\n</details>", nil},
		{"HTML block ended by an empty line", "<details>\n\n/lgtm\n\n</details>", []command.Command{cmd(3, "lgtm")}},
		{"script", "<script>\n\n/lgtm\n</script>", nil},
		{"inline HTML after a command", "/hold <!-- for #12 -->", []command.Command{cmd(1, "hold")}},
		{"inline HTML among arguments", "/hold a<b>c</b>d", []command.Command{cmd(1, "hold", "a", "c", "d")}},
		{"list, lazily continued", "- one\n- two\n/lgtm", []command.Command{cmd(3, "lgtm")}},
		{"list item", "- /lgtm\n* /hold", nil},
		{"mail signature", "/lgtm\n--\nAlice", []command.Command{cmd(1, "lgtm")}},
		{"table", "/lgtm | a\n--- | ---\n/hold | b", nil},
		{"struck out", "~~a\n/lgtm\nb~~", nil},
		{"emphasis", "2*3\n/lgtm\n4*5", []command.Command{cmd(2, "lgtm")}},
		{"link text", "[a\n/lgtm\nb](http://x)", nil},
		{"link target", "[a](\n/lgtm\n)", nil},
		{"link definition", "[a]:\n/lgtm\n", nil},
		{"path", "/usr/bin/env: not found\n/etc/", nil},
		{"no name", "/\n/ lgtm\n//lgtm\n/1\n/-", nil},
		{"punctuation", "/lgtm!", []command.Command{cmd(1, "lgtm!")}},
		{"escaped", `\/lgtm`, nil},
		{"control characters", "\x00\x1b[2J\n/hold \x07 x\x00y\n\u202e\n", []command.Command{cmd(2, "hold", "\x07", "x\x00y")}},
		{"long word", "/" + strings.Repeat("a", 65), nil},
		{"not UTF-8", "\xff\xfe\n/lgtm \xff", []command.Command{cmd(2, "lgtm", "\xff")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := command.Parse(tt.body)
			for i := range got {
				if len(got[i].Args) == 0 {
					got[i].Args = nil
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

// TestLarge holds parsing to a time for what is built to make a Markdown
// parser slow: a queue that one comment blocks blocks everybody.
func TestLarge(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for name, unit := range map[string]string{
		"text": "a line of text that is ordinary\n", "commands": "/lgtm\n", "brackets": "[", "images": "![", "parentheses": "[a](",
		"stars": "*a ", "underscores": "a_", "backticks": "`a``", "quotes": "> ", "lists": "- ", "nested lists": "1. ",
		"angles": "<", "comments": "<!--", "cdata": "<![CDATA[", "tildes": "~a~", "ampersands": "&", "backslashes": `\`,
		"definitions": "[a]: b\n", "tables": "a|b\n-|-\n", "empty lines": "\n", "carriage returns": "\r",
	} {
		t.Run(name, func(t *testing.T) {
			body := "/lgtm\n\n" + strings.Repeat(unit, size/len(unit)) + "\n\n/hold"
			got := command.Parse(body)
			if len(got) == 0 || got[0].Name != "lgtm" {
				t.Errorf("%d commands", len(got))
			}
			if last := got[len(got)-1]; last.Name == "hold" {
				t.Error("read beyond what GitHub takes")
			}
		})
	}
}

// TestLongest reads a comment of exactly the length that GitHub takes, in
// characters of four bytes.
func TestLongest(t *testing.T) {
	t.Parallel()
	const tail = "\n/lgtm\n"
	body := strings.Repeat("𝄞", 65536-len(tail)) + tail
	if got := command.Parse(body); len(got) != 1 {
		t.Errorf("%d commands", len(got))
	}
	if got := command.Parse("𝄞" + body); len(got) != 0 {
		t.Errorf("the line that is cut counts: %v", got)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"approve", "hold", "lgtm", "release", "remove-approve", "remove-hold", "remove-lgtm", "unhold"}
	for in, want := range map[string]string{
		"lgmt": "lgtm", "lgt": "lgtm", "lgtmm": "lgtm", "lgtm!": "lgtm", "aprove": "approve", "approev": "approve", "aprov": "approve",
		"hodl": "hold", "remove-lgmt": "remove-lgtm", "releas": "release", "un-hold": "unhold",
		"home": "", "test": "", "retest": "", "cc": "", "l": "", "": "", "assign": "", "help": "", strings.Repeat("a", 1000): "",
	} {
		if got := command.Suggest(in, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", in, got, want)
		}
	}
}
