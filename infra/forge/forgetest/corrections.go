// SPDX-License-Identifier: Apache-2.0

package forgetest

import "github.com/getkin/kin-openapi/openapi3"

// correct puts right where GitHub's description is known to say other than
// what GitHub does. Each has its reason; whatever is not here is a violation.
func correct(doc *openapi3.T) {
	// An upload that was cut leaves an asset in state "starter", as the text of
	// the operation says; its schema knows "open", which no asset is.
	if asset := doc.Components.Schemas["release-asset"]; asset != nil {
		state := asset.Value.Properties["state"].Value
		state.Enum = append(state.Enum, "starter")
	}
	// Some errors are "one of" two forms, where the first allows whatever the
	// second has: no answer could ever be one alone.
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for status, answer := range op.Responses.Map() {
				for _, media := range answer.Value.Content {
					if status[0] == '4' && media.Schema != nil && media.Schema.Value != nil {
						v := media.Schema.Value
						v.AnyOf, v.OneOf = append(v.AnyOf, v.OneOf...), nil
					}
				}
			}
		}
	}
}
