// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/github"
)

// access is how to reach GitHub.
type access struct {
	url       string
	tokenFile string
}

func (a *access) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.url, "github-url", "", "a GitHub Enterprise Server, or a local forge; github.com if empty")
	cmd.Flags().StringVar(&a.tokenFile, "token-file", "", "file with the token; else GITHUB_TOKEN or GH_TOKEN is taken")
}

func (a *access) client(log *slog.Logger) (*github.Client, error) {
	token, err := github.LoadToken(a.tokenFile, os.Getenv)
	if err != nil {
		return nil, err
	}
	return github.New(github.Options{BaseURL: a.url, Token: token, Log: log})
}

// readSecrets reads webhook secrets, one a line; before it there may be the
// repositories that it vouches for ("for=acme/*,other/x SECRET"). To change a
// secret, put the new one beside the old, start again, change it on GitHub,
// take the old one out.
func readSecrets(file string) ([]server.Secret, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("webhook secret: %w", err)
	}
	var secrets []server.Secret
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		secret := server.Secret{Value: strings.TrimSpace(line)}
		if rest, ok := strings.CutPrefix(secret.Value, "for="); ok {
			words, value, _ := strings.Cut(rest, " ")
			secret = server.Secret{Value: strings.TrimSpace(value), For: strings.Split(words, ",")}
			if err := secret.For.Check(); err != nil {
				return nil, fmt.Errorf("webhook secret: %s:%d: %w", file, number, err)
			}
		}
		if secret.Value != "" {
			secrets = append(secrets, secret)
		}
	}
	if len(secrets) == 0 {
		return nil, errors.New("webhook secret: " + file + " is empty; write the secret of the webhook into it")
	}
	return secrets, nil
}
