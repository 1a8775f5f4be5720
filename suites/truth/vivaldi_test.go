package truth_test

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// vivaldi is a node of the network coordinate system of that name (Dabek, Cox, Kaashoek, Morris, SIGCOMM 2004): a point in a plane with a
// height above it, which each measured round trip moves as a spring would.
type vivaldi struct {
	x, y, height float64 // milliseconds
	err          float64 // estimated, relative
}

// to is the round trip that the coordinates predict.
func (v *vivaldi) to(o *vivaldi) float64 {
	return math.Hypot(v.x-o.x, v.y-o.y) + v.height + o.height
}

// measured moves the node by a round trip to another one, with the constants of the paper, c_c and c_e being a quarter.
func (v *vivaldi) measured(rtt float64, o *vivaldi, angle float64) {
	weight := v.err / (v.err + o.err)
	off := math.Abs(v.to(o)-rtt) / rtt
	v.err = min(1, off*weight/4+v.err*(1-weight/4))
	force := weight / 4 * (rtt - v.to(o))
	dx, dy := v.x-o.x, v.y-o.y
	far := math.Hypot(dx, dy)
	if far < 1e-6 {
		dx, dy, far = math.Cos(angle), math.Sin(angle), 1
	}
	whole := far + v.height + o.height
	v.x, v.y = v.x+force*dx/whole, v.y+force*dy/whole
	v.height = max(.1, v.height+force*(v.height+o.height)/whole)
}

// coordinates has n nodes ping random others once a second for so long, and returns the relative errors of all pairs, in rising order.
func coordinates(seed uint64, n int, d time.Duration, latency sim.Rule) []float64 {
	w := sim.New(seed, latency)
	defer w.Close()
	nodes := make([]vivaldi, n)
	rtts := map[[2]int]float64{}
	crowd(w, n, func(node *sim.Node, index int, all []netip.AddrPort) {
		nodes[index].err, nodes[index].height = 1, 1
		random := node.Rand("whom")
		node.Listen(func(from, _ netip.AddrPort, data []byte) {
			if data[0] == 'p' { // a ping is answered with its time of sending
				node.Send(from, append([]byte("r"), data[1:]...))
				return
			}
			other := slices.Index(all, from)
			rtt := float64(node.World().Elapsed()-time.Duration(binary.BigEndian.Uint64(data[1:]))) / 1e6
			rtts[[2]int{index, other}] = rtt
			nodes[index].measured(rtt, &nodes[other], random.Float64()*2*math.Pi)
		})
		node.Every(time.Second, time.Second, func() {
			if other := random.IntN(n); other != index {
				node.Send(all[other], binary.BigEndian.AppendUint64([]byte("p"), uint64(node.World().Elapsed())))
			}
		})
	})
	w.Run(d)
	var errs []float64
	for pair, rtt := range rtts { // any order: they are sorted
		errs = append(errs, math.Abs(nodes[pair[0]].to(&nodes[pair[1]])-rtt)/rtt)
	}
	slices.Sort(errs)
	return errs
}

// Vivaldi finds coordinates on the cities' round trips. On 1,740 hosts of the internet (King) the median relative error was 11 %; here, where
// each pair is off its distance by a factor of its own, which no coordinates explain, it is of the same order, twice as much, and less than after
// five seconds of learning by a third.
func TestVivaldi(t *testing.T) {
	seed := seeds(t).Uint64()
	errs := coordinates(seed, 120, 10*time.Minute, fixtures.Cities().Scattered())
	start := coordinates(seed, 120, 5*time.Second, fixtures.Cities().Scattered())
	median := errs[len(errs)/2]
	t.Logf("median relative error %.3f over %d pairs, at the start %.3f", median, len(errs), start[len(start)/2])
	if len(errs) < 10_000 || median < .03 || median > .3 || median > start[len(start)/2]*2/3 {
		t.Errorf("median relative error %.3f over %d pairs, at the start %.3f", median, len(errs), start[len(start)/2])
	}
}
