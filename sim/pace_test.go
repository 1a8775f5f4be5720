package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// metronome is an outside that notes what it is told, and once has something to say in the middle of a wait.
type metronome struct {
	w     *World
	notes []string
	speak time.Duration // when it schedules something; 0: never
	due   time.Duration
}

func (m *metronome) note(format string, args ...any) {
	m.notes = append(m.notes, fmt.Sprintf(format, args...))
}
func (m *metronome) Begin()  { m.note("begin") }
func (m *metronome) End()    { m.note("end") }
func (m *metronome) Close()  { m.note("close") }
func (m *metronome) Settle() { m.note("settle %v", m.w.Elapsed()) }

func (m *metronome) Wait(until time.Duration) bool {
	if m.speak != 0 && until >= m.speak {
		m.w.CatchUp(m.speak)
		m.w.After(m.due-m.speak, func() { m.note("outside's") })
		m.speak = 0
		return false
	}
	m.note("wait %v", until)
	return true
}

func TestAWorldKeepsPace(t *testing.T) {
	w := New(1)
	defer w.Close()
	m := &metronome{w: w, speak: 3 * time.Second, due: 4 * time.Second}
	w.Pace(m)
	w.After(2*time.Second, func() { m.note("a") })
	w.After(5*time.Second, func() { m.note("b") })
	w.Run(6 * time.Second)
	want := "begin, wait 2s, a, settle 2s, wait 4s, outside's, settle 4s, wait 5s, b, settle 5s, wait 6s, end"
	if got := strings.Join(m.notes, ", "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestBecause(t *testing.T) {
	w := New(1)
	defer w.Close()
	a, b := w.Node("a", nil), w.Node("b", func(*Node) {})
	w.Run(0)
	var causes []uint64
	w.Watch(func(e Event) { causes = append(causes, e.Cause) }, Sent)
	for _, cause := range []uint64{0, 2} {
		w.Because(cause, a, func() { _ = a.Send(b.Addrs()[0], nil) })
	}
	if !slices.Equal(causes, []uint64{0, 2}) || w.Event() != 0 {
		t.Errorf("causes %v, event %d", causes, w.Event())
	}
}

// TestNextIsWhatPopsNext compares the queue's foresight with what it then does.
func TestNextIsWhatPopsNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		now, key := int64(0), uint64(0)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			at, ok := q.next()
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				shift, room := rapid.Uint32Range(0, 40).Draw(t, "shift"), rapid.Uint32Range(0, 1000).Draw(t, "room")
				for range rapid.SampledFrom([]int{1, 2, 30, 700}).Draw(t, "pushes") {
					key++
					q.push(entry{at: now + int64(uint32(key*2654435761)%(room+1))<<shift, key: key})
				}
				continue
			case 3:
				if e, popped := q.pop(at - 1); popped {
					t.Fatalf("next said %d, %v; pop up to one less gave %d", at, ok, e.at)
				}
			}
			if e, popped := q.pop(1 << 62); popped != ok || popped && e.at != at {
				t.Fatalf("next said %d, %v; pop gave %d, %v", at, ok, e.at, popped)
			} else if popped {
				now = e.at
			}
		}
	})
}
