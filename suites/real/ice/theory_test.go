package ice_test

import (
	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// possible is the theory: the first packet of one of the two arrives, and what answers it goes back on its way.
func possible(a, b *sim.Node) bool {
	one, other := behind(a), behind(b)
	if one.Filtering == fixtures.Blocked || other.Filtering == fixtures.Blocked {
		return false
	}
	return arrives(one, other) || arrives(other, one)
}

// arrives reports whether a packet from behind one NAT comes in by another's outside address, as its STUN server has seen it, while that
// sends to the first one's likewise.
func arrives(from, to fixtures.NAT) bool {
	steady := func(n fixtures.NAT) bool { return n.Mapping == fixtures.EIM || n.Mapping == fixtures.Untranslated }
	switch {
	case to.Filtering == fixtures.EIF:
		return true
	case !steady(to):
		return false // what it sends to the first goes out by another port
	case to.Filtering == fixtures.ADF:
		return true
	}
	return steady(from)
}

// behind returns the NAT before a node; without one, it is as if all came in.
func behind(n *sim.Node) fixtures.NAT {
	if box, ok := n.Gateway().(*fixtures.Box); ok {
		return box.NAT()
	}
	return fixtures.FullCone()
}
