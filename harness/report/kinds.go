package report

import (
	"fmt"
	"strings"
)

// mostKinds is how many kinds of packets are told apart; what comes later is "other".
const mostKinds = 15

// Other is the kind of those packets for which there was no room.
const Other = "other"

// kinds are the kinds of packets seen so far.
type kinds struct {
	index  map[string]int32
	all    []*traffic
	folded bool // names have lost their digits
}

// traffic is what is known of a kind while it is recorded.
type traffic struct {
	Traffic
	perBin *counts
	lost   []uint64 // by reason
}

// of is the kind of a payload: what describe says of it, or what can be seen.
func (r *Recording) of(data []byte) int32 {
	name := ""
	if r.describe != nil {
		name = r.describe(data)
	}
	if name == "" {
		word := firstWord(data)
		if i, known := r.kinds.index[string(word)]; known && word != nil {
			return i
		}
		if name = string(word); word == nil {
			name = unworded(data)
		}
	}
	if r.kinds.folded {
		name = withoutDigits(name)
	}
	if i, known := r.kinds.index[name]; known {
		return i
	}
	return r.newKind(name)
}

// newKind makes room for a kind. When there are too many for the first time, their names lose their digits, and equal ones become one:
// "push 17" and "push 18" are pushes. When there are too many still, the rest is Other.
func (r *Recording) newKind(name string) int32 {
	if len(r.kinds.all) >= mostKinds {
		if !r.kinds.folded {
			r.fold()
			name = withoutDigits(name)
		}
		if i, known := r.kinds.index[name]; known {
			return i
		}
		if len(r.kinds.all) >= mostKinds {
			name = Other
		}
		if i, known := r.kinds.index[name]; known {
			return i
		}
	}
	i := int32(len(r.kinds.all))
	r.kinds.index[name] = i
	r.kinds.all = append(r.kinds.all, &traffic{Traffic: Traffic{Kind: name}, perBin: r.time.count()})
	return i
}

// fold makes those kinds one whose names differ in digits only.
func (r *Recording) fold() {
	old := r.kinds.all
	r.kinds = kinds{index: map[string]int32{}, folded: true}
	place := make([]int32, len(old))
	for i, k := range old {
		name := withoutDigits(k.Kind)
		at, known := r.kinds.index[name]
		if place[i] = at; known {
			r.kinds.all[at].join(k)
			r.time.forget(k.perBin)
			continue
		}
		k.Kind = name
		place[i] = int32(len(r.kinds.all))
		r.kinds.index[name] = place[i]
		r.kinds.all = append(r.kinds.all, k)
	}
	r.air.each(func(f *flight) { f.kind = place[f.kind] })
}

// join adds what is known of another kind.
func (k *traffic) join(other *traffic) {
	k.Packets += other.Packets
	k.Copies += other.Copies
	k.Bytes += other.Bytes
	k.Delivered += other.Delivered
	k.perBin.join(*other.perBin)
	for why, n := range other.lost {
		k.lose(why, n)
	}
}

func (k *traffic) lose(why int, n uint64) {
	for len(k.lost) <= why {
		k.lost = append(k.lost, 0)
	}
	k.lost[why] += n
}

// withoutDigits leaves out the words of a name that have digits.
func withoutDigits(name string) string {
	var words []string
	for _, word := range strings.Fields(name) {
		if !strings.ContainsAny(word, "0123456789") {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return Other
	}
	return strings.Join(words, " ")
}

// firstWord is the kind of a text that nobody describes: its first word, if that is made of letters; "text" if it is not. It is nil for what
// is no text.
func firstWord(data []byte) []byte {
	letters, word := 0, true
	for _, b := range data {
		if (b < ' ' || b > '~') && b != '\n' && b != '\t' {
			return nil
		}
		if word = word && (b|0x20 >= 'a' && b|0x20 <= 'z'); word {
			letters++
		}
	}
	const long = 20
	switch {
	case len(data) == 0:
		return nil
	case letters == 0 || letters > long || letters < len(data) && strings.IndexByte(" :,;=({[\n\t", data[letters]) < 0:
		return text
	}
	return data[:letters]
}

var text = []byte("text")

// unworded is the kind of what is no text and nobody describes: its first byte.
func unworded(data []byte) string {
	if len(data) == 0 {
		return "empty"
	}
	return firstBytes[data[0]]
}

// firstBytes are the names of kinds that differ in their first byte.
var firstBytes = func() (names [256]string) {
	for i := range names {
		names[i] = fmt.Sprintf("0x%02x…", i)
	}
	return names
}()
