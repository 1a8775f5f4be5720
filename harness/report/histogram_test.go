package report

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/sim"
)

// nearest is the quantile of sorted durations by nearest rank: what a histogram bounds.
func nearest(sorted []time.Duration, share sim.Chance) time.Duration {
	rank := (len(sorted)*int(share) + 999_999) / 1_000_000
	return sorted[max(rank, 1)-1]
}

func TestAQuantileIsNeverTooSmallAndAtMostA64thTooLarge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, 1<<rapid.IntRange(1, 62).Draw(t, "bits")), 1, 300).Draw(t, "all")
		var h Histogram
		var sorted []time.Duration
		for _, d := range all {
			h.Add(time.Duration(d))
			sorted = append(sorted, time.Duration(d))
		}
		slices.Sort(sorted)
		share := sim.Chance(rapid.IntRange(0, 1_000_000).Draw(t, "share"))
		got, want := h.Quantile(share), nearest(sorted, share)
		if got < want || got-want > want/64 {
			t.Fatalf("the quantile %v is %d, of sorted data %d", share, got, want)
		}
		if h.Count() != uint64(len(all)) || h.Min() != sorted[0] || h.Max() != sorted[len(sorted)-1] {
			t.Fatalf("count %d, min %v, max %v of %v", h.Count(), h.Min(), h.Max(), sorted)
		}
	})
}

func TestBucketsFollowEachOtherWithoutAGap(t *testing.T) {
	for bucket := range bucketOf(1<<63-1) + 1 {
		if bucketOf(upper(bucket)) != bucket || bucket > 0 && bucketOf(upper(bucket-1)+1) != bucket {
			t.Fatalf("bucket %d ends at %d, which is in bucket %d", bucket, upper(bucket), bucketOf(upper(bucket)))
		}
	}
}

func TestAnEmptyHistogramSaysNothing(t *testing.T) {
	var h Histogram
	if h.Quantile(sim.Percent(99)) != 0 || h.Count() != 0 || h.Buckets() != nil || h.String() != "none" {
		t.Errorf("%v", h)
	}
}

func TestAHistogramComesBackFromJSON(t *testing.T) {
	var h, back Histogram
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		h.Add(time.Duration(r.Int64N(1 << r.IntN(50))))
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != string(text) {
		t.Errorf("it was\n%s\nit is\n%s", text, again)
	}
}

func TestTheTableOfPacketsOnTheirWayIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table air
		model := map[uint64]flight{}
		id := rapid.Uint64Range(1, 200)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				f := flight{id.Draw(t, "id"), rapid.Int64().Draw(t, "sent"), 3}
				table.put(f)
				model[f.id] = f
			},
			"take": func(t *rapid.T) {
				k := id.Draw(t, "id")
				got, ok := table.take(k)
				want, known := model[k]
				delete(model, k)
				if got != want || ok != known {
					t.Fatalf("packet %d is %v %v, want %v %v", k, got, ok, want, known)
				}
			},
			"": func(t *rapid.T) {
				if table.used != len(model) {
					t.Fatalf("there are %d, want %d", table.used, len(model))
				}
			},
		})
	})
}
