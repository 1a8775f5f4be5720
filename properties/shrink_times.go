package properties

import (
	"cmp"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// grains are what times are rounded to, the coarse ones first. Less than the last is not worth a run.
var grains = []time.Duration{10 * time.Minute, time.Minute, 10 * time.Second, time.Second, 100 * time.Millisecond}

// rounder are round times below one, the earliest first: at most a few.
func rounder(t time.Duration) (times []time.Duration) {
	for _, grain := range grains {
		if r := t.Truncate(grain); r < t && !slices.Contains(times, r) {
			times = append(times, r)
		}
	}
	slices.Sort(times)
	return times[:min(len(times), 3)]
}

// neat is a time rounded down to two digits or so.
func neat(t time.Duration) time.Duration {
	for _, grain := range grains {
		if t >= 4*grain {
			return t.Truncate(grain)
		}
	}
	return t.Truncate(grains[len(grains)-1])
}

// moments are the times of everything that a scenario lets happen, to be changed in place.
func moments(s *harness.Scenario) (all []*time.Duration) {
	s.Faults, s.Churn, s.Work = slices.Clone(s.Faults), slices.Clone(s.Churn), slices.Clone(s.Work)
	for i := range s.Faults {
		all = append(all, &s.Faults[i].At)
	}
	for i := range s.Churn {
		all = append(all, &s.Churn[i].At)
	}
	for i := range s.Work {
		all = append(all, &s.Work[i].At)
	}
	return all
}

// lastMoment is when the last of it begins or ends.
func lastMoment(s harness.Scenario) (last time.Duration) {
	for _, at := range moments(&s) {
		last = max(last, *at)
	}
	for _, f := range s.Faults {
		last = max(last, f.At+f.For)
	}
	return last
}

// inOrder lists what happens in the order of time, which is how it happens anyway.
func inOrder(s harness.Scenario) harness.Scenario {
	slices.SortStableFunc(s.Faults, func(a, b harness.Fault) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(s.Churn, func(a, b harness.Change) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(s.Work, func(a, b harness.Op) int { return cmp.Compare(a.At, b.At) })
	return s
}

// sooner has everything happen earlier, with the same distances or shorter ones.
func (x *shrinker) sooner(s harness.Scenario, from spot) smaller {
	return each(1, from, func(int) (all []harness.Scenario) {
		first := s.Duration
		for _, at := range moments(&s) {
			first = min(first, *at)
		}
		for _, move := range []func(t time.Duration) time.Duration{
			func(time.Duration) time.Duration { return 0 },
			func(t time.Duration) time.Duration { return t - first },
			func(t time.Duration) time.Duration { return neat((t - first) / 4) },
			func(t time.Duration) time.Duration { return t.Truncate(time.Second) },
		} {
			less := s
			for _, at := range moments(&less) {
				*at = move(*at)
			}
			all = append(all, inOrder(less))
		}
		return changed(s, all...)
	})
}

// shorter ends the world earlier, after all has happened.
func (x *shrinker) shorter(s harness.Scenario, from spot) smaller {
	return each(1, from, func(int) (all []harness.Scenario) {
		least := max(lastMoment(s), x.known.duration)
		for _, d := range []time.Duration{least, least.Truncate(10*time.Second) + 10*time.Second, neat(s.Duration / 2)} {
			if d >= least && d < s.Duration {
				all = append(all, s.Lasting(d))
			}
		}
		return all
	})
}

// soonerEach has single things happen earlier: at the start, together with what happened before them, or at a rounder time.
func soonerEach(s harness.Scenario, from spot) smaller {
	return each(len(moments(&s)), from, func(i int) (all []harness.Scenario) {
		now, before := *moments(&s)[i], time.Duration(0)
		for _, at := range moments(&s) {
			if *at < now {
				before = max(before, *at)
			}
		}
		times := append([]time.Duration{0, before}, rounder(now)...)
		for k, t := range times {
			if t < now && !slices.Contains(times[:k], t) {
				less := s
				*moments(&less)[i] = t
				all = append(all, inOrder(less))
			}
		}
		return all
	})
}
