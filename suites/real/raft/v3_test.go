//go:build !etcd32

package raft_test

import (
	"context"

	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"
)

// engine is go.etcd.io/raft: its Node, which has a goroutine of its own, and its storage in memory.
type engine struct {
	node  raft.Node
	store *raft.MemoryStorage
}

// begin has nothing to do: election timeouts are drawn from crypto/rand.
func begin(uint64) {}

// newEngine starts a node with what its disk holds, or one of so many that start together.
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
	hard := &raftpb.HardState{}
	must(proto.Unmarshal(state, hard))
	must(e.store.SetHardState(hard))
	for _, b := range entries {
		entry := &raftpb.Entry{}
		must(proto.Unmarshal(b, entry))
		must(e.store.Append([]*raftpb.Entry{entry}))
	}
	e.node = raft.RestartNode(c)
	return e
}

// unpack turns what is ready into what the program stores, sends and applies, after it is appended to the storage.
func (e *engine) unpack(rd raft.Ready) (b batch) {
	if rd.SoftState != nil {
		b.leads, b.follows = rd.SoftState.RaftState == raft.StateLeader, rd.SoftState.RaftState != raft.StateLeader
	}
	if !raft.IsEmptyHardState(rd.HardState) {
		b.state, b.term = bytesOf(rd.HardState), rd.HardState.GetTerm()
		must(e.store.SetHardState(rd.HardState))
	}
	must(e.store.Append(rd.Entries))
	for _, entry := range rd.Entries {
		b.entries = append(b.entries, logged{entry.GetIndex(), entry.GetTerm(), string(entry.GetData()), bytesOf(entry)})
	}
	for _, m := range rd.Messages {
		b.messages = append(b.messages, message{m.GetTo(), bytesOf(m)})
	}
	for _, entry := range rd.CommittedEntries {
		if entry.GetType() == raftpb.EntryConfChange {
			change := &raftpb.ConfChange{}
			must(proto.Unmarshal(entry.GetData(), change))
			e.node.ApplyConfChange(change)
		}
		b.committed = append(b.committed, logged{index: entry.GetIndex(), term: entry.GetTerm(), data: string(entry.GetData())})
	}
	return b
}

func bytesOf(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	must(err)
	return b
}

// step gives the node a message. A proposal that somebody passes on waits for a leader, so nothing may wait for it.
func (e *engine) step(ctx context.Context, data []byte) {
	m := &raftpb.Message{}
	switch err := proto.Unmarshal(data, m); {
	case err != nil:
	case m.GetType() == raftpb.MsgProp:
		go soon(ctx, func(ctx context.Context) error { return e.node.Step(ctx, m) })
	default:
		_ = e.node.Step(ctx, m)
	}
}
