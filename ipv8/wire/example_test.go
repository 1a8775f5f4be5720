package wire_test

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// Vote is a message of an overlay: its fields, in order, are its bytes.
type Vote struct {
	Round  uint16
	For    [4]byte
	Voter  netip.AddrPort `wire:"ipv4"`
	Final  bool           `wire:"bits"`
	Weight uint8          `wire:"bits:7"`
	Reason string
}

// MessageID is 12.
func (Vote) MessageID() byte { return 12 }

var vote = wire.MustCompile[Vote]()

func Example() {
	v := Vote{Round: 3, For: [4]byte{0xca, 0xfe, 0xca, 0xfe}, Voter: netip.MustParseAddrPort("1.2.3.4:80"), Final: true, Weight: 5, Reason: "why"}
	data, err := vote.Append(nil, v)
	fmt.Printf("%x %v\n", data, err)

	back, err := vote.DecodeAll(data)
	fmt.Println(back == v, err)

	_, _, err = vote.Decode(data[:14])
	fmt.Println(err, errors.Is(err, wire.ErrTruncated))

	_, err = vote.Append(nil, Vote{Weight: 200})
	fmt.Println(err)
	// Output:
	// 0003cafecafe010203040050850003776879 <nil>
	// true <nil>
	// wire: Vote.Reason: data ends early: 2 bytes needed, 1 left true
	// wire: Vote.Weight: out of range: 200, at most 127
}

// Moment is a time as whole seconds on the wire.
type Moment time.Time

// AppendWire writes the seconds since 1970.
func (m *Moment) AppendWire(dst []byte) ([]byte, error) {
	return seconds.Append(dst, wire.Dist{GlobalTime: uint64(time.Time(*m).Unix())})
}

// DecodeWire reads them.
func (m *Moment) DecodeWire(data []byte) (int, error) {
	d, n, err := seconds.Decode(data)
	*m = Moment(time.Unix(int64(d.GlobalTime), 0).UTC())
	return n, err
}

var seconds = wire.MustCompile[wire.Dist]()

func ExampleCustom() {
	type Note struct {
		At   Moment
		Text string
	}
	note := wire.MustCompile[Note]()
	data, err := note.Append(nil, Note{Moment(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), "hi"})
	fmt.Printf("%x %v\n", data, err)
	back, err := note.DecodeAll(data)
	fmt.Println(time.Time(back.At).Year(), back.Text, err)
	// Output:
	// 00000000386d438000026869 <nil>
	// 2000 hi <nil>
}

func ExampleAddress() {
	fmt.Println(wire.Address{Host: "tracker.example", Port: 6421})
	fmt.Println(wire.AddressOf(netip.MustParseAddrPort("[2001:db8::1]:6421")))
	fmt.Println(wire.Address{})
	// Output:
	// tracker.example:6421
	// [2001:db8::1]:6421
	// 0.0.0.0:0
}
