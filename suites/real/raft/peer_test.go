package raft_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

var silent = log.New(io.Discard, "", 0)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// batch is what a node has ready: to store, to send, to apply, in this order.
type batch struct {
	leads, follows bool // it has become a leader, or something else
	term           uint64
	state          []byte // its term, vote and commit, nil when they are as before
	entries        []logged
	messages       []message
	committed      []logged
}

// logged is an entry of a log.
type logged struct {
	index, term uint64
	data        string
	whole       []byte
}

type message struct {
	to   uint64
	data []byte
}

// peer is a program of one raft group of all nodes of the world: it sends messages in datagrams, and keeps state and log on its disk.
type peer struct {
	*engine
	h       *bubble.Host
	id      uint64
	life    int
	conn    *bubble.PacketConn
	past    *past
	log     []logged
	term    atomic.Uint64
	applied atomic.Uint64
	leading atomic.Bool

	appending atomic.Bool // entries are written that are not on the disk yet
}

const (
	tick  = 100 * time.Millisecond
	fsync = 5 * time.Millisecond // how long a disk takes: who crashes meanwhile has lost what it wrote
)

func start(h *bubble.Host, _ []netip.AddrPort) (*peer, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	past := sim.Shared(h.Node(), func() *past { begin(h.Node().World().Seed()); return newPast() })
	p := &peer{h: h, id: uint64(h.Node().Index()) + 1, life: h.Node().Life(), conn: conn, past: past}
	state, entries := p.load()
	p.engine = newEngine(p.id, len(h.Node().World().Nodes()), state, entries)
	h.Go(p.run)
	h.Go(p.listen)
	h.Go(p.proposeNow)
	return p, nil
}

// load reads what the disk holds.
func (p *peer) load() (state []byte, entries [][]byte) {
	state, _ = p.h.Node().Disk().Read("state")
	file, _ := p.h.Node().Disk().Read("log")
	for len(file) > 0 {
		n := binary.BigEndian.Uint32(file)
		index, term := binary.BigEndian.Uint64(file[4:]), binary.BigEndian.Uint64(file[12:])
		entries = append(entries, file[20:20+n])
		p.log = append(p.log, logged{index: index, term: term, whole: file[20 : 20+n]})
		file = file[20+n:]
	}
	return state, entries
}

// save writes what is to be stored, and waits until it is, or until the node has crashed.
func (p *peer) save(ctx context.Context, b batch) {
	disk := p.h.Node().Disk()
	if b.state != nil {
		must(disk.Write("state", b.state))
		p.term.Store(b.term)
	}
	if len(b.entries) > 0 {
		p.log = append(p.log[:b.entries[0].index-1], b.entries...)
		var file []byte
		for _, e := range p.log {
			file = binary.BigEndian.AppendUint32(file, uint32(len(e.whole)))
			file = binary.BigEndian.AppendUint64(file, e.index)
			file = binary.BigEndian.AppendUint64(file, e.term)
			file = append(file, e.whole...)
		}
		must(disk.Write("log", file))
	}
	if b.state == nil && len(b.entries) == 0 {
		return
	}
	p.appending.Store(len(b.entries) > 0)
	time.Sleep(fsync)
	p.appending.Store(false)
	if ctx.Err() == nil {
		must(disk.Sync())
	}
}

func (p *peer) run(ctx context.Context) {
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	defer p.node.Stop()
	for {
		select {
		case <-ticks.C:
			p.node.Tick()
		case rd := <-p.node.Ready():
			p.handle(ctx, p.unpack(rd))
			p.node.Advance()
		case <-ctx.Done():
			return
		}
	}
}

// handle stores, sends and applies.
func (p *peer) handle(ctx context.Context, b batch) {
	p.save(ctx, b)
	if ctx.Err() != nil {
		return
	}
	p.past.appends(p.h.Node().Name(), b.entries)
	if b.leads {
		p.leading.Store(true)
		p.past.leads(p.h.Node().Name(), p.term.Load(), p.log)
	}
	if b.follows {
		p.leading.Store(false)
	}
	for _, m := range b.messages {
		_, _ = p.conn.WriteToUDPAddrPort(m.data, p.h.Node().World().Nodes()[m.to-1].Addrs()[0])
	}
	for _, e := range b.committed {
		p.past.commits(p.h.Node().Name(), e)
		p.applied.Store(e.index)
	}
}

func (p *peer) listen(ctx context.Context) {
	packet := make([]byte, 1<<16)
	for {
		n, _, err := p.conn.ReadFrom(packet)
		if err != nil {
			return
		}
		p.step(ctx, packet[:n])
	}
}

// proposeNow proposes something every two seconds, so that the log goes on for ever.
func (p *peer) proposeNow(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		time.Sleep(2 * time.Second)
		p.propose(ctx, fmt.Sprint(p.id, ".", p.life, ".", i))
	}
}

func (p *peer) propose(ctx context.Context, what string) {
	soon(ctx, func(ctx context.Context) error { return p.node.Propose(ctx, []byte(what)) })
}

// soon has f give up after a second.
func soon(ctx context.Context, f func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_ = f(ctx)
}
