package bubble_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// move is an operation of a random script at one end of a stream.
type move struct {
	name string
	play func(c tcpSocket, op func(results ...any))
}

var moves = []move{
	writing(0), writing(1), writing(3), writing(3000), reading(0), reading(1), reading(4), reading(5000),
	{"late", func(c tcpSocket, op func(...any)) {
		op(c.SetDeadline(time.Now().Add(-time.Second)))
		op(c.Read(make([]byte, 9)))
		op(c.Write(make([]byte, 9)))
		op(c.SetDeadline(time.Time{}))
	}},
	{"close", func(c tcpSocket, op func(...any)) { op(c.Close()) }},
	{"close write", func(c tcpSocket, op func(...any)) { op(c.CloseWrite()) }},
	{"close read", func(c tcpSocket, op func(...any)) { op(c.CloseRead()) }},
	{"linger 0", func(c tcpSocket, op func(...any)) { op(c.SetLinger(0)) }},
}

func writing(n int) move {
	return move{fmt.Sprint("write ", n), func(c tcpSocket, op func(...any)) { op(c.Write(make([]byte, n))) }}
}

func reading(n int) move {
	return move{fmt.Sprint("read ", n), func(c tcpSocket, op func(...any)) {
		_ = c.SetReadDeadline(time.Now().Add(15 * time.Millisecond))
		op(c.Read(make([]byte, n)))
		_ = c.SetReadDeadline(time.Time{})
	}}
}

// random is a script of moves at either end of a stream, each of which has so long to take its effect at both.
func random(seed uint64, settle time.Duration) func(*stage) {
	return func(s *stage) {
		r := rand.New(rand.NewPCG(seed, 0))
		a, b := s.stream()
		defer a.Close()
		defer b.Close()
		for range 3 + r.IntN(9) {
			m, c, end := moves[r.IntN(len(moves))], a, "a: "
			if r.IntN(2) == 0 {
				c, end = b, "b: "
			}
			m.play(c, s.op(end+m.name))
			time.Sleep(settle)
		}
	}
}

// TestStreamsAreAsOnLoopbackWhateverIsDone plays random scripts, on loopback many at once.
func TestStreamsAreAsOnLoopbackWhateverIsDone(t *testing.T) {
	first, want := uint64(1), make([][]string, 300)
	if fresh := os.Getenv("OVERLAYTEST_FRESH"); fresh != "" {
		want = make([][]string, 5000)
		if seed, err := strconv.ParseUint(fresh, 0, 64); err == nil && seed > 1 {
			first = seed
		} else {
			first = uint64(time.Now().UnixNano())
		}
		t.Logf("OVERLAYTEST_FRESH=%d", first)
	}
	var all sync.WaitGroup
	several := make(chan bool, 20)
	for i := range want {
		several <- true
		all.Go(func() {
			want[i] = onLoopback(t, random(first+uint64(i), 3*time.Millisecond))
			<-several
		})
	}
	all.Wait()
	for i, want := range want {
		seed := first + uint64(i)
		got := onNodes(t, random(seed, 15*time.Millisecond))
		for settle := 10 * time.Millisecond; !slices.Equal(got, want) && settle < time.Second; settle *= 4 {
			want = onLoopback(t, random(seed, settle)) // this machine may have been busy
		}
		if !slices.Equal(got, want) {
			t.Errorf("script %d\n   on nodes:\n\t%s\n on loopback:\n\t%s", seed, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
	}
}
