//go:build unix

package properties

import (
	"syscall"
	"time"
)

// startCPU begins to measure the time of all cores. What it returns tells how much has passed; the guess is not needed here.
func startCPU() (spent func(guess time.Duration) time.Duration) {
	began := processTime()
	return func(time.Duration) time.Duration { return processTime() - began }
}

// processTime is the time that all cores have spent on this process.
func processTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
