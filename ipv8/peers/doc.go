// Package peers keeps whom we know: the peers of one stack that proved who
// they are, and the addresses where others may be met. It is py-ipv8's
// Network under the name Table.
//
// A verified peer showed a valid signature from an address. A candidate is an
// address that somebody else, the introducer, told us about; a walker goes
// there. A peer offers services: the overlays it was met in. Who is
// blacklisted, by address or by mid, never becomes verified.
//
// Everything is kept and iterated in the order in which it came, so that two
// equal runs agree. A Table is for one goroutine.
package peers
