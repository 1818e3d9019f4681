// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

//go:embed hooks/update
var updateHook []byte

// installHooks writes the hook that protects branches against pushes. Git
// passes over a hook that it cannot execute (a file system mounted noexec) and
// takes the push: so whether it can is tried here, and a forge that could not
// protect does not start.
func (s *Server) installHooks(ctx context.Context) error {
	file := filepath.Join(s.config.Dir, "hooks", "update")
	// A hook that is being executed cannot be written to: it is replaced.
	if err := writeProgram(file+".new", updateHook); err != nil {
		return fmt.Errorf("writing the hook of git: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("writing the hook of git: %w", err)
	}
	rulings := filepath.Join(s.config.Dir, "hooks", "none")
	if err := os.WriteFile(rulings, []byte("end\n"), 0o600); err != nil {
		return fmt.Errorf("writing the hook of git: %w", err)
	}
	cmd := exec.CommandContext(ctx, file, "refs/heads/none", zeroOID, zeroOID)
	cmd.Env = append(os.Environ(), "FORGE_RULINGS="+rulings)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the hook %s cannot be run: %w: %s\nuse a folder on a file system where programs can be executed", file, err, out)
	}
	return nil
}

// writeProgram writes a file that is to be executed. A process that is forked
// meanwhile would have the file open for writing until it runs its own
// program, and so long Linux executes nothing of it.
func writeProgram(name string, text []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(name, text, 0o700)
}
