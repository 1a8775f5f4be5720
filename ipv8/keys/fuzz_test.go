package keys

import "testing"

func FuzzParsePublic(f *testing.F) {
	for _, v := range keyVectors(f) {
		f.Add([]byte(v.PublicBin))
	}
	f.Add([]byte(standIn(f, NewRing(), VeryLow, 1).Public().Bin()))
	r := NewRing()
	f.Fuzz(func(t *testing.T, bin []byte) {
		p, err := r.ParsePublic(bin)
		if err != nil {
			return
		}
		checkReparses(t, r, p, bin)
	})
}

func FuzzParsePrivate(f *testing.F) {
	for _, v := range keyVectors(f) {
		f.Add([]byte(v.PrivateBin))
		f.Add([]byte(v.PrivatePEM))
	}
	r := NewRing()
	f.Add(standIn(f, r, VeryLow, 1).Bin())
	f.Fuzz(func(t *testing.T, bin []byte) {
		k, err := r.ParsePrivate(bin)
		if err != nil {
			return
		}
		checkReparses(t, r, k.Public(), []byte(k.Public().Bin()))
		again, err := r.ParsePrivate(k.Bin())
		if err != nil || again.Public() != k.Public() || string(again.Bin()) != string(k.Bin()) {
			t.Errorf("%x reparses to %v, %v", k.Bin(), again, err)
		}
	})
}

func checkReparses(t *testing.T, r *Ring, p *Public, bin []byte) {
	if p.Bin() != string(bin) {
		t.Errorf("%x parses to %x", bin, p.Bin())
	}
	again, err := r.ParsePublic([]byte(p.Bin()))
	if err != nil || again != p || again.Mid() != p.Mid() {
		t.Errorf("%x reparses to %v, %v", bin, again, err)
	}
	p.Verify([]byte("message"), make([]byte, p.SignatureLen()))
}
