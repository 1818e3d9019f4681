// SPDX-License-Identifier: Apache-2.0

package event

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The identifiers are written beside the rows, not made from them: a row that
// is out of step would silently read another field.
func TestFieldIDs(t *testing.T) {
	for id, name := range map[FieldID]string{
		FieldEvtNum: "evt.num", FieldEvtIsOpenCreate: "evt.is_open_create", FieldEvtWaitLatency: "evt.wait_latency",
		FieldProcExe: "proc.exe", FieldGroupName: "group.name",
		FieldFDNum: "fd.num", FieldFDListServerPorts: "fdlist.sports",
		FieldContainerID: "container.id", FieldContainerInfo: "container.info", FieldK8sDeploymentLabels: "k8s.deployment.labels",
	} {
		if got := id.Field().Name; got != name {
			t.Errorf("field %d is %s, want %s", id, got, name)
		}
		if got, ok := LookupField(name); !ok || got != id {
			t.Errorf("LookupField(%s) = %d, %v, want %d", name, got, ok, id)
		}
	}
}

// People read the sentences in a table, one below the other.
func TestFieldDocs(t *testing.T) {
	names := make(map[string]string) // of the field with a sentence
	for i := range Fields {
		f := &Fields[i]
		first, _ := utf8.DecodeRuneInString(f.Doc)
		switch other := names[f.Doc]; {
		case !unicode.IsUpper(first):
			t.Errorf("%s: its sentence has to start with a capital letter: %q", f.Name, f.Doc)
		case !strings.HasSuffix(f.Doc, "."), strings.Contains(f.Doc, ". "):
			t.Errorf("%s: not one sentence with a full stop: %q", f.Name, f.Doc)
		case strings.ContainsAny(f.Doc+f.Deprecated, "\t\n`|"):
			t.Errorf("%s: a table of text or Markdown cannot show this: %q %q", f.Name, f.Doc, f.Deprecated)
		case other != "":
			t.Errorf("%s: has the sentence of %s: %q", f.Name, other, f.Doc)
		}
		names[f.Doc] = f.Name
		// It follows "deprecated: " in what people read.
		if first, _ := utf8.DecodeRuneInString(f.Deprecated); unicode.IsUpper(first) || strings.HasSuffix(f.Deprecated, ".") {
			t.Errorf("%s: what to do instead is no sentence of its own: %q", f.Name, f.Deprecated)
		}
	}
}

func TestErrno(t *testing.T) {
	for e, name := range map[Errno]string{1: "EPERM", 2: "ENOENT", 11: "EAGAIN", 115: "EINPROGRESS", 132: "ERFKILL", 41: "", 999: ""} {
		if got := e.String(); got != name {
			t.Errorf("errno %d is %q, want %q", e, got, name)
		}
		if got, found := LookupErrno(name); name != "" && (!found || got != e) {
			t.Errorf("LookupErrno(%s) = %d, %v", name, got, found)
		}
	}
}
