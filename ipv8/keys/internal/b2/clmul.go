package b2

import "math/bits"

// every fourth bit, from bit 0, 1, 2 and 3 on.
const (
	phase0 = 0x1111111111111111
	phase1 = phase0 << 1
	phase2 = phase0 << 2
	phase3 = phase0 << 3
)

// clmul is the carry-less product of two limbs, in limbs. In each ordinary
// product of two phases a column counts at most fifteen ones, so carries stay
// within the three bits that the masks take out.
func clmul(x, y uint64) (high, low uint64) {
	x0, x1, x2, x3 := x&phase0, x&phase1, x&phase2, x&phase3
	y0, y1, y2, y3 := y&phase0, y&phase1, y&phase2, y&phase3
	h, l := clmulPhase(x0, y0, x1, y3, x2, y2, x3, y1)
	high, low = h&phase0, l&phase0
	h, l = clmulPhase(x0, y1, x1, y0, x2, y3, x3, y2)
	high, low = high|h&phase1, low|l&phase1
	h, l = clmulPhase(x0, y2, x1, y1, x2, y0, x3, y3)
	high, low = high|h&phase2, low|l&phase2
	h, l = clmulPhase(x0, y3, x1, y2, x2, y1, x3, y0)
	high, low = high|h&phase3, low|l&phase3
	return high<<4 | low>>limbBits, low & limbMask
}

// clmulPhase adds the four products that meet in one phase.
func clmulPhase(a, b, c, d, e, f, g, h uint64) (high, low uint64) {
	h0, l0 := bits.Mul64(a, b)
	h1, l1 := bits.Mul64(c, d)
	h2, l2 := bits.Mul64(e, f)
	h3, l3 := bits.Mul64(g, h)
	return h0 ^ h1 ^ h2 ^ h3, l0 ^ l1 ^ l2 ^ l3
}
