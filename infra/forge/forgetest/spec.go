// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

//go:embed testdata/*.gz
var specs embed.FS

func readSpec(name string) ([]byte, error) {
	f, err := specs.Open("testdata/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return io.ReadAll(z)
}

// description is GitHub's OpenAPI description and the router over it.
type description struct {
	doc    *openapi3.T
	router routers.Router
}

// Loading takes 0.2 s of CPU: once a process, not once a test.
var loadDescription = sync.OnceValues(func() (*description, error) {
	raw, err := readSpec("openapi.json.gz")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("load the OpenAPI description: %w", err)
	}
	// The forge is on loopback and serves uploads on the same host: routing is
	// by path alone.
	doc.Servers = nil
	paths := openapi3.NewPaths()
	for path, item := range doc.Paths.Map() {
		item.Servers = nil
		for _, op := range item.Operations() {
			op.Servers = nil
		}
		paths.Set(slashParameters(path), item)
	}
	doc.Paths = paths
	correct(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route the OpenAPI description: %w", err)
	}
	return &description{doc: doc, router: router}, nil
})

// slashParameters lets the parameters match that hold slashes on GitHub. In
// OpenAPI a path parameter never does, so the published description says
// {path} for what is a whole file name.
func slashParameters(path string) string {
	for _, p := range []string{"/contents/{path}", "/git/ref/{ref}", "/git/refs/{ref}", "/git/matching-refs/{ref}", "/labels/{name}"} {
		if strings.HasSuffix(path, p) {
			return strings.TrimSuffix(path, "}") + ":.*}"
		}
	}
	return path
}

// operationName is how the coverage report names an operation: as GitHub's
// documentation does, without the router's patterns.
func operationName(method, path string) string {
	return method + " " + strings.ReplaceAll(path, ":.*}", "}")
}

var loadWebhooks = sync.OnceValues(func() (*webhookSchemas, error) {
	raw, err := readSpec("webhooks.json.gz")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read the webhook schemas: %w", err)
	}
	root, ok := doc.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("webhook schemas are a %T, want an object", doc)
	}
	definitions, ok := root["definitions"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("webhook schemas have no definitions")
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "uri-template", Validate: checkURITemplate})
	if err := c.AddResource(webhookSchemaURL, doc); err != nil {
		return nil, fmt.Errorf("add the webhook schemas: %w", err)
	}
	return &webhookSchemas{compiler: c, definitions: definitions}, nil
})

var loadGraphQL = sync.OnceValues(func() (*ast.Schema, error) {
	raw, err := readSpec("schema.graphql.gz")
	if err != nil {
		return nil, err
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: string(raw)})
	if err != nil {
		return nil, fmt.Errorf("parse GitHub's GraphQL schema: %w", err)
	}
	// The published file defines some fields of EnterpriseOwnerInfo twice,
	// which GraphQL forbids.
	for _, def := range doc.Definitions {
		seen := map[string]bool{}
		fields := def.Fields[:0:0]
		for _, f := range def.Fields {
			if !seen[f.Name] {
				fields = append(fields, f)
			}
			seen[f.Name] = true
		}
		def.Fields = fields
	}
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("check GitHub's GraphQL schema: %w", err)
	}
	return schema, nil
})
