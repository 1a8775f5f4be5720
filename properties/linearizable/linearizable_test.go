package linearizable

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// A play is a history by hand, in the order of its events: "a+w" a begins to write, which writes 1, the next write 2 and so on; "a" it is
// told that it has; "b+r" b begins to read; "b=1" it is told 1; "." a second passes.
type play struct {
	*History
	w     *harness.World
	nodes map[string]*sim.Node
	tell  map[string]func(value uint64)
}

func newPlay(t harness.TB) *play {
	w := harness.New(t, 1)
	return &play{Record(w), w, map[string]*sim.Node{}, map[string]func(uint64){}}
}

func (p *play) node(name string) *sim.Node {
	if p.nodes[name] == nil {
		p.nodes[name] = p.w.Node(name, func(*sim.Node) {})
	}
	return p.nodes[name]
}

func (p *play) do(event string) {
	who, what, calls := strings.Cut(event, "+")
	if event == "." {
		p.w.Run(time.Second)
		return
	}
	if calls && what == "w" {
		_, done := p.Write(p.node(who), 1)
		p.tell[who] = func(uint64) { done() }
		return
	}
	if calls {
		p.tell[who] = p.Read(p.node(who), 1)
		return
	}
	var value uint64
	who, what, _ = strings.Cut(event, "=")
	_, _ = fmt.Sscan(what, &value) // of a write there is none
	p.tell[who](value)
}

func (p *play) all(events string) *play {
	for _, event := range strings.Fields(events) {
		p.do(event)
	}
	return p
}

func TestLinearizableHistoriesAreAccepted(t *testing.T) {
	for name, events := range map[string]string{
		"nothing written":                              "a+r a=0",
		"one after the other":                          "a+w a b+r b=1 b+w b a+r a=2",
		"a read beside a write sees it":                "a+w b+r b=1 a",
		"a read beside a write does not see it":        "a+w b+r b=0 a",
		"one reader is ahead of another beside it":     "a+w b+r c+r b=1 c=0 a",
		"a write without an answer is seen":            "a+w . b+r b=1 c+r c=1",
		"a write without an answer is never seen":      "a+w . b+r b=0 c+w c b+r b=2",
		"a write without an answer is seen much later": "a+w b+r b=0 c+w c b+r b=2 b+r b=1",
		"two writes at once, in either order":          "a+w b+w b a c+r c=1 c+r c=1",
		"a read without an answer":                     "a+r b+w b",
	} {
		p := newPlay(t).all(events)
		if got := p.Contradiction(); got != "" || p.check(1) != linearizable {
			t.Errorf("%s: %s: %q, porcupine %d", name, events, got, p.check(1))
		}
	}
}

func TestOtherHistoriesAreRefused(t *testing.T) {
	for events, want := range map[string]string{
		// a stale read
		"a+w a . b+r . b=0": "register 1 held 0 all the time until 1s: b read 0 from 1s to 2s\nand yet 1 in between: a wrote 1 at 0s",
		// of two in turn, the first
		"a+w . a b+w . b . c+r c=1": "register 1 held 1 all the time from 1s to 3s: a wrote 1 from 0s to 1s, and c read 1 at 3s\nand yet 2 in between: b wrote 2 from 1s to 2s",
		// the new value, and then the old one
		"a+w . b+r . b=1 c+r . c=0": "register 1 held 0 all the time until 2s: c read 0 from 2s to 3s\nand yet 1 in between: b read 1 from 1s to 2s",
		// two readers disagree about the order of two writes
		"a+w b+w . c+r c=1 d+r d=2 . c+r c=2 d+r d=1": "register 1 held 1 all the time from 1s to 2s: c read 1 at 1s, and d read 1 at 2s\nand yet 2 from 1s to 2s: d read 2 at 1s, and c read 2 at 2s",
		// a value from nowhere
		"a+r a=7": "register 1: a read 7 at 0s, which nobody had begun to write",
		// from the future
		"b+r b=1 a+w a": "register 1: b read 1 at 0s, which nobody had begun to write",
		// in one instant, one after the other
		"a+w a b+r b=0": "register 1 held 0 all the time until 0s: b read 0 at 0s\nand yet 1 in between: a wrote 1 at 0s",
	} {
		p := newPlay(t).all(events)
		if got := p.Contradiction(); got != want || p.check(1) != illegal {
			t.Errorf("%s:\n%s\nwant\n%s\nporcupine says %d", events, got, want, p.check(1))
		}
	}
}

