// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

// What the provenance says of itself. PROVENANCE.md beside this file is where
// the two URIs lead.
const (
	payloadType   = "application/vnd.in-toto+json"
	predicateType = "https://slsa.dev/provenance/v1"
	buildType     = "https://github.com/lanner-project/lanner/blob/main/release/artifact/PROVENANCE.md#build-type-v1"
	builderID     = "https://github.com/lanner-project/lanner/blob/main/release/artifact/PROVENANCE.md#maintainers-machine"
)

// imageSubject is the name under which the statement has the image's index,
// the digest a registry knows it by.
const imageSubject = "image-index"

// Provenance is what a release's provenance states.
type Provenance struct {
	Subjects  map[string]string // sha256 by file name, and by "image-index"
	Version   string
	Command   string
	SourceURL string
	Plan      plan.File
	Commit    string
	Tree      string
	Toolchain string
	ModuleSum string
	GoSum     string
	Builder   string
}

// statement returns the SLSA provenance of the set as an in-toto statement.
//
// It names no time and no invocation: they would differ from build to build,
// and nobody could check them.
func (s Set) statement() ([]byte, error) {
	spec := s.Spec
	var subjects []*intoto.ResourceDescriptor
	for _, f := range s.Files {
		subjects = append(subjects, &intoto.ResourceDescriptor{Name: f.Name, Digest: map[string]string{"sha256": f.SHA256}})
	}
	subjects = append(subjects, &intoto.ResourceDescriptor{
		Name: imageSubject, Digest: map[string]string{"sha256": s.Image[len("sha256:"):]},
	})
	var targets []any
	for _, t := range spec.Targets {
		targets = append(targets, t.String())
	}
	external, err := structpb.NewStruct(map[string]any{
		"source":  spec.SourceURL,
		"version": spec.Version,
		"command": spec.Module + "/" + spec.Command,
		"targets": targets,
		"plan":    map[string]any{"path": spec.Plan.Path, "sha256": spec.Plan.SHA256},
	})
	if err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	predicate := &provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType:          buildType,
			ExternalParameters: external,
			ResolvedDependencies: []*intoto.ResourceDescriptor{
				{
					Name: "source", Uri: "git+" + spec.SourceURL,
					Digest: map[string]string{"gitCommit": spec.Commit, "gitTree": spec.Tree},
				},
				{Name: "toolchain", Uri: "pkg:generic/" + spec.Toolchain},
				{Name: "go.sum", Digest: map[string]string{"sha256": s.GoSum}},
				{Name: "module", Uri: purl(spec.Module, spec.Version), Digest: map[string]string{"goModuleH1": s.ModuleSum}},
			},
		},
		RunDetails: &provenance.RunDetails{Builder: &provenance.Builder{Id: builderID}},
	}
	return marshalStatement(subjects, predicate)
}

func marshalStatement(subjects []*intoto.ResourceDescriptor, predicate *provenance.Provenance) ([]byte, error) {
	if err := predicate.Validate(); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	body := new(structpb.Struct)
	if err := convert(predicate, body); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	statement := &intoto.Statement{
		Type: intoto.StatementTypeUri, Subject: subjects, PredicateType: predicateType, Predicate: body,
	}
	if err := statement.Validate(); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	loose, err := protojson.Marshal(statement)
	if err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	// protojson puts in spaces at random, so that nobody compares its bytes.
	// Here they are compared.
	var value any
	if err := json.Unmarshal(loose, &value); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return json.Marshal(value)
}

// convert copies a message into another by way of JSON.
func convert(from, to proto.Message) error {
	data, err := protojson.Marshal(from)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(data, to)
}

// OpenProvenance checks the signature of a provenance file, made about the
// time at, and reads it. It refuses a statement of another kind or build type.
func OpenProvenance(ctx context.Context, file []byte, signers *signature.AllowedSigners, at time.Time) (Provenance, signature.Identity, error) {
	payload, who, err := signers.VerifyEnvelope(ctx, file, payloadType, at)
	if err != nil {
		return Provenance{}, who, fmt.Errorf("provenance: %w", err)
	}
	p, err := parseProvenance(payload)
	return p, who, err
}

func parseProvenance(payload []byte) (Provenance, error) {
	var statement intoto.Statement
	if err := protojson.Unmarshal(payload, &statement); err != nil {
		return Provenance{}, fmt.Errorf("provenance: not an in-toto statement: %w", err)
	}
	if err := statement.Validate(); err != nil {
		return Provenance{}, fmt.Errorf("provenance: %w", err)
	}
	if statement.PredicateType != predicateType {
		return Provenance{}, fmt.Errorf("provenance: is a statement of type %q, want %q", statement.PredicateType, predicateType)
	}
	var predicate provenance.Provenance
	if err := convert(statement.Predicate, &predicate); err != nil {
		return Provenance{}, fmt.Errorf("provenance: %w", err)
	}
	if err := predicate.Validate(); err != nil {
		return Provenance{}, fmt.Errorf("provenance: %w", err)
	}
	build := predicate.BuildDefinition
	if build.BuildType != buildType {
		return Provenance{}, fmt.Errorf("provenance: build type %q is not known here, only %q", build.BuildType, buildType)
	}
	external := build.ExternalParameters.GetFields()
	planned := external["plan"].GetStructValue().GetFields()
	p := Provenance{
		Subjects:  make(map[string]string),
		Version:   external["version"].GetStringValue(),
		Command:   external["command"].GetStringValue(),
		SourceURL: external["source"].GetStringValue(),
		Plan:      plan.File{Path: planned["path"].GetStringValue(), SHA256: planned["sha256"].GetStringValue()},
		Builder:   predicate.RunDetails.Builder.Id,
	}
	for _, s := range statement.Subject {
		p.Subjects[s.Name] = s.Digest["sha256"]
	}
	for _, d := range build.ResolvedDependencies {
		switch d.Name {
		case "source":
			p.Commit, p.Tree = d.Digest["gitCommit"], d.Digest["gitTree"]
		case "toolchain":
			p.Toolchain = d.Uri[min(len("pkg:generic/"), len(d.Uri)):]
		case "go.sum":
			p.GoSum = d.Digest["sha256"]
		case "module":
			p.ModuleSum = d.Digest["goModuleH1"]
		}
	}
	return p, nil
}
