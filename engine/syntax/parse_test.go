// SPDX-License-Identifier: Apache-2.0

package syntax

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":                                   "a",
		"(a)":                                 "a",
		" \t\r\n\ba\b ":                       "a",
		"a or b and c":                        "(a or (b and c))",
		"(a or b) and c":                      "((a or b) and c)",
		"a and (b and c)":                     "(a and (b and c))",
		"a and(b)and(c)":                      "(a and b and c)",
		"a or(b)":                             "(a or b)",
		"not a":                               "not a",
		"not(a)":                              "not a",
		"not  not a":                          "a",
		"not not(not a)":                      "not a",
		"not(not a)":                          "not (not a)",
		"not not not a":                       "not a",
		"nothing":                             "nothing",
		"and":                                 "and",
		"a and b or c and not d":              "((a and b) or (c and not d))",
		"a.b exists":                          "a.b exists",
		"a.b=c":                               "a.b = c",
		"a.b==c":                              "a.b == c",
		"a.b!=c":                              "a.b != c",
		"a.b<=3":                              "a.b <= 3",
		"a.b < -3.5e+7":                       "a.b < -3.5e+7",
		"a.b > 0x1F":                          "a.b > 0x1F",
		"a.b=and and c":                       "(a.b = and and c)",
		"a.b = oneof and c":                   "(a.b = oneof and c)",
		"a.b = oneof(c)":                      "a.b = oneof (c)",
		"a.b startswith anyof ( c,'d e' )":    `a.b startswith anyof (c, "d e")`,
		"a.b in(c,d)":                         "a.b in (c, d)",
		"a.b in ()":                           "a.b in ()",
		"a.b in c":                            "a.b in c",
		"a.b pmatch (/usr, /bin)":             "a.b pmatch (/usr, /bin)",
		"a.b intersects (c)":                  "a.b intersects (c)",
		"a.b contains '\"'":                   `a.b contains "\""`,
		`a.b = "\b\f\n\r\t\\\/\"' "`:          `a.b = "\b\f\n\r\t\\/\"' "`,
		`a.b = "c\ d"`:                        `a.b = "c\\d"`,
		`a.b = "c\\" and d`:                   `(a.b = "c\\" and d)`,
		`a.b = ""`:                            `a.b = ""`,
		"a.b = /etc/*":                        "a.b = /etc/*",
		"a.b = val(c.d)":                      "a.b = val(c.d)",
		"a.b = val( c.d[1] )":                 "a.b = val(c.d[1])",
		"a.b = value":                         "a.b = value",
		"a.b in val(c.d)":                     "a.b in val(c.d)",
		"a.b < len(c.d)":                      "a.b < len(c.d)",
		"a.b[c] = d":                          "a.b[c] = d",
		`a.b["c d"] = e`:                      `a.b["c d"] = e`,
		`a.b[""] = e`:                         `a.b = e`,
		"a.b.c_d.e9 exists":                   "a.b.c_d.e9 exists",
		"tolower( a.b ) = c":                  "tolower(a.b) = c",
		"tolower(toupper(a.b[1])) = c":        "tolower(toupper(a.b[1])) = c",
		`join("-", (a.b, "c", 3)) = d`:        `join("-",(a.b,"c",3)) = d`,
		`getopt(a.b, "xy:")[y] = c`:           `getopt(a.b,"xy:")[y] = c`,
		`concat(a.b, "x", tolower(c.d)) = ex`: `concat(a.b,"x",tolower(c.d)) = ex`,
		`join("", ()) = ""`:                   `join("",()) = ""`,
	} {
		e, err := Parse(in, 0)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if got := Print(e); got != want {
			t.Errorf("Print(Parse(%q)) = %s, want %s", in, got, want)
		}
		again, err := Parse(Print(e), 0)
		if err != nil {
			t.Errorf("Parse(%q): %v", Print(e), err)
			continue
		}
		if diff := cmp.Diff(e, again, ignoreSpans); diff != "" {
			t.Errorf("%q changed when it was printed and parsed: %s", in, diff)
		}
	}
}

