package architecture

var layeringPlants = []plant{
	{"layering", "sim", `package sim

import (
	_ "fmt" //fine
	_ "github.com/onsi/gomega" //sin
	_ "github.com/overlaytest/overlaytest/ipv8" //sin
	_ "github.com/overlaytest/overlaytest/sim/internal/queue" //fine
)
-- a_test.go --
package sim_test

import (
	_ "github.com/onsi/ginkgo/v2" //sin
	_ "github.com/overlaytest/overlaytest/sim" //fine
	_ "pgregory.net/rapid" //fine
)
`},
	{"layering", "ipv8/keys/internal/b2", `package b2

import (
	_ "golang.org/x/crypto/cryptobyte" //fine
	_ "golang.org/x/cryptography" //sin
	_ "github.com/overlaytest/overlaytest/ipv8/keys" //fine
	_ "github.com/overlaytest/overlaytest/ipv8/wire" //sin
)
`},
	{"layering", "ipv8", `package ipv8

import (
	_ "github.com/overlaytest/overlaytest/ipv8/peers" //fine
	_ "github.com/overlaytest/overlaytest/ipv8/walk" //sin
)
-- a_test.go --
package ipv8

import _ "github.com/overlaytest/overlaytest/sim" //sin
`},
	{"layering", "fixtures/overlays", `package overlays

import (
	_ "github.com/overlaytest/overlaytest/ipv8" //fine
	_ "github.com/overlaytest/overlaytest/ipv8/udp" //sin
	_ "github.com/overlaytest/overlaytest/sim" //fine
)
`},
	{"layering", "suites/gossip", `package gossip

import (
	_ "github.com/onsi/ginkgo/v2" //fine
	_ "github.com/overlaytest/overlaytest/harness/bdd" //fine
	_ "github.com/overlaytest/overlaytest/suites/wire" //sin
	_ "github.com/stretchr/testify" //sin
)
`},
	{"layering", "examples/pingpong", `package main

import (
	_ "github.com/overlaytest/overlaytest/examples/internal/show" //fine
	_ "github.com/overlaytest/overlaytest/fixtures/overlays" //fine
	_ "github.com/overlaytest/overlaytest/suites/wire" //sin
)
`},
	{"layering", "ipv8/gateway", `package gateway //sin
`},
}

var statementPlants = []plant{
	{"go statements", "sim", `package sim

func f() {
	defer f() //fine
	go f() //sin
}
-- a_test.go --
package sim

func g() { go f() } //fine
`},
	{"go statements", "ipv8/udp", "package udp\n\nfunc f() { go f() } //fine\n"},
	{"go statements", "sim/bubble", "package bubble\n\nfunc f() { go f() } //fine\n"},
	{"channels", "ipv8/peers", `package peers

import "context"

type queue chan int //sin

func f(q queue, done func() bool) { //sin
	q <- 1 //sin
	_ = done() //fine
	for range q { //sin
	}
	select {} //sin
}

func g(ctx context.Context) error {
	<-ctx.Done() //sin
	return ctx.Err() //fine
}
`},
	{"impure imports", "fixtures", `package fixtures

import (
	_ "crypto/rand" //sin
	_ "math/rand/v2" //fine
	_ "net" //sin
	_ "net/netip" //fine
	_ "sync" //sin
	_ "sync/atomic" //sin
)
-- a_test.go --
package fixtures

import _ "sync" //fine
`},
	{"impure imports", "harness", "package harness\n\nimport _ \"sync\" //fine\n"},
	{"impure calls", "sim", `package sim

import (
	"log/slog"
	"math/rand/v2"
	clock "time"
)

type node struct{}

func (node) Now() clock.Time { return clock.Time{} } //fine
func (node) After(d clock.Duration) {} //fine

func f(n node, log *slog.Logger) {
	n.After(clock.Second) //fine
	_ = n.Now().Sub(clock.Time{}) //fine
	_ = clock.Now() //sin
	later := clock.AfterFunc //sin
	_ = later
	_ = clock.Time{}.In(clock.Local) //sin
	_ = rand.New(rand.NewPCG(1, 2)).IntN(3) //fine
	_ = rand.IntN(3) //sin
	log.Info("heard") //fine
	slog.Info("heard") //sin
}
`},
	{"impure calls", "ipv8/keys", `package keys

import (
	"crypto/ed25519"
	"io"
)

func f(r io.Reader) {
	_, _, _ = ed25519.GenerateKey(r) //sin
	_ = ed25519.NewKeyFromSeed(make([]byte, 32)) //fine
}
`},
	{"init", "ipv8/wire", `package wire

type codec struct{}

func (codec) init() {} //fine

func init() {} //sin

var table = func() int { return 1 }() //fine
`},
	{"coroutines", "sim", `package sim

import "iter"

func f() { _ = recover() } //sin

func g(s iter.Seq[int]) { //fine
	for range s { //fine
	}
}
-- b.go --
package sim

import "iter"

func pull(s iter.Seq[int]) {
	defer func() { _ = recover() }() //fine
	_, _ = iter.Pull(s) //fine
}
-- c.go --
package sim

import "iter"

var pull2 = iter.Pull2[int, int] //sin
`},
	{"coroutines", "fixtures", `package fixtures

import "iter"

func pull(s iter.Seq[int]) {
	_, _ = iter.Pull(s) //sin
}
`},
}
