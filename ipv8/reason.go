package ipv8

import (
	"log/slog"
	"strconv"
)

// Reason is why a packet went no further.
type Reason uint8

// The reasons. A packet that is malformed and badly signed counts as
// malformed, as in py-ipv8.
const (
	Short        Reason = iota // no room for prefix and message id
	Foreign                    // of an overlay that nobody here takes part in
	Unknown                    // a message id without a handler
	Deprecated                 // a message id of IPv8's past
	Malformed                  // the payload is not what its message id says
	BadKey                     // the sender's key makes no sense
	BadSignature               // the signature is not the sender's over this packet
	PeerLimit                  // an introduction request above the peer limit
	Unsent                     // an answer for which there is no way out
	reasons
)

// String names the reason.
func (r Reason) String() string {
	return [...]string{"too short", "foreign overlay", "unknown message", "deprecated message", "malformed",
		"bad key", "bad signature", "peer limit", "unsent"}[r]
}

func (r Reason) level() slog.Level {
	if r == Short || r == Foreign || r == PeerLimit {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// The messages that every community understands. Applications have the ids
// below the first.
const (
	idNewPuncture        = 231
	idNewPunctureRequest = 232
	idNewResponse        = 233
	idNewRequest         = 234
	idResponse           = 245
	idRequest            = 246
	idPuncture           = 249
	idPunctureRequest    = 250
	firstReserved        = idNewPuncture
)

// dispersy says what message ids meant in IPv8's past.
var dispersy = [256]string{
	255: "reserved-255",
	254: "on-missing-sequence",
	253: "missing-proof",
	252: "signature-request",
	251: "signature-response",
	248: "on-identity",
	247: "on-missing-identity",
	244: "destroy-community",
	243: "authorize",
	242: "revoke",
	241: "subjective-set",
	240: "missing-subjective-set",
	239: "on-missing-message",
	238: "undo-own",
	237: "undo-other",
	236: "dynamic-settings",
	235: "missing-last-message",
}

// messageName is what a log line calls a message.
func messageName(id byte) string {
	if dispersy[id] != "" {
		return dispersy[id]
	}
	return strconv.Itoa(int(id))
}
