// SPDX-License-Identifier: Apache-2.0

package job

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// list returns the items of a list; null is an empty one.
func (p *parser) list(n *yaml.Node) []*yaml.Node {
	if n = yamlfile.Resolve(n); isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		p.Report(n, "begin each with a hyphen", "want a list")
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = yamlfile.Resolve(item)
	}
	return items
}

// text reads a text. A number is none, for other readers of the same file make
// another text of it: 1.1 of 1.10.
func (p *parser) text(n *yaml.Node) string {
	if n = yamlfile.Resolve(n); n.Kind != yaml.ScalarNode {
		p.Report(n, "", "want a text")
		return ""
	}
	switch tag := n.ShortTag(); {
	case tag == "!!int" || tag == "!!float" || tag == "!!bool" || ambiguous(n):
		p.Report(n, "write "+strconv.Quote(n.Value), "want a text, found %s, which YAML takes for something else", n.Value)
	}
	return n.Value
}

// ambiguous reports whether a value is a truth for YAML 1.1, and a text for 1.2.
func ambiguous(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style != 0 || n.ShortTag() != "!!str" {
		return false
	}
	switch strings.ToLower(n.Value) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

// clear reports what is ambiguous in a node, and reports whether nothing is.
func (p *parser) clear(n *yaml.Node) bool {
	n = yamlfile.Resolve(n)
	if ambiguous(n) {
		p.Report(n, "write true or false, or put it in quotes", "%s is a truth for some readers of YAML, and a text for others", n.Value)
		return false
	}
	all := true
	for _, c := range n.Content {
		all = p.clear(c) && all
	}
	return all
}

func (p *parser) texts(n *yaml.Node) []string {
	var all []string
	for _, item := range p.list(n) {
		all = append(all, p.text(item))
	}
	return all
}

func (p *parser) number(n *yaml.Node) int {
	n = yamlfile.Resolve(n)
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || v < 0 {
		p.Report(n, "", "want a number, 0 or more, found %q", n.Value)
		return 0
	}
	return v
}

// Bool is that of the file, but for a text in quotes, which JSON keeps a text.
func (p *parser) Bool(n *yaml.Node) bool {
	if n = yamlfile.Resolve(n); n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		p.Report(n, "leave the quotes out", "want true or false, found the text %q", n.Value)
		return false
	}
	return p.File.Bool(n)
}

func (p *parser) duration(n *yaml.Node) time.Duration {
	n = yamlfile.Resolve(n)
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d <= 0 {
		p.Report(n, "such as 30m or 4h", "want a time that is longer than none, found %q", n.Value)
		return 0
	}
	return d
}

// pattern reads a regular expression; nil is none.
func (p *parser) pattern(n *yaml.Node) *regexp.Regexp {
	text := p.text(n)
	if text == "" {
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		p.Report(n, "the syntax is Go's: https://pkg.go.dev/regexp/syntax", "%v", err)
		return nil
	}
	return re
}

func (p *parser) patterns(n *yaml.Node) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, item := range p.list(n) {
		if re := p.pattern(item); re != nil {
			all = append(all, re)
		} else if item.Value == "" {
			p.Report(item, "", "an empty pattern matches everything")
		}
	}
	return all
}

// words reads a mapping of texts, and checks each key and value.
func (p *parser) words(n *yaml.Node, bad func(key, value string) string) map[string]string {
	all := make(map[string]string)
	for _, field := range p.Fields(n) {
		value := ""
		if !isNull(field.Value) {
			value = p.text(field.Value)
		}
		if why := bad(field.Name, value); why != "" {
			p.Report(field.Key, "", "%s", why)
		}
		all[field.Name] = value
	}
	return all
}

// raw returns a node as JSON has it. What JSON can't say is a mistake.
func (p *parser) raw(n *yaml.Node) map[string]any {
	var v map[string]any
	if err := yamlfile.Resolve(n).Decode(&v); err != nil {
		message, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n  "), "\n")
		p.Report(n, "", "%s", message)
		return nil
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		p.Report(n, "", "JSON cannot have this, and Kubernetes takes JSON: %v", err)
		return nil
	}
	// Read again, so that it has the types of JSON and shares nothing.
	v = nil
	if err := json.Unmarshal(encoded, &v); err != nil {
		p.Report(n, "", "%v", err)
	}
	return v
}

var (
	jobName   = regexp.MustCompile(`^[A-Za-z0-9-._]+$`)
	labelName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
	dnsLabel  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	dnsName   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
)

// badKey says what is wrong with the key of a label or an annotation.
func badKey(key string) string {
	prefix, name, has := strings.Cut(key, "/")
	if !has {
		prefix, name = "", key
	}
	if has && (len(prefix) > 253 || !dnsName.MatchString(prefix)) {
		return "key " + strconv.Quote(key) + ": what is before the slash is to be a domain name"
	}
	if !labelName.MatchString(name) {
		return "key " + strconv.Quote(key) + ": want letters, digits, and - _ . between them, 63 at most"
	}
	return ""
}

// ours are the labels that Prow gives to what it makes.
var ours = map[string]bool{"prow.k8s.io/type": true, "created-by-prow": true, "prow.k8s.io/id": true}

func badLabel(key, value string) string {
	if ours[key] {
		return "label " + key + " is given to what a job makes, and not for a job"
	}
	if why := badKey(key); why != "" {
		return why
	}
	if value != "" && !labelName.MatchString(value) {
		return "label " + key + ": value " + strconv.Quote(value) + ": want letters, digits, and - _ . between them, 63 at most"
	}
	return ""
}

func badAnnotation(key, _ string) string { return badKey(key) }

// cloneURI reads where to clone from.
func (p *parser) cloneURI(n *yaml.Node) string {
	text := p.text(n)
	// git@host:org/name is no URI, and what is after the @ would be one whose
	// scheme is the host: that is how Prow looks at it.
	_, rest, has := strings.Cut(text, "@")
	if !has {
		rest = text
	}
	if _, err := url.Parse(rest); err != nil {
		p.Report(n, "", "%v", err)
	}
	return text
}
