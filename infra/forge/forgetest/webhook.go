// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const webhookSchemaURL = "https://octokit.github.io/webhooks/schema.json"

// webhookSchemas compiles the schema of an event when it is first seen.
type webhookSchemas struct {
	mu          sync.Mutex // the compiler is not safe concurrently
	compiler    *jsonschema.Compiler
	definitions map[string]any
}

// check holds a payload against the schema of its event and action.
func (s *webhookSchemas) check(event string, payload []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err != nil {
		return fmt.Errorf("webhook %s: payload is no JSON: %w", event, err)
	}
	var head struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal(payload, &head); err != nil {
		return fmt.Errorf("webhook %s: payload: %w", event, err)
	}
	name := event + "$" + head.Action
	if head.Action == "" {
		name = event + "$event"
	}
	schema, err := s.schema(name)
	if err != nil {
		return err
	}
	err = schema.Validate(value)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return fmt.Errorf("webhook %s: %w", name, invalid)
	}
	return err
}

func (s *webhookSchemas) schema(name string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.definitions[name] == nil {
		return nil, fmt.Errorf("webhook %s: GitHub sends no such event and action", name)
	}
	schema, err := s.compiler.Compile(webhookSchemaURL + "#/definitions/" + name)
	if err != nil {
		return nil, fmt.Errorf("webhook %s: compile its schema: %w", name, err)
	}
	return schema, nil
}

var templateExpression = regexp.MustCompile(`\{[+#./;?&]?[\w.,*:]+\}`)

// checkURITemplate replaces the validator's own check, which divides the text
// at slashes first and so refuses GitHub's "…/issues{/number}".
func checkURITemplate(v any) error {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	u, err := url.Parse(templateExpression.ReplaceAllString(text, ""))
	if err != nil {
		return err
	}
	if u.Scheme == "" || strings.ContainsAny(u.Path, "{}") {
		return fmt.Errorf("%q is no template of a URI", text)
	}
	return nil
}
