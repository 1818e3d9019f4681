// SPDX-License-Identifier: Apache-2.0

package job

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// inside are the keys of decoration_config that have keys of their own.
var inside = map[string][]string{
	"utility_images":                {"clonerefs", "initupload", "entrypoint", "sidecar"},
	"resources":                     {"clonerefs", "initupload", "place_entrypoint", "sidecar"},
	"gcs_configuration":             {"bucket", "path_prefix", "path_strategy", "default_org", "default_repo", "mediaTypes", "job_url_prefix", "local_output_dir", "compress_file_types"},
	"oauth_token_secret":            {"name", "key"},
	"github_app_private_key_secret": {"name", "key"},
	"censoring_options":             {"censoring_concurrency", "censoring_buffer_size", "include_directories", "exclude_directories"},
}

// strategies are how the paths of artifacts are made.
var strategies = []string{"explicit", "single", "legacy"}

func (p *parser) decoration(n *yaml.Node) Decoration {
	var d Decoration
	known := map[string]func(*yaml.Node){
		"timeout":                 func(n *yaml.Node) { d.Timeout = p.duration(n) },
		"grace_period":            func(n *yaml.Node) { d.GracePeriod = p.duration(n) },
		"pod_pending_timeout":     func(n *yaml.Node) { d.PodPending = p.duration(n) },
		"pod_running_timeout":     func(n *yaml.Node) { d.PodRunning = p.duration(n) },
		"pod_unscheduled_timeout": func(n *yaml.Node) { d.PodUnscheduled = p.duration(n) },
		"skip_cloning":            func(n *yaml.Node) { d.SkipCloning = p.Bool(n) },
		"ssh_key_secrets":         func(n *yaml.Node) { d.SSHKeySecrets = p.texts(n) },
	}
	for _, name := range []string{
		"gcs_credentials_secret", "s3_credentials_secret", "default_service_account_name", "cookiefile_secret", "github_app_id", "default_memory_request",
	} {
		known[name] = func(n *yaml.Node) { p.text(n) }
	}
	for _, name := range []string{"ssh_host_fingerprints", "github_api_endpoints"} {
		known[name] = func(n *yaml.Node) { p.texts(n) }
	}
	for _, name := range []string{"blobless_fetch", "censor_secrets", "upload_ignores_interrupts", "set_limit_equals_memory_request"} {
		known[name] = func(n *yaml.Node) { p.Bool(n) }
	}
	for _, name := range []string{"run_as_user", "run_as_group", "fs_group"} {
		known[name] = func(n *yaml.Node) { p.number(n) }
	}
	for name, names := range inside {
		known[name] = func(n *yaml.Node) {
			p.only(n, names...)
			for _, field := range p.silent(n) {
				switch name + "." + field.Name {
				case "gcs_configuration.path_strategy":
					if !slices.Contains(strategies, field.Value.Value) {
						p.Report(field.Value, "known are "+strings.Join(strategies, ", "), "path_strategy %q", field.Value.Value)
					}
				case "oauth_token_secret.name":
					d.OAuthTokenSecret = field.Value.Value
				}
			}
		}
	}
	p.keys(n, known)
	d.Raw = p.raw(n)
	if d.OAuthTokenSecret != "" && len(d.SSHKeySecrets) > 0 {
		p.Report(n, "leave one of them out", "oauth_token_secret and ssh_key_secrets exclude each other")
	}
	return d
}

// silent returns the entries of what has been read once, and reported.
func (p *parser) silent(n *yaml.Node) []yamlfile.Field {
	if n = yamlfile.Resolve(n); n.Kind != yaml.MappingNode {
		return nil
	}
	var fields []yamlfile.Field
	for i := 0; i+1 < len(n.Content); i += 2 {
		fields = append(fields, yamlfile.Field{Name: n.Content[i].Value, Key: n.Content[i], Value: yamlfile.Resolve(n.Content[i+1])})
	}
	return fields
}
