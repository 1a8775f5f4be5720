//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package bench

import "time"

const cpuMeans = "Times are WALL time: this system was not asked for processor time"

var started = time.Now()

// cpuTime is wall time here.
func cpuTime() time.Duration { return time.Since(started) }
