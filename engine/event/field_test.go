// SPDX-License-Identifier: Apache-2.0

package event

import "testing"

// The identifiers are written beside the rows, not made from them: a row that
// is out of step would silently read another field.
func TestFieldIDs(t *testing.T) {
	for id, name := range map[FieldID]string{
		FieldEvtNum: "evt.num", FieldEvtIsOpenCreate: "evt.is_open_create",
		FieldProcExe: "proc.exe", FieldGroupName: "group.name",
		FieldFDNum: "fd.num", FieldFDListServerPorts: "fdlist.sports",
		FieldContainerID: "container.id", FieldK8sDeploymentLabels: "k8s.deployment.labels",
	} {
		if got := id.Field().Name; got != name {
			t.Errorf("field %d is %s, want %s", id, got, name)
		}
		if got, ok := LookupField(name); !ok || got != id {
			t.Errorf("LookupField(%s) = %d, %v, want %d", name, got, ok, id)
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
