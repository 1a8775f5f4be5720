package sim

import (
	"fmt"
	"io/fs"
	"slices"
)

// Disk keeps a node's files over its crashes. What was written and not synced is lost in a crash, unless
// [Node.Crash] is told otherwise. The zero value is an empty disk.
type Disk struct {
	synced  map[string][]byte
	written map[string][]byte // since the last Sync
	node    *Node             // nil: of a disk that is no node's
	faults  []*diskFault      // in force
	used    uint64            // how often it was, faults or not
}

// Write replaces the content of a file by a copy of data. It is durable after the next [Disk.Sync]. It fails with an error that wraps [DiskFull]
// only.
func (d *Disk) Write(name string, data []byte) error {
	data, done, err := d.tear(name, data)
	if !done {
		return err
	}
	if d.written == nil {
		d.written = map[string][]byte{}
	}
	d.written[name] = append([]byte{}, data...) // an empty file is there
	return nil
}

// Sync makes all that was written durable. It says so if it does not ([FalseSync]): the error is nil, and there for other disks.
func (d *Disk) Sync() error {
	if !d.lies() {
		d.flush()
	}
	return nil
}

// flush makes all that was written durable.
func (d *Disk) flush() {
	if d.synced == nil {
		d.synced = map[string][]byte{}
	}
	for name, data := range d.written { // any order: the files are independent
		d.synced[name] = data
	}
	d.written = nil
}

// Read returns a copy of what was written to a file last. The error wraps [fs.ErrNotExist] if there is no such file, or [Unreadable].
func (d *Disk) Read(name string) ([]byte, error) {
	d.used++
	data := d.content(name)
	if data == nil {
		return nil, fmt.Errorf("sim: read %q: %w", name, fs.ErrNotExist)
	}
	if err := d.rot(name, data); err != nil {
		return nil, err
	}
	return slices.Clone(data), nil
}

// content is what was written to a file last, nil if there is no such file.
func (d *Disk) content(name string) []byte {
	if data, ok := d.written[name]; ok {
		return data
	}
	return d.synced[name]
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

// DiskFate says what becomes of a disk: in a crash ([Node.Crash]), or as it is used ([Disk.Suffer]). It is an error as well.
type DiskFate string

// What a crash does to a disk.
const (
	Unsynced DiskFate = "unsynced writes lost" // as a power cut does
	Kept     DiskFate = "all writes kept"      // as the end of a process does
	Wiped    DiskFate = "all lost"             // as a new machine of the same name has it
)

// crash does to the disk what happens to it.
func (d *Disk) crash(fate DiskFate) {
	switch fate {
	case Kept:
		// A crash is no use of the disk.
		d.flush()
	case Wiped:
		d.synced, d.written = nil, nil
	default:
		clear(d.written)
	}
}
