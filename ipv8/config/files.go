package config

import (
	"bytes"
	"fmt"
	"io/fs"
)

// Files is where keys are kept. ReadFile of a file that is not there returns
// an error that is fs.ErrNotExist.
type Files interface {
	ReadFile(name string) ([]byte, error)
	WriteFile(name string, data []byte) error
}

// Memory is Files by name, for as long as the map is there.
type Memory map[string][]byte

// ReadFile returns a copy of a file.
func (m Memory) ReadFile(name string) ([]byte, error) {
	data, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", fs.ErrNotExist, name)
	}
	return bytes.Clone(data), nil
}

// WriteFile keeps a copy of the data.
func (m Memory) WriteFile(name string, data []byte) error {
	m[name] = bytes.Clone(data)
	return nil
}

// Disk is what a simulated node keeps files on.
type Disk interface {
	Read(name string) (data []byte, ok bool)
	Write(name string, data []byte)
	Sync()
}

// OnDisk returns the Files on a simulated node's disk. Each is written through
// at once.
func OnDisk(d Disk) Files { return disk{d} }

type disk struct{ Disk }

func (d disk) ReadFile(name string) ([]byte, error) {
	data, ok := d.Read(name)
	if !ok {
		return nil, fmt.Errorf("%w: %q", fs.ErrNotExist, name)
	}
	return data, nil
}

func (d disk) WriteFile(name string, data []byte) error {
	d.Write(name, data)
	d.Sync()
	return nil
}
