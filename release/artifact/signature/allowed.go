// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// AllowedSigners is a parsed allowed_signers file: who may sign what, and
// when.
type AllowedSigners struct {
	file  string
	lines []signerLine
}

// Identity says whose a key is, by the allowed_signers file that was asked.
type Identity struct {
	Principal   string
	Fingerprint string
}

func (i Identity) String() string { return i.Principal + " (" + i.Fingerprint + ")" }

type signerLine struct {
	number     int
	principal  string
	key        ssh.PublicKey
	namespaces []string // empty: all
	notBefore  time.Time
	notAfter   time.Time
}

// A SyntaxError is a mistake in an allowed_signers file.
type SyntaxError struct {
	File      string
	Line, Col int // from 1; Col counts bytes
	Text      string
	Msg       string
}

func (e *SyntaxError) Error() string {
	// Tabs stay, so that the caret stands below its place whatever the width.
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, e.Text[:min(e.Col-1, len(e.Text))])
	return fmt.Sprintf("%s:%d:%d: %s\n\t%s\n\t%s^", e.File, e.Line, e.Col, e.Msg, e.Text, pad)
}

// ParseAllowedSigners reads the format of ssh-keygen(1), "ALLOWED SIGNERS".
// File is for errors. It is stricter than OpenSSH, never laxer, so a file it
// takes means the same to git and ssh-keygen: one principal a line and no
// patterns, because a release says by whom it was signed; no cert-authority;
// and times in UTC, ending in Z, because without it OpenSSH reads them in the
// reader's own time zone. The first mistake is returned, a *SyntaxError.
func ParseAllowedSigners(file string, data []byte) (*AllowedSigners, error) {
	a := &AllowedSigners{file: file}
	for i, text := range strings.Split(string(data), "\n") {
		text = strings.TrimSuffix(text, "\r")
		p := &lineParser{file: file, number: i + 1, text: text}
		p.skipBlanks()
		if p.pos == len(text) || text[p.pos] == '#' {
			continue
		}
		line, err := p.parse()
		if err != nil {
			return nil, err
		}
		a.lines = append(a.lines, line)
	}
	if len(a.lines) == 0 {
		return nil, &SyntaxError{File: file, Line: 1, Col: 1, Msg: "no signer in the file: add a line such as: alice@example.org namespaces=\"git,lanner-release\" ssh-ed25519 AAAA..."}
	}
	return a, nil
}

// find returns the line that lets key sign for namespace at that time.
func (a *AllowedSigners) find(key ssh.PublicKey, namespace string, at time.Time) (signerLine, error) {
	var refusals []string
	for _, l := range a.lines {
		if !bytes.Equal(l.key.Marshal(), key.Marshal()) {
			continue
		}
		why := l.refuses(namespace, at)
		if why == "" {
			return l, nil
		}
		refusals = append(refusals, fmt.Sprintf("%s:%d: %s", a.file, l.number, why))
	}
	if len(refusals) > 0 {
		return signerLine{}, fmt.Errorf("the key %s may not sign this: %s", ssh.FingerprintSHA256(key), strings.Join(refusals, "; "))
	}
	return signerLine{}, fmt.Errorf("the key %s is not in %s", ssh.FingerprintSHA256(key), a.file)
}

func (l signerLine) identity() Identity {
	return Identity{Principal: l.principal, Fingerprint: ssh.FingerprintSHA256(l.key)}
}

