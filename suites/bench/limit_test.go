package bench

import (
	"fmt"
	"testing"
	"time"
)

// A limit is what one metric of a benchmark is held to.
type limit struct {
	metric string
	sign   string // "≤", "≥", or "" when nothing is demanded
	value  float64
}

// atMost demands, of processor time, "≤ 60ms".
func atMost(d time.Duration) limit { return limit{cpuPerOp, "≤", float64(d)} }

// atMostOf demands a count of a metric: limits of bytes and allocations do not scale with the machine.
func atMostOf(metric string, value float64) limit { return limit{metric, "≤", value} }

// atLeast demands events per second of processor time.
func atLeast(rate float64) limit { return limit{eventsPerCPU, "≥", rate} }

// noLimit demands nothing: the figure is only recorded.
func noLimit(metric string) limit { return limit{metric: metric} }

// of is the limit's metric in a result.
func (l limit) of(r testing.BenchmarkResult) float64 {
	switch l.metric {
	case allocsPerOp:
		return float64(r.AllocsPerOp())
	case bytesPerOp:
		return float64(r.AllocedBytesPerOp())
	}
	value, reported := r.Extra[l.metric]
	if !reported {
		panic(fmt.Sprintf("bench: no benchmark reported %q, only %v", l.metric, r.Extra))
	}
	return value
}

// show writes a value of the metric with three digits.
func (l limit) show(value float64) string {
	switch {
	case l.metric == cpuPerOp, l.metric == cpuOver:
		return threeDigits(time.Duration(value)).String()
	case value >= 1e6:
		return fmt.Sprintf("%.3g M %s", value/1e6, l.metric)
	}
	return fmt.Sprintf("%.3g %s", value, l.metric)
}

func threeDigits(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}

func (l limit) String() string {
	if l.sign == "" {
		return "-"
	}
	return l.sign + " " + l.show(l.value)
}

// holds tells whether a value keeps the limit on a machine that takes slower times as long as the
// one the bars were set for. Limits that are no times hold for every machine alike.
func (l limit) holds(value, slower float64) bool {
	switch {
	case (l.metric == cpuPerOp || l.metric == cpuOver) && l.sign == "≤":
		return value <= l.value*slower
	case l.sign == "≤":
		return value <= l.value
	case l.sign == "≥":
		return value >= l.value/slower
	}
	return true
}

// met judges a figure twice: as it stands, and with the bar scaled by how fast this machine verifies.
func (r row) met() string {
	byClock := r.limit.holds(r.value, 1)
	byRatio := r.limit.holds(r.value, r.verify/float64(yardstick))
	switch {
	case r.limit.sign == "":
		return "-"
	case byClock && byRatio:
		return "yes"
	case byRatio:
		return "by ratio"
	case byClock:
		return "by clock"
	}
	return "NO"
}

// ratio is the time of one operation or event, in verifications.
func (r row) ratio() string {
	switch r.limit.metric {
	case cpuPerOp:
		return fmt.Sprintf("%.3g", r.value/r.verify)
	case eventsPerCPU:
		return fmt.Sprintf("%.3g", 1e9/r.value/r.verify)
	}
	return "-"
}
