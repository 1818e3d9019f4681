// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Describe says in a line what an action does, without the texts that it
// writes: it is how decisions are compared.
func Describe(a Action) string {
	kind := strings.TrimPrefix(fmt.Sprintf("%T", a), "decide.")
	switch a := a.(type) {
	case AddLabel:
		return kind + " " + a.Label
	case RemoveLabel:
		return kind + " " + a.Label
	case Reply:
		return kind + " to " + a.Ref
	case Notify:
		return kind
	case Merge:
		return fmt.Sprintf("%s %s by %s", kind, a.SHA, a.Method)
	case Pin, Unpin:
		return kind
	case Transfer:
		return kind + " to " + a.To
	case CherryPick:
		return kind + " to " + a.Branch
	case Edit:
		var what []string
		for i := range reflect.TypeFor[Edit]().NumField() {
			if !reflect.ValueOf(a).Field(i).IsNil() {
				what = append(what, strings.ToLower(reflect.TypeFor[Edit]().Field(i).Name))
			}
		}
		return kind + " " + strings.Join(what, " ")
	}
	return strings.TrimSpace(kind + " " + strings.Trim(fmt.Sprint(a), "{}"))
}

// Encode writes an input down, to be decided on again, and the digest of what
// is new in it: the time at which it was read is not.
func Encode(in Input) (data []byte, digest [sha256.Size]byte, err error) {
	if data, err = json.Marshal(in); err != nil {
		return nil, digest, fmt.Errorf("write the input about %s: %w", in.Subject(), err)
	}
	same := in
	same.Now = in.Updated
	timeless, err := json.Marshal(same)
	if err != nil {
		return nil, digest, fmt.Errorf("write the input about %s: %w", in.Subject(), err)
	}
	return data, sha256.Sum256(timeless), nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (Input, error) {
	var in Input
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return Input{}, fmt.Errorf("read an input: %w", err)
	}
	return in, nil
}
