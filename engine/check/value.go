// SPDX-License-Identifier: Apache-2.0

package check

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
)

// A constant that cannot be one: why, and what to write.
type badValue struct {
	code          diag.Code
	message, hint string
}

// value reads a constant for an operator on values of a kind.
func value(op Op, kind event.Kind, text string) (Value, *badValue) {
	v := Value{Text: text}
	switch {
	case op == BContains || op == BStartsWith:
		b, err := hex.DecodeString(text)
		if err != nil {
			return v, &badValue{diag.BadHex, fmt.Sprintf("%q is not hexadecimal", text), "write pairs of hexadecimal digits"}
		}
		v.Text = string(b)
		return v, nil
	case op == Regex:
		re, err := anchored(text)
		if err != nil {
			return v, &badValue{diag.BadRegex, "not a regular expression: " + err.Error(), ""}
		}
		v.Regexp = re
		return v, nil
	case kind == event.KindBool:
		return truth(v)
	case kind == event.KindPort:
		return port(v)
	case kind == event.KindDouble:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, &badValue{diag.BadNumber, fmt.Sprintf("%s is not a number", text), ""}
		}
		v.Float = f
		return v, nil
	case kind == event.KindIP || kind == event.KindIPv4 || kind == event.KindIPv6:
		return address(v)
	case kind == event.KindIPNet || kind == event.KindIPv4Net || kind == event.KindIPv6Net:
		return network(v)
	case kind.IsNumber():
		return number(v, kind)
	}
	return v, nil
}

func truth(v Value) (Value, *badValue) {
	switch v.Text {
	case "true":
		v.Num = 1
	case "false":
	default:
		hint := "write true or false"
		switch strings.ToLower(v.Text) {
		case "1", "yes", "y", "on", "true":
			hint = "write true"
		case "0", "no", "n", "off", "false":
			hint = "write false"
		}
		return v, &badValue{diag.BadTruth, fmt.Sprintf("%s is neither true nor false", v.Text), hint}
	}
	return v, nil
}

// number reads decimal digits. A negative number for an unsigned kind is what
// all ones are in it: users write -1 for "no user".
func number(v Value, kind event.Kind) (Value, *badValue) {
	bits := kind.Width() * 8
	text := strings.TrimPrefix(v.Text, "+")
	if n, err := strconv.ParseInt(text, 10, bits); err == nil {
		v.Num = uint64(n)
		if !kind.Signed() && bits < 64 {
			v.Num &= 1<<bits - 1
		}
		return v, nil
	}
	if n, err := strconv.ParseUint(text, 10, bits); err == nil && !kind.Signed() {
		v.Num = n
		return v, nil
	}
	bad := &badValue{code: diag.BadNumber, message: fmt.Sprintf("%s is not a number", v.Text)}
	if n, err := strconv.ParseInt(v.Text, 0, 64); err == nil && n > 9 {
		bad.hint = fmt.Sprintf("write %d", n)
	}
	if _, err := strconv.ParseFloat(v.Text, 64); err == nil {
		bad.message = fmt.Sprintf("%s is not a whole number of %d bits", v.Text, bits)
	}
	return v, bad
}

func port(v Value) (Value, *badValue) {
	if n, err := strconv.ParseUint(v.Text, 10, 16); err == nil {
		v.Num = n
		return v, nil
	}
	n, ok := services[v.Text]
	if !ok {
		return v, &badValue{diag.BadPort, fmt.Sprintf("%s is neither a port nor a service that is known here", v.Text), "write the number"}
	}
	v.Num = uint64(n)
	return v, nil
}

func address(v Value) (Value, *badValue) {
	a, err := netip.ParseAddr(v.Text)
	if err != nil || a.Zone() != "" {
		hint := ""
		if _, err := netip.ParsePrefix(v.Text); err == nil {
			hint = "networks are compared with fd.net, fd.cnet, fd.snet, fd.lnet and fd.rnet"
		}
		return v, &badValue{diag.BadAddress, fmt.Sprintf("%s is not an address", v.Text), hint}
	}
	v.Prefix = netip.PrefixFrom(a, a.BitLen())
	return v, nil
}

func network(v Value) (Value, *badValue) {
	p, err := netip.ParsePrefix(v.Text)
	if err != nil {
		hint := ""
		if a, err := netip.ParseAddr(v.Text); err == nil && a.Zone() == "" {
			hint = fmt.Sprintf("write %s/%d, or compare with fd.ip, fd.cip, fd.sip, fd.lip or fd.rip", v.Text, a.BitLen())
		}
		return v, &badValue{diag.BadAddress, fmt.Sprintf("%s is not a network", v.Text), hint}
	}
	v.Prefix = p.Masked()
	return v, nil
}

// anchored compiles an expression so that it matches whole texts only. Its
// syntax is that of egrep, to which the reference restricts RE2.
func anchored(text string) (*regexp.Regexp, error) {
	re, err := syntax.Parse(text, syntax.POSIX)
	if err != nil {
		return nil, err
	}
	// Printed again, it is in the syntax that knows \A and \z: "^" and "$" are
	// the ends of lines.
	return regexp.Compile(`\A(?:` + re.String() + `)\z`)
}
