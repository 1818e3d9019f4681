// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// billOfMaterials returns the CycloneDX description of a binary, by what the
// linker recorded in it. It is a pure function of the Spec and the binary, so
// anyone can hold a published one against its binary without building.
func billOfMaterials(spec Spec, t Target, binary []byte) ([]byte, error) {
	info, err := spec.checkBinary(binary, "")
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(binary)
	root := cdx.Component{
		BOMRef:      purl(spec.Module, spec.Version) + "#" + spec.Command,
		Type:        cdx.ComponentTypeApplication,
		Name:        spec.Name,
		Version:     spec.Version,
		Description: summary,
		PackageURL:  purl(spec.Module, spec.Version) + "#" + spec.Command,
		Licenses:    &cdx.Licenses{{License: &cdx.License{ID: license}}},
		Hashes:      &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(digest[:])}},
		Properties:  moduleProperties(&info.Main, settings(info, t)),
	}
	components := []cdx.Component{{
		BOMRef:     purl("std", strings.TrimPrefix(info.GoVersion, "go")),
		Type:       cdx.ComponentTypeLibrary,
		Name:       "std",
		Version:    info.GoVersion,
		PackageURL: purl("std", strings.TrimPrefix(info.GoVersion, "go")),
	}}
	for _, m := range info.Deps {
		components = append(components, cdx.Component{
			BOMRef:     purl(m.Path, m.Version),
			Type:       cdx.ComponentTypeLibrary,
			Name:       m.Path,
			Version:    m.Version,
			PackageURL: purl(m.Path, m.Version),
			Properties: moduleProperties(m, nil),
		})
	}
	bom := cdx.NewBOM()
	bom.SerialNumber = "urn:uuid:" + uuid(digest)
	bom.Metadata = &cdx.Metadata{
		Timestamp: spec.Time.Format(time.RFC3339),
		Component: &root,
	}
	bom.Components = &components
	bom.Dependencies = dependsOnAll(root, components)
	var out bytes.Buffer
	encoder := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("write bill of materials: %w", err)
	}
	return out.Bytes(), nil
}

// dependsOnAll says that the binary is linked from all components. Which of
// them imports which is not in a binary.
func dependsOnAll(root cdx.Component, components []cdx.Component) *[]cdx.Dependency {
	var refs []string
	for _, c := range components {
		refs = append(refs, c.BOMRef)
	}
	return &[]cdx.Dependency{{Ref: root.BOMRef, Dependencies: &refs}}
}

// moduleProperties adds the module's sum as go.sum has it. It is no hash of a
// file, so it may not stand among the hashes.
func moduleProperties(m *debug.Module, more []cdx.Property) *[]cdx.Property {
	all := more
	if m.Sum != "" {
		all = append(all, cdx.Property{Name: "go:sum", Value: m.Sum})
	}
	if len(all) == 0 {
		return nil
	}
	return &all
}

// settings returns what the linker recorded of the build, in its order, which
// is fixed.
func settings(info *buildinfo.BuildInfo, t Target) []cdx.Property {
	props := []cdx.Property{{Name: "go:target", Value: t.String()}}
	for _, s := range info.Settings {
		props = append(props, cdx.Property{Name: "go:build:" + s.Key, Value: s.Value})
	}
	return props
}

// purl returns the package URL of a Go module. Its path is case-sensitive in
// Go, whatever the purl specification once said.
func purl(path, version string) string {
	return "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
}

// uuid derives a UUID of version 8 (RFC 9562: "vendor specific") from a digest:
// the serial number must be unique to the binary and the same in each build.
func uuid(digest [sha256.Size]byte) string {
	b := digest[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
