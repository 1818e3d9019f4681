// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lanner-project/lanner/engine/lexicon"
)

const fieldsHelp = `List the fields that rules can use: in conditions, in outputs.

With the name of a field, all about that one. With a class, which is what the
names of fields start with, those of the class: evt, proc, fd, k8s.pod.

A table fits the terminal; elsewhere each field has one line. With -o json, a
list of objects with these members, all always present:

  name            the name, without an argument
  class           the part before the first dot
  kind            the kind of its values, as in CHARBUF for text
  argument        null if it takes none, or an object of booleans: required,
                  index (a number in brackets), key (other text in brackets),
                  dotted (a name after a dot)
  list            whether it is a list, for in, intersects and exists
  any             whether it has several values of which one has to match
  conditionsOnly  whether outputs have no value of it
  outputsOnly     whether conditions cannot use it
  doc             what it is, in one sentence
  deprecated      what to do instead, or ""`

const eventsHelp = `List the events that rules can ask for with evt.type, and their parameters,
which rules know as evt.arg.NAME.

With the name of an event, all about that one: the kinds of its parameters and
what their values are called.

A table fits the terminal; elsewhere each event has one line. With -o json, a
list of objects with these members, all always present:

  name        the name, as in evt.type
  origin      syscall, tracepoint, plugin, meta (whoever captures) or iterator
              (the kernel's list of what was there before)
  category    what it is about, as in evt.category; io-read, io-write and
              io-other become what the descriptor is
  generic     whether it is a syscall without parameters of its own
  old         whether only old captures have it
  parameters  a list of objects: name, kind, values (what its bits or numbers
              are called), kinds (what a DYNAMIC one may hold), relativeTo
              (the parameter with the folder that a path starts from, or "")`

// A listing is a command that looks words up.
type listing[T any] struct {
	find  func(word string) ([]T, error)
	write func(io.Writer, lexicon.Layout, []T) error
	words func() []string
}

func newFields() *cobra.Command {
	l := listing[lexicon.Field]{lexicon.Fields, lexicon.WriteFields, lexicon.FieldWords}
	return l.command(&cobra.Command{
		Use:     "fields [NAME|CLASS]",
		Short:   "List the fields that rules can use",
		Long:    fieldsHelp,
		Example: "  lanner fields\n  lanner fields proc\n  lanner fields proc.aname\n  lanner fields -o json",
	})
}

func newEvents() *cobra.Command {
	l := listing[lexicon.Event]{lexicon.Events, lexicon.WriteEvents, lexicon.EventWords}
	return l.command(&cobra.Command{
		Use:     "events [NAME]",
		Short:   "List the events that rules can ask for",
		Long:    eventsHelp,
		Example: "  lanner events\n  lanner events openat\n  lanner events -o json",
	})
}

func (l listing[T]) command(cmd *cobra.Command) *cobra.Command {
	var output string
	cmd.Args = atMostOneArgument
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return l.words(), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		format := lexicon.Format(output)
		if !slices.Contains(lexicon.Formats, format) {
			return &misuseError{
				msg:  fmt.Sprintf("unknown output format %q", output),
				hint: "-o takes table, json or markdown",
			}
		}
		word := ""
		if len(args) > 0 {
			word = args[0]
		}
		list, err := l.find(word)
		if unknown := (*lexicon.UnknownError)(nil); errors.As(err, &unknown) {
			return &failure{err: err, hint: nearby(cmd, unknown)}
		}
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		return l.write(out, lexicon.Layout{Format: format, Width: widthOf(out)}, list)
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "output `format`: table, json or markdown")
	complete := cobra.FixedCompletions([]string{"table", "json", "markdown"}, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc("output", complete); err != nil {
		panic(err) // the flag is defined two lines above
	}
	return cmd
}

func nearby(cmd *cobra.Command, unknown *lexicon.UnknownError) string {
	if unknown.Near == "" {
		return fmt.Sprintf("%q lists them all", cmd.CommandPath())
	}
	return fmt.Sprintf("did you mean %q?", unknown.Near)
}

// atMostOneArgument is cobra.MaximumNArgs(1) with an error that says what to do.
func atMostOneArgument(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return nil
	}
	return &misuseError{
		msg:  fmt.Sprintf("%s takes one name, got %q too", cmd.CommandPath(), args[1]),
		hint: fmt.Sprintf("%q shows how it is called", cmd.CommandPath()+" --help"),
	}
}

// widthOf returns how many characters a line of w can have; 0 where that does
// not matter, since w is no terminal.
func widthOf(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	// A terminal that does not know its size, as in some containers, says 0.
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}
