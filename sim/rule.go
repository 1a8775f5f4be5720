package sim

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"time"
)

// Rule is what happens to packets, as a test gives it: a latency, a loss, a preset of several. It is bound to one world by [World.Link],
// which calls it once; whatever state it has is made in that call, so that worlds share nothing.
type Rule func(*World) Filter

// Filter is a rule bound to a world. It is asked about every packet at the moment of sending, or on arrival, or both, in the order in which
// rules were linked. One of Apply and Arrive must be there.
type Filter struct {
	// Name says what the filter does, with its figures. It also keys the random numbers that Apply draws.
	Name string
	// Concerns reports whether the filter could act on a packet; nil stands for every packet. What it is not concerned with is not eligible:
	// Apply is not asked, and the ledger does not count it. It must not draw random numbers, nor change the packet.
	Concerns func(*Packet) bool
	// Apply decides about one packet. It must depend on nothing but the packet, what it draws from it, and the filter's own state.
	// The packet is valid during the call only.
	Apply func(*Packet) Fate
	// Arrive decides about one packet that has come to its receiver's side: it has passed partitions and holds, and nothing else stands between
	// it and the node. A Delay postpones the delivery; what then is in the way is judged after it. It cannot make Copies. For the rest it
	// is as Apply; [Packet.At] is the instant of arrival, and keys the random numbers in the place of that of sending.
	Arrive func(*Packet) Fate
}

// Fate is what a filter does to a packet. The zero Fate lets it pass untouched.
type Fate struct {
	// Delay is added to the delays of the other filters. It must not be negative.
	Delay time.Duration
	// Drop ends the packet here, for that reason; later filters are not asked.
	Drop Reason
	// Copies is how many duplicates join the packet; each goes on with the next filter, with random numbers of its own.
	Copies int
}

// none reports whether it is the zero Fate. It is inlined, and a Fate of four words stays in registers.
func (f Fate) none() bool { return f.Delay|time.Duration(f.Copies) == 0 && f.Drop == "" }

// Reason says why a packet was lost. Filters may have reasons of their own.
type Reason string

// The reasons of the world itself.
const (
	Lost          Reason = "loss"                        // a lossy link
	Partitioned   Reason = "partition"                   // the network was cut between the two
	NoSuchAddress Reason = "no such address"             // nobody ever had the address
	WrongSite     Reason = "LAN address of another site" // sent to a LAN address from outside
	Gone          Reason = "nobody here any more"        // the node was down, or had moved away from the address
	NotListening  Reason = "nobody listens"              // the node had no receiver
	BufferFull    Reason = "buffer full"                 // the node was paused, or busy, for too long
	TooBig        Reason = "too big"                     // more than fits a packet on this link
	SenderDown    Reason = "sender is down"              // a node that is down was asked to send a packet; or to set a timer, which has no address

	BothWays Reason = "both ways" // of a Cut: a symmetric partition
	OneWay   Reason = "one way"   // of a Cut or a hold: from the first side to the second only
)

// Packet is a datagram on its way, as a [Filter] sees it. Its random numbers depend on the seed, the sender, the receiver, the instant of
// sending, how many packets went from the one to the other in that instant before, and the filter's name: on nothing else, so that other
// nodes and other rules change nothing about them.
type Packet struct {
	// From and To are the nodes at both ends.
	From, To *Node
	// Data is the payload. It must not be changed but by [Packet.Mutate] and [Packet.Truncate].
	Data []byte

	w       *World
	src     uint64 // address codes
	dst     uint64
	pair    uint64        // who to whom
	ordinal uint64        // how many went from the one to the other in this instant before
	lineage uint64        // which duplicate it is; 0 is the original
	bred    uint64        // how many duplicates were made of it
	key     uint64        // of the packet's draws; 0: not made yet
	filter  uint64        // key of the filter at work
	draws   uint64        // how many words the filter has drawn
	lag     time.Duration // of the copies that the filter makes
	at      int64         // when it was sent; on arrival: when it came
	ticket  uint64        // of its wait at the filter at work; 0: it does not wait
	touched bool
	local   bool
	waited  bool // it goes on in another event than that in which it was sent
}

// Src returns the address the packet says it comes from.
func (p *Packet) Src() netip.AddrPort { return p.w.book.addr(p.src) }

// Dst returns the address the packet was sent to.
func (p *Packet) Dst() netip.AddrPort { return p.w.book.addr(p.dst) }

// At returns how much time had passed in the world when the packet was sent; asked on arrival, when it arrived.
func (p *Packet) At() time.Duration { return time.Duration(p.at) }

// Local reports whether the packet stays where it is: sent to a LAN address, or by a node to itself.
func (p *Packet) Local() bool { return p.local || p.From == p.To }

// Uint64 returns the next random word of this packet and filter.
func (p *Packet) Uint64() uint64 {
	if p.key == 0 {
		p.key = p.makeKey()
	}
	p.draws++
	return scramble(mix(p.key, p.filter) + p.draws*golden)
}

