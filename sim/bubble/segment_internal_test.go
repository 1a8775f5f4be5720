package bubble

import "testing"

func TestSegmentsAreCalledAsTheirFlagsSay(t *testing.T) {
	for want, s := range map[string]segment{ // any order: each by itself
		"TCP SYN":     {flags: syn},
		"TCP SYN+ACK": {flags: syn | ack},
		"TCP ACK":     {flags: ack},
		"TCP data":    {flags: ack, payload: []byte("x")},
		"TCP FIN":     {flags: ack | fin, payload: []byte("x")},
		"TCP RST":     {flags: rst},
	} {
		if got := describe(s.append(nil)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := describe([]byte("hello")); got != "" {
		t.Errorf("a packet of UDP is %q", got)
	}
}