// Whatever happens, the two judges agree; and both verdicts come up.
func TestJudgesAgree(t *testing.T) {
	verdicts := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		p, busy := newPlay(t), map[string]string{}
		clients := []string{"a", "b", "c", "d"}
		for range rapid.IntRange(1, 30).Draw(rt, "events") {
			who := rapid.SampledFrom(clients).Draw(rt, "who")
			switch what := busy[who]; {
			case what == "":
				what = rapid.SampledFrom([]string{"+w", "+r", "+r"}).Draw(rt, "what")
				busy[who] = what
				p.do(who + what)
			case what == "+w":
				busy[who] = ""
				p.do(who)
			default:
				busy[who] = ""
				p.do(fmt.Sprintf("%s=%d", who, int(p.writes)-min(int(p.writes), rapid.IntRange(0, 2).Draw(rt, "ago"))))
			}
			wrong := p.Contradiction() != ""
			if len(p.Keys()) > 0 && wrong != (p.check(1) == illegal) {
				rt.Fatalf("%q, porcupine says %d", p.Contradiction(), p.check(1))
			}
			if wrong {
				break
			}
		}
		verdicts[p.Contradiction() != ""]++
	})
	if verdicts[true] == 0 || verdicts[false] == 0 {
		t.Errorf("%v", verdicts)
	}
}

func TestRegistersAreJudgedApart(t *testing.T) {
	p := newPlay(t)
	_, one := p.Write(p.node("a"), 1)
	one()
	p.Read(p.node("b"), 2)(0)
	if got := p.Contradiction(); got != "" {
		t.Error(got)
	}
	p.Read(p.node("b"), 2)(1)
	if got, want := p.Contradiction(), "register 2: b read 1 at 0s, which nobody had begun to write"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsTooMuchIsUndecided(t *testing.T) {
	p := newPlay(t)
	for i := range 24 {
		p.do(fmt.Sprintf("n%d+w", i))
	}
	for i := range 24 {
		p.do(fmt.Sprintf("n%d", i))
	}
	if p.check(1) != linearizable {
		t.Error("24 writes at once have an order")
	}
	p.all("a+r a=99")
	if got := p.check(1); got != undecided {
		t.Errorf("porcupine says %d, want %d", got, undecided)
	}
}

func TestUnansweredAreThoseWhoCanBeAnswered(t *testing.T) {
	p := newPlay(t).all("a+r b+w")
	p.node("b").Crash()
	if got := fmt.Sprint(p.Unanswered()); got != "[a read from 0s on, never answered]" {
		t.Error(got)
	}
	p.all("a=0")
	if got := p.Unanswered(); len(got) != 0 {
		t.Error(got)
	}
}

func TestPictureIsOfTheContradictoryRegister(t *testing.T) {
	p := newPlay(t)
	_, other := p.Write(p.node("z"), 2)
	other()
	var page bytes.Buffer
	if err := p.Draw(&page); err != nil || page.Len() != 0 {
		t.Errorf("%v, %d bytes of a history that is well", err, page.Len())
	}
	p.all("a+w . a b+r b=0")
	if err := p.Draw(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<html", "write 2", "read 0", "a wrote 2 from 0s to 1s"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	if strings.Contains(page.String(), "z wrote") {
		t.Error("the picture has the other register, too")
	}
}

func TestLanesDoNotOverlap(t *testing.T) {
	p := newPlay(t)
	a := p.node("a")
	p.Read(a, 1)
	p.Read(a, 1)(0)
	p.all("b+r b=0")
	p.Read(a, 1)(0)
	var lanes []int
	for _, op := range append(p.operations(1), p.operations(1)...) {
		lanes = append(lanes, op.ClientId)
	}
	if fmt.Sprint(lanes) != "[0 1 0 0 1 0]" {
		t.Errorf("%v: a read that was never answered is left out", lanes)
	}
}
