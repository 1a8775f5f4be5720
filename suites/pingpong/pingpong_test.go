// Package pingpong_test holds the behaviour of the tutorial's first community: whole simulations as py-ipv8 played them, byte for byte, and
// what latency, addresses that nobody has, and crashes do to it.
package pingpong_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestPingPong(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "PingPong")
}
