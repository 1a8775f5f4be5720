package ipv8

import (
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Host is the machine a stack runs on: its only door to the outside. All its
// calls into the stack come one after another.
type Host interface {
	// Addrs returns the host's own addresses: the public one, or what it takes
	// for it, and then any others. They stay the same for a stack's life.
	Addrs() []netip.AddrPort
	// Now returns the time.
	Now() time.Time
	// Rand returns the random stream of a purpose; the same one each time.
	Rand(purpose string) *rand.Rand
	// After calls f once, after d. The id is for Stop.
	After(d time.Duration, f func()) (id uint64)
	// Every calls f after first, and then after each period.
	Every(first, period time.Duration, f func()) (id uint64)
	// Stop takes a call back; it reports whether there was one to come.
	Stop(id uint64) bool
	// Listen has all packets for the host handed to f. The data is f's to read
	// until it returns.
	Listen(f func(from, to netip.AddrPort, data []byte))
	// Send sends a packet and keeps no hold on the data. It never calls the
	// listener of this host before it returns.
	Send(to netip.AddrPort, data []byte) error
	// Log returns where to log.
	Log() *slog.Logger
}
