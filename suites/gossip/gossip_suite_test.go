// Package gossip_test holds the behaviour of the rumour-spreading overlay, in specs by hand and in laws over generated worlds.
package gossip_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestGossip(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Gossip")
}