// refuses says why the line does not allow a signature, or nothing.
func (l signerLine) refuses(namespace string, at time.Time) string {
	switch {
	case len(l.namespaces) > 0 && !slices.Contains(l.namespaces, namespace):
		return fmt.Sprintf("only for the namespaces %s, not %s", strings.Join(l.namespaces, ","), namespace)
	case !l.notBefore.IsZero() && at.Before(l.notBefore):
		return fmt.Sprintf("only after %s, not at %s", l.notBefore.Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	case !l.notAfter.IsZero() && at.After(l.notAfter):
		return fmt.Sprintf("only before %s, not at %s", l.notAfter.Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	}
	return ""
}

// lineParser reads one line: PRINCIPAL [OPTIONS] KEYTYPE BASE64 [COMMENT].
type lineParser struct {
	file   string
	number int
	text   string
	pos    int
}

func (p *lineParser) errorf(pos int, format string, args ...any) error {
	return &SyntaxError{File: p.file, Line: p.number, Col: pos + 1, Text: p.text, Msg: fmt.Sprintf(format, args...)}
}

func (p *lineParser) skipBlanks() {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
}

// word returns the text up to the next blank outside quotes, and its start.
func (p *lineParser) word() (string, int) {
	p.skipBlanks()
	start, quoted := p.pos, false
	for ; p.pos < len(p.text); p.pos++ {
		c := p.text[p.pos]
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && (c == ' ' || c == '\t') {
			break
		}
	}
	return p.text[start:p.pos], start
}

func (p *lineParser) parse() (signerLine, error) {
	line := signerLine{number: p.number}
	principal, at := p.word()
	if i := strings.IndexAny(principal, `,*?!"`); i >= 0 {
		return line, p.errorf(at+i, "%q in a principal: name one person, without a pattern; give each a line", principal[i])
	}
	line.principal = principal
	word, at := p.word()
	if word != "" && !isKeyType(word) {
		if err := p.options(&line, word, at); err != nil {
			return line, err
		}
		word, at = p.word()
	}
	if word == "" {
		return line, p.errorf(at, "the key is missing: want a key type and the key, as in a .pub file")
	}
	if !isKeyType(word) {
		return line, p.errorf(at, "%q is not a key type, such as ssh-ed25519", word)
	}
	keyType := word
	word, at = p.word()
	blob, err := base64.StdEncoding.DecodeString(word)
	if err != nil || word == "" {
		return line, p.errorf(at, "the key is not base64: copy it whole from the .pub file")
	}
	if line.key, err = ssh.ParsePublicKey(blob); err != nil {
		return line, p.errorf(at, "not an SSH public key: %v", err)
	}
	if line.key.Type() != keyType {
		return line, p.errorf(at, "this key is of type %s, the line says %s", line.key.Type(), keyType)
	}
	return line, nil
}

func isKeyType(word string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"} {
		if strings.HasPrefix(word, prefix) && !strings.Contains(word, "=") {
			return true
		}
	}
	return false
}

// options reads a comma-separated list of name or name="value".
func (p *lineParser) options(line *signerLine, list string, at int) error {
	for list != "" {
		name := list
		value, rest, hasValue := "", "", false
		if i := strings.IndexAny(list, "=,"); i >= 0 {
			name, rest = list[:i], list[i+1:]
			hasValue = list[i] == '='
		}
		valueAt := at + len(name) + 1
		if hasValue {
			quoted, ok := strings.CutPrefix(rest, `"`)
			end := strings.IndexByte(quoted, '"')
			if !ok || end < 0 {
				return p.errorf(valueAt, "the value of %s must stand in double quotes", name)
			}
			value, rest = quoted[:end], quoted[end+1:]
			valueAt++
			if rest != "" && rest[0] != ',' {
				return p.errorf(valueAt+end+1, "want a comma or a blank after the value of %s", name)
			}
			rest = strings.TrimPrefix(rest, ",")
		}
		if !hasValue && takesValue(name) {
			return p.errorf(at, "%s needs a value: %s=\"...\"", name, name)
		}
		if err := p.option(line, name, value, at, valueAt); err != nil {
			return err
		}
		at += len(list) - len(rest)
		list = rest
	}
	return nil
}

// takesValue says whether the option of that name has a value.
func takesValue(name string) bool {
	return slices.Contains([]string{"namespaces", "valid-after", "valid-before"}, strings.ToLower(name))
}

func (p *lineParser) option(line *signerLine, name, value string, at, valueAt int) error {
	var err error
	// OpenSSH takes option names in any case.
	switch strings.ToLower(name) {
	case "namespaces":
		line.namespaces = strings.Split(value, ",")
		for _, ns := range line.namespaces {
			if ns == "" || strings.ContainsAny(ns, "*?! \t") {
				return p.errorf(valueAt, "%q is not a namespace: name each, without a pattern", ns)
			}
		}
	case "valid-after":
		line.notBefore, err = parseTime(value)
	case "valid-before":
		line.notAfter, err = parseTime(value)
	case "cert-authority":
		return p.errorf(at, "cert-authority is not supported: list each signer's own key")
	default:
		return p.errorf(at, "unknown option %q; known: namespaces, valid-after, valid-before", name)
	}
	if err != nil {
		return p.errorf(valueAt, "%v", err)
	}
	return nil
}

func parseTime(value string) (time.Time, error) {
	for _, layout := range []string{"20060102Z", "200601021504Z", "20060102150405Z"} {
		if t, err := time.Parse(layout, value); err == nil && len(value) == len(layout) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time in UTC, such as 20261231Z or 202612312359Z", value)
}
