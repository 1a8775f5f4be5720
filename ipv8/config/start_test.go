package config_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// values are what a Thing is made with.
type values struct {
	ID       int
	MaxHops  uint8
	Name     string
	Ratio    float64
	Secret   bool
	Every    time.Duration
	Trackers []netip.AddrPort
}

// Thing is an overlay that notes how it was made and called.
type Thing struct {
	*ipv8.Community
	values
	called []string
}

func (t *Thing) Started() { t.called = append(t.called, "started") }
func (t *Thing) SendPing(times int, d time.Duration) {
	t.called = append(t.called, "send_ping", d.String())
}

var things = config.With("Thing", func(v values) ipv8.Kind[*Thing] {
	return ipv8.Define(ipv8.Named("thing"), func(c *ipv8.Community) *Thing { return &Thing{Community: c, values: v} })
})

var plain = config.Plain("Plain", ipv8.Define(ipv8.Named("plain"), func(c *ipv8.Community) *ipv8.Community { return c }))

// one returns a configuration of one Thing.
func one(initialize config.Init, onStart ...config.Call) *config.Builder {
	b := config.New().ClearKeys().ClearOverlays().AddKey("me", "curve25519", "me.pem")
	return b.AddOverlay("Thing", "me", nil, nil, initialize, onStart...)
}

// run starts a configuration on host 1 of a world.
func run(w *testhost.World, files config.Files, b *config.Builder) (*config.Instance, error) {
	c, err := b.Finalize()
	if err != nil {
		return nil, err
	}
	return config.Start(w.Host(1), w.Ring, files, c, plain, things)
}

func TestInitializeFillsTheValues(t *testing.T) {
	init := config.Init{"id": 7, "max_hops": 3, "name": "x", "ratio": 0.5, "secret": true, "every": 1.5, "trackers": []string{"1.2.3.4:5"}, "max_peers": 4}
	i, err := run(testhost.New(), nil, one(init))
	if err != nil {
		t.Fatal(err)
	}
	thing, ok := config.Overlay[*Thing](i)
	v := thing.values
	if !ok || v.ID != 7 || v.MaxHops != 3 || v.Name != "x" || v.Ratio != 0.5 || !v.Secret || v.Every != 1500*time.Millisecond ||
		!slices.Equal(v.Trackers, []netip.AddrPort{netip.MustParseAddrPort("1.2.3.4:5")}) || thing.MaxPeers() != 4 {
		t.Errorf("made with %+v, at most %d peers", v, thing.MaxPeers())
	}
}

func TestStartErrorsNameTheField(t *testing.T) {
	for _, c := range []struct {
		name string
		b    *config.Builder
		err  string
	}{
		{"class", one(nil).AddOverlay("Thin", "me", nil, nil, nil), `config: overlays[1].class: "Thin"; one of "Plain", "Thing"`},
		{"unknown value", one(config.Init{"idd": 7}), `config: overlays[0].initialize.idd: unknown; there is id, max_hops, name, ratio, secret, every, trackers`},
		{"value for none", one(nil).AddOverlay("Plain", "me", nil, nil, config.Init{"id": 1}), `config: overlays[1].initialize.id: unknown; there is nothing to set`},
		{"value", one(config.Init{"id": "7"}), `config: overlays[0].initialize.id: "7"; it takes a whole number (int)`},
		{"range", one(config.Init{"max_hops": 300}), `config: overlays[0].initialize.max_hops: 300; it takes a whole number (uint8)`},
		{"flag", one(config.Init{"secret": 1}), `config: overlays[0].initialize.secret: 1; it takes true or false`},
		{"real", one(config.Init{"ratio": "half"}), `config: overlays[0].initialize.ratio: "half"; it takes a number`},
		{"method", one(nil, config.Call{"start"}), `config: overlays[0].on_start[0][0]: "start"; *config_test.Thing has no method Start`},
		{"arguments", one(nil, config.Call{"started", 1}), `config: overlays[0].on_start[0]: 1 arguments; *config_test.Thing.Started has the type func(*config_test.Thing)`},
		{"argument", one(nil, config.Call{"send_ping", "x", 1}), `config: overlays[0].on_start[0][1]: "x"; it takes a whole number (int)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := run(testhost.New(), nil, c.b); err == nil || err.Error() != c.err {
				t.Errorf("error\n %v, want\n %s", err, c.err)
			}
		})
	}
}

func TestOnStartCallsWhenAllIsJoined(t *testing.T) {
	i, err := run(testhost.New(), nil, one(nil, config.Call{"started"}, config.Call{"send_ping", 2, 0.25}))
	if err != nil {
		t.Fatal(err)
	}
	thing, _ := config.Overlay[*Thing](i)
	if want := []string{"started", "send_ping", "250ms"}; !slices.Equal(thing.called, want) {
		t.Errorf("called %v, want %v", thing.called, want)
	}
}

func TestKeysAreWrittenAndReadAgain(t *testing.T) {
	files := config.Memory{}
	first, err := run(testhost.New(), files, one(nil))
	if err != nil {
		t.Fatal(err)
	}
	second, err := run(testhost.New(), files, one(nil).AddKey("me", "high", "me.pem"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := first.Stack.Key(), second.Stack.Key()
	if string(files["me.pem"]) != string(a.Bin()) || string(a.Bin()) != string(b.Bin()) || b.Public().Level() != keys.Curve25519 {
		t.Errorf("made %v, then read %v", a.Public(), b.Public())
	}
}

func TestKeyFilesOfPyIPv8AreRead(t *testing.T) {
	data, err := os.ReadFile("../testdata/keyfiles/c25519_0.pem")
	if err != nil {
		t.Fatal(err)
	}
	i, err := run(testhost.New(), config.Memory{"me.pem": data}, one(nil))
	if err != nil || string(i.Stack.Key().Bin()) != string(data) {
		t.Errorf("key %v, error %v", i, err)
	}
}

func TestABadKeyFileIsAnError(t *testing.T) {
	_, err := run(testhost.New(), config.Memory{"me.pem": []byte("what")}, one(nil))
	if !errors.Is(err, keys.ErrMalformed) || !strings.HasPrefix(err.Error(), `config: keys[0]: file "me.pem": keys: malformed key`) {
		t.Errorf("error %v", err)
	}
}

// full is a disk without room.
type full struct{ config.Memory }

func (full) WriteFile(string, []byte) error { return fs.ErrPermission }

func TestAKeyThatCannotBeWrittenIsAnError(t *testing.T) {
	if _, err := run(testhost.New(), full{}, one(nil)); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v, want that of writing", err)
	}
}

// Whether one key is read from a file changes nothing for the next.
func TestEachKeyHasItsOwnStream(t *testing.T) {
	files := config.Memory{}
	two := func() *config.Builder {
		return one(nil).AddKey("other", "curve25519", "").AddAnotherOverlay("Thing", "other", nil, nil, nil)
	}
	a, err := run(testhost.New(), files, two())
	if err != nil {
		t.Fatal(err)
	}
	b, err := run(testhost.New(), files, two())
	if err != nil {
		t.Fatal(err)
	}
	c, d := a.Stack.Overlays(), b.Stack.Overlays()
	if c[0].Mid() == c[1].Mid() || c[0].Mid() != d[0].Mid() || c[1].Mid() != d[1].Mid() {
		t.Errorf("mids %v, %v, then %v, %v", c[0].Mid(), c[1].Mid(), d[0].Mid(), d[1].Mid())
	}
}
