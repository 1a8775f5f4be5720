package properties

import (
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// withFault is the scenario with another fault in a place.
func withFault(s harness.Scenario, i int, f harness.Fault) harness.Scenario {
	s.Faults = slices.Clone(s.Faults)
	s.Faults[i] = f
	return s
}

// plainer are kinds of faults that are easier to imagine than another, and do a part of what it does: the plainest first.
func plainer(do harness.Verb) []harness.Verb {
	switch do {
	case harness.CutOneWay, harness.Hold, harness.Isolate, harness.Bridge, harness.Majorities:
		return []harness.Verb{harness.Cut}
	case harness.HoldShuffled:
		return []harness.Verb{harness.Cut, harness.Hold}
	case harness.LoseBurst, harness.Corrupt, harness.MTU:
		return []harness.Verb{harness.Lose}
	case harness.Truncate:
		return []harness.Verb{harness.Lose, harness.Corrupt}
	case harness.Replay:
		return []harness.Verb{harness.Duplicate}
	case harness.Drift, harness.Step:
		return []harness.Verb{harness.Skew}
	}
	return nil
}

// simpler makes single faults plainer ones, and has those stay that come and go.
func simpler(s harness.Scenario, from spot) smaller {
	return each(len(s.Faults), from, func(i int) (all []harness.Scenario) {
		f := s.Faults[i]
		if f.Every != 0 && f.Do != harness.Rebind {
			less := f
			less.Every = 0
			all = append(all, withFault(s, i, less))
		}
		for _, do := range plainer(f.Do) {
			for _, nodes := range sides(s, f, do) {
				all = append(all, withFault(s, i, plainFault(f, do, nodes)))
			}
		}
		return all
	})
}

// sides are the nodes that a plainer fault may touch.
func sides(s harness.Scenario, f harness.Fault, do harness.Verb) (all [][]string) {
	switch {
	case do != harness.Cut:
		return [][]string{f.Nodes}
	case f.Do == harness.Bridge:
		return [][]string{f.Nodes[1:], f.Nodes}
	case f.Do != harness.Majorities && len(f.Nodes) > 0:
		return [][]string{f.Nodes}
	}
	all = append(all, s.Nodes[:(len(s.Nodes)+1)/2])
	for i := range s.Nodes {
		if len(s.Nodes) <= farApart {
			all = append(all, s.Nodes[i:i+1])
		}
	}
	return all
}

// plainFault is a fault of a plainer kind in place of another.
func plainFault(f harness.Fault, do harness.Verb, nodes []string) harness.Fault {
	plain := harness.Fault{ID: f.ID, Do: do, At: f.At, For: f.For, Every: f.Every, Nodes: nodes}
	switch do {
	case harness.Lose, harness.Duplicate, harness.Corrupt:
		plain.Amount, plain.Match = f.Amount, f.Match
	case harness.Skew:
		plain.By = max(f.By, -f.By, time.Second) // of a drift: more than most cause
	}
	switch {
	case do == harness.Corrupt:
		plain.Size = 1
	case f.Do == harness.MTU:
		plain.Amount = allPackets
	}
	return plain
}

const allPackets = 1_000_000 // parts per million

// pinned has faults that touch everybody touch a single node.
func pinned(s harness.Scenario, from spot) smaller {
	return each(len(s.Faults), from, func(i int) (all []harness.Scenario) {
		f := s.Faults[i]
		if len(f.Nodes) > 0 || len(s.Nodes) < 2 || len(s.Nodes) > farApart {
			return nil
		}
		for k := range s.Nodes {
			f.Nodes = s.Nodes[k : k+1]
			all = append(all, withFault(s, i, f))
		}
		return all
	})
}

// shorterFaults ends faults earlier.
func shorterFaults(s harness.Scenario, from spot) smaller {
	return each(len(s.Faults), from, func(i int) (all []harness.Scenario) {
		f := s.Faults[i]
		for _, d := range append([]time.Duration{neat(f.For / 8), neat(f.For / 2)}, rounder(f.For)...) {
			if d >= grains[len(grains)-1] && d < f.For {
				less := f
				less.For = d
				all = append(all, withFault(s, i, less))
			}
		}
		return all
	})
}

// weaker weakens the faults, and the loss that is everywhere.
func weaker(s harness.Scenario, from spot) smaller {
	return each(len(s.Faults)+1, from, func(i int) (all []harness.Scenario) {
		if i == len(s.Faults) {
			less := s
			less.Loss = percents(s.Loss / 2)
			return changed(s, less)
		}
		for _, f := range weakened(s.Faults[i]) {
			all = append(all, withFault(s, i, f))
		}
		return all
	})
}

// weakened are faults that do less than another of the same kind.
func weakened(f harness.Fault) (all []harness.Fault) {
	try := func(change func(less *harness.Fault)) {
		less := f
		change(&less)
		all = append(all, less)
	}
	if f.Do == harness.Crash && f.Disk != "" {
		try(func(less *harness.Fault) { less.Disk = "" })
	}
	if amount := strengthOf(&f); amount.field != "" && amount.least() < amount.size() {
		try(func(less *harness.Fault) {
			weak := strengthOf(less)
			*weak.value = weak.half()
		})
	}
	if f.Do == harness.Reorder || f.Do == harness.Replay || f.Do == harness.LoseBurst {
		if f.Within > time.Millisecond {
			try(func(less *harness.Fault) { less.Within, less.By = neat(f.Within/2), min(f.By, neat(f.Within/2)) })
		}
	}
	if f.By > 0 && f.Do == harness.Replay {
		try(func(less *harness.Fault) { less.By = 0 })
	}
	if (f.Do == harness.Corrupt || f.Do == harness.Truncate) && f.Size > 1 {
		try(func(less *harness.Fault) { less.Size = f.Size / 2 })
	}
	if f.Do == harness.MTU && f.Size < ethernet {
		try(func(less *harness.Fault) { less.Size = min(ethernet, 2*f.Size) })
	}
	if f.Do == harness.Throttle && f.Amount < 1e9 {
		try(func(less *harness.Fault) { less.Amount = 4 * f.Amount })
	}
	return all
}

// least is a strength that is not worth weakening.
func (s strength) least() int64 {
	if s.unit == times {
		return int64(time.Millisecond)
	}
	return 1
}

// half is half of a strength, rounded, in its direction.
func (s strength) half() int64 {
	v := s.size() / 2
	switch s.unit {
	case times:
		v = max(int64(neat(time.Duration(v))), min(v, int64(grains[len(grains)-1])))
	case chances:
		v = percents(v)
	}
	if *s.value < 0 {
		return -v
	}
	return v
}

// percents rounds parts per million down to whole percents, if that leaves any.
func percents[N ~int64 | ~uint32](ppm N) N {
	const percent = 10_000
	if ppm > percent {
		return ppm - ppm%percent
	}
	return ppm
}
