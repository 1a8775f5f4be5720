package memberlist_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// member is a program that uses memberlist as serf and consul do: it joins those it was told of, and again and again those that it has lost
// sight of.
type member struct {
	h    *bubble.Host
	list atomic.Pointer[memberlist.Memberlist]
	port uint16
	met  []string // all that it ever knew the address of
	back int      // how often it has come back

	reclaim time.Duration // after which a dead member's name may have another address; 0 is never
}

// start is the program. It has one name in all its lives.
func start(h *bubble.Host, met []netip.AddrPort) (*member, error) { return reclaiming(0)(h, met) }

// reclaiming is the program with another DeadNodeReclaimTime than memberlist's default, which is never.
func reclaiming(after time.Duration) func(h *bubble.Host, met []netip.AddrPort) (*member, error) {
	return func(h *bubble.Host, met []netip.AddrPort) (*member, error) {
		m := &member{h: h, port: h.Addr().Port(), reclaim: after}
		return m, m.run(met)
	}
}

// run has the program begin.
func (m *member) run(met []netip.AddrPort) error {
	for _, a := range met {
		m.met = append(m.met, a.String())
	}
	list, err := m.create()
	if err != nil {
		return err
	}
	m.list.Store(list)
	context.AfterFunc(m.h.Context(), func() { _ = m.list.Load().Shutdown() })
	m.h.Go(m.reconnect)
	return nil
}

// create makes the memberlist at the program's port.
func (m *member) create() (*memberlist.Memberlist, error) {
	at := netip.AddrPortFrom(m.h.Addr().Addr(), m.port)
	t, err := newTransport(m.h, at)
	if err != nil {
		return nil, fmt.Errorf("transport of %v: %w", at, err)
	}
	c := memberlist.DefaultLANConfig()
	c.Name = m.h.Node().Name()
	c.Transport = t
	c.Logger = log.New(io.Discard, "", 0)
	c.GossipToTheDeadTime = 10 * time.Minute
	c.DeadNodeReclaimTime = m.reclaim
	return memberlist.Create(c)
}

// reconnect joins those that are not among the members, every few seconds.
func (m *member) reconnect(ctx context.Context) {
	for ctx.Err() == nil {
		list := m.list.Load()
		here := addresses(list)
		for _, a := range here {
			if !slices.Contains(m.met, a) {
				m.met = append(m.met, a)
			}
		}
		for _, a := range m.met {
			if !slices.Contains(here, a) && ctx.Err() == nil {
				_, _ = list.Join([]string{a})
			}
		}
		time.Sleep(5 * time.Second)
	}
}

func addresses(list *memberlist.Memberlist) (all []string) {
	for _, n := range list.Members() {
		all = append(all, n.Address())
	}
	slices.Sort(all)
	return all
}

// comeBack has the program say goodbye and come back at another port, under its name: once, and the first not at all. Who is heard waits with
// its goodbye until it sees somebody, and a second more: until its first join is over.
func (m *member) comeBack(index int, heard bool) {
	if m.back++; index == 0 || m.back > 1 {
		return
	}
	m.h.Go(func(ctx context.Context) {
		list := m.list.Load()
		for heard && list.NumMembers() == 1 && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
		if heard {
			time.Sleep(time.Second)
		}
		_ = list.Leave(5 * time.Second)
		_ = list.Shutdown()
		time.Sleep(2 * time.Second)
		if ctx.Err() != nil {
			return
		}
		m.port++
		again, err := m.create()
		if err != nil {
			panic(err)
		}
		m.list.Store(again)
		if ctx.Err() != nil {
			_ = again.Shutdown()
		}
	})
}

// ID is the program's name.
func (m *member) ID() string { return m.h.Node().Name() }

// Known yields the names of the others that it takes for alive.
func (m *member) Known() iter.Seq[string] {
	var names []string
	for _, n := range m.list.Load().Members() {
		if n.Name != m.ID() {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return slices.Values(names)
}
