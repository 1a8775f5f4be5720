// Package b2 is ECDSA over the binary curves sect163k1, sect233k1, sect409k1, sect571k1 and sect571r1 (NIST K-163, K-233, K-409, K-571 and
// B-571), in the form py-ipv8 2.11 uses it: SHA-1 digests, and signatures r‖s with both halves padded to the bytes of a field element.
//
// Nonces are those of RFC 6979 with HMAC-SHA-1: the same key and digest always give the same signature. The running time depends on the
// values worked with, secret ones included. It is made for tests and simulations; do not guard anything else with it.
//
// A [Curve] owns its table of multiples of the generator. Making one takes as long as a few signatures (0.2 to 3 ms), using one changes
// nothing in it: make one and keep it. Goroutines may share it.
package b2
