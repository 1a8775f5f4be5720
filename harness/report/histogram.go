package report

import (
	"encoding/json"
	"math/bits"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Histogram counts durations in buckets that grow with what they hold: each is at most 1/64 wider than its lower edge, so that a quantile is
// never too small and at most 1/64 too large. It takes some kilobytes, however much it counts. The zero value is empty and ready for use.
//
// In JSON it is its quantiles, for readers, and its buckets, from which it is read again.
type Histogram struct {
	count    uint64
	min, max time.Duration
	buckets  []uint64 // by bucketOf; as long as needed
}

// fine is how many buckets there are between a power of two and the next.
const fine = 64

// bucketOf is the place of a duration: below 2·fine each has its own, from there on those share one that agree in their first seven bits.
func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < fine {
		return int(v)
	}
	shift := bits.Len64(v) - bits.Len64(fine)
	return fine*shift + int(v>>shift)
}

// upper is the largest duration in a bucket.
func upper(bucket int) time.Duration {
	if bucket < 2*fine {
		return time.Duration(bucket)
	}
	shift := bucket/fine - 1
	first := uint64(bucket%fine + fine)
	return time.Duration((first+1)<<shift - 1)
}

// Add counts a duration; one that is negative counts as 0.
func (h *Histogram) Add(d time.Duration) { h.add(d, 1) }

func (h *Histogram) add(d time.Duration, times uint64) {
	d = max(d, 0)
	i := bucketOf(d)
	if i >= len(h.buckets) {
		h.buckets = append(h.buckets, make([]uint64, i+1-len(h.buckets))...)
	}
	h.buckets[i] += times
	if h.count == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.count += times
}

// Count returns how many durations were counted.
func (h *Histogram) Count() uint64 { return h.count }

// Min and Max are exact; of an empty histogram they are 0.
func (h *Histogram) Min() time.Duration { return h.min }

// Max returns the longest duration counted, exactly.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile returns what the given share of the durations did not exceed: sim.Percent(50) is the median, by nearest rank. It is rounded up by
// 1/64 at most; that of nothing is 0.
func (h *Histogram) Quantile(share sim.Chance) time.Duration {
	if h.count == 0 {
		return 0
	}
	rank := max(ceilDiv(h.count, uint64(share), 1_000_000), 1)
	var seen uint64
	for i, n := range h.buckets {
		if seen += n; seen >= rank {
			return min(max(upper(i), h.min), h.max)
		}
	}
	return h.max
}

// Bucket is some durations of a histogram: how many there are that are longer than those of the bucket before and at most UpTo.
type Bucket struct {
	UpTo  time.Duration `json:"up_to"`
	Count uint64        `json:"count"`
}

// Buckets returns what the histogram holds, the shortest first; the last one ends at the longest duration counted. Empty ones are left out.
func (h *Histogram) Buckets() []Bucket {
	var some []Bucket
	for i, n := range h.buckets {
		if n > 0 {
			some = append(some, Bucket{min(upper(i), h.max), n})
		}
	}
	return some
}

// told is a histogram in JSON.
type told struct {
	Count   uint64        `json:"count"`
	Min     time.Duration `json:"min"`
	Median  time.Duration `json:"p50"`
	P90     time.Duration `json:"p90"`
	P99     time.Duration `json:"p99"`
	Max     time.Duration `json:"max"`
	Buckets []Bucket      `json:"buckets,omitempty"`
}

// MarshalJSON writes the quantiles and the buckets, in nanoseconds.
func (h Histogram) MarshalJSON() ([]byte, error) {
	return json.Marshal(told{h.count, h.min, h.Quantile(sim.Percent(50)), h.Quantile(sim.Percent(90)), h.Quantile(sim.Percent(99)), h.max, h.Buckets()})
}

// UnmarshalJSON reads what MarshalJSON wrote. The quantiles in the text are not read: they follow from the buckets.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	var t told
	if err := json.Unmarshal(text, &t); err != nil {
		return err
	}
	*h = Histogram{}
	for _, b := range t.Buckets {
		h.add(b.UpTo, b.Count)
	}
	h.min, h.max = t.Min, t.Max
	h.buckets = slices.Clip(h.buckets)
	return nil
}

// ceilDiv is a·b/c, rounded up; the result must fit.
func ceilDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, c-1, 0)
	q, _ := bits.Div64(hi+carry, lo, c)
	return q
}

// scale is a·b/c, rounded down, without overflow on the way; for c ≤ 0 it is 0, and what does not fit is the largest number.
func scale(a, b, c int64) int64 {
	if a <= 0 || b <= 0 || c <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(min(q, 1<<63-1))
}
