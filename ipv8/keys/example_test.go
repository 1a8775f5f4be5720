package keys_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

func Example() {
	ring := keys.NewRing()
	random := keys.Reader(rand.New(rand.NewPCG(1, 2)))
	alice, err := ring.Generate(keys.Curve25519, random)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := []byte("hello")
	signature := alice.Sign(message)

	received, err := ring.ParsePublic([]byte(alice.Public().Bin()))
	fmt.Println(received == alice.Public(), err)
	fmt.Println(received.Verify(message, signature), received.Verify([]byte("hullo"), signature))
	// Output:
	// true <nil>
	// true false
}

func ExampleRing_StandIn() {
	ring := keys.NewRing()
	k, err := ring.StandIn(keys.Medium, keys.Reader(rand.New(rand.NewPCG(1, 2))))
	if err != nil {
		fmt.Println(err)
		return
	}
	bin := k.Public().Bin()
	fmt.Printf("%q…, %d bytes, signatures of %d\n", bin[:11], len(bin), k.Public().SignatureLen())
	_, err = keys.NewRing().ParsePublic([]byte(bin))
	fmt.Println(err)
	// Output:
	// "STANDIN!PK:"…, 128 bytes, signatures of 104
	// keys: stand-in key of another ring: public, 128 bytes
}
