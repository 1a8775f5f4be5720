package wire

import "net/netip"

// The layouts are py-ipv8's, checked against bytes of its version 2.11. Addresses that are not known are 0.0.0.0:0.

// ConnectionType is what a peer says of its way to the internet, two bits wide. The value 1 has no meaning.
type ConnectionType uint8

// The connection types. py-ipv8 always sends ConnectionUnknown.
const (
	ConnectionUnknown      ConnectionType = 0
	ConnectionPublic       ConnectionType = 2
	ConnectionSymmetricNAT ConnectionType = 3
)

// String is the name IPv8 uses.
func (c ConnectionType) String() string {
	switch c {
	case ConnectionUnknown:
		return "unknown"
	case ConnectionPublic:
		return "public"
	case ConnectionSymmetricNAT:
		return "symmetric-NAT"
	}
	return "N/A"
}

// IntroductionRequest asks for the address of another member: message 246, IPv4 only.
type IntroductionRequest struct {
	Destination      netip.AddrPort `wire:"ipv4"`   // whom the request goes to
	SourceLAN        netip.AddrPort `wire:"ipv4"`   // the sender's own address in its network
	SourceWAN        netip.AddrPort `wire:"ipv4"`   // the sender's address as others see it
	Connection       ConnectionType `wire:"bits:2"` // the sender's
	SupportsNewStyle bool           `wire:"bits"`   // the sender understands messages 231 to 234
	_                [4]bool        `wire:"bits"`
	// Advice asks for an introduction. It is what the wire says; py-ipv8 reads the bit inverted, and nobody there looks at it.
	Advice     bool   `wire:"bits"`
	Identifier uint16 // the answer repeats it
	Extra      []byte `wire:"raw"` // of the community
}

// MessageID is 246.
func (IntroductionRequest) MessageID() byte { return 246 }

// IntroductionResponse answers an [IntroductionRequest], with the address of a member or 0.0.0.0:0: message 245, IPv4 only.
type IntroductionResponse struct {
	Destination           netip.AddrPort `wire:"ipv4"`   // whom the response goes to, as the sender sees it
	SourceLAN             netip.AddrPort `wire:"ipv4"`   // the sender's own address in its network
	SourceWAN             netip.AddrPort `wire:"ipv4"`   // the sender's address as others see it
	IntroducedLAN         netip.AddrPort `wire:"ipv4"`   // for a requester in the network of the introduced
	IntroducedWAN         netip.AddrPort `wire:"ipv4"`   // for any other requester
	Connection            ConnectionType `wire:"bits:2"` // the sender's
	_                     bool           `wire:"bits"`
	SupportsNewStyle      bool           `wire:"bits"` // the sender does; py-ipv8 always sets it
	IntroSupportsNewStyle bool           `wire:"bits"` // the introduced does
	PeerLimitReached      bool           `wire:"bits"` // the sender takes no more peers
	_                     [2]bool        `wire:"bits"`
	Identifier            uint16         // that of the request
	Extra                 []byte         `wire:"raw"` // of the community
}

// MessageID is 245.
func (IntroductionResponse) MessageID() byte { return 245 }

// PunctureRequest asks an introduced peer to open its NAT for the walker: message 250, unsigned, IPv4 only.
type PunctureRequest struct {
	WalkerLAN  netip.AddrPort `wire:"ipv4"` // who asked for an introduction, in its network
	WalkerWAN  netip.AddrPort `wire:"ipv4"` // and as others see it
	Identifier uint16         // that of the request for introduction
}

// MessageID is 250.
func (PunctureRequest) MessageID() byte { return 250 }

// Puncture opens the sender's NAT for the receiver: message 249, IPv4 only.
type Puncture struct {
	SourceLAN  netip.AddrPort `wire:"ipv4"` // the sender's own address in its network
	SourceWAN  netip.AddrPort `wire:"ipv4"` // the sender's address as others see it
	Identifier uint16         // that of the request for puncture
}

// MessageID is 249.
func (Puncture) MessageID() byte { return 249 }

// NewIntroductionRequest is [IntroductionRequest], whose fields it shares, for IPv4 and IPv6: message 234.
type NewIntroductionRequest struct {
	Destination netip.AddrPort
	SourceLAN   netip.AddrPort
	SourceWAN   netip.AddrPort
	Identifier  uint16
	Flags       [8]bool `wire:"bits"` // no meaning; kept as received
	Extra       []byte  `wire:"raw"`
}

// MessageID is 234.
func (NewIntroductionRequest) MessageID() byte { return 234 }

// NewIntroductionResponse is [IntroductionResponse], whose fields it shares, for IPv4 and IPv6: message 233. It cannot say that
// the peer limit is reached.
type NewIntroductionResponse struct {
	Destination           netip.AddrPort
	SourceLAN             netip.AddrPort
	SourceWAN             netip.AddrPort
	IntroducedLAN         netip.AddrPort
	IntroducedWAN         netip.AddrPort
	Identifier            uint16
	IntroSupportsNewStyle bool    `wire:"bits"`
	Flags                 [7]bool `wire:"bits"` // no meaning; kept as received
	Extra                 []byte  `wire:"raw"`
}

// MessageID is 233.
func (NewIntroductionResponse) MessageID() byte { return 233 }

// NewPunctureRequest is [PunctureRequest], field by field, for IPv4 and IPv6: message 232, unsigned.
type NewPunctureRequest struct {
	WalkerLAN  netip.AddrPort
	WalkerWAN  netip.AddrPort
	Identifier uint16
}

// MessageID is 232.
func (NewPunctureRequest) MessageID() byte { return 232 }

// NewPuncture is [Puncture], field by field, for IPv4 and IPv6: message 231.
type NewPuncture struct {
	SourceLAN  netip.AddrPort
	SourceWAN  netip.AddrPort
	Identifier uint16
}

// MessageID is 231.
func (NewPuncture) MessageID() byte { return 231 }
