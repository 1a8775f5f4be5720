package digests_test

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/sim"
)

// worlds are spread over all there is: overlays, kinds of keys, models of latency, losses and faults.
var worlds = []world{
	{"ping-pong", 1, nil, pingPong("curve25519", 2, fixtures.Complete), 10 * time.Second},
	{"chain with one-way latencies", 2, nil, chain, 7 * time.Second},
	{"bootstrap with curve25519", 3, nil, bootstrap("curve25519", 20), 2 * time.Minute},
	{"bootstrap with stand-ins", 4, []sim.Rule{fixtures.Internet}, bootstrap("stand-in medium", 100), 2 * time.Minute},
	{"bootstrap with medium keys", 5, nil, bootstrap("medium", 5), 10 * time.Second},
	{"every level of keys", 6, []sim.Rule{sim.Loss(sim.Percent(10))}, pingPong("", 6, fixtures.Ring), 5 * time.Second},
	{"every model of latency", 7, latencies(), pingPong("stand-in", 20, fixtures.Complete), time.Minute},
	{"walks under churn and loss", 8, []sim.Rule{sim.Latency(40 * time.Millisecond), sim.Loss(sim.Percent(5))}, churn, 5 * time.Minute},
	{"gossip across a partition", 9, []sim.Rule{fixtures.Uniform(10*time.Millisecond, 200*time.Millisecond)}, partition, time.Minute},
	{"ties permuted, packets copied, cut and flipped", 10, []sim.Rule{sim.Latency(time.Millisecond), copies, spoil}, ties, time.Minute},
	{"peers behind NATs of every kind", 11, []sim.Rule{fixtures.Internet}, nats, 5 * time.Minute},
	{"gossip over access links and a bottleneck", 12, []sim.Rule{fixtures.Uniform(10*time.Millisecond, 50*time.Millisecond)}, narrow, time.Minute},
	{"clocks that are wrong, and machines that are slow", 13, []sim.Rule{sim.Latency(20 * time.Millisecond)}, mistimed, time.Minute},
	{"walks under churn as measured, by the day, in crowds", 14, []sim.Rule{fixtures.Internet}, lively, 5 * time.Minute},
}

// introduce makes nodes, and boots each with the addresses that it meets.
func introduce[O any](w *sim.World, n int, t fixtures.Topology, boot func(n *sim.Node, met []netip.AddrPort) O) []*sim.Node {
	links := t(n, w.Rand("topology"))
	nodes := make([]*sim.Node, n)
	for i := range nodes {
		nodes[i] = w.Node(fmt.Sprint("n", i), func(n *sim.Node) {
			var met []netip.AddrPort
			for _, j := range links[i] {
				met = append(met, nodes[j].Addrs()[0])
			}
			boot(n, met)
		})
	}
	return nodes
}

// pingPong plays PingPong under keys of one curve, or of all curves in turn.
func pingPong(curve string, n int, t fixtures.Topology) func(w *sim.World) {
	return func(w *sim.World) {
		introduce(w, n, t, func(n *sim.Node, met []netip.AddrPort) *ipv8.Community {
			own := curve
			if levels := keys.Levels(); own == "" {
				own = string(levels[n.Index()%len(levels)])
			}
			p := ipv8.Join(overlays.Stack(n, own), overlays.PingPongs)
			p.Started(2 * time.Second)
			for _, a := range met {
				_ = p.WalkTo(a)
			}
			return p.Community
		})
	}
}

func chain(w *sim.World) {
	pingPong("curve25519", 3, fixtures.Line)(w)
	n := w.Nodes()
	for i, from := range n {
		for j, to := range n {
			w.Link(fixtures.FromTo(from, to, sim.Latency(time.Duration(10*i+3*j)*time.Millisecond)))
		}
	}
}

