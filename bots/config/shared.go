// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Shared are settings for many repositories, which whoever runs the bot keeps
// in one file:
//
//	repositories:
//	- match: [acme/*, "!acme/attic"]
//	  settings:
//	    features: [default, size]
//	- match: [acme/kernel]
//	  settings:
//	    merge: {method: rebase}
//
// All blocks that match a repository count, one over the other in their order,
// and the repository's own file over them.
type Shared struct {
	blocks []sharedBlock
}

type sharedBlock struct {
	match    Patterns
	settings *yaml.Node
	file     *yamlfile.File
}

// Patterns choose repositories: "owner/name", where * is any part of one of
// the two; one that begins with ! takes away from those before it.
type Patterns []string

// Match reports whether a repository is chosen.
func (ps Patterns) Match(repo string) bool {
	chosen := false
	for _, p := range ps {
		pattern, out := strings.CutPrefix(p, "!")
		// The only error is that of a bad pattern, which Check refuses.
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(repo)); err == nil && ok {
			chosen = !out
		}
	}
	return chosen
}

// Check returns an error for the first pattern that is none.
func (ps Patterns) Check() error {
	for _, p := range ps {
		if bad := badPattern(p); bad != "" {
			return fmt.Errorf("pattern %q: %s", p, bad)
		}
	}
	return nil
}

// badPattern says what is wrong with a pattern, or nothing.
func badPattern(p string) string {
	pattern := strings.TrimPrefix(p, "!")
	if _, err := path.Match(pattern, ""); err != nil {
		return "it is no pattern"
	}
	if strings.Count(pattern, "/") != 1 {
		return "want owner/name, where either may have a *"
	}
	return ""
}

// ParseShared reads such a file. The error is yamlfile.Mistakes: all of them,
// in the settings as well.
func ParseShared(name string, src []byte) (*Shared, error) {
	f, root := yamlfile.Open(name, src)
	s := &Shared{}
	p := parser{File: f, settings: Default()}
	if root != nil {
		p.fields(root, map[string]func(*yaml.Node){"repositories": func(n *yaml.Node) {
			p.each(n, func(n *yaml.Node) { s.blocks = append(s.blocks, p.block(n)) })
		}})
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return nil, mistakes
	}
	return s, nil
}

func (p *parser) block(n *yaml.Node) sharedBlock {
	b := sharedBlock{file: p.File}
	p.fields(n, map[string]func(*yaml.Node){
		"match": func(n *yaml.Node) {
			for _, item := range p.Items(n) {
				if bad := badPattern(item.Value); bad != "" {
					p.Report(item, "such as acme/*, or \"!acme/attic\"", "pattern %q: %s", item.Value, bad)
				}
				b.match = append(b.match, item.Value)
			}
		},
		"settings": func(n *yaml.Node) {
			b.settings = yamlfile.Resolve(n)
			// Read once for its mistakes, with their places in this file.
			(&parser{File: p.File, settings: Default()}).file(b.settings)
		},
	})
	if len(b.match) == 0 || b.settings == nil {
		p.Report(n, "a block says for which repositories it is, and what", "match and settings are both needed")
	}
	return b
}

// For returns the settings of a repository before its own file. A nil Shared
// has none.
func (s *Shared) For(repo string) Settings {
	p := parser{settings: Default()}
	if s == nil {
		return p.settings
	}
	for _, b := range s.blocks {
		if b.match.Match(repo) {
			p.File = b.file
			p.file(b.settings)
		}
	}
	return p.settings
}
