// Package wire turns structs into bytes and back. The struct is the specification: its fields, in order, are what goes on the wire.
//
// Formats by Go type: bool ?, uint8 B, uint16 H, uint32 I, uint64 Q, int32 l, int64 and int q, float32 f, float64 d, [N]byte Ns,
// []byte varlenH, string varlenHutf8, netip.AddrPort ip_address, Address address, [][]byte varlenH-list, a struct payload (embedded: inline),
// a slice of structs payload-list, []bool arrayH-?, []int64 arrayH-q, []float64 arrayH-d. A tag overrides: `wire:"ipv4"`. By tag alone:
// raw, bits, bits:N, varlenI, varlenIutf8, varlenBx2, varlenHx20, doublevarlenH, c, inline, and a composite such as QQHHBH on a plain struct.
// bits packs a run of bool, [N]bool and (bits:N) unsigned fields, first field highest, into whole bytes; blank fields are reserved bits.
// A type with [Custom] writes itself. Integers are big endian, but arrayH-* is little endian, as py-ipv8 writes it on common machines.
// The zero netip.AddrPort is no address: it is written, and comes back, as 0.0.0.0:0.
//
// Decoding never panics, copies every byte field, and allocates no more than the input justifies. Nothing here is shared or global.
package wire
