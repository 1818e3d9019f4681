// SPDX-License-Identifier: Apache-2.0

package kubetest

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	nodeName = "node"
	// nodeIP is the node's address, which is in its network namespace only: a
	// kubelet takes none on loopback.
	nodeIP = "198.51.100.1"
	podNet = "10.244.0.0/24"
)

// NodeIP is where what the test serves is reached from pods.
const NodeIP = nodeIP

// inside says that this process is in the namespaces of a node.
const inside = "LANNER_TEST_INSIDE_NODE"

// Enter runs this test program again in namespaces of its own, if it is not in
// them yet, and returns what it exited with. TestMain calls it.
func Enter() (code int, entered bool) {
	if os.Getenv(inside) != "" {
		if err := settle(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1, true
		}
		return 0, false
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	before, err := readSysctls()
	if err == nil {
		err = cmd.Run()
		// With the namespace of processes all of them are gone.
		if after := errors.Join(writeSysctls(before), removeCgroups()); after != nil {
			fmt.Fprintln(os.Stderr, after)
			return 1, true
		}
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode(), true
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

// settle makes the namespaces usable.
func settle() error {
	err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("proc", "/proc", "proc", 0, ""),
		unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"),
	)
	for _, args := range [][]string{{"link", "set", "lo", "up"}, {"addr", "add", nodeIP + "/32", "dev", "lo"}} {
		if out, runErr := exec.Command("ip", args...).CombinedOutput(); runErr != nil {
			err = errors.Join(err, fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), runErr, out))
		}
	}
	return errors.Join(err, os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0))
}

// sysctls are those that a kubelet changes, though they are the whole machine's.
var sysctls = []string{"vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"}

func readSysctls() (map[string][]byte, error) {
	all := make(map[string][]byte)
	for _, name := range sysctls {
		file := filepath.Join("/proc/sys", name)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all[file] = text
	}
	return all, nil
}

func writeSysctls(all map[string][]byte) error {
	var errs []error
	for file, text := range all {
		errs = append(errs, os.WriteFile(file, text, 0))
	}
	return errors.Join(errs...)
}

// StartNode starts what makes pods run: the scheduler, the controllers,
// containerd and a kubelet. Images are by name, each a list of files.
func (c *Cluster) StartNode(images map[string]Image) {
	c.t.Helper()
	c.t.Cleanup(func() {
		if err := c.unmount(); err != nil {
			c.t.Error(err)
		}
	})
	common := []string{"--leader-elect=false", "--authentication-skip-lookup=true"}
	c.run("kube-controller-manager", nil, append(common, "--kubeconfig", c.Kubeconfig("manager"), "--use-service-account-credentials=true",
		"--service-account-private-key-file", c.file("accounts.key"), "--root-ca-file", c.file("ca.crt"), "--authorization-always-allow-paths=/healthz")...)
	c.run("kube-scheduler", nil, append(common, "--kubeconfig", c.Kubeconfig("scheduler"))...)
	c.startContainerd()
	for name, image := range images {
		c.load(name, image)
	}
	config := fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: %[1]q}}
authorization: {mode: AlwaysAllow}
tlsCertFile: %[2]q
tlsPrivateKeyFile: %[3]q
address: %[4]s
failCgroupV1: false
cgroupDriver: cgroupfs
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
makeIPTablesUtilChains: false
failSwapOn: false
resolvConf: ""
evictionHard: {memory.available: "0%%", nodefs.available: "0%%", nodefs.inodesFree: "0%%", imagefs.available: "0%%"}
imageGCHighThresholdPercent: 100
podLogsDir: %[5]q
containerRuntimeEndpoint: %[6]q
syncFrequency: 1s
`, c.file("ca.crt"), c.file("kubelet.crt"), c.file("kubelet.key"), nodeIP, c.file("pod-logs"), "unix://"+c.socket())
	if err := os.WriteFile(c.file("kubelet.yaml"), []byte(config), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.run("kubelet", nil, "--config", c.file("kubelet.yaml"), "--kubeconfig", c.Kubeconfig("kubelet"), "--hostname-override", nodeName, "--node-ip", nodeIP,
		"--root-dir", c.file("kubelet"), "--cert-dir", c.file("kubelet-certs"))
	c.await("kubelet", "https://"+nodeIP+":10250/healthz", c.client("apiserver"))
}

// unmount takes off what pods have mounted in the folder of the cluster.
func (c *Cluster) unmount() error {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	var errs []error
	for _, line := range slices.Backward(strings.Split(string(text), "\n")) {
		fields := strings.Fields(line)
		if len(fields) > 4 && strings.HasPrefix(fields[4], c.Dir+"/") {
			errs = append(errs, unix.Unmount(fields[4], unix.MNT_DETACH))
		}
	}
	return errors.Join(errs...)
}

func (c *Cluster) socket() string { return "/run/lanner-containerd.sock" }

func (c *Cluster) startContainerd() {
	c.t.Helper()
	config := fmt.Sprintf(`version = 2
