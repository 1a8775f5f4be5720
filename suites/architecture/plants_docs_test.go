package architecture

import "strings"

var docPlants = []plant{
	{"documentation", "harness", `package harness

// Member is one of ours in a spec. //fine
type Member struct{}

type Mail struct{} //sin

type inner struct{} //fine

// Up tells whether the machine runs. //fine
func (*Member) Up() bool { return true }

func (m *Member) Down() {} //sin

func (inner) Len() int { return 0 } //fine

// Nodes returns the nodes.
func Nodes() {} //sin

// NewMail makes a new mail.
func NewMail() {} //sin

// Errors of the case file. //fine
var (
	ErrA error //fine
	ErrB error //fine
)

const Limit = 1 //sin

const (
	Small = 1 // what a spec needs //fine
	// Large is what a nightly run needs.
	Large = 2 //fine
	Huge  = 3 //sin
)

// Each is generic over the overlay. //fine
type Each[O any] struct{}

func (Each[O]) Hold() {} //sin
-- a_test.go --
package harness

func Exported() {} //fine
`},
	{"package documentation", "sim", "package sim //sin\n-- b.go --\n\n// A comment too far away.\n\npackage sim\n"},
	{"package documentation", "sim", "package sim\n-- b.go --\n// Package sim is a world.\npackage sim //fine\n" +
		"-- c.go --\n// Package sim is a world again.\npackage sim //sin\n"},
	{"package documentation", "ipv8", "// Package ipv8 is long." + strings.Repeat("\n// Really.", 11) + "\npackage ipv8 //fine\n"},
	{"package documentation", "ipv8", "// Package ipv8 is longer." + strings.Repeat("\n// Really.", 12) + "\npackage ipv8 //sin\n"},
	{"type names", "harness", `package harness

type PeerManager struct{} //sin
type Options struct{} //sin
type Database struct{} //fine
type Contextual struct{} //fine
type RunContext interface{} //sin
type peerHelper struct{} //fine
-- a_test.go --
package harness

type Helper struct{} //fine
`},
	{"bool parameters", "harness", `package harness

type Side bool

type World struct{}

func Open(name string, fast bool) {} //sin
func Until(done func() bool) bool { return done() } //fine
func Mirror(side Side) {} //fine
func open(fast bool) {} //fine
func (*World) Pause(hard ...bool) {} //sin
func (w *world) Pause(hard bool) {} //fine

type world struct{}

type Switch interface { //sin
	Set(on bool)
}
`},
	{"bool parameters", "examples/internal/show", "package show\n\nfunc Open(fast bool) {} //fine\n"},
}