// makeKey is what the packet's random numbers depend on.
func (p *Packet) makeKey() uint64 {
	w := p.w
	k := mix(w.seed^packetSalt, p.pair)
	k = mix(k, uint64(p.at))
	return mix(k, p.ordinal<<32^p.lineage) | 1
}

// Stretch returns a random word that this packet shares with all that its sender sends its receiver in the same stretch of time of that
// length, and with no other, as far as this filter is concerned: for what befalls packets in bursts. Stretches follow each other from the
// start of the world on, shifted for each sender and receiver. A length of 0 or less is a programmer's error and panics.
func (p *Packet) Stretch(length time.Duration) uint64 {
	if length <= 0 {
		panic(fmt.Sprintf("sim: Packet.Stretch(%v): a stretch of time is longer than nothing", length))
	}
	k := mix(p.w.seed^stretchSalt, p.pair)
	shift, _ := bits.Mul64(scramble(k), uint64(length))
	return scramble(mix(mix(k, p.filter), (uint64(p.w.now)+shift)/uint64(length)))
}

// N returns a random number in [0, n), evenly distributed but for a bias below n/2⁶⁴. It panics when n is 0.
func (p *Packet) N(n uint64) uint64 {
	if n == 0 {
		panic("sim: Packet.N(0): there is no number below 0")
	}
	hi, _ := bits.Mul64(p.Uint64(), n)
	return hi
}

// Chance draws whether something of that probability happens to this packet.
func (p *Packet) Chance(c Chance) bool { return p.N(uint64(certain)) < uint64(c) }

// Lag has the copies that the filter makes of the packet come by d later than the packet: it is captured and sent again. A negative d is a
// programmer's error and panics.
func (p *Packet) Lag(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("sim: Packet.Lag(%v): a copy cannot come before the packet", d))
	}
	p.lag = d
}

// Mutate returns the payload to be changed in place.
func (p *Packet) Mutate() []byte {
	p.touched = true
	return p.Data
}

// Truncate cuts the payload to its first n bytes; a payload that is shorter stays as it is.
func (p *Packet) Truncate(n int) {
	p.touched = true
	p.Data = p.Data[:min(n, len(p.Data))]
}

// bound is a filter in place.
type bound struct {
	Filter
	key    uint64
	place  int // in the order of linking
	ledger Ledger
}

// Link adds rules to the network, after those that are there, in this order. The returned function takes them out again; packets in the
// air keep the fate they were given.
func (w *World) Link(rules ...Rule) (unlink func()) {
	added := make([]*bound, len(rules))
	for i, rule := range rules {
		f := rule(w)
		if f.Apply == nil && f.Arrive == nil {
			panic(fmt.Sprintf("sim: rule %d of Link (%q) has neither Apply nor Arrive", i, f.Name))
		}
		added[i] = &bound{Filter: f, key: w.filterKey(f.Name), place: w.Accounts(), ledger: Ledger{Name: f.Name}}
		w.linked = append(w.linked, added[i])
		w.accounts.open(&added[i].ledger)
		if f.Apply != nil {
			w.filters = append(w.filters, added[i])
		}
		if f.Arrive != nil {
			w.gates = append(w.gates, added[i])
		}
	}
	return func() {
		for _, b := range added {
			b.ledger.Armed = false
		}
		w.linked = slices.DeleteFunc(w.linked, func(b *bound) bool { return !b.ledger.Armed })
		w.filters, w.gates = asked(w.linked)
	}
}

// asked returns the filters that are asked at sending, and those that are asked on arrival, in the order in which they were linked.
func asked(linked []*bound) (filters, gates []*bound) {
	for _, b := range linked {
		if b.Apply != nil {
			filters = append(filters, b)
		}
		if b.Arrive != nil {
			gates = append(gates, b)
		}
	}
	return filters, gates
}

// filterKey is the identity of a filter: its name, and the first number that no other one of that name in force has.
func (w *World) filterKey(name string) uint64 {
	key := hashString(name)
	for slices.ContainsFunc(w.linked, func(b *bound) bool { return b.key == key }) {
		key += golden
	}
	return key
}

// Latency delays every packet by d.
func Latency(d time.Duration) Rule {
	return LatencyBy("latency "+d.String(), func(*Packet) time.Duration { return d })
}

// LatencyBy delays each packet by what f says. The name identifies the rule in ledgers and keys what f draws from the packet.
func LatencyBy(name string, f func(*Packet) time.Duration) Rule {
	return func(*World) Filter {
		return Filter{Name: name, Apply: func(p *Packet) Fate { return Fate{Delay: f(p)} }}
	}
}

// Loss loses each packet with that chance, independently of all others.
func Loss(c Chance) Rule {
	return func(*World) Filter {
		return Filter{Name: "loss " + c.String(), Apply: func(p *Packet) Fate {
			if p.Chance(c) {
				return Fate{Drop: Lost}
			}
			return Fate{}
		}}
	}
}
