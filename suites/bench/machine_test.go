package bench

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A machine is where and when a row was measured.
type machine struct{ date, goVersion, platform, cpu, revision string }

func here() machine {
	return machine{
		date:      time.Now().UTC().Format(time.DateOnly),
		goVersion: runtime.Version(),
		platform:  runtime.GOOS + "/" + runtime.GOARCH,
		cpu:       cpuModel(),
		revision:  revision(),
	}
}

// cpuModel is the processor's name as the system tells it, "unknown" when it does not.
func cpuModel() string {
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				return strings.Join(strings.Fields(value), " ")
			}
		}
	}
	if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		return strings.TrimSpace(string(out))
	}
	return "unknown"
}

// revision is the commit measured, with a plus when the files differ from it in more than the history.
func revision() string {
	head, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	changed, err := exec.Command("git", "status", "--porcelain", "--", ":/", ":(exclude)"+history).Output()
	if err != nil || len(changed) > 0 {
		return strings.TrimSpace(string(head)) + "+"
	}
	return strings.TrimSpace(string(head))
}
