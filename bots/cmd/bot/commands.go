// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/cli"
)

func newCommands() *cobra.Command {
	var settings, repo, output string
	cmd := &cobra.Command{
		Use:   "commands",
		Short: "Lists the commands that people can give in comments",
		Long: `Commands lists the commands that people can give in comments: all that there
are, or with --settings those of one repository.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := config.Default()
			s.Features = nil
			for _, f := range config.Features() {
				s.Features = append(s.Features, f.Name)
			}
			if settings != "" {
				shared, err := readShared(settings)
				if err != nil {
					return err
				}
				s = shared.For(repo)
			}
			return printCommands(cmd.OutOrStdout(), output, s)
		},
	}
	cmd.Flags().StringVar(&settings, "settings", "", "file with the settings of many repositories")
	cmd.Flags().StringVar(&repo, "repo", "", "owner/name of the repository whose settings count")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, markdown or json")
	return cmd
}

func printCommands(w io.Writer, output string, s config.Settings) error {
	commands := decide.Commands(s)
	var b strings.Builder
	switch output {
	case "json":
		encoder := json.NewEncoder(&b)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(commands); err != nil {
			return err
		}
	case "markdown":
		markdownCommands(&b, commands)
	case "text":
		for _, c := range commands {
			fmt.Fprintf(&b, "/%s\n    %s\n    usage: %s\n    who: %s, on %s\n", c.Name, c.Does, strings.ReplaceAll(c.Usage, "`", ""), c.Who, c.Where)
		}
	default:
		return &cli.MisuseError{Err: fmt.Errorf("output %q: want text, markdown or json", output), Hint: "leave -o out for text"}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const commandsHead = `# Commands and features of the bot

Written by ` + "`bot commands -o markdown`" + `. How commands are read, and how the bot decides,
is told in [what the bot answers to](bot.md). A repository turns features on under
` + "`features` in `.github/lanner.yaml`" + `.
`

func markdownCommands(b *strings.Builder, commands []decide.Help) {
	about := make(map[string]string)
	for _, f := range config.Features() {
		about[f.Name] = f.Text
		if !f.Default {
			about[f.Name] += "; off unless the settings name it"
		}
	}
	b.WriteString(commandsHead)
	feature := ""
	for _, c := range commands {
		if c.Feature != feature {
			feature = c.Feature
			fmt.Fprintf(b, "\n## %s\n\n%s.\n\n| command | what it does | who | where |\n|---|---|---|---|\n", feature, strings.ToUpper(about[feature][:1])+about[feature][1:])
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.Usage, c.Does, c.Who, c.Where)
	}
	b.WriteString("\n## All features\n\n| feature | what it does | on by itself |\n|---|---|---|\n")
	for _, f := range config.Features() {
		on := "no"
		if f.Default {
			on = "yes"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.Name, f.Text, on)
	}
}
