package sim

import (
	"slices"
)

// Disk keeps a node's files over its crashes. What was written and not synced is lost in a crash, unless
// [Node.Crash] is told otherwise. The zero value is an empty disk.
type Disk struct {
	synced  map[string][]byte
	written map[string][]byte // since the last Sync
}

// Write replaces the content of a file by a copy of data. It is durable after the next [Disk.Sync].
func (d *Disk) Write(name string, data []byte) {
	if d.written == nil {
		d.written = map[string][]byte{}
	}
	d.written[name] = slices.Clone(data)
}

// Sync makes all that was written durable.
func (d *Disk) Sync() {
	if d.synced == nil {
		d.synced = map[string][]byte{}
	}
	for name, data := range d.written { // any order: the files are independent
		d.synced[name] = data
	}
	d.written = nil
}

// Read returns a copy of what was written to a file last, and whether there is such a file.
func (d *Disk) Read(name string) (data []byte, ok bool) {
	data, ok = d.written[name]
	if !ok {
		data, ok = d.synced[name]
	}
	return slices.Clone(data), ok
}

// Files returns the names of the files, sorted.
func (d *Disk) Files() []string {
	names := make([]string, 0, len(d.synced)+len(d.written))
	for name := range d.synced { // any order: sorted below
		names = append(names, name)
	}
	for name := range d.written { // any order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// DiskFate says what a crash does to a disk.
type DiskFate string

// The fates of a disk.
const (
	Unsynced DiskFate = "unsynced writes lost" // as a power cut does
	Kept     DiskFate = "all writes kept"      // as the end of a process does
	Wiped    DiskFate = "all lost"             // as a new machine of the same name has it
)

// crash does to the disk what happens to it.
func (d *Disk) crash(fate DiskFate) {
	switch fate {
	case Kept:
		d.Sync()
	case Wiped:
		*d = Disk{}
	default:
		clear(d.written)
	}
}
