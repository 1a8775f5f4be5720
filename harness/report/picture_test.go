package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness/report"
	"github.com/overlaytest/overlaytest/sim"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// golden compares bytes with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *rewrite {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./harness/report -rewrite writes it", err)
	}
	if !bytes.Equal(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")), got) {
		t.Errorf("%s is\n%s\nit was\n%s\nif that is right, and it looks right: go test ./harness/report -run %s -rewrite", file, got, want, t.Name())
	}
}

// wellFormed demands that a picture is XML that a browser reads, of bounded size.
func wellFormed(t *testing.T, name string, picture []byte) {
	t.Helper()
	const most = 200_000
	if len(picture) > most {
		t.Errorf("%s: %d bytes, at most %d", name, len(picture), most)
	}
	for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, picture)
			return
		}
	}
}

// eventful is a world in which there is something of everything a picture shows.
func eventful() *report.Summary {
	w := sim.New(42, sim.LatencyBy("uneven", func(p *sim.Packet) time.Duration { return time.Duration(10+p.N(90)) * time.Millisecond }), sim.Loss(sim.Percent(5)))
	r := report.Record(w)
	nodes := chatty(w, 8, "ping 1", "pong", "state {}", "\x07\x01")
	met := make([]int, len(nodes))
	for i, n := range nodes {
		w.After(time.Duration(i)*4*time.Second, func() { n.Listen(func(netip.AddrPort, netip.AddrPort, []byte) { met[i] = min(met[i]+1, 7) }) })
	}
	r.Follow("others met", func() []int { return met })
	w.After(20*time.Second, func() { w.After(15*time.Second, w.Partition(nodes[:3], nodes[3:])) })
	w.After(30*time.Second, func() { nodes[1].Crash() })
	w.After(40*time.Second, nodes[1].Restart)
	w.After(45*time.Second, nodes[5].Pause)
	w.After(50*time.Second, nodes[5].Resume)
	w.After(52*time.Second, func() {
		end := r.During("storm: lose 60%", func() func() { return w.Link(sim.Loss(sim.Percent(60))) })
		w.After(6*time.Second, end)
	})
	w.Run(time.Minute)
	s := r.Summary()
	s.Name = "eight who chat"
	s.Mails = []report.Mail{{Messages: 2, Members: 8, Heard: 15, Missing: 1, Again: 2}}
	for i := range 15 {
		s.Mails[0].Took.Add(time.Duration(i*i) * 10 * time.Millisecond)
	}
	return s
}

func TestAnEventfulWorldIsDrawnAndTold(t *testing.T) {
	s := eventful()
	golden(t, "eventful.svg", s.SVG())
	golden(t, "eventful.txt", []byte(s.String()))
	wellFormed(t, "eventful", s.SVG())
}

// hostile has more of everything than there is room for, and words that want to be more than text.
func hostile() *report.Summary {
	s := &report.Summary{Name: "</title><script>\x00\xff&amp;", Seed: math.MaxUint64, Elapsed: math.MaxInt64, Events: math.MaxUint64, Nodes: math.MaxInt,
		Recorded: true, Bin: math.MaxInt64 / 256}
	full := make([]uint64, 256)
	for i := range full {
		full[i] = math.MaxUint64 >> (10 + i*7%50)
	}
	for i := range 40 {
		name := fmt.Sprintf("<%d&\"'\x01>%s", i, strings.Repeat("long ", 40))
		s.Kinds = append(s.Kinds, report.Traffic{Kind: name, Packets: 1 << 60, Bytes: math.MaxUint64, PerBin: full})
		s.Lost = append(s.Lost, report.Loss{Reason: sim.Reason(name), Packets: 1, PerBin: full})
		s.Intervals = append(s.Intervals, report.Interval{Name: name, From: time.Duration(i) << 57, To: time.Duration(i+20) << 57})
	}
	for i := range 64 {
		s.Latency.Add(1 << i)
		s.NodesUp = append(s.NodesUp, report.Point{At: time.Duration(i) << 57, Members: i % 3, Max: math.MaxInt, Sum: math.MaxInt})
	}
	for i := range 10 {
		c := report.Curve{Name: fmt.Sprint("<curve>", i), Points: s.NodesUp}
		for v := range 1000 {
			c.Final = append(c.Final, report.Answer{Value: v * v * v, Members: v})
		}
		s.Curves = append(s.Curves, c)
		s.Mails = append(s.Mails, report.Mail{Took: s.Latency})
	}
	s.More = 17
	return s
}

func TestWhateverTheWorldThePictureIsWellFormedAndSmall(t *testing.T) {
	born := sim.New(1)
	instant := report.Record(born)
	instant.Follow("nothing", func() []int { return nil })
	instant.Follow("something", func() []int { return []int{3} })
	chatty(born, 2, "ping")
	born.Run(0)
	for name, s := range map[string]*report.Summary{
		"hostile": hostile(), "nothing at all": {}, "an empty world": report.Of(sim.New(1)), "one instant": instant.Summary(),
		"an empty world that was recorded": report.Record(sim.New(1)).Summary(),
	} {
		wellFormed(t, name, s.SVG())
		if s.String() == "" {
			t.Errorf("%s says nothing", name)
		}
	}
}

func TestAPictureStaysSmallHoweverBusyTheWorld(t *testing.T) {
	w := sim.New(1, sim.Loss(sim.Percent(40)))
	r := report.Record(w)
	var words []string
	for c := 'a'; c < 'z'; c++ {
		words = append(words, string(c))
	}
	nodes := chatty(w, 30, words...)
	for i := range 300 {
		w.Run(time.Duration(i%7+1) * 700 * time.Millisecond)
		nodes[i%30].Restart()
		w.After(time.Second, w.Partition(nodes[:i%29+1], nodes[i%29+1:]))
	}
	wellFormed(t, "a busy world", r.Summary().SVG())
}