root = %[1]q
state = "/run/lanner-containerd"
[grpc]
address = %[2]q
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "lanner.test/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = %[3]q
`, c.file("containerd"), c.socket(), c.file("cni"))
	network := fmt.Sprintf(`{"cniVersion": "0.4.0", "name": "test", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false,
"ipam": {"type": "host-local", "dataDir": %q, "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}`, c.file("cni-ips"), podNet)
	err := errors.Join(os.MkdirAll(c.file("cni"), 0o755), os.WriteFile(c.file("cni/10-test.conflist"), []byte(network), 0o600),
		os.WriteFile(c.file("containerd.toml"), []byte(config), 0o600))
	if err != nil {
		c.t.Fatal(err)
	}
	c.run("containerd", nil, "--config", c.file("containerd.toml"))
	deadline := time.Now().Add(patience)
	for c.ctr("version") != nil {
		if time.Now().After(deadline) {
			c.t.Fatalf("containerd: %v", c.ctr("version"))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c *Cluster) ctr(args ...string) error {
	out, err := exec.Command("ctr", append([]string{"--address", c.socket(), "--namespace", "k8s.io"}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// Image is what is in an image.
type Image struct {
	Files      map[string]string // path in the image: file of this machine
	Links      map[string]string // path in the image: what it links to
	Entrypoint []string
}

// Program adds a program of this machine and the libraries that it loads.
func (i Image) Program(path string) error {
	i.Files[path] = path
	out, err := exec.Command("ldd", path).CombinedOutput()
	if err != nil && !bytes.Contains(out, []byte("not a dynamic executable")) {
		return fmt.Errorf("ldd %s: %w: %s", path, err, out)
	}
	for word := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(word, "/") {
			i.Files[word] = word
		}
	}
	return nil
}

// load makes an image and gives it to containerd.
func (c *Cluster) load(name string, image Image) {
	c.t.Helper()
	layer, err := image.layer()
	if err != nil {
		c.t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux",
		"config": map[string]any{"Entrypoint": image.Entrypoint, "Env": []string{"PATH=/usr/local/bin:/usr/bin:/bin:/sbin"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{name}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		c.t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range []struct {
		name string
		text []byte
	}{{"config.json", config}, {"layer.tar", layer}, {"manifest.json", manifest}} {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text))}))
		_, writeErr := w.Write(f.text)
		err = errors.Join(err, writeErr)
	}
	file := c.file("image.tar")
	if err := errors.Join(err, w.Close(), os.WriteFile(file, archive.Bytes(), 0o600), c.ctr("images", "import", file), os.Remove(file)); err != nil {
		c.t.Fatal(err)
	}
}

// layer has the files in order of their names, without times.
func (i Image) layer() ([]byte, error) {
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	names := []string{"tmp"}
	for name := range i.Files {
		names = append(names, strings.TrimPrefix(name, "/"))
	}
	for name := range i.Links {
		names = append(names, strings.TrimPrefix(name, "/"))
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "tmp" {
			if err := w.WriteHeader(&tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}); err != nil {
				return nil, err
			}
			continue
		}
		if target, is := i.Links["/"+name]; is {
			if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}); err != nil {
				return nil, err
			}
			continue
		}
		text, err := os.ReadFile(i.Files["/"+name])
		if err != nil {
			return nil, err
		}
		err = w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(text))})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(text); err != nil {
			return nil, err
		}
	}
	return layer.Bytes(), w.Close()
}

// removeCgroups takes away the cgroups of pods, deepest first.
func removeCgroups() error {
	var dirs []string
	roots, err := filepath.Glob("/sys/fs/cgroup/*/kubepods")
	if err != nil {
		return err
	}
	for _, root := range append(roots, "/sys/fs/cgroup/kubepods") {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err == nil && entry.IsDir():
				dirs = append(dirs, name)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	var errs []error
	for _, dir := range slices.Backward(dirs) {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
