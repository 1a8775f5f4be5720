package sim

import (
	"bytes"
	"fmt"
	"slices"
)

// What may go wrong with a disk, beside crashes: see [Disk.Suffer].
const (
	LostWrite  DiskFate = "lost write"   // a write does nothing, and says it did
	TornWrite  DiskFate = "torn write"   // a write changes only the beginning of a file; behind it is what was there, and no error
	FalseSync  DiskFate = "false sync"   // a sync does nothing, and says it did
	BitRot     DiskFate = "bit rot"      // a bit of a file has flipped when it is read, for good
	Unreadable DiskFate = "unreadable"   // a read fails
	DiskFull   DiskFate = "disk is full" // a write fails
)

// Error is the fate: so errors of a disk can be asked for it, by errors.Is(err, sim.DiskFull).
func (f DiskFate) Error() string { return string(f) }

// diskFault is something that goes wrong with a disk, with a chance each time.
type diskFault struct {
	what   DiskFate
	chance Chance
	key    uint64
	ledger Ledger
}

// Suffer has something go wrong with the disk from now on: with that chance each time it could, independently. It has an account of its own in
// [World.Ledgers], whose name is the id; that keys what it draws, beside the node and how often the disk was used before. Without an id it is
// called by what it does. The returned function ends it; what is damaged stays so. A fate that is for crashes, a disk that is no node's and two
// ids are a programmer's error and panic.
func (d *Disk) Suffer(what DiskFate, c Chance, id ...string) (mend func()) {
	if !slices.Contains([]DiskFate{LostWrite, TornWrite, FalseSync, BitRot, Unreadable, DiskFull}, what) || d.node == nil || len(id) > 1 {
		panic(fmt.Sprintf("sim: Suffer(%q, %v, %q): want the disk of a node, something that goes wrong with it, and one id at most", what, c, id))
	}
	f := &diskFault{what: what, chance: c, ledger: Ledger{Name: fmt.Sprintf("%s %v on %s", what, c, d.node.name)}}
	if len(id) == 1 {
		f.ledger.Name = id[0]
	}
	w := d.node.w
	f.key = mix(mix(w.seed^diskSalt, d.node.id), hashString(f.ledger.Name))
	d.faults = append(d.faults, f)
	w.accounts.open(&f.ledger)
	return func() {
		f.ledger.Armed = false
		d.faults = without(d.faults, f)
	}
}

// strike reports whether something of a kind goes wrong this time, and gives a random word for it.
func (d *Disk) strike(what DiskFate) (word uint64, struck *diskFault) {
	for _, f := range d.faults {
		if f.what != what {
			continue
		}
		f.ledger.Eligible++
		r := keyed(mix(f.key, d.used))
		if struck == nil && Chance(r.Uint32N(uint32(certain))) < f.chance {
			f.ledger.Fired++
			word, struck = r.Uint64(), f
		}
	}
	return word, struck
}

// tell notes what went wrong, and whether that made a difference.
func (d *Disk) tell(f *diskFault, changed bool) {
	if !changed {
		f.ledger.idle++
	}
	n := d.node
	w := n.w
	w.fold(DiskFailed, n.id, hashString(string(f.what)))
	w.seq++
	if w.watched(DiskFailed) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: DiskFailed, Node: n, Reason: Reason(f.what)})
	}
}

// tear is what a write leaves of new content: all of it, some, or none.
func (d *Disk) tear(name string, data []byte) (content []byte, done bool, err error) {
	d.used++
	if len(d.faults) == 0 {
		return data, true, nil
	}
	old := d.content(name)
	if _, f := d.strike(DiskFull); f != nil {
		d.tell(f, true)
		return nil, false, fmt.Errorf("sim: node %q: write %q: %w", d.node.name, name, DiskFull)
	}
	if _, f := d.strike(LostWrite); f != nil {
		d.tell(f, !bytes.Equal(old, data))
		return nil, false, nil
	}
	if word, f := d.strike(TornWrite); f != nil {
		kept := int(word % uint64(max(1, len(data))))
		torn := append(slices.Clone(data[:kept]), old[min(kept, len(old)):]...)
		d.tell(f, !bytes.Equal(torn, data))
		return torn, true, nil
	}
	return data, true, nil
}

// lies reports whether a sync does nothing this time.
func (d *Disk) lies() bool {
	d.used++
	_, f := d.strike(FalseSync)
	if f != nil {
		d.tell(f, len(d.written) > 0)
	}
	return f != nil
}

// rot is what befalls a file as it is read.
func (d *Disk) rot(name string, data []byte) error {
	if _, f := d.strike(Unreadable); f != nil {
		d.tell(f, true)
		return fmt.Errorf("sim: node %q: read %q: %w", d.node.name, name, Unreadable)
	}
	if len(data) == 0 {
		return nil
	}
	if word, f := d.strike(BitRot); f != nil {
		bit := word % uint64(8*len(data))
		data[bit/8] ^= 1 << (bit % 8)
		d.tell(f, true)
	}
	return nil
}
