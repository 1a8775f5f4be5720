package b2

import "math/big"

// A step is the map that a digit's place stands for a power of: the squaring of
// coordinates τ on a Koblitz curve, doubling on another.

// step sets p to its step.
func (c *Curve) step(p *projective) {
	if c.tau != nil {
		c.frobenius(p)
		return
	}
	c.double(p)
}

// expand writes k in digits of windows over powers of a step.
func (c *Curve) expand(k *big.Int, width int) []int16 {
	if c.tau != nil {
		return windows(c.tau.tauNAF(k), width)
	}
	return windows(naf(k), width)
}

// summand is one of the points of a sum, with the digits it is multiplied by.
type summand struct {
	digits []int16 // by place
	odd    []Point // the multiples by 1, 3, 5, …
}

// sum adds up summands, going through the places of all of them at once.
func (c *Curve) sum(summands ...summand) Point {
	places := 0
	for _, s := range summands {
		places = max(places, len(s.digits))
	}
	total := c.project(Point{})
	for place := places - 1; place >= 0; place-- {
		if !total.z.zero() {
			c.step(&total)
		}
		for i := range summands {
			c.addDigit(&total, &summands[i], place)
		}
	}
	return c.affine(&total)
}

// addDigit adds to the total what one summand has at a place.
func (c *Curve) addDigit(total *projective, s *summand, place int) {
	if place >= len(s.digits) || s.digits[place] == 0 {
		return
	}
	if digit := s.digits[place]; digit > 0 {
		c.addMixed(total, &s.odd[digit/2])
		return
	}
	negative := s.odd[-s.digits[place]/2].neg()
	c.addMixed(total, &negative)
}

// baseMult is k times the generator, 0 <= k < order.
func (c *Curve) baseMult(k *big.Int) Point { return c.sum(c.baseSummands(k)...) }

// baseSummands are those of k times the generator: the digits of k cut into the
// blocks for which there are tables.
func (c *Curve) baseSummands(k *big.Int) (summands []summand) {
	digits := c.expand(k, c.baseWidth)
	for i, odd := range c.base {
		if len(digits) <= c.baseBlock || i == len(c.base)-1 {
			return append(summands, summand{digits, odd})
		}
		summands = append(summands, summand{digits[:c.baseBlock], odd})
		digits = digits[c.baseBlock:]
	}
	return summands
}

// summand is that of k·p, k >= 0.
func (c *Curve) summand(p Point, k *big.Int) summand {
	return summand{c.expand(k, windowWidth), c.oddMultiples(p, windowWidth)}
}

// windowWidth is for points whose multiples are used once.
const windowWidth = 5

// multBoth is u·G + v·q, G being the generator.
func (c *Curve) multBoth(u *big.Int, q Point, v *big.Int) Point {
	return c.sum(append(c.baseSummands(u), c.summand(q, v))...)
}

// makeBase computes the tables of the generator: for each of a number of blocks
// of places, the odd multiples of the generator stepped to where the block
// begins. One block is enough where steps are cheap.
func (c *Curve) makeBase() {
	blocks := 1
	c.baseWidth, c.baseBlock = 10, 2*c.m
	if c.tau == nil {
		blocks, c.baseWidth = 8, 6
		c.baseBlock = (c.m + blocks - 1) / blocks
	}
	begin := c.project(c.generator)
	for i := range blocks {
		if i > 0 {
			for range c.baseBlock {
				c.step(&begin)
			}
		}
		c.base = append(c.base, c.oddMultiples(c.affine(&begin), c.baseWidth))
	}
}

// oddMultiples are the multiples of p by 1, 3, 5, … up to the largest digit of
// windows of a width, digits being read in powers of a step. The highest place
// of a digit is a stepped p; what is left is a smaller digit, or the negative of
// one, with one non-zero place less. So they are made weight by weight, which
// lets all additions of one weight share an inversion.
func (c *Curve) oddMultiples(p Point, width int) []Point {
	stepped := c.steps(p, width)
	odd := make([]Point, largestDigit(width)/2+1)
	odd[0] = p
	for weight := 2; 2*weight-1 <= width; weight++ {
		var at []int
		var left, right []Point
		for i := range odd {
			digit := 2*i + 1
			if nafWeight(digit) != weight {
				continue
			}
			top := nafTop(digit)
			at, left = append(at, i), append(left, stepped[top])
			if rest := digit - 1<<top; rest > 0 {
				right = append(right, odd[rest/2])
			} else {
				right = append(right, odd[-rest/2].neg())
			}
		}
		for j, sum := range c.addPairs(left, right) {
			odd[at[j]] = sum
		}
	}
	return odd
}

// steps are p, its step, the step of that, and so on, n in all.
func (c *Curve) steps(p Point, n int) []Point {
	if c.tau == nil {
		doubles := make([]projective, n)
		doubles[0] = c.project(p)
		for i := 1; i < n; i++ {
			doubles[i] = doubles[i-1]
			c.double(&doubles[i])
		}
		return c.affineAll(doubles)
	}
	points := make([]Point, n)
	points[0] = p
	for i := 1; i < n; i++ {
		points[i].finite = p.finite
		c.sqr(&points[i].x, &points[i-1].x)
		c.sqr(&points[i].y, &points[i-1].y)
	}
	return points
}
