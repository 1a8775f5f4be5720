package walk_test

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

// Five peers, of whom each knows an address of one other, meet all.
func Example() {
	w := testhost.New()
	kind := ipv8.Define(ipv8.Named("example"), func(c *ipv8.Community) *ipv8.Community { return c })
	var joined []*ipv8.Community
	for n := 1; n <= 5; n++ {
		stack := ipv8.NewStack(w.Host(n), w.Host(n).Key())
		joined = append(joined, ipv8.Join(stack, kind, walk.Random{Peers: 10, Timeout: 3 * time.Second}))
		joined[n-1].WalkTo(w.Host(n%5 + 1).Addr())
	}
	w.Run(time.Minute)
	for _, c := range joined {
		fmt.Println(c.WAN(), "knows", c.PeerCount(), "others")
	}
	// Output:
	// 80.0.0.1:1000 knows 4 others
	// 80.0.0.2:1000 knows 4 others
	// 80.0.0.3:1000 knows 4 others
	// 80.0.0.4:1000 knows 4 others
	// 80.0.0.5:1000 knows 4 others
}
