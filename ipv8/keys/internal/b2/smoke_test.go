package b2

import (
	"crypto/sha1"
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	for i := range domains {
		c := newCurve(&domains[i])
		if !c.equation(&c.generator.x, &c.generator.y) {
			t.Error(c.name, "G")
		}
		if !c.baseMult(c.order).Infinite() {
			t.Error(c.name, "order")
		}
	}
}

func TestSmokeSign(t *testing.T) {
	c := K163()
	d, _ := c.Scalar(hexNumber("09A4D6792295A7F730FC3F2B49CBC0F62E862272F").Bytes())
	digest := sha1.Sum([]byte("sample"))
	fmt.Printf("%x\n", newNonces(d, digest).next())
	sig := d.Sign(digest)
	fmt.Printf("%x\n", c.Marshal(d.Public()))
	if !c.Verify(d.Public(), digest, sig) {
		t.Error("not verified")
	}
}
