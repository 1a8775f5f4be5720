package harness

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
)

func (s Scenario) validateFaults() error {
	ids := make([]string, len(s.Faults))
	for i, f := range s.Faults {
		ids[i] = f.ID
	}
	for i, f := range s.Faults {
		if err := s.validateFault(fmt.Sprintf("Faults[%d]", i), f); err != nil {
			return err
		}
	}
	return validateNames("Faults[%d].ID", "fault", ids)
}

func (s Scenario) validateFault(field string, f Fault) error {
	form, known := formOf(f.Do)
	if !known {
		return wrongf(field+".Do", "%q is none of %q", f.Do, faultVerbs())
	}
	if err := s.validateTimes(field, f, form); err != nil {
		return err
	}
	if err := s.validatePeriod(field+".Every", f, form); err != nil {
		return err
	}
	if err := s.validateWhom(field, f, form); err != nil {
		return err
	}
	return form.validateStrength(field, f)
}

// validateTimes is about when a fault begins and ends.
func (s Scenario) validateTimes(field string, f Fault, form faultForm) error {
	switch {
	case f.At < 0 || f.At > s.Duration:
		return wrongf(field+".At", "%v is not within the duration, 0s to %v", f.At, s.Duration)
	case f.For < 0:
		return wrongf(field+".For", "%v is no time to last", f.For)
	case f.For > s.Duration-f.At:
		return wrongf(field+".For", "%v from %v on is beyond the duration, %v; 0 lasts until healed", f.For, f.At, s.Duration)
	case form.moment && f.For != 0 && f.Every == 0:
		return wrongf(field+".For", "%v: %q happens at once", f.For, f.Do)
	case f.Do == LosePacket && (f.At != 0 || f.For != 0):
		return wrongf(field+".At", "%v for %v: %q counts since the world began, so both are 0", f.At, f.For, f.Do)
	}
	return nil
}

// The shortest and the longest period in which a fault comes and goes, and how often it may. No scenario lasts longer either.
const (
	longest     = 100 * 365 * 24 * time.Hour
	leastPeriod = time.Millisecond
	mostPeriods = 1000
)

// validatePeriod is about how a fault comes and goes.
func (s Scenario) validatePeriod(field string, f Fault, form faultForm) error {
	lasts := cmp.Or(f.For, s.Duration-f.At)
	switch {
	case f.Every == 0:
	case form.once:
		return wrongf(field, "%v: %q does not come and go", f.Every, f.Do)
	case f.Every < leastPeriod:
		return wrongf(field, "%v is no period: want at least %v", f.Every, leastPeriod)
	case f.Every > longest:
		return wrongf(field, "%v is too long: want at most %v", f.Every, longest)
	case lasts/f.Every > mostPeriods:
		return wrongf(field, "%v is %d times in %v: want at most %d", f.Every, lasts/f.Every, lasts, mostPeriods)
	}
	return nil
}

// validateWhom is about whom a fault touches.
func (s Scenario) validateWhom(field string, f Fault, form faultForm) error {
	field += ".Nodes"
	for i, node := range f.Nodes {
		if err := s.validateNode(fmt.Sprintf("%s[%d]", field, i), node); err != nil {
			return err
		}
	}
	if err := validateNames(field+"[%d]", "node", f.Nodes); err != nil {
		return err
	}
	return s.validateSides(field, f, form)
}

// ends are the two nodes of a fault that has two.
var ends = map[Verb]string{LosePacket: "the sender and the receiver", Reuse: "who gives its address up and who takes it"}

// validateSides is about how many nodes a fault touches.
func (s Scenario) validateSides(field string, f Fault, form faultForm) error {
	n, all := len(f.Nodes), len(s.Nodes)
	switch {
	case form.whom == somebody && n == 0:
		return wrongf(field, "there are none: %q needs at least one", f.Do)
	case form.whom == oneSide && n == 0:
		return wrongf(field, "there are none: %q needs those of one side", f.Do)
	case form.whom == oneSide && n == all:
		return wrongf(field, "there are all %d: %q needs somebody on the other side", n, f.Do)
	case form.whom == twoEnds && n != 2:
		return wrongf(field, "there are %d: %q wants two, %s", n, f.Do, ends[f.Do])
	case form.whom == bridged && n < 2:
		return wrongf(field, "there are %d: %q wants the bridge and those of one side", n, f.Do)
	case form.whom == bridged && n == all:
		return wrongf(field, "there are all %d: %q needs somebody on the other side", n, f.Do)
	case form.whom == ringed && cmp.Or(n, all) < 4:
		return wrongf(field, "there are %d: %q takes four, or everybody", cmp.Or(n, all), f.Do)
	}
	return nil
}

// validateStrength is about how strong a fault is.
func (form faultForm) validateStrength(field string, f Fault) error {
	for _, err := range []error{
		form.amount.validate(field+".Amount", f.Do, f.Amount),
		form.size.validate(field+".Size", f.Do, f.Size),
		form.validateTimes(field, f),
		form.validateDisk(field+".Disk", f),
		form.validateMatch(field+".Match", f),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// validate is about a number.
func (b bounds) validate(field string, do Verb, v int64) error {
	switch {
	case b == (bounds{}) && v != 0:
		return wrongf(field, "%d: %q has none", v, do)
	case v < b.least || v > b.most:
		return wrongf(field, "%d%s: %q wants %d to %d%s", v, b.unit, do, b.least, b.most, b.unit)
	case v == 0 && b.least < 0:
		return wrongf(field, "0%s: %q wants %d to %d%s, and not nothing", b.unit, do, b.least, b.most, b.unit)
	}
	return nil
}

// validateTimes is about by how much and within which time.
func (form faultForm) validateTimes(field string, f Fault) error {
	least, most := time.Duration(form.by.least), time.Duration(form.by.most)
	switch {
	case !form.within && f.Within != 0:
		return wrongf(field+".Within", "%v: %q has none", f.Within, f.Do)
	case form.within && (f.Within <= 0 || f.Within > maxWithin):
		return wrongf(field+".Within", "%v: %q wants more than 0s and at most %v", f.Within, f.Do, maxWithin)
	case form.by == (bounds{}) && f.By != 0:
		return wrongf(field+".By", "%v: %q has none", f.By, f.Do)
	case f.By < least || f.By > most:
		return wrongf(field+".By", "%v: %q wants %v to %v", f.By, f.Do, least, most)
	case f.By == 0 && least < 0:
		return wrongf(field+".By", "0s: %q wants %v to %v, and not nothing", f.Do, least, most)
	case f.Do == Replay && f.By > f.Within:
		return wrongf(field+".By", "%v: %q wants at most Within, %v", f.By, f.Do, f.Within)
	}
	return nil
}

// validateDisk is about what becomes of disks.
func (form faultForm) validateDisk(field string, f Fault) error {
	switch {
	case form.disks == nil && f.Disk != "":
		return wrongf(field, "%q: %q has none", f.Disk, f.Do)
	case form.disks != nil && (f.Disk != "" || f.Do != Crash) && !slices.Contains(form.disks, f.Disk):
		return wrongf(field, "%q is none of %q", f.Disk, form.disks)
	}
	return nil
}

// validateMatch is about which packets it happens to.
func (form faultForm) validateMatch(field string, f Fault) error {
	if f.Match == "" {
		return nil
	}
	if form.kind != toPackets {
		return wrongf(field, "%q: %q does not happen to packets one by one", f.Match, f.Do)
	}
	if _, err := fixtures.Matching(f.Match); err != nil {
		return wrongf(field, "%w", err)
	}
	return nil
}
