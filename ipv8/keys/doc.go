// Package keys says who a peer is: key pairs of every IPv8 kind, their wire
// form, and the member id (mid) that is the SHA-1 of the public wire form.
//
// All keys of one world live in one [Ring]. It makes them from bytes of a
// stream, parses them, gives equal public keys one pointer, and remembers
// what was signed in its world, so that a packet that arrives as it was sent
// is not verified a second time by arithmetic. [NewSocketRing] makes a ring
// for real sockets, which remembers nothing.
//
// Stand-in keys ([Ring.StandIn]) have the sizes of real ones, cost next to
// nothing and protect nothing. A ring is used by one goroutine at a time.
package keys
