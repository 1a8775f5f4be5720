package keys

import (
	"fmt"
	"strings"
)

// Level names an algorithm and a key size as py-ipv8 does ("generation" in
// its configuration, "curve" in its tutorial).
type Level string

// The levels of IPv8, cheapest first. All but Curve25519 are ECDSA with SHA-1
// over a binary-field curve: sect163k1, sect233k1, sect409k1, sect571r1.
// Keys on sect571k1, which newer py-ipv8 makes for High, are High too.
const (
	Curve25519 Level = "curve25519"
	VeryLow    Level = "very-low"
	Low        Level = "low"
	Medium     Level = "medium"
	High       Level = "high"
)

// Levels returns every level, cheapest first.
func Levels() []Level {
	levels := make([]Level, len(shapes))
	for i, s := range shapes {
		levels[i] = s.level
	}
	return levels
}

// ParseLevel returns the level of that name, or ErrLevel with the names there are.
func ParseLevel(name string) (Level, error) {
	s, err := shapeOf(Level(name))
	return s.level, err
}

// SignatureLen returns the bytes of a signature of that level, 0 for an unknown level.
func (l Level) SignatureLen() int {
	s, err := shapeOf(l)
	if err != nil {
		return 0
	}
	return s.signature
}

// shape holds the sizes in bytes that py-ipv8 2.11 gives the keys of a level.
type shape struct {
	level                      Level
	public, private, signature int
	letter                     byte // tells stand-ins of different levels apart
}

var shapes = [...]shape{
	{Curve25519, 74, 74, 64, 'c'},
	{VeryLow, 66, 85, 42, 'v'},
	{Low, 84, 111, 60, 'l'},
	{Medium, 128, 178, 104, 'm'},
	{High, 170, 241, 144, 'h'},
}

func shapeOf(l Level) (shape, error) {
	for _, s := range shapes {
		if s.level == l {
			return s, nil
		}
	}
	return shape{}, fmt.Errorf("%w %q: there are %s", ErrLevel, string(l), levelNames())
}

func levelNames() string {
	names := make([]string, len(shapes))
	for i, s := range shapes {
		names[i] = string(s.level)
	}
	return strings.Join(names, ", ")
}
