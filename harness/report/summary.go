package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Summary is a world as data: what [Summary.String] tells on one screen and [Summary.SVG] draws. In JSON, durations and instants are
// nanoseconds, seed and digest hexadecimal; what was read from JSON says and draws the same.
type Summary struct {
	// Name is a title, such as that of the test; empty for none.
	Name string `json:"name,omitempty"`
	// Seed, Elapsed, Events and Digest are those of the world.
	Seed    Hex           `json:"seed"`
	Elapsed time.Duration `json:"elapsed"`
	Events  uint64        `json:"events"`
	Digest  Hex           `json:"digest"`
	// Nodes is how many there are, Up how many of them are up.
	Nodes int `json:"nodes"`
	Up    int `json:"up"`
	// Recorded says that the world was recorded, from the instant From on; without that, there are no packets, bins, intervals and churn.
	Recorded bool          `json:"recorded"`
	From     time.Duration `json:"from"`
	// Bin is the width of the bins in which packets are counted; the first begins at From.
	Bin time.Duration `json:"bin,omitempty"`
	// Kinds are the kinds of packets, the most frequent first, Other last.
	Kinds []Traffic `json:"kinds,omitempty"`
	// InAir is how many packets are still on their way: of each kind and together, sent and copied are delivered, lost or in the air.
	InAir uint64 `json:"in_air,omitempty"`
	// Lost is why packets were lost, the most frequent reason first.
	Lost []Loss `json:"lost,omitempty"`
	// Latency is the time from sending to delivery, of all packets delivered.
	Latency Histogram `json:"latency,omitzero"`
	// NodesUp is how many nodes are up, over time.
	NodesUp []Point `json:"nodes_up,omitempty"`
	// Curves are those followed, such as how many others each member knows.
	Curves []Curve `json:"curves,omitempty"`
	// Mails are what became of messages.
	Mails []Mail `json:"mails,omitempty"`
	// Churn is what happened to nodes, by what it was.
	Churn []Churn `json:"churn,omitempty"`
	// Intervals are what was in force for a while, in the order in which it began; More is how many more there were for which there was no room.
	Intervals []Interval `json:"intervals,omitempty"`
	More      int        `json:"more_intervals,omitempty"`
	// Ledgers are the accounts of rules, partitions, holds and gateways, and of a scenario's faults, churn and work.
	Ledgers []sim.Ledger `json:"ledgers,omitempty"`
}

// Hex is a number that is hexadecimal in JSON: "0x2a".
type Hex uint64

// String writes the number after 0x.
func (h Hex) String() string { return fmt.Sprintf("%#x", uint64(h)) }

// MarshalText is String for JSON.
func (h Hex) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a number of 64 bits, hexadecimal after 0x or decimal.
func (h *Hex) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 0, 64)
	if err != nil {
		return fmt.Errorf("report: %q is not a number of 64 bits, such as 0x2a: %w", text, err)
	}
	*h = Hex(n)
	return nil
}

// Traffic is what became of the packets of one kind.
type Traffic struct {
	Kind string `json:"kind"`
	// Packets and Bytes are what nodes sent; Copies are duplicates that the network made.
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	Copies  uint64 `json:"copies,omitempty"`
	// Delivered and Lost are what became of packets and copies.
	Delivered uint64 `json:"delivered"`
	Lost      []Loss `json:"lost,omitempty"`
	// PerBin is how many packets were sent in each bin of time; bins that are missing at the end are empty.
	PerBin []uint64 `json:"per_bin,omitempty"`
}

// Loss is packets that were lost for one reason.
type Loss struct {
	Reason  sim.Reason `json:"reason"`
	Packets uint64     `json:"packets"`
	// PerBin is how many in each bin of time; of one kind it is not known.
	PerBin []uint64 `json:"per_bin,omitempty"`
}

// Point is what was asked of everybody at one instant.
type Point struct {
	At      time.Duration `json:"at"`
	Members int           `json:"members"` // who answered
	Min     int           `json:"min"`
	Max     int           `json:"max"`
	Sum     int           `json:"sum"` // of all answers: the mean is Sum/Members
}

// level reports whether two points say the same.
func (p Point) level(other Point) bool {
	p.At = other.At
	return p == other
}

// mean is the mean in thousandths, 0 when nobody answered.
func (p Point) mean() int64 {
	return scale(int64(p.Sum), 1000, int64(p.Members))
}

// Curve is what was asked of everybody over time. Points come at the beginning, at the ends of bins where something changes, and at the end.
type Curve struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
	// Final is how many gave which answer at the end, the smallest first.
	Final []Answer `json:"final"`
}

// Answer is how many members gave one answer.
type Answer struct {
	Value   int `json:"value"`
	Members int `json:"members"`
}

// Mail is what became of messages to everybody.
type Mail struct {
	Messages int `json:"messages"`
	Members  int `json:"members"`
	// Heard is how many of messages×members were heard; Missing those that members which are up have not heard; Again, Disordered and Stray
	// what was heard twice in one life, out of turn, and never sent.
	Heard      int       `json:"heard"`
	Missing    int       `json:"missing"`
	Again      int       `json:"again"`
	Disordered int       `json:"disordered"`
	Stray      int       `json:"stray"`
	Took       Histogram `json:"took,omitzero"` // from sending to hearing
}

// Churn is how often something happened to nodes.
type Churn struct {
	What   string   `json:"what"` // crashed, restarted, moved, renewed
	Times  uint64   `json:"times"`
	PerBin []uint64 `json:"per_bin,omitempty"`
}

// Interval is something that was in force for a while.
type Interval struct {
	// Name says what: "partition of n0 and n1 n2", "n3 down", or a fault's id and what it does.
	Name string `json:"name"`
	// Node is the one node it is about, "" if it is about several.
	Node string        `json:"node,omitempty"`
	From time.Duration `json:"from"`
	// To is when it ended; while Open it is the present.
	To   time.Duration `json:"to"`
	Open bool          `json:"open,omitempty"`
}
