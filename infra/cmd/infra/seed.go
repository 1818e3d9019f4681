// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

const (
	owner    = "lanner-project"
	repoName = "lanner"
	botLogin = "lanner-bot"
)

// people are the example accounts of maintainers/maintainers.yaml.
var people = []string{"alice", "bob", "carol"}

// seed makes, where it is missing, what an empty forge needs: the accounts,
// the organization, the repository, the webhooks. Run again it changes nothing.
func (p *platform) seed(ctx context.Context) error {
	admin, err := p.client(p.forge.AdminToken())
	if err != nil {
		return err
	}
	for _, login := range append(slices.Clone(people), botLogin) {
		if err := p.account(ctx, admin, login); err != nil {
			return fmt.Errorf("account %s: %w", login, err)
		}
	}
	lead, err := p.as(people[0])
	if err != nil {
		return err
	}
	if _, _, err := admin.Organizations.Get(ctx, owner); github.IsNotFound(err) {
		_, _, err = admin.Admin.CreateOrg(ctx, &gh.Organization{Login: new(owner)}, people[0])
		if err != nil {
			return fmt.Errorf("organization %s: %w", owner, err)
		}
	} else if err != nil {
		return err
	}
	if _, _, err := lead.Repositories.Get(ctx, owner, repoName); github.IsNotFound(err) {
		_, _, err = lead.Repositories.Create(ctx, owner, &gh.Repository{Name: new(repoName), Description: new("Runtime threat detection for Linux")})
		if err != nil {
			return fmt.Errorf("repository %s/%s: %w", owner, repoName, err)
		}
	} else if err != nil {
		return err
	}
	for _, login := range append(slices.Clone(people[1:]), botLogin) {
		if err := p.invite(ctx, lead, login); err != nil {
			return fmt.Errorf("collaborator %s: %w", login, err)
		}
	}
	return p.hook(ctx, lead)
}

// invite makes an account a collaborator: a stranger to the organization is
// invited, and accepts.
func (p *platform) invite(ctx context.Context, lead *github.Client, login string) error {
	invitation, _, err := lead.Repositories.AddCollaborator(ctx, owner, repoName, login, &gh.RepositoryAddCollaboratorOptions{Permission: "push"})
	if err != nil || invitation.GetID() == 0 { // 0: is one already
		return err
	}
	invited, err := p.as(login)
	if err != nil {
		return err
	}
	_, err = invited.Users.AcceptInvitation(ctx, invitation.GetID())
	return err
}

// account makes an account and its token, which is kept in a file.
func (p *platform) account(ctx context.Context, admin *github.Client, login string) error {
	file := p.tokenFile(login)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if _, _, err := admin.Users.Get(ctx, login); github.IsNotFound(err) {
		if _, _, err := admin.Admin.CreateUser(ctx, login, login+"@example.org"); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	auth, _, err := admin.Admin.CreateUserImpersonation(ctx, login, &gh.ImpersonateUserOptions{Scopes: []string{"repo", "admin:org", "admin:repo_hook"}})
	if err != nil {
		return err
	}
	return writeSecret(file, auth.GetToken())
}

// hook points the repository's webhook to this process, wherever it listens
// this time.
func (p *platform) hook(ctx context.Context, lead *github.Client) error {
	want := p.siteURL + "/hook"
	hooks, _, err := lead.Repositories.ListHooks(ctx, owner, repoName, nil)
	if err != nil {
		return err
	}
	hook := &gh.Hook{
		Active: new(true), Events: []string{"*"},
		Config: map[string]any{"url": want, "content_type": "json", "secret": p.secret},
	}
	for _, h := range hooks {
		if address, _ := h.Config["url"].(string); strings.HasSuffix(address, "/hook") {
			if address == want {
				return nil
			}
			_, _, err := lead.Repositories.EditHook(ctx, owner, repoName, h.GetID(), hook)
			return err
		}
	}
	_, _, err = lead.Repositories.CreateHook(ctx, owner, repoName, hook)
	return err
}

func (p *platform) tokenFile(login string) string {
	return filepath.Join(p.opts.data, "tokens", login)
}

// client speaks to the forge with a token.
func (p *platform) client(token string) (*github.Client, error) {
	return github.New(github.Options{
		BaseURL: p.forgeURL + "/api/v3/", Token: github.StaticToken(token), Log: p.log,
		Transport: http.DefaultTransport,
	})
}

// as speaks to the forge as one of the accounts.
func (p *platform) as(login string) (*github.Client, error) {
	token, err := os.ReadFile(p.tokenFile(login))
	if err != nil {
		return nil, fmt.Errorf("token of %s: %w", login, err)
	}
	return p.client(strings.TrimSpace(string(token)))
}

// loadSecret reads a secret, or makes it at the first start.
func loadSecret(file string) (string, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		secret := rand.Text()
		return secret, writeSecret(file, secret)
	}
	return strings.TrimSpace(string(data)), err
}

// writeSecret writes beside and renames: a process killed here leaves no empty
// secret.
func writeSecret(file, secret string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", []byte(secret+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
