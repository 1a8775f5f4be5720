package wire

// Auth is the head of every signed message: who signed it. The signature itself ends the packet.
type Auth struct {
	// PublicKey is the key's wire form, at most 65535 bytes.
	PublicKey string `wire:"varlenH"`
}

// Dist is the sender's Lamport clock, after [Auth] or first in an unsigned message.
type Dist struct {
	GlobalTime uint64
}
