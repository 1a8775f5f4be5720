package b2

// The functions below bring a product back below the degree m of its field, by
// t^m = the lower terms of the reduction polynomial: first the limbs above the
// field, from the highest, then the bits above m in its last limb. They destroy
// the product. The limbs of z above the field are not touched; they are zero.

// fold adds limb i of c to c, d places lower.
func (c *wide) fold(i, d int) {
	down := (d + limbBits - 1) / limbBits
	shift := uint(down*limbBits - d)
	c[i-down] ^= c[i] << shift & limbMask
	c[i-down+1] ^= c[i] >> (limbBits - shift)
}

// addAt adds a few bits at place e.
func (c *wide) addAt(e int, few uint64) {
	c[e/limbBits] ^= few << (e % limbBits) & limbMask
	c[e/limbBits+1] ^= few >> (limbBits - e%limbBits)
}

// reduce163 reduces modulo t^163 + t^7 + t^6 + t^3 + 1.
func reduce163(z *element, c *wide) {
	for i := 5; i >= 3; i-- {
		c.fold(i, 163)
		c.fold(i, 163-3)
		c.fold(i, 163-6)
		c.fold(i, 163-7)
	}
	over := c[2] >> 43
	c[2] &= 1<<43 - 1
	c[0] ^= over ^ over<<3 ^ over<<6 ^ over<<7
	copy(z[:3], c[:3])
}

// reduce233 reduces modulo t^233 + t^74 + 1.
func reduce233(z *element, c *wide) {
	for i := 7; i >= 4; i-- {
		c.fold(i, 233)
		c.fold(i, 233-74)
	}
	over := c[3] >> 53
	c[3] &= 1<<53 - 1
	c[0] ^= over
	c.addAt(74, over)
	copy(z[:4], c[:4])
}

// reduce409 reduces modulo t^409 + t^87 + 1.
func reduce409(z *element, c *wide) {
	for i := 13; i >= 7; i-- {
		c.fold(i, 409)
		c.fold(i, 409-87)
	}
	over := c[6] >> 49
	c[6] &= 1<<49 - 1
	c[0] ^= over
	c.addAt(87, over)
	copy(z[:7], c[:7])
}

// reduce571 reduces modulo t^571 + t^10 + t^5 + t^2 + 1.
func reduce571(z *element, c *wide) {
	for i := 19; i >= 10; i-- {
		c.fold(i, 571)
		c.fold(i, 571-2)
		c.fold(i, 571-5)
		c.fold(i, 571-10)
	}
	over := c[9] >> 31
	c[9] &= 1<<31 - 1
	c[0] ^= over ^ over<<2 ^ over<<5 ^ over<<10
	copy(z[:10], c[:10])
}