// bootstrap is the tutorial's second simulation, by configuration.
func bootstrap(curve string, n int) func(w *sim.World) {
	return func(w *sim.World) {
		var trackers []netip.AddrPort
		for i := range 2 {
			node := w.Node(fmt.Sprint("tracker ", i), func(n *sim.Node) { overlays.NewTracker(n, curve) })
			trackers = append(trackers, node.Addrs()[0])
		}
		meet := []config.BootstrapperDefinition{{Class: config.DispersyBootstrapper, Init: config.Init{"ip_addresses": trackers}}}
		walk := []config.WalkerDefinition{{Strategy: config.RandomWalk, Peers: 10, Init: config.Init{"timeout": 3.0}}}
		for i := range n {
			builder := config.New().ClearKeys().ClearOverlays().AddKey("my peer", curve, "")
			builder.AddOverlay("Simple", "my peer", walk, meet, config.Init{"id": i}, config.Call{"started", 2.0})
			c := config.Must(builder.Finalize())
			w.Node(fmt.Sprint("peer ", i), func(n *sim.Node) {
				if _, err := config.Start(n, sim.Shared(n, keys.NewRing), nil, c, config.With("Simple", overlays.Simples)); err != nil {
					panic(err)
				}
			})
		}
	}
}

// latencies are all models that there are, and a matrix: their delays add up.
func latencies() []sim.Rule {
	matrix, err := fixtures.ReadMatrix(strings.NewReader("0,12.5,80\n13,0.25,99.999999\n81,100,0\n"))
	if err != nil {
		panic(err)
	}
	return []sim.Rule{
		fixtures.Uniform(time.Millisecond, 9*time.Millisecond), fixtures.Normal(20*time.Millisecond, 5*time.Millisecond),
		fixtures.Lognormal(30*time.Millisecond, 500), fixtures.Weibull(40*time.Millisecond, 1500), fixtures.Pareto(10*time.Millisecond, 2500),
		fixtures.Internet, matrix.InTurn(),
	}
}

func churn(w *sim.World) {
	nodes := introduce(w, 30, fixtures.Gnp(sim.Percent(20)), overlays.NewSimple)
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name())
	}
	for _, step := range fixtures.Exponential(time.Minute, 10*time.Second)(names, 4*time.Minute, w.Rand) {
		n := w.Find(step.Node)
		w.After(step.At, func() {
			if step.Up {
				n.Restart()
			} else {
				n.Crash()
			}
		})
	}
}

func partition(w *sim.World) {
	nodes := introduce(w, 20, fixtures.Star, publishing)
	w.After(5*time.Second, func() {
		heal := w.Partition(nodes[:7], nodes[7:])
		healOneWay := w.PartitionOneWay(nodes[7:10], nodes[10:])
		w.After(20*time.Second, heal)
		w.After(25*time.Second, healOneWay)
	})
}

// publishing is Gossip with a rumour of each member.
func publishing(n *sim.Node, met []netip.AddrPort) *overlays.Gossip {
	g := overlays.NewGossip(n, met)
	n.After(10*time.Second, func() { g.Publish(uint64(n.Index())) })
	return g
}

func copies(*sim.World) sim.Filter {
	return sim.Filter{Name: "copies", Apply: func(p *sim.Packet) sim.Fate {
		return sim.Fate{Copies: int(p.N(2)), Delay: time.Duration(p.N(3)) * time.Millisecond}
	}}
}

func spoil(*sim.World) sim.Filter {
	return sim.Filter{Name: "spoil", Apply: func(p *sim.Packet) sim.Fate {
		switch size := uint64(len(p.Data)); {
		case p.Chance(sim.Percent(10)):
			p.Mutate()[p.N(size)] ^= 1
		case p.Chance(sim.Percent(10)):
			p.Truncate(int(p.N(size)))
		}
		return sim.Fate{}
	}}
}

// ties has pauses and coroutines, too.
func ties(w *sim.World) {
	w.PermuteTies()
	nodes := introduce(w, 10, fixtures.Complete, overlays.NewPingPong)
	w.Go(func(p *sim.Proc) {
		for _, n := range nodes {
			p.Sleep(3 * time.Second)
			n.Pause()
			p.Sleep(2500 * time.Millisecond)
			n.Resume()
		}
	})
}
