package report

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// place is where v stands between from and to, on the way from a to b.
func place(v, from, to int64, a, b int) int {
	v = min(max(v, from), to)
	if b < a {
		return a - int(scale(v-from, int64(a-b), to-from))
	}
	return a + int(scale(v-from, int64(b-a), to-from))
}

// stepOf is the distance between ticks of an axis that goes from 0 to most: 1, 2 or 5 times a power of ten, least or more, so that there are at
// most ticks of them.
func stepOf(most int64, ticks int64, least int64) int64 {
	for step := int64(1); ; step *= 10 {
		for _, times := range []int64{1, 2, 5} {
			if s := step * times; s >= least && most/s <= ticks || s > 1<<59 {
				return s
			}
		}
	}
}

// timeSteps are the distances between ticks of time beyond seconds.
var timeSteps = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// timeStep is the distance between ticks of time so that there are at most ticks of them.
func timeStep(most time.Duration, ticks int64) time.Duration {
	if most < time.Duration(ticks)*time.Second {
		return time.Duration(stepOf(int64(most), ticks, 1))
	}
	for _, step := range timeSteps {
		if int64(most/step) <= ticks {
			return step
		}
	}
	const day = 24 * time.Hour
	return day * time.Duration(stepOf(int64(most/day), ticks, 1))
}

// clock writes an instant: 0, 500ms, 1m30s, 2h, 3d12h.
func clock(d time.Duration) string {
	const day = 24 * time.Hour
	if d == 0 {
		return "0"
	}
	days := ""
	if d >= day {
		days = fmt.Sprintf("%dd", d/day)
		if d %= day; d == 0 {
			return days
		}
	}
	text := days + d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if short, found := strings.CutSuffix(text, zero); found {
			text = short + zero[:1]
		}
	}
	return text
}

// log2 is the binary logarithm of v > 0 in units of 2⁻¹⁶, rounded down, by squaring: exact integers, as floating point is not everywhere.
func log2(v uint64) int64 {
	whole := bits.Len64(v) - 1
	y := v << (63 - whole) // in [1, 2), with 63 places
	result := int64(whole)
	for range 16 {
		hi, lo := bits.Mul64(y, y) // in [1, 4), with 126 places
		result <<= 1
		if hi>>63 == 1 {
			result |= 1
			y = hi
		} else {
			y = hi<<1 | lo>>63
		}
	}
	return result
}

// decades are ticks for durations from lo to hi on a logarithmic axis: those below lo and above hi are the first and the last.
func decades(lo, hi time.Duration) []time.Duration {
	var all []time.Duration
	for step := time.Duration(1); step < 1<<59; step *= 10 {
		all = append(all, step, 2*step, 5*step)
	}
	first, last := 0, len(all)-1
	for first+1 < len(all) && all[first+1] <= lo {
		first++
	}
	for last > first+1 && all[last-1] >= hi {
		last--
	}
	return all[first : last+1]
}

// sparse leaves the ticks that are powers of ten if there are too many; the first and the last stay.
func sparse(ticks []time.Duration) []time.Duration {
	const most = 7
	if len(ticks) <= most {
		return ticks
	}
	first, last := ticks[0], ticks[len(ticks)-1]
	kept := slices.DeleteFunc(slices.Clone(ticks), func(d time.Duration) bool {
		for d%10 == 0 {
			d /= 10
		}
		return d != 1
	})
	if kept[0] > first*2 {
		kept = slices.Insert(kept, 0, first)
	}
	if end := kept[len(kept)-1]; end < last/2 {
		kept = append(kept, last)
	}
	return kept
}

// scaleOf is an axis from 0 on which the largest value has a place: its end, and the distance between its ticks, which is least or more.
func scaleOf(most, least int64) (end, step int64) {
	most = max(most, least)
	if step = stepOf(most, 4, least); most > 1<<60 {
		return most, step
	}
	return (most + step - 1) / step * step, step
}

// thousandth writes thousandths as a decimal without zeros at the end, or in thousands: 0.5, 12, 20k.
func thousandth(n int64) string {
	if n >= 10_000_000 {
		return short(uint64(n / 1000))
	}
	return number(uint64(n/1000)) + strings.TrimSuffix(trimZeros(fmt.Sprintf(".%03d", n%1000)), ".")
}
