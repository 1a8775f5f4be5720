package exact_test

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

const plantVariable = "OVERLAYTEST_PLANT"

// plants are programs whose runs differ, each by one cause, and what the finder calls it.
var plants = map[string]struct {
	number func() uint64 // what they send, different in each run
	cause  string
}{
	"map order":   {someKey, "Under go test they would differ by the order of maps."},
	"crypto/rand": {secret, "Cause: crypto/rand."},
	"wall clock":  {sinceStart, "Cause: the wall clock."},
	"outsider":    {counted, "Cause: a goroutine outside the bubble: github.com/overlaytest/overlaytest/suites/exact_test.count plants_test.go:"},
	"pointers":    {address, "Under go test they would differ by pointer order"},
}

func someKey() uint64 {
	m := map[uint64]bool{}
	for i := range uint64(100) {
		m[i] = true
	}
	for k := range m { // any order: that is the plant
		return k
	}
	return 0
}

func secret() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])
}

var began = time.Now()

func sinceStart() uint64 { return uint64(began.UnixNano()) }

var (
	counter atomic.Uint64
	quit    atomic.Bool
)

func counted() uint64 { return counter.Load() }

// count counts outside of the bubble, as fast as it can.
func count() {
	for !quit.Load() {
		counter.Add(1)
		runtime.Gosched()
	}
}

var kept *[100]byte

func address() uint64 {
	kept = new([100]byte)
	return uint64(uintptr(unsafe.Pointer(kept)))
}

// TestPlanted plays a world of two nodes, one of which sends what differs, once a second.
func TestPlanted(t *testing.T) {
	plant, named := plants[os.Getenv(plantVariable)]
	if !named {
		t.Skip("for TestTheFinderNamesWhatWasPlanted")
	}
	defer quit.Store(true)
	if os.Getenv(plantVariable) == "outsider" {
		go count()
		time.Sleep(time.Millisecond)
	}
	synctest.Test(t, func(*testing.T) { // not bubble.Test, which would have crypto/rand yield the seed's numbers
		w := sim.New(7)
		defer w.Close()
		to := w.Node("listener", func(*sim.Node) {}).Addrs()[0]
		w.Node("teller", func(n *sim.Node) {
			bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (any, error) { return nil, tell(h, to, plant.number) })(n, nil)
		})
		w.Run(10 * time.Second)
	})
}

func tell(h *bubble.Host, to netip.AddrPort, number func() uint64) error {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err == nil {
		time.AfterFunc(time.Second, func() {
			for range 5 {
				_, _ = conn.WriteTo(binary.BigEndian.AppendUint64(nil, number()), net.UDPAddrFromAddrPort(to))
			}
		})
	}
	return err
}

// TestTheFinderNamesWhatWasPlanted runs overlaytest diverge on each plant.
func TestTheFinderNamesWhatWasPlanted(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run by: go run ./cmd/overlaytest test ./suites/exact")
	}
	for _, name := range slices.Sorted(maps.Keys(plants)) {
		t.Run(name, func(t *testing.T) {
			c := exec.Command("go", "run", "github.com/overlaytest/overlaytest/cmd/overlaytest", "diverge", "-run=^TestPlanted$", ".")
			c.Env = append(os.Environ(), plantVariable+"="+name)
			out, _ := c.CombinedOutput() // it fails where runs differ
			said := string(out)
			t.Log(said)
			for _, want := range []string{plants[name].cause, `"kind":"sent"`, `"node":"teller"`, `"t":1000`, "exact_test.tell.func1 plants_test.go:"} {
				if !strings.Contains(said, want) {
					t.Errorf("nothing of %q", want)
				}
			}
			if causes := strings.Count(said, "differ by ") + strings.Count(said, "Cause: "); causes != 1 {
				t.Errorf("%s", fmt.Sprint(causes, " causes are named"))
			}
		})
	}
}
