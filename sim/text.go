package sim

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// line is an event as [JSONLines] writes it.
type line struct {
	ID     uint64      `json:"id"`
	Cause  uint64      `json:"cause,omitempty"`
	At     int64       `json:"t"` // nanoseconds since Epoch
	Kind   string      `json:"kind"`
	Node   string      `json:"node,omitempty"`
	Peer   string      `json:"peer,omitempty"`
	From   string      `json:"from,omitempty"`
	To     string      `json:"to,omitempty"`
	Reason Reason      `json:"reason,omitempty"`
	Amount int64       `json:"amount,omitempty"`
	Sides  [2][]string `json:"sides,omitzero"`
	Size   int         `json:"size,omitempty"`
	Data   string      `json:"data,omitempty"` // hexadecimal
}

// JSONLines returns a watcher that writes each event as a line of JSON: id, cause, t (nanoseconds since [Epoch]), kind, node, peer, from, to,
// reason, amount, sides of a partition, size in bytes, and data in hexadecimal; what is empty is left out. The first error of w ends the output.
func JSONLines(w io.Writer) func(Event) {
	enc := json.NewEncoder(w)
	var failed error
	return func(e Event) {
		if failed != nil {
			return
		}
		failed = enc.Encode(line{ID: e.ID, Cause: e.Cause, At: int64(e.At), Kind: e.Kind.String(), Node: nameOf(e.Node), Peer: nameOf(e.Peer),
			From: textOf(e.From), To: textOf(e.To), Reason: e.Reason, Amount: e.Amount, Sides: namesOf(e.Sides), Size: len(e.Data), Data: hex.EncodeToString(e.Data)})
	}
}

// Transcript returns a watcher that writes each event as a line to be read: virtual time in seconds, event id, what happened. Describe says
// what a payload means; when it is nil the size is written instead. The first error of w ends the output.
func Transcript(w io.Writer, describe func(data []byte) string) func(Event) {
	if describe == nil {
		describe = func(data []byte) string { return fmt.Sprintf("%d B", len(data)) }
	}
	var failed error
	return func(e Event) {
		if failed != nil {
			return
		}
		_, failed = fmt.Fprintf(w, "%s #%-4d %s\n", seconds(e.At), e.ID, sentence(e, describe))
	}
}

// sentence says what happened.
func sentence(e Event, describe func([]byte) string) string {
	who := nameOf(e.Node)
	if who == "" {
		who = "test"
	}
	switch e.Kind {
	case Sent, Copied, Caught:
		return fmt.Sprintf("%s → %s %s %s", who, other(e), e.Kind, describe(e.Data))
	case Delivered:
		return fmt.Sprintf("%s ← %s %s %s", who, other(e), e.Kind, describe(e.Data))
	case Moved, Rebound:
		return fmt.Sprintf("%s %s from %v to %v", who, e.Kind, e.From, e.To)
	case ClockSet:
		return fmt.Sprintf("%s clock set: off by %v", who, time.Duration(e.Amount))
	case Drifted:
		return fmt.Sprintf("%s clock drifts by %d ppm", who, e.Amount)
	case Slowed:
		return fmt.Sprintf("%s slowed: %v an event", who, time.Duration(e.Amount))
	case Lagging:
		return fmt.Sprintf("%s lagging: timers up to %v late", who, time.Duration(e.Amount))
	case Dropped:
		if e.Reason == SenderDown && !e.To.IsValid() {
			return fmt.Sprintf("%s ✗ timer not set: %s", who, e.Reason)
		}
		return fmt.Sprintf("%s ✗ %s %s %s: %s", who, other(e), e.Kind, describe(e.Data), e.Reason)
	}
	if e.Sides[0] != nil {
		return fmt.Sprintf("network %s %s between %v and %v", e.Kind, e.Reason, e.Sides[0], e.Sides[1])
	}
	if e.Kind == DiskFailed {
		return fmt.Sprintf("%s %s: %s", who, e.Kind, e.Reason)
	}
	if e.Kind == Cut || e.Kind == Healed {
		return fmt.Sprintf("network %s: %s", e.Kind, e.Reason)
	}
	return fmt.Sprintf("%s %s", who, e.Kind)
}

// other names the other end of a packet: the node, or the address that nobody has.
func other(e Event) string {
	if e.Peer == nil {
		return e.To.String()
	}
	return e.Peer.name
}

// seconds prints a duration as seconds with nine decimals, exactly.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%5d.%09d", d/time.Second, d%time.Second)
}

// namesOf lists the nodes on each side of a partition.
func namesOf(sides [2][]*Node) (names [2][]string) {
	for i, side := range sides {
		for _, n := range side {
			names[i] = append(names[i], n.name)
		}
	}
	return names
}

func nameOf(n *Node) string {
	if n == nil {
		return ""
	}
	return n.name
}

func textOf(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
