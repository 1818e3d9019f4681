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
	FieldContainerInfo
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
	{
		Name: "container.id", Kind: KindString, Need: NeedThread,
		Doc: "First 12 digits of the container's id, or host outside of containers, from the control groups and therefore always there.",
	},
	{
		Name: "container.full_id", Kind: KindString, Need: NeedThread,
		Doc: "Whole id of the container, of 64 digits with most runtimes.",
	},
	{
		Name: "container.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the container as its runtime has it, or host outside of containers.",
	},
	{
		Name: "container.image", Kind: KindString, Need: NeedThread,
		Doc: "Image of the container as it was asked for, as in nginx:latest.",
	},
	{
		Name: "container.image.id", Kind: KindString, Need: NeedThread,
		Doc: "Id of the container's image.",
	},
	{
		Name: "container.type", Kind: KindString, Need: NeedThread,
		Doc: "Runtime of the container, as in docker, containerd or cri-o, or host outside of containers.",
	},
	{
		Name: "container.privileged", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the container was started as privileged, with next to no confinement.",
	},
	{
		Name: "container.mounts", Kind: KindString, Need: NeedThread,
		Doc: "All mounts of the container as source:dest:mode:rdwr:propagation, joined by commas.",
	},
	{
		Name: "container.mount", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "One mount as source:dest:mode:rdwr:propagation, by position or by its source, which may be a pattern, as in container.mount[/usr/*].",
	},
	{
		Name: "container.mount.source", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "Source of one mount, by position or by its destination, as in container.mount.source[/host].",
	},
	{
		Name: "container.mount.dest", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "Destination of one mount, by position or by its source, as in container.mount.dest[/var/run/docker.sock].",
	},
	{
		Name: "container.mount.mode", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "Mode of one mount, by position or by its source.",
	},
	{
		Name: "container.mount.rdwr", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "Whether one mount may be written to, true or false as text, by position or by its source.",
	},
	{
		Name: "container.mount.propagation", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgIndex | ArgKey,
		Doc: "How one mount shares what is mounted below it, as in rprivate, by position or by its source.",
	},
	{
		Name: "container.image.repository", Kind: KindString, Need: NeedThread,
		Doc: "Image of the container without tag and digest, as in docker.io/library/nginx.",
	},
	{
		Name: "container.image.tag", Kind: KindString, Need: NeedThread,
		Doc: "Tag of the container's image, as in latest.",
	},
	{
		Name: "container.image.digest", Kind: KindString, Need: NeedThread,
		Doc: "Digest of the container's image in its registry, sha256: and 64 digits.",
	},
	{
		Name: "container.healthcheck", Kind: KindString, Need: NeedThread,
		Doc:        "Once the health check of the container, now without a value.",
		Deprecated: "nothing provides it any more",
	},
	{
		Name: "container.liveness_probe", Kind: KindString, Need: NeedThread,
		Doc:        "Once the liveness probe of the container, now without a value.",
		Deprecated: "nothing provides it any more",
	},
	{
		Name: "container.readiness_probe", Kind: KindString, Need: NeedThread,
		Doc:        "Once the readiness probe of the container, now without a value.",
		Deprecated: "nothing provides it any more",
	},
	{
		Name: "container.start_ts", Kind: KindTime, Need: NeedThread,
		Doc: "When the container started, in nanoseconds since 1970, taken from its pid namespace.",
	},
	{
		Name: "container.duration", Kind: KindDuration,
		Doc: "Age of the container in nanoseconds, taken from its pid namespace.",
	},
	{
		Name: "container.ip", Kind: KindString, Need: NeedThread,
		Doc: "First IPv4 address of the container or its pod.",
	},
	{
		Name: "container.cni.json", Kind: KindString, Need: NeedThread,
		Doc: "Network interfaces of the container's pod and all their addresses, as JSON from the runtime.",
	},
	{
		Name: "container.host_pid", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the container shares the host's process ids.",
	},
	{
		Name: "container.host_network", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the container shares the host's network.",
	},
	{
		Name: "container.host_ipc", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the container shares the host's semaphores, queues and shared memory.",
	},
	{
		Name: "container.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc: "Value of one label of the container, as in container.label[maintainer].",
	},
	{
		Name: "container.labels", Kind: KindString, Need: NeedThread,
		Doc: "All labels of the container as name:value, joined by commas.",
	},

	// Outputs once said where the container's details go. It is no field that
	// can be compared, and an alert leaves it out.
	{
		Name: "container.info", Kind: KindString, Need: NeedThread, NoFilter: true,
		Doc:        "Once the container's id and name in one, now nothing at all.",
		Deprecated: "use container.id, container.name and container.image.repository",
	},

	{
		Name: "proc.is_container_healthcheck", Kind: KindBool, Need: NeedThread,
		Doc:        "Once whether the container's health check started the process, now without a value.",
		Deprecated: "use proc.pname or proc.cmdline",
	},
	{
		Name: "proc.is_container_liveness_probe", Kind: KindBool, Need: NeedThread,
		Doc:        "Once whether the container's liveness probe started the process, now without a value.",
		Deprecated: "use proc.pname or proc.cmdline",
	},
	{
		Name: "proc.is_container_readiness_probe", Kind: KindBool, Need: NeedThread,
		Doc:        "Once whether the container's readiness probe started the process, now without a value.",
		Deprecated: "use proc.pname or proc.cmdline",
	},
	{
		Name: "k8s.pod.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the Kubernetes pod that the container belongs to.",
	},
	{
		Name: "k8s.ns.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the Kubernetes namespace that the container's pod is in.",
	},
	{
		Name: "k8s.pod.id", Kind: KindString, Need: NeedThread,
		Doc:        "Id of the pod under the older of two names.",
		Deprecated: "use k8s.pod.uid",
	},
	{
		Name: "k8s.pod.uid", Kind: KindString, Need: NeedThread,
		Doc: "Id that Kubernetes gave the pod, 32 digits in five groups.",
	},
	{
		Name: "k8s.pod.sandbox_id", Kind: KindString, Need: NeedThread,
		Doc: "First 12 digits of the id of the sandbox that the pod's containers share.",
	},
	{
		Name: "k8s.pod.full_sandbox_id", Kind: KindString, Need: NeedThread,
		Doc: "Whole id of the sandbox that the pod's containers share.",
	},
	{
		Name: "k8s.pod.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc: "Value of one label of the pod, as in k8s.pod.label[app.kubernetes.io/name].",
	},
	{
		Name: "k8s.pod.labels", Kind: KindString, Need: NeedThread,
		Doc: "All labels of the pod as name:value, joined by commas.",
	},
	{
		Name: "k8s.pod.ip", Kind: KindString, Need: NeedThread,
		Doc: "First IPv4 address of the pod, which is that of its containers.",
	},
	{
		Name: "k8s.pod.cni.json", Kind: KindString, Need: NeedThread,
		Doc: "Network interfaces of the pod and all their addresses, as JSON from the runtime.",
	},
	{
		Name: "k8s.rc.name", Kind: KindString, Need: NeedThread,
		Doc:        "Once the name of the pod's replication controller, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rc.id", Kind: KindString, Need: NeedThread,
		Doc:        "Once the id of the pod's replication controller, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rc.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc:        "Once the value of one label of the pod's replication controller, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rc.labels", Kind: KindString, Need: NeedThread,
		Doc:        "Once all labels of the pod's replication controller, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.svc.name", Kind: KindString, Need: NeedThread,
		Doc:        "Once the name of the pod's service, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.svc.id", Kind: KindString, Need: NeedThread,
		Doc:        "Once the id of the pod's service, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.svc.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc:        "Once the value of one label of the pod's service, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.svc.labels", Kind: KindString, Need: NeedThread,
		Doc:        "Once all labels of the pod's service, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.ns.id", Kind: KindString, Need: NeedThread,
		Doc:        "Once the id of the pod's namespace, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.ns.name",
	},
	{
		Name: "k8s.ns.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc:        "Once the value of one label of the pod's namespace, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.ns.name",
	},
	{
		Name: "k8s.ns.labels", Kind: KindString, Need: NeedThread,
		Doc:        "Once all labels of the pod's namespace, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.ns.name",
	},
	{
		Name: "k8s.rs.name", Kind: KindString, Need: NeedThread,
		Doc:        "Once the name of the pod's replica set, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rs.id", Kind: KindString, Need: NeedThread,
		Doc:        "Once the id of the pod's replica set, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rs.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc:        "Once the value of one label of the pod's replica set, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.rs.labels", Kind: KindString, Need: NeedThread,
		Doc:        "Once all labels of the pod's replica set, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.deployment.name", Kind: KindString, Need: NeedThread,
		Doc:        "Once the name of the pod's deployment, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.deployment.id", Kind: KindString, Need: NeedThread,
		Doc:        "Once the id of the pod's deployment, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.deployment.label", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgKey,
		Doc:        "Once the value of one label of the pod's deployment, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
	{
		Name: "k8s.deployment.labels", Kind: KindString, Need: NeedThread,
		Doc:        "Once all labels of the pod's deployment, now without a value.",
		Deprecated: "nothing provides it any more; use k8s.pod.label or k8s.pod.labels",
	},
}
