package faults_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// disks are what goes wrong with a disk.
var disks = []fault{
	{"lost write", disksFail(sim.LostWrite)},
	{"torn write", tornWrite},
	{"false sync", disksFail(sim.FalseSync)},
	{"bit rot", disksFail(sim.BitRot)},
	{"unreadable", disksFail(sim.Unreadable)},
	{"disk is full", disksFail(sim.DiskFull)},
	{"disk faults by id", disksById},
}

const content = "0123456789"

// symptoms are ways to use a disk, each once with a file of its own, that show whether it went wrong. The files old… are there.
var symptoms = map[sim.DiskFate]func(n *sim.Node, i int) bool{
	sim.LostWrite: func(n *sim.Node, i int) bool {
		err := write(n, i)
		_, missing := read(n, "new", i)
		return err == nil && errors.Is(missing, fs.ErrNotExist)
	},
	sim.TornWrite: func(n *sim.Node, i int) bool {
		err := write(n, i)
		got, _ := read(n, "new", i)
		return err == nil && got != content && strings.HasPrefix(content, got)
	},
	sim.FalseSync: func(n *sim.Node, i int) bool {
		_ = write(n, i)
		err := n.Disk().Sync()
		n.Crash()
		n.Restart()
		_, missing := read(n, "new", i)
		return err == nil && errors.Is(missing, fs.ErrNotExist)
	},
	sim.BitRot: func(n *sim.Node, i int) bool {
		got, err := read(n, "old", i)
		return err == nil && differing(got, []byte(content)) == 1
	},
	sim.Unreadable: func(n *sim.Node, i int) bool {
		_, err := read(n, "old", i)
		return errors.Is(err, sim.Unreadable)
	},
	sim.DiskFull: func(n *sim.Node, i int) bool {
		err := write(n, i)
		_, missing := read(n, "new", i)
		return errors.Is(err, sim.DiskFull) && errors.Is(missing, fs.ErrNotExist)
	},
}

func write(n *sim.Node, i int) error { return n.Disk().Write(fmt.Sprint("new", i), []byte(content)) }

func read(n *sim.Node, name string, i int) (string, error) {
	data, err := n.Disk().Read(fmt.Sprint(name, i))
	return string(data), err
}

// prepare writes the files that are there.
func prepare(n *sim.Node, files int) {
	for i := range files {
		_ = n.Disk().Write(fmt.Sprint("old", i), []byte(content))
	}
	_ = n.Disk().Sync()
}

// disksFail is the test that it happens with its chance to this disk alone until it is mended, is accounted for and told to watchers.
func disksFail(what sim.DiskFate) func(t *testing.T) {
	return func(t *testing.T) {
		const n, c = 5000, sim.Chance(150_000)
		l := newLab(t)
		told, failed, elsewhere := 0, 0, 0
		l.Watch(func(e sim.Event) {
			if e.Node == l.b && e.Reason == sim.Reason(what) {
				told++
			}
		}, sim.DiskFailed)
		prepare(l.a, n)
		prepare(l.b, 2*n)
		mend := l.b.Disk().Suffer(what, c)
		for i := range n {
			failed += one(symptoms[what](l.b, i))
			elsewhere += one(symptoms[what](l.a, i))
		}
		mend()
		for i := range n {
			elsewhere += one(symptoms[what](l.b, n+i))
		}
		near(t, "failed", failed, n, c)
		if told != failed || elsewhere != 0 {
			t.Fatalf("%d failed, watchers were told of %d; %d on another disk and after it was mended", failed, told, elsewhere)
		}
		fired := uint64(failed)
		l.account(sim.Ledger{Name: fmt.Sprintf("%s 15%% on b", what), Eligible: n, Fired: fired, Changed: fired})
	}
}

func one(happened bool) int {
	if happened {
		return 1
	}
	return 0
}

// tornWrite: the beginning is new, and behind it is what was there.
func tornWrite(t *testing.T) {
	disksFail(sim.TornWrite)(t)
	l := newLab(t)
	prepare(l.b, 1)
	l.b.Disk().Suffer(sim.TornWrite, sim.Percent(100))
	_ = l.b.Disk().Write("old0", []byte("abcdefghijkl"))
	got, _ := read(l.b, "old", 0)
	kept := strings.IndexAny(got+"0", content)
	if want := "abcdefghijkl"[:kept] + content[min(kept, len(content)):]; got != want {
		t.Fatalf("of %s over %s became %s", "abcdefghijkl", content, got)
	}
}

// disksById: what an id draws depends on the disk, and on nothing else that goes wrong.
func disksById(t *testing.T) {
	const n = 1000
	run := func(others bool) (b, c string) {
		l := newLab(t)
		for _, node := range group(l.b, l.c) {
			prepare(node, n)
			if others {
				node.Disk().Suffer(sim.Unreadable, sim.Percent(30), "y")
			}
			node.Disk().Suffer(sim.BitRot, sim.Percent(50), "x")
		}
		for i := range n {
			b += fmt.Sprint(one(symptoms[sim.BitRot](l.b, i)))
			c += fmt.Sprint(one(symptoms[sim.BitRot](l.c, i)))
		}
		return b, c
	}
	alone, c := run(false)
	beside, _ := run(true)
	same := 0
	for i := range alone {
		same += one(alone[i] == c[i])
		if beside[i] == '1' && alone[i] == '0' {
			t.Fatalf("file %d rots because another one cannot be read", i)
		}
	}
	near(t, "alike on two disks", same, n, 500_000)
	near(t, "left of what rots", strings.Count(beside, "1"), strings.Count(alone, "1"), 700_000)
}
