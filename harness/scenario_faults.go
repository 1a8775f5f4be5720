package harness

import (
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// whom is what the nodes of a fault mean.
type whom uint8

const (
	anybody whom = iota // these, or everybody
	oneSide             // these against the rest: neither is empty
	twoEnds             // a sender and a receiver
)

// faultForm says what a kind of fault is described by.
type faultForm struct {
	do     Verb
	whom   whom
	most   int64 // of Amount, which counts from 1; 0: there is none
	within bool
	disk   bool
}

const certain = 1_000_000 // parts per million

var faultForms = []faultForm{
	{do: Lose, most: certain},
	{do: Duplicate, most: certain},
	{do: Reorder, most: certain, within: true},
	{do: Cut, whom: oneSide},
	{do: CutOneWay, whom: oneSide},
	{do: Crash, disk: true},
	{do: Pause},
	{do: Hold},
	{do: HoldShuffled},
	{do: LosePacket, whom: twoEnds, most: 1 << 40},
	{do: Mutate, most: 1000},
}

// formOf is the form of a kind of fault.
func formOf(do Verb) (faultForm, bool) {
	i := slices.IndexFunc(faultForms, func(f faultForm) bool { return f.do == do })
	if i < 0 {
		return faultForm{}, false
	}
	return faultForms[i], true
}

// faultVerbs lists the kinds of faults.
func faultVerbs() (verbs []Verb) {
	for _, f := range faultForms {
		verbs = append(verbs, f.do)
	}
	return verbs
}

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
	if err := s.validateTimes(field, f); err != nil {
		return err
	}
	if err := s.validateWhom(field, f, form); err != nil {
		return err
	}
	return form.validateStrength(field, f)
}

// validateTimes is about when a fault begins and ends.
func (s Scenario) validateTimes(field string, f Fault) error {
	switch {
	case f.At < 0 || f.At > s.Duration:
		return wrongf(field+".At", "%v is not within the duration, 0s to %v", f.At, s.Duration)
	case f.For < 0:
		return wrongf(field+".For", "%v is no time to last", f.For)
	case f.For > s.Duration-f.At:
		return wrongf(field+".For", "%v from %v on is beyond the duration, %v; 0 lasts until healed", f.For, f.At, s.Duration)
	case f.Do == LosePacket && (f.At != 0 || f.For != 0):
		return wrongf(field+".At", "%v for %v: %q counts since the world began, so both are 0", f.At, f.For, f.Do)
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
	switch {
	case form.whom == oneSide && len(f.Nodes) == 0:
		return wrongf(field, "there are none: %q needs those of one side", f.Do)
	case form.whom == oneSide && len(f.Nodes) == len(s.Nodes):
		return wrongf(field, "there are all %d: %q needs somebody on the other side", len(f.Nodes), f.Do)
	case form.whom == twoEnds && len(f.Nodes) != 2:
		return wrongf(field, "there are %d: %q wants the sender and the receiver", len(f.Nodes), f.Do)
	}
	return nil
}

// validateStrength is about how strong a fault is.
func (form faultForm) validateStrength(field string, f Fault) error {
	switch {
	case form.most == 0 && f.Amount != 0:
		return wrongf(field+".Amount", "%d: %q has none", f.Amount, f.Do)
	case form.most != 0 && (f.Amount < 1 || f.Amount > form.most):
		return wrongf(field+".Amount", "%d: %q wants 1 to %d", f.Amount, f.Do, form.most)
	case !form.within && f.Within != 0:
		return wrongf(field+".Within", "%v: %q has none", f.Within, f.Do)
	case form.within && (f.Within <= 0 || f.Within > maxWithin):
		return wrongf(field+".Within", "%v: %q wants more than 0s and at most %v", f.Within, f.Do, maxWithin)
	case !form.disk && f.Disk != "":
		return wrongf(field+".Disk", "%q: %q has none", f.Disk, f.Do)
	case form.disk && f.Disk != "" && !slices.Contains(diskFates, f.Disk):
		return wrongf(field+".Disk", "%q is none of %q", f.Disk, diskFates)
	}
	return nil
}

// maxWithin is the longest delay of fixtures.
const maxWithin = time.Hour

var diskFates = []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}
