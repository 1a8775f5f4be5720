package raft_test

import (
	"fmt"
	"sync"
)

// past is all that has happened in a raft group, and what was wrong with it: the promises of figure 3 of "In Search of an Understandable
// Consensus Algorithm" (Ongaro and Ousterhout, USENIX ATC 2014).
type past struct {
	mu        sync.Mutex
	leader    map[uint64]string    // by term
	entry     map[[2]uint64]string // by index and term
	committed []logged             // by index, from 1
	wrong     error
}

func newPast() *past {
	return &past{leader: map[uint64]string{}, entry: map[[2]uint64]string{}}
}

func (p *past) says(format string, args ...any) {
	if p.wrong == nil {
		p.wrong = fmt.Errorf(format, args...)
	}
}

// err returns what was wrong first.
func (p *past) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrong
}

// leads notes who leads: at most one in a term, whose log holds all that was committed in earlier ones.
func (p *past) leads(who string, term uint64, log []logged) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if other, ok := p.leader[term]; ok && other != who {
		p.says("election safety: %s and %s lead in term %d", other, who, term)
	}
	p.leader[term] = who
	for _, c := range p.committed {
		if c.term < term && (uint64(len(log)) < c.index || log[c.index-1].term != c.term) {
			p.says("leader completeness: %s leads in term %d without entry %d of term %d, which is committed", who, term, c.index, c.term)
		}
	}
}

// appends notes entries of a log: index and term tell an entry.
func (p *past) appends(who string, entries []logged) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range entries {
		key := [2]uint64{e.index, e.term}
		if other, ok := p.entry[key]; ok && other != e.data {
			p.says("log matching: entry %d of term %d is %q at %s, and %q elsewhere", e.index, e.term, e.data, who, other)
		}
		p.entry[key] = e.data
	}
}

// commits notes an entry that was applied: the same at its index for everybody, without a gap.
func (p *past) commits(who string, e logged) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch n := uint64(len(p.committed)); {
	case e.index > n+1:
		p.says("state machine safety: %s applies entry %d, and nobody has applied %d", who, e.index, n+1)
	case e.index == n+1:
		p.committed = append(p.committed, e)
	case p.committed[e.index-1].data != e.data || p.committed[e.index-1].term != e.term:
		p.says("state machine safety: %s applies %q of term %d as entry %d; %q of term %d was", who, e.data, e.term, e.index, p.committed[e.index-1].data, p.committed[e.index-1].term)
	}
}
