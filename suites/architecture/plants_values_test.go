package architecture

import "strings"

var variablePlants = []plant{
	{"package variables", "ipv8/wire", `package wire

import (
	"slices"
	"strings"
)

type count struct{ n, total int }

func (c *count) add() { c.n++ } //fine
func (c count) get() int { return c.n } //fine

var (
	seen    int
	names   = map[string]int{}
	table   = []int{1, 2}
	counter count
	shared  = &count{}
	squares = makeSquares() //fine
	text    strings.Builder
)

func makeSquares() (t [4]int) {
	for i := range t {
		t[i] = i * i //fine
	}
	return t
}

func reads(name string) int {
	seen := 1 //fine
	seen++ //fine
	local := &count{n: table[0]} //fine
	local.add() //fine
	shared.add() //fine
	return names[name] + table[1] + counter.get() + seen //fine
}

func writes(name string) {
	seen = 1 //sin
	seen++ //sin
	names[name] = 2 //sin
	table[0] += 3 //sin
	counter.n = 4 //sin
	shared.n = 5 //sin
	_ = &counter //sin
	_ = &table[1] //sin
	counter.add() //sin
	text.WriteByte('a') //sin
	delete(names, name) //sin
	copy(table, squares[:]) //sin
	slices.Sort(table) //sin
	for seen = range 3 { //sin
	}
	for _, table[0] = range squares { //sin
	}
	for _, n := range table { //fine
		_ = n
	}
}

var later = func() {
	seen = 2 //sin
}
`},
	{"package variables", "sim", `package sim

import "io"

func f() {
	io.EOF = nil //sin
	err := io.EOF //fine
	err = nil //fine
	_ = err
}
`},
	{"map order", "fixtures", `package fixtures

import (
	"maps"
	"slices"
)

type names map[string]int

func f(m names, s []int) (sum int) {
	for range s { //fine
	}
	for range m { //sin
	}
	for _, n := range m { // any order: a sum //fine
		sum += n
	}
	// The next one adds up.
	// any order: a sum
	for _, n := range m { //fine
		sum += n
	}
	// any order:
	for range m { //sin
	}
	// any order: too far away

	for range m { //sin
	}
	for range maps.Keys(m) { //sin
	}
	for range slices.Sorted(maps.Keys(m)) { //fine
	}
	return sum
}

func g[M ~map[string]int, S ~[]int](m M, s S) {
	for range m { //sin
	}
	for range s { //fine
	}
}
`},
	{"floats", "fixtures", `package fixtures

import (
	"math"
	"math/rand/v2"
)

func f(x, y float64, n int, r *rand.Rand) float64 {
	_ = math.Sqrt(x) + math.MaxFloat64 //fine
	_ = math.Exp(x) //sin
	log := math.Log2 //sin
	_ = log
	_ = r.Float64() //fine
	_ = r.NormFloat64() //sin
	_ = n*n + n //fine
	_ = 2*3.5 + x //fine
	_ = x + x*y //sin
	x -= (x * y) //sin
	x += float64(x * y) //fine
	return x
}
-- a_test.go --
package fixtures

import "math"

var e = math.Exp(1) //fine
`},
}

var sizePlants = []plant{
	{"function size", "properties", "package properties\n\nfunc f() { //fine" + newLines(59) + "}\n" +
		"\nfunc g() { //sin" + newLines(60) + "}\n"},
	{"function size", "suites/wire", "package wire\n-- a_test.go --\npackage wire\n\nfunc g() { //sin" + newLines(60) + "}\n" +
		"\nvar _ = func() { //fine" + newLines(100) + "}\n"},
	{"file size", "sim", "package sim //sin\n" + newLines(400) + "-- a_test.go --\n// Comment.\npackage sim //sin\n" + newLines(399) +
		"-- b.go --\npackage sim //fine\n" + newLines(399)},
	{"exported names", "ipv8", "package ipv8 //sin\n" + variables(41) + "-- b.go --\npackage ipv8\n"},
	{"exported names", "harness", "package harness //fine\n" + variables(38) + `
type Kind int

const (
	One Kind = iota
	Two
	Three
)

func (Kind) String() string { return "" }

var unexported, also int
-- a_test.go --
package harness

type More int
`},
	{"exported names", "harness", "package harness //sin\n" + variables(38) + "const (\n\tOne = 1\n\tTwo = 2\n\tThree = 3\n)\n"},
	{"exported names", "properties", "package properties //fine\n" + variables(50)},
	{"spec size", "suites/gossip", "package gossip\n-- a_test.go --\npackage gossip\n\nvar It, When func(string, func())\n\nfunc specs() {\n" +
		"It(\"a\", func() { //fine" + newLines(13) + "})\n" +
		"It(\"b\", func() { //sin" + newLines(14) + "})\n" +
		"When(\"c\", func() { //fine" + newLines(30) + "})\n}\n"},
}

func newLines(n int) string { return strings.Repeat("\n", n) }

// variables are n exported names.
func variables(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("var V" + strings.Repeat("x", i) + " int\n")
	}
	return b.String()
}
