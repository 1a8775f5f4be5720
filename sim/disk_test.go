package sim

import (
	"bytes"
	"testing"
)

// torn says which of some writes were lost, under a fault that came after another one.
func torn(earlier bool) (lost []bool) {
	w := New(7)
	defer w.Close()
	d := w.Node("a", nil).Disk()
	mend := func() {}
	if earlier {
		mend = d.Suffer(Unreadable, Percent(1), "earlier")
	}
	for i := range byte(5) {
		d.Write("f", []byte{i})
		d.Sync()
	}
	mend()
	d.Suffer(LostWrite, Percent(50), "later")
	for i := range byte(40) {
		d.Write("f", []byte{i})
		got, _ := d.Read("f")
		lost = append(lost, !bytes.Equal(got, []byte{i}))
	}
	return lost
}

func TestADiskFaultDrawsTheSameWithoutAnother(t *testing.T) {
	with, without := torn(true), torn(false)
	for i := range with {
		if with[i] != without[i] {
			t.Fatalf("write %d is lost: %v with an earlier fault, %v without it", i, with[i], without[i])
		}
	}
}
