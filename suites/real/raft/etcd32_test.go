//go:build etcd32

package raft_test

import (
	"context"
	"math/rand"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/coreos/etcd/raft"
	"github.com/coreos/etcd/raft/raftpb"
)

// globalRand is what all nodes of a process draw their election timeouts from, seeded by the time at which the process began.
//
//go:linkname globalRand github.com/coreos/etcd/raft.globalRand
var globalRand *struct {
	mu   sync.Mutex
	rand *rand.Rand
}

// begin makes a world's history independent of the process it is played in.
func begin(seed uint64) { globalRand.rand = rand.New(rand.NewSource(int64(seed))) }

// engine is the raft of etcd 3.2 and 3.3, as it was before it became a module: see v3_test.go.
type engine struct {
	node  raft.Node
	store *raft.MemoryStorage
}

func newEngine(id uint64, peers int, state []byte, entries [][]byte) *engine {
	e := &engine{store: raft.NewMemoryStorage()}
	c := &raft.Config{
		ID: id, ElectionTick: 10, HeartbeatTick: 1, Storage: e.store, MaxSizePerMsg: 1 << 16, MaxInflightMsgs: 16,
		PreVote: true, Logger: &raft.DefaultLogger{Logger: silent},
	}
	if state == nil {
		var all []raft.Peer
		for i := range peers {
			all = append(all, raft.Peer{ID: uint64(i + 1)})
		}
		e.node = raft.StartNode(c, all)
		return e
	}
	var hard raftpb.HardState
	must(hard.Unmarshal(state))
	must(e.store.SetHardState(hard))
	for _, b := range entries {
		var entry raftpb.Entry
		must(entry.Unmarshal(b))
		must(e.store.Append([]raftpb.Entry{entry}))
	}
	e.node = raft.RestartNode(c)
	return e
}

func (e *engine) unpack(rd raft.Ready) (b batch) {
	if rd.SoftState != nil {
		b.leads, b.follows = rd.SoftState.RaftState == raft.StateLeader, rd.SoftState.RaftState != raft.StateLeader
	}
	if !raft.IsEmptyHardState(rd.HardState) {
		b.state, b.term = bytesOf(&rd.HardState), rd.HardState.Term
		must(e.store.SetHardState(rd.HardState))
	}
	must(e.store.Append(rd.Entries))
	for _, entry := range rd.Entries {
		b.entries = append(b.entries, logged{entry.Index, entry.Term, string(entry.Data), bytesOf(&entry)})
	}
	for _, m := range rd.Messages {
		b.messages = append(b.messages, message{m.To, bytesOf(&m)})
	}
	for _, entry := range rd.CommittedEntries {
		if entry.Type == raftpb.EntryConfChange {
			var change raftpb.ConfChange
			must(change.Unmarshal(entry.Data))
			e.node.ApplyConfChange(change)
		}
		b.committed = append(b.committed, logged{index: entry.Index, term: entry.Term, data: string(entry.Data)})
	}
	return b
}

func bytesOf(m interface{ Marshal() ([]byte, error) }) []byte {
	b, err := m.Marshal()
	must(err)
	return b
}

func (e *engine) step(ctx context.Context, data []byte) {
	var m raftpb.Message
	switch err := m.Unmarshal(data); {
	case err != nil:
	case m.Type == raftpb.MsgProp:
		go soon(ctx, func(ctx context.Context) error { return e.node.Step(ctx, m) })
	default:
		_ = e.node.Step(ctx, m)
	}
}
