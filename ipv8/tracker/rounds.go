package tracker

import (
	"log/slog"
	"net/netip"
	"slices"

	"github.com/overlaytest/overlaytest/ipv8"
)

// round forgets the members that are too many, and pings some others.
func (t *Tracker) round() {
	t.thin()
	t.churn()
	t.tidy()
}

// tidy closes the overlays that have no members left.
func (t *Tracker) tidy() {
	for _, c := range slices.Clone(t.order) {
		if c.PeerCount() == 0 {
			t.close(c)
		}
	}
}

// thin forgets the members that came first, above the limit.
func (t *Tracker) thin() {
	table := t.stack.Table()
	for p := range table.Verified() {
		if table.Len() <= MaxPeers {
			return
		}
		table.Remove(p)
	}
}

// ping asks a member for an introduction in one of its overlays.
func (t *Tracker) ping(p *ipv8.Peer) {
	host, services := t.stack.Host(), t.stack.Table().Services(p.Key())
	if len(services) == 0 {
		t.stack.Table().Remove(p)
		return
	}
	service := services[host.Rand("tracker ping").IntN(len(services))]
	c := t.services[service]
	if c == nil {
		t.forget(p, service)
		return
	}
	identifier, err := c.Request(p)
	if err != nil {
		host.Log().Debug("tracker: ping not sent", slog.String("peer", p.String()), slog.String("error", err.Error()))
	}
	t.pings = append(t.pings, ping{p, service, identifier, host.After(PingTimeout, func() { t.expire(identifier) })})
}

// expire forgets the member that did not answer a ping.
func (t *Tracker) expire(identifier uint16) {
	if p, ok := t.take(func(p ping) bool { return p.identifier == identifier }); ok {
		t.forget(p.peer, p.service)
	}
}

// take returns the ping that fits, and forgets it.
func (t *Tracker) take(fits func(ping) bool) (p ping, ok bool) {
	at := slices.IndexFunc(t.pings, fits)
	if at < 0 {
		return ping{}, false
	}
	p = t.pings[at]
	t.pings = slices.Delete(t.pings, at, at+1)
	return p, true
}

// answered notes that a member is there. One that has peers enough is
// introduced no more.
func (t *Tracker) answered(from *ipv8.Peer, service ipv8.ID, in *ipv8.Introduction) {
	p, ok := t.take(func(p ping) bool {
		return p.identifier == in.Identifier && p.peer.Key() == from.Key() && p.service == service
	})
	if !ok {
		return
	}
	t.stack.Host().Stop(p.timer)
	if in.PeerLimit {
		t.forget(from, service)
	}
}

// forget takes a member out of an overlay, and out of the table when it was
// the last one.
func (t *Tracker) forget(p *ipv8.Peer, service ipv8.ID) {
	table := t.stack.Table()
	table.Withdraw(p, service)
	if len(table.Services(p.Key())) == 0 {
		table.Remove(p)
	}
}

// isPinged reports whether an answer from an address is due in an overlay.
func (t *Tracker) isPinged(from netip.AddrPort, service ipv8.ID) bool {
	return slices.ContainsFunc(t.pings, func(p ping) bool {
		known := t.stack.Table().ByKey(p.peer.Key())
		return p.service == service && known != nil && known.Address() == from
	})
}
