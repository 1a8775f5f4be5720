// Package linearizable judges registers that an overlay keeps: whether every read and write took effect at one moment between its call and
// its answer (Herlihy, Wing, "Linearizability: a correctness condition for concurrent objects", TOPLAS 12, 1990).
//
// [Registers] is a clause of a law. [History] is what it records with, for specs written by hand. Two judges look at a history, which
// know nothing of each other: one after every answer, by the times at which each value must have been there, who can say in a line what is
// wrong; and porcupine, who searches for an order that explains all, and draws the picture. A run on which they disagree panics.
//
// Verdicts are deterministic: porcupine is given no time, but a number of steps.
package linearizable
