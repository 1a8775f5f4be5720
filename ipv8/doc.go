// Package ipv8 is a peer of IPv8: overlays of signed datagrams in which
// members introduce each other. It speaks py-ipv8's bytes.
//
// A [Host] is where it runs: a simulated node or a real socket. A [Stack] is
// one peer there: a key, a table of other peers, and the overlays it joined.
// A [Kind] is an overlay as its author defines it; [Join] makes one run, and
// gives its author a [Community] to handle messages, send them and keep time.
//
// Message structs are their own specification: see package wire. Time and
// chance come from the Host alone, so a run on a simulated node repeats itself
// to the last bit. A Stack is for one goroutine. DIFFERENCES.md beside this
// file lists where it departs from py-ipv8.
package ipv8
