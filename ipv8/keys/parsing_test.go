package keys

import (
	"errors"
	"strings"
	"testing"
)

type parsingVector struct {
	Name     string
	Private  bool
	Hex      hexBytes
	Accepted bool
	KeyToBin hexBytes `json:"key_to_bin"`
	Mid      hexBytes
}

// refusedHere are the keys that py-ipv8 accepts and this package does not,
// with the error it has for them; see DIFFERENCES.md, Keys, by number.
func refusedHere(v parsingVector) error {
	switch {
	case strings.HasSuffix(v.Name, "+1 trailing byte"): // 2
		return ErrMalformed
	case v.Name == "c25519_0 public -1 byte", v.Name == "LibNaCLPK: 32 bytes": // 3
		return ErrMalformed
	case strings.HasPrefix(v.Name, "LibNaCLSK: only"), v.Name == "LibNaCLSK: 32 bytes": // 4
		return ErrMalformed
	case v.Name == "LibNaCLPK: all zero": // 5
		return ErrWeak
	case strings.HasPrefix(v.Name, "a NIST P-256"): // 6
		return ErrCurve
	}
	return nil
}

// acceptedHere are the keys that py-ipv8 2.11 refuses and this package takes.
func acceptedHere(v parsingVector) bool {
	return v.Name == "PEM text given as private" // 7
}

func TestParsingOfPyIPv8(t *testing.T) {
	var file struct{ Cases []parsingVector }
	readJSON(t, "key_parsing.json", &file)
	if len(file.Cases) != 58 {
		t.Fatalf("key_parsing.json holds %d cases, not 58", len(file.Cases))
	}
	refused := 0
	for _, v := range file.Cases {
		t.Run(v.Name, func(t *testing.T) { checkParsing(t, v) })
		if v.Accepted && refusedHere(v) != nil {
			refused++
		}
	}
	if refused != 16 {
		t.Errorf("%d entries are refused here alone, not 16", refused)
	}
}

func checkParsing(t *testing.T, v parsingVector) {
	bin, p, err := parseEither(NewRing(), v)
	if want := refusedHere(v); v.Accepted && want != nil {
		if !errors.Is(err, want) {
			t.Errorf("error %v, not %v", err, want)
		}
		return
	}
	if accepted := err == nil; accepted != (v.Accepted || acceptedHere(v)) {
		t.Fatalf("accepted: %v (%v)", accepted, err)
	}
	if !v.Accepted {
		return
	}
	mid := p.Mid()
	if bin != string(v.KeyToBin) || string(mid[:]) != string(v.Mid) {
		t.Errorf("bin %x with mid %x, not %x with %x", bin, mid, v.KeyToBin, v.Mid)
	}
}

func parseEither(r *Ring, v parsingVector) (bin string, p *Public, err error) {
	if v.Private {
		k, err := r.ParsePrivate(v.Hex)
		if err != nil {
			return "", nil, err
		}
		return string(k.Bin()), k.Public(), nil
	}
	p, err = r.ParsePublic(v.Hex)
	if err != nil {
		return "", nil, err
	}
	return p.Bin(), p, nil
}
