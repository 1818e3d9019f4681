// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/doctor"
	"github.com/lanner-project/lanner/engine/config"
)

const doctorHelp = `Say whether this machine and this process can run the driver.

Each line is OK, WARN (it works, and something is worse for it) or FAIL (lanner
run cannot start), with what was found; below it stands what to do. The exit code
is 1 if a check fails.

It loads programs that do nothing, to ask the kernel, and changes nothing. Run it
as lanner run is run: as the same user, in the same container.

With -o json, an object with these members, all always present:

  status  the worst of the checks: "OK", "WARN" or "FAIL"
  checks  a list of objects: name, status, found, fix ("" if nothing is to do)`

func newDoctor() *cobra.Command {
	var output, buffers string
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say whether this machine can run the driver, and what to do if not",
		Long:    doctorHelp,
		Example: "  lanner doctor\n  lanner doctor -o json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, found := reportFormats[output]
			if !found {
				return misuse("-o takes text or json", "unknown output format %q", output)
			}
			size, wrong := config.ParseSize(buffers)
			if wrong != nil {
				return wrong
			}
			facts, err := machineFacts(int(size))
			if err != nil {
				return err
			}
			r := doctor.Examine(facts)
			if err := write(r, cmd.OutOrStdout()); err != nil {
				return err
			}
			if failed := r.Failed(); len(failed) > 0 {
				return &failure{
					err:  fmt.Errorf("the driver cannot run here: %s", strings.Join(failed, ", ")),
					hint: "below each FAIL stands what to do",
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "output `format`: text or json")
	cmd.Flags().StringVar(&buffers, "buffer-size", "8MiB", "`SIZE` of each ring buffer that there has to be memory for, as in driver.buffer_size")
	complete := cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc("output", complete); err != nil {
		panic(err) // the flag is defined three lines above
	}
	return cmd
}

var reportFormats = map[string]func(doctor.Report, io.Writer) error{
	"text": doctor.Report.WriteText, "json": doctor.Report.WriteJSON,
}
