package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// packet is a case of packets.json, as far as it is about payloads.
type packet struct {
	Name, Hex string
	Parsed    struct {
		Signed       bool
		PayloadClass string  `json:"payload_class"`
		PublicKey    string  `json:"public_key_bin"`
		SignedPart   string  `json:"signed_part"`
		GlobalTime   *string `json:"global_time"`
		Fields       map[string]typed
	}
}

// head is the length of prefix and message number.
const head = 23

func TestPacketPayloads(t *testing.T) {
	data, err := os.ReadFile("../testdata/packets.json")
	if err != nil {
		t.Fatal(err)
	}
	var content struct{ Cases []packet }
	if err := json.Unmarshal(data, &content); err != nil || len(content.Cases) != 166 {
		t.Fatal(err, len(content.Cases))
	}
	for _, p := range content.Cases {
		t.Run(p.Name, func(t *testing.T) { checkPacket(t, p) })
	}
}

// checkPacket reads the headers and the payload, and writes them again.
func checkPacket(t *testing.T, p packet) {
	body, again := p.body(t), []byte(nil)
	if p.Parsed.Signed {
		var auth wire.Auth
		body, again = reread(t, &auth, body, again)
		if hex.EncodeToString([]byte(auth.PublicKey)) != p.Parsed.PublicKey {
			t.Errorf("public key %x", auth.PublicKey)
		}
	}
	if p.Parsed.GlobalTime != nil {
		var dist wire.Dist
		body, again = reread(t, &dist, body, again)
		if strconv.FormatUint(dist.GlobalTime, 10) != *p.Parsed.GlobalTime {
			t.Errorf("global time %d", dist.GlobalTime)
		}
	}
	shape := payloads[p.Parsed.PayloadClass]
	if strings.HasPrefix(p.Parsed.PayloadClass, "Similarity") {
		shape = map[string]reflect.Type{"SimilarityRequestPayload": typeOf[similarityRequest](),
			"SimilarityResponsePayload": typeOf[similarityResponse]()}[p.Parsed.PayloadClass]
	} else {
		p.checkFields(t, shape, body)
	}
	body, again = reread(t, reflect.New(shape).Interface(), body, again)
	if len(body) != 0 || string(again) != string(p.body(t)) {
		t.Errorf("%d bytes left, written again as %x", len(body), again)
	}
}

// body is what follows the message number, without the signature.
func (p packet) body(t *testing.T) []byte {
	text := p.Hex
	if p.Parsed.Signed {
		text = p.Parsed.SignedPart
	}
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data[head:]
}

// reread decodes the head of data into *m and appends m to again.
func reread(t *testing.T, m any, data, again []byte) (rest, written []byte) {
	t.Helper()
	plan, err := wire.PlanOf(reflect.TypeOf(m).Elem())
	if err != nil {
		t.Fatal(err)
	}
	n, err := plan.Decode(data, m)
	if err != nil {
		t.Fatal(err)
	}
	if written, err = plan.Append(again, m); err != nil {
		t.Fatal(err)
	}
	return data[n:], written
}

// checkFields compares a decoded payload with what py-ipv8 made of it.
func (p packet) checkFields(t *testing.T, shape reflect.Type, data []byte) {
	got, want := reflect.New(shape), reflect.New(shape)
	if _, written := reread(t, got.Interface(), data, nil); string(written) != string(data) {
		t.Errorf("written again as %x", written)
	}
	if err := putPayload(want.Elem(), p.Parsed.Fields); err != nil {
		t.Fatal(err)
	}
	if advice := want.Elem().FieldByName("Advice"); advice.IsValid() { // they read it inverted
		advice.SetBool(!advice.Bool())
	}
	if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("decoded as %+v, want %+v", got, want)
	}
}
