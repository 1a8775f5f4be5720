package harness_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// words plays faults of five nodes for a minute, awaits in vain, and returns what the failure says.
func words(t *testing.T, faults ...harness.Fault) string {
	t.Helper()
	s := harness.Scenario{
		Seed: 1, Nodes: []string{"a", "b", "c", "d", "e"}, Topology: harness.Choice{Name: "complete"}, Faults: faults, Duration: time.Minute,
	}
	return failing(t, func(tb harness.TB) {
		r := harness.Start(tb, s, beacons)
		r.Play()
		r.Eventually(func() bool { return false }).Within(time.Second).Should(BeTrue())
	})
}

// tells fails the test unless a text has all of these.
func tells(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, words := range all {
		if !strings.Contains(text, words) {
			t.Errorf("no %q in\n%s", words, text)
		}
	}
}

func TestWhatComesAndGoesIsToldOnce(t *testing.T) {
	tells(t, words(t, harness.Fault{ID: "f", Do: harness.Majorities, At: 10 * time.Second, Every: 20 * time.Second}),
		"10s #11     the fault f began: majorities, half of every 20s\n",
		"10s #267    the network was cut (ring of majorities among [a b c d e]); again 2 times until 50s\n",
		"20s #518    the cut healed (ring of majorities among [a b c d e]); again 2 times until 1m0s\n",
		"1m0s #16    the fault f ended\n")
}

func TestWhatFaultsDoToPacketsIsTold(t *testing.T) {
	tells(t, words(t,
		harness.Fault{ID: "f1", Do: harness.Corrupt, Amount: 100_000, Size: 1, Match: "0:00", Every: 10 * time.Second},
		harness.Fault{ID: "f2", Do: harness.Truncate, Nodes: []string{"a", "b"}, Amount: 100_000, Size: 2},
		harness.Fault{ID: "f3", Do: harness.MTU, Size: 576},
		harness.Fault{ID: "f4", Do: harness.Replay, Amount: 100_000, By: time.Second, Within: time.Minute},
		harness.Fault{ID: "f5", Do: harness.LoseBurst, Amount: 100_000, Within: time.Second}),
		"f1 began: packets that match 0:00 have 1 bit flipped (10%), half of every 10s\n",
		"f2 began: packets from or to a, b lose up to 2 bytes at the end (10%)\n",
		"f3 began: packets are lost if they have more than 576 bytes\n",
		"f4 began: packets come again, 1s to 1m0s later (10%)\n",
		"f5 began: packets are lost for 1s at a time (10%)\n")
}

func TestWhatFaultsDoToNodesIsTold(t *testing.T) {
	tells(t, words(t,
		harness.Fault{ID: "f1", Do: harness.Slow, Nodes: []string{"a"}, By: time.Millisecond},
		harness.Fault{ID: "f2", Do: harness.LateTimers, Within: time.Millisecond},
		harness.Fault{ID: "f3", Do: harness.Skew, By: time.Second},
		harness.Fault{ID: "f4", Do: harness.Step, By: -time.Second},
		harness.Fault{ID: "f5", Do: harness.Drift, Amount: -200},
		harness.Fault{ID: "f6", Do: harness.Throttle, Amount: 64_000, Within: time.Second},
		harness.Fault{ID: "f7", Do: harness.FailDisk, Amount: 1000, Disk: sim.TornWrite}),
		"f1 began: each packet and timer takes 1ms on a\n",
		"f2 began: timers fire up to 1ms late on everybody\n",
		"f3 began: clocks are off by up to 1s on everybody\n",
		"f4 began: clocks jump by -1s on everybody\n",
		"f5 began: clocks run at -200 ppm on everybody\n",
		"f6 began: 64000 bit/s are left for everybody, with a queue of 1s\n",
		"f7 began: disks of everybody fail: torn write (0.1%)\n")
	tells(t, words(t,
		harness.Fault{ID: "f1", Do: harness.Twin, Nodes: []string{"a", "b"}},
		harness.Fault{ID: "f2", Do: harness.Reuse, Nodes: []string{"d", "e"}}),
		"f1 began: there is a twin of a, and one of b\n",
		"f2 began: e boots at the address of d, which moves\n")
}

func TestFaultsThatMeetNothingAreVacuous(t *testing.T) {
	faults := []harness.Fault{
		{ID: "f1", Do: harness.MTU, Size: 576},
		{ID: "f2", Do: harness.Lose, Amount: 1, Match: "0:ff"},
		{ID: "f3", Do: harness.Rebind},
		{ID: "f4", Do: harness.FailDisk, Amount: 1, Disk: sim.BitRot},
		{ID: "f5", Do: harness.Pause, At: 1, Nodes: []string{"b"}},
		{ID: "f6", Do: harness.Reuse, At: 2, Nodes: []string{"a", "b"}},
		{ID: "f7", Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: 1, Match: "0:ff"},
	}
	r := harness.Start(&countingTB{fakeTB: fakeTB{name: "TestThings"}}, harness.Scenario{
		Seed: 1, Nodes: []string{"a", "b"}, Topology: harness.Choice{Name: "complete"}, Faults: faults, Duration: time.Minute,
	}, beacons)
	r.Play()
	_, reasons := r.Verdict()
	same(t, "the reasons", reasons, []string{
		"fault f1 (mtu) never met a packet of more than 576 bytes",
		"fault f2 (lose) never met a packet that matches 0:ff",
		"fault f3 (rebind) never met a node behind a box",
		"fault f4 (fail disk) never met a disk that was used for that",
		"fault f6 (reuse address) never met two nodes that were running, without a box before them",
		"fault f7 (lose packet) never met packet 1 from a to b that matches 0:ff",
	})
}
