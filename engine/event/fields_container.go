// SPDX-License-Identifier: Apache-2.0

package event

// Fields of containers and pods.
const (
	FieldContainerID FieldID = iota + FieldFDListServerPorts + 1
	FieldContainerFullID
	FieldContainerName
	FieldContainerImage
	FieldContainerImageID
	FieldContainerType
	FieldContainerPrivileged
	FieldContainerMounts
	FieldContainerMount
	FieldContainerMountSource
	FieldContainerMountDest
	FieldContainerMountMode
	FieldContainerMountRDWR
	FieldContainerMountPropagation
	FieldContainerImageRepository
	FieldContainerImageTag
	FieldContainerImageDigest
	FieldContainerHealthcheck
	FieldContainerLivenessProbe
	FieldContainerReadinessProbe
	FieldContainerStartTS
	FieldContainerDuration
	FieldContainerIP
	FieldContainerCNIJSON
	FieldContainerHostPID
	FieldContainerHostNetwork
	FieldContainerHostIpc
	FieldContainerLabel
	FieldContainerLabels
	FieldProcIsContainerHealthcheck
	FieldProcIsContainerLivenessProbe
	FieldProcIsContainerReadinessProbe
	FieldK8sPodName
	FieldK8sNSName
	FieldK8sPodID
	FieldK8sPodUID
	FieldK8sPodSandboxID
	FieldK8sPodFullSandboxID
	FieldK8sPodLabel
	FieldK8sPodLabels
	FieldK8sPodIP
	FieldK8sPodCNIJSON
	FieldK8sRCName
	FieldK8sRCID
	FieldK8sRCLabel
	FieldK8sRCLabels
	FieldK8sSvcName
	FieldK8sSvcID
	FieldK8sSvcLabel
	FieldK8sSvcLabels
	FieldK8sNSID
	FieldK8sNSLabel
	FieldK8sNSLabels
	FieldK8sRSName
	FieldK8sRSID
	FieldK8sRSLabel
	FieldK8sRSLabels
	FieldK8sDeploymentName
	FieldK8sDeploymentID
	FieldK8sDeploymentLabel
	FieldK8sDeploymentLabels
)

var containerFields = []Field{
	{Name: "container.id", Kind: KindString, Need: NeedThread},
	{Name: "container.full_id", Kind: KindString, Need: NeedThread},
	{Name: "container.name", Kind: KindString, Need: NeedThread},
	{Name: "container.image", Kind: KindString, Need: NeedThread},
	{Name: "container.image.id", Kind: KindString, Need: NeedThread},
	{Name: "container.type", Kind: KindString, Need: NeedThread},
	{Name: "container.privileged", Kind: KindBool, Need: NeedThread},
	{Name: "container.mounts", Kind: KindString, Need: NeedThread},
	{Name: "container.mount", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.mount.source", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.mount.dest", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.mount.mode", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.mount.rdwr", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.mount.propagation", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey},
	{Name: "container.image.repository", Kind: KindString, Need: NeedThread},
	{Name: "container.image.tag", Kind: KindString, Need: NeedThread},
	{Name: "container.image.digest", Kind: KindString, Need: NeedThread},
	{Name: "container.healthcheck", Kind: KindString, Need: NeedThread},
	{Name: "container.liveness_probe", Kind: KindString, Need: NeedThread},
	{Name: "container.readiness_probe", Kind: KindString, Need: NeedThread},
	{Name: "container.start_ts", Kind: KindTime, Need: NeedThread},
	{Name: "container.duration", Kind: KindDuration, Need: NeedThread},
	{Name: "container.ip", Kind: KindString, Need: NeedThread},
	{Name: "container.cni.json", Kind: KindString, Need: NeedThread},
	{Name: "container.host_pid", Kind: KindBool, Need: NeedThread},
	{Name: "container.host_network", Kind: KindBool, Need: NeedThread},
	{Name: "container.host_ipc", Kind: KindBool, Need: NeedThread},
	{Name: "container.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "container.labels", Kind: KindString, Need: NeedThread},
	{Name: "proc.is_container_healthcheck", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_container_liveness_probe", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_container_readiness_probe", Kind: KindBool, Need: NeedThread},
	{Name: "k8s.pod.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.ns.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.uid", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.sandbox_id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.full_sandbox_id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.pod.labels", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.ip", Kind: KindString, Need: NeedThread},
	{Name: "k8s.pod.cni.json", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rc.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rc.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rc.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.rc.labels", Kind: KindString, Need: NeedThread},
	{Name: "k8s.svc.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.svc.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.svc.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.svc.labels", Kind: KindString, Need: NeedThread},
	{Name: "k8s.ns.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.ns.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.ns.labels", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rs.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rs.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.rs.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.rs.labels", Kind: KindString, Need: NeedThread},
	{Name: "k8s.deployment.name", Kind: KindString, Need: NeedThread},
	{Name: "k8s.deployment.id", Kind: KindString, Need: NeedThread},
	{Name: "k8s.deployment.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey},
	{Name: "k8s.deployment.labels", Kind: KindString, Need: NeedThread},
}
