//go:build !unix

package harness

import "os"

// alive reports whether there is a process of that number.
func alive(pid int) bool {
	_, err := os.FindProcess(pid)
	return err == nil
}
