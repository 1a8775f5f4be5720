package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

const testdata = "../testdata"

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

type keyVector struct {
	Name            string
	Level           Level    `json:"security_level"`
	PrivateBin      hexBytes `json:"private_bin"`
	PublicBin       hexBytes `json:"public_bin"`
	Mid             hexBytes
	MidBase64       string   `json:"mid_base64"`
	SignatureLength int      `json:"signature_length"`
	KeyFile         string   `json:"key_file"`
	MidFirst8       string   `json:"mid_first8_be_u64"`
	X25519Public    hexBytes `json:"x25519_public"`
	Ed25519Public   hexBytes `json:"ed25519_public"`
	PrivatePEM      string   `json:"private_pem_text"`
	PublicPEM       string   `json:"public_pem_text"`
}

func readJSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testdata, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func keyVectors(t testing.TB) []keyVector {
	t.Helper()
	var file struct{ Keys []keyVector }
	readJSON(t, "keys.json", &file)
	if len(file.Keys) != 12 {
		t.Fatalf("keys.json holds %d keys, not 12", len(file.Keys))
	}
	return file.Keys
}

func TestKeysOfPyIPv8(t *testing.T) {
	for _, v := range keyVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			k, err := NewRing().ParsePrivate(v.PrivateBin)
			if err != nil {
				t.Fatal(err)
			}
			checkPair(t, k, v)
		})
	}
}

func checkPair(t *testing.T, k Private, v keyVector) {
	t.Helper()
	p := k.Public()
	mid := p.Mid()
	if !bytes.Equal(k.Bin(), v.PrivateBin) {
		t.Errorf("private bin %x, not %x", k.Bin(), v.PrivateBin)
	}
	if p.Bin() != string(v.PublicBin) {
		t.Errorf("public bin %x, not %x", p.Bin(), v.PublicBin)
	}
	if !bytes.Equal(mid[:], v.Mid) || mid.String() != v.MidBase64 {
		t.Errorf("mid %x %v, not %x %s", mid, mid, v.Mid, v.MidBase64)
	}
	if got := strconv.FormatUint(mid.Uint64(), 10); got != v.MidFirst8 {
		t.Errorf("first eight bytes of mid %s, not %s", got, v.MidFirst8)
	}
	if p.Level() != v.Level || p.SignatureLen() != v.SignatureLength {
		t.Errorf("%v with %d bytes of signature, not %v with %d", p.Level(), p.SignatureLen(), v.Level, v.SignatureLength)
	}
	if s, _ := shapeOf(v.Level); s.public != len(v.PublicBin) || s.private != len(v.PrivateBin) {
		t.Errorf("shape %+v is not that of %d and %d bytes", s, len(v.PublicBin), len(v.PrivateBin))
	}
}

func TestKeyFilesOfPyIPv8(t *testing.T) {
	for _, v := range keyVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join(testdata, v.KeyFile))
			if err != nil {
				t.Fatal(err)
			}
			k, err := NewRing().ParsePrivate(content)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(k.Bin(), content) {
				t.Errorf("the file would be written as %x, not %x", k.Bin(), content)
			}
		})
	}
}

type signatureVector struct {
	Name          string
	Key           string
	PublicBin     hexBytes `json:"public_bin"`
	Message       hexBytes
	Signature     hexBytes
	Deterministic bool
	Valid         bool
}

// differs tells whether our verdict is not py-ipv8's: DIFFERENCES.md, Keys, 1.
// py-ipv8 calls a right Ed25519 signature over an empty message wrong.
func (v signatureVector) differs() bool { return len(v.Message) == 0 && v.Deterministic && !v.Valid }

func TestSignaturesOfPyIPv8(t *testing.T) {
	var file struct{ Cases []signatureVector }
	readJSON(t, "signatures.json", &file)
	if len(file.Cases) != 116 {
		t.Fatalf("signatures.json holds %d cases, not 116", len(file.Cases))
	}
	private := map[string]Private{}
	ring := NewRing()
	for _, v := range keyVectors(t) {
		private[v.Name], _ = NewSocketRing().ParsePrivate(v.PrivateBin)
	}
	for _, v := range file.Cases {
		t.Run(v.Name, func(t *testing.T) {
			p, err := ring.ParsePublic(v.PublicBin)
			valid := err == nil && p.Verify(v.Message, v.Signature)
			if want := v.Valid != v.differs(); valid != want {
				t.Errorf("valid: %v, not %v (parsing: %v)", valid, want, err)
			}
			if v.Deterministic && !bytes.Equal(private[v.Key].Sign(v.Message), v.Signature) {
				t.Errorf("signed as %x, not %x", private[v.Key].Sign(v.Message), v.Signature)
			}
		})
	}
}