// What is wrong is marked in the text itself: the part between the braces is
// what the error has to point at.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"{}":                 "LR0213 the condition is empty",
		"{}  ":               "LR0213 the condition is empty",
		"a {b}":              `LR0206 expected and, or, or the end, found "b"`,
		"NOT {a}":            `LR0206 expected and, or, or the end, found "a"`,
		"a.b=c {AND} d":      `LR0206 expected and, or, or the end, found "AND"`,
		"a.b=c{,}d":          `LR0206 expected and, or, or the end, found ","`,
		"a.b=c{=}d":          `LR0206 expected and, or, or the end, found "="`,
		"a or(b) {and} c":    `LR0206 expected and, or, or the end, found "and"`,
		"a{)}":               `LR0206 expected and, or, or the end, found ")"`,
		"(a {b})":            `LR0206 expected and, or, or the end, found "b"`,
		"a {and}":            `LR0209 expected a blank or a parenthesis after "and"`,
		"a and {}":           "LR0201 expected a field, a macro or a parenthesis, found the end",
		"a {or}b":            `LR0209 expected a blank or a parenthesis after "or"`,
		"{(}(a)":             "LR0205 this parenthesis is not closed",
		"a and {=} b":        `LR0201 expected a field, a macro or a parenthesis, found "="`,
		"{a.b}":              "LR0202 expected an operator after a.b",
		"a.b {c}":            `LR0202 expected an operator after a.b, found "c"`,
		"a.b {contain} c":    `LR0202 expected an operator after a.b, found "contain"`,
		"a.b {contains}":     `LR0202 expected an operator after a.b, found "contains"`,
		"a.b {%} 2":          `LR0202 expected an operator after a.b, found "%"`,
		"a.b ={}":            "LR0203 expected a value, found the end",
		"a.b = {)}":          `LR0203 expected a value, found ")"`,
		"a.b in {/x}":        `LR0204 expected a list in parentheses after in, found "/x"`,
		"a.b in{}":           "LR0204 expected a list in parentheses after in, found the end",
		"a.b in (c,{)}":      `LR0203 expected a value, found ")"`,
		"a.b in {(}c":        "LR0205 this list is not closed",
		"a.b in (c {d})":     `LR0205 expected a comma or the list's end, found "d"`,
		"a.b in anyof {(}c)": `LR0206 expected and, or, or the end, found "("`,
		"a.b = {'}c":         "LR0207 this quote is not closed",
		`a.b = {"}c\"`:       "LR0207 this quote is not closed",
		`a.b = "c{\x}41"`:    `LR0208 unknown escape \x`,
		`a.b = "{\'}"`:       `LR0208 unknown escape \'`,
		`a.b in ("c{\x}41")`: `LR0208 unknown escape \x`,
		"a.b{[c} d] = e":     "LR0210 this bracket is not closed",
		"a.b{[ }c] = e":      "LR0210 expected an argument in the brackets",
		"tolower({c}) = d":   `LR0211 expected a field, a transformer, a number or a text in quotes, found "c"`,
		"tolower{(}a.b = d":  "LR0205 the parenthesis of tolower is not closed",
		"a.b = val({c})":     `LR0211 expected a field in val(…), found "c"`,
		"a.b = {val(c.d }e":  "LR0205 val( is not closed",
		"val{(}a.b) = c":     `LR0206 expected and, or, or the end, found "("`,
	} {
		text := strings.NewReplacer("{", "", "}", "").Replace(in)
		_, err := Parse(text, 100)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q) = %v, want an error", text, err)
			continue
		}
		got := e.Code.String() + " " + e.Message
		start, end := int(e.At.Start)-100, int(e.At.End)-100
		if marked := text[:start] + "{" + text[start:end] + "}" + text[end:]; got != want || marked != in {
			t.Errorf("Parse(%q):\n got %s\n  at %s\nwant %s\n  at %s", text, got, marked, want, in)
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("(", n) + "a" + strings.Repeat(")", n) }
	if _, err := Parse(nested(maxDepth), 0); err != nil {
		t.Errorf("%d parentheses: %v", maxDepth, err)
	}
	for _, text := range []string{
		nested(maxDepth + 1),
		strings.Repeat("(", 1e6),
		strings.Repeat("tolower(", 1e6),
		strings.Repeat("not(", 1e6),
	} {
		var e *Error
		if _, err := Parse(text, 0); !errors.As(err, &e) || e.Code != 212 {
			t.Errorf("%.20s…: %v, want LR0212", text, err)
		}
	}
	// Neither of these is deep.
	for _, text := range []string{
		strings.Repeat("not ", 1e5) + "a",
		"a" + strings.Repeat(" and a", 1e5),
		strings.Repeat("(a) and ", 1e4) + "a",
		strings.Repeat("tolower(a.b) = c and ", 1e4) + "a",
	} {
		if _, err := Parse(text, 0); err != nil {
			t.Errorf("%.20s…: %v", text, err)
		}
	}
}

