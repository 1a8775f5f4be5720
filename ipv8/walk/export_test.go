package walk

import "github.com/overlaytest/overlaytest/ipv8"

// Step returns the step of a random walk that nobody else takes.
func (r Random) Step(c *ipv8.Community) func() {
	r.Timeout, r.Window, r.Reset = or(r.Timeout, randomTimeout), or(r.Window, randomWindow), or(r.Reset, randomReset)
	w := &randomWalk{Random: r, c: c, random: c.Rand("random walk")}
	w.skip = w.isPending
	return w.step
}
