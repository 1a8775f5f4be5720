package harness

import (
	"slices"
	"time"
)

// Without returns the scenario without some of its nodes, everywhere: what they alone do or suffer goes with them, and so does a cut that
// has lost a side. A scenario that was possible stays so, unless no node is left. The original is not changed.
func (s Scenario) Without(nodes ...string) Scenario {
	gone := func(name string) bool { return slices.Contains(nodes, name) }
	s.Nodes = keep(s.Nodes, func(name string) bool { return !gone(name) })
	s.Churn = keep(s.Churn, func(c Change) bool { return !gone(c.Node) })
	s.Work = keep(s.Work, func(op Op) bool { return !gone(op.Node) })
	var faults []Fault
	for _, f := range s.Faults {
		less, stays := f.without(gone)
		if form, _ := formOf(less.Do); stays && s.validateSides("", less, form) == nil {
			faults = append(faults, less)
		}
	}
	s.Faults = faults
	return s
}

// without is the fault without some of its nodes, and whether there is anything left of it. Two sides that have lost their bridge are cut.
func (f Fault) without(gone func(name string) bool) (less Fault, stays bool) {
	if len(f.Nodes) == 0 {
		return f, true
	}
	if f.Do == Bridge && gone(f.Nodes[0]) {
		f.Do = Cut
	}
	f.Nodes = keep(f.Nodes, func(name string) bool { return !gone(name) })
	return f, len(f.Nodes) > 0
}

// Lasting returns the scenario with another duration, which must be more than 0: what would begin after its end goes, with the nodes that
// would join then, and a fault that would end later lasts until [Run.Heal]. A scenario that was possible stays so, unless no node is left.
// The original is not changed.
func (s Scenario) Lasting(d time.Duration) Scenario {
	var late []string
	for _, c := range s.Churn {
		if c.Do == Join && c.At > d {
			late = append(late, c.Node)
		}
	}
	s = s.Without(late...)
	s.Duration = d
	s.Churn = keep(s.Churn, func(c Change) bool { return c.At <= d })
	s.Work = keep(s.Work, func(op Op) bool { return op.At <= d })
	s.Faults = keep(s.Faults, func(f Fault) bool { return f.At <= d })
	for i, f := range s.Faults {
		if f.For > d-f.At {
			s.Faults[i].For = 0
		}
		if f.Every != 0 {
			s.Faults[i].Every = max(f.Every, d/mostPeriods+1) // it may last longer now
		}
	}
	return s
}

// keep returns a new slice of what is to stay; nil when nothing does.
func keep[T any](all []T, stays func(T) bool) (kept []T) {
	for _, one := range all {
		if stays(one) {
			kept = append(kept, one)
		}
	}
	return kept
}