func TestParseOperand(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"proc.name, and":        "proc.name",
		"proc.aname[2]]":        "proc.aname[2]",
		"proc.name.":            "proc.name",
		"tolower(a.b)x":         "tolower(a.b)",
		`join("-", (a.b,c.d)) `: `join("-",(a.b,c.d))`,
	} {
		o, n, err := ParseOperand(in, 0)
		if err != nil {
			t.Errorf("ParseOperand(%q): %v", in, err)
			continue
		}
		if got := PrintOperand(o); got != want || len(want) > n+2 {
			t.Errorf("ParseOperand(%q) = %s, %d, want %s", in, got, n, want)
		}
	}
	for _, in := range []string{"", "proc", "(a.b)", "tolower(", "a.b[", "5"} {
		if o, _, err := ParseOperand(in, 0); err == nil {
			t.Errorf("ParseOperand(%q) = %v, want an error", in, o)
		}
	}
}

func TestIsNumber(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"0", "-1", "+1", "1.5", "1.", "1e+5", "1E-5", "0x1f", "0Xz"} {
		if !IsNumber(s) {
			t.Errorf("%q is a number", s)
		}
	}
	for _, s := range []string{"", "-", "a", "1e5", "1.2.3", "0x", ".5", "1 ", "0xé"} {
		if IsNumber(s) {
			t.Errorf("%q is no number", s)
		}
	}
}

func TestWordsAreOperators(t *testing.T) {
	t.Parallel()
	for _, op := range Operators() {
		text := "a.b " + op
		switch {
		case slices.Contains(listOps, op):
			text += " (c)"
		case op != "exists":
			text += " 1"
		}
		if _, err := Parse(text, 0); err != nil {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

var ignoreSpans = cmpopts.IgnoreTypes(Span{})

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a or b and not (c)", `a.b in (c, "d \" e", 'f')`, "a.b[1] startswith anyof (x)", `getopt(a.b,"x:")[x] = "\n"`,
		"a.b < 0x1f and c.d >= -1.5e+3", `join("-",(a.b,concat(c.d,"x"))) exists`, "not(not a) or(b)", "a.b pmatch val(c.d[\"x y\"])",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const base = 7
		e, err := Parse(text, base)
		if err != nil {
			var se *Error
			if !errors.As(err, &se) {
				t.Fatalf("Parse(%q) = %v, which is no *Error", text, err)
			}
			if s := se.At; s.Start < base || s.End < s.Start || int(s.End) > base+len(text) {
				t.Fatalf("Parse(%q): error at %v, outside the text", text, s)
			}
			return
		}
		printed := Print(e)
		again, err := Parse(printed, base)
		if err != nil {
			t.Fatalf("%q is printed as %q: %v", text, printed, err)
		}
		if diff := cmp.Diff(e, again, ignoreSpans); diff != "" {
			t.Fatalf("%q is printed as %q: %s", text, printed, diff)
		}
		if twice := Print(again); twice != printed {
			t.Fatalf("%q is printed as %q and that as %q", text, printed, twice)
		}
	})
}
