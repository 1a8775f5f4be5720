package config_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

func classes(c config.Config) (names []string) {
	for _, o := range c.Overlays {
		names = append(names, o.Class+" of "+o.Key)
	}
	return names
}

func TestABuilderBeginsWithOneKey(t *testing.T) {
	c := config.Must(config.New().Finalize())
	want := config.KeyDefinition{Alias: "anonymous id", Generation: "curve25519", File: "ec_multichain.pem"}
	if !slices.Equal(c.Keys, []config.KeyDefinition{want}) || len(c.Overlays) != 0 {
		t.Errorf("begins with %+v", c)
	}
}

func TestLaterKeysAndOverlaysReplaceEarlierOnes(t *testing.T) {
	b := config.New().ClearKeys().AddKey("a", "low", "f").AddEphemeralKey("b").AddEphemeralKey("a")
	b.AddOverlay("X", "a", nil, nil, nil).AddOverlay("Y", "a", nil, nil, nil).AddOverlay("X", "b", nil, nil, nil)
	c := config.Must(b.Finalize())
	if len(c.Keys) != 2 || c.Keys[1].Generation != "curve25519" {
		t.Errorf("keys %+v, want b and the later a", c.Keys)
	}
	if got, want := classes(c), []string{"Y of a", "X of b"}; !slices.Equal(got, want) {
		t.Errorf("overlays %v, want %v", got, want)
	}
}

func TestAnotherOverlayStandsBesideTheFirst(t *testing.T) {
	c := config.Must(config.New().AddOverlay("X", "anonymous id", nil, nil, nil).AddAnotherOverlay("X", "anonymous id", nil, nil, nil).Finalize())
	if len(c.Overlays) != 2 {
		t.Errorf("%d overlays, want 2", len(c.Overlays))
	}
}

func TestABuilderCanBeUsedOn(t *testing.T) {
	b := config.New().AddOverlay("X", "anonymous id", nil, nil, nil)
	first := config.Must(b.Finalize())
	b.AddOverlay("X", "anonymous id", nil, nil, config.Init{"id": 1}).AddOverlay("Y", "anonymous id", nil, nil, nil)
	b.AddEphemeralKey("anonymous id").ClearKeys()
	if got := classes(first); len(got) != 1 || got[0] != "X of anonymous id" || first.Keys[0].File == "" || first.Overlays[0].Initialize != nil {
		t.Errorf("the first configuration has become %+v", first)
	}
}

func TestMustPanicsWithWhatIsWrong(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || err.Error() != "config: keys: none; a peer has at least one" {
			t.Errorf("panic %v", err)
		}
	}()
	config.Must(config.New().ClearKeys().Finalize())
}

func TestKeysFromBin(t *testing.T) {
	w := testhost.New()
	bin := base64.StdEncoding.EncodeToString(append([]byte("LibNaCLSK:"), bytes.Repeat([]byte{1}, 64)...))
	b := config.New().ClearKeys().AddKeyFromBin("me", bin, "")
	i, err := config.Start(w.Host(1), w.Ring, nil, config.Must(b.Finalize()))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(i.Stack.Key().Bin()); got[:10] != "LibNaCLSK:" || got[73] != 1 {
		t.Errorf("key %q", got)
	}
}

func TestStandInsHaveTheSizesOfALevel(t *testing.T) {
	w := testhost.New()
	b := config.New().ClearKeys().AddKey("a", "stand-in", "").AddKey("b", "stand-in medium", "").AddOverlay("Plain", "b", nil, nil, nil)
	i, err := config.Start(w.Host(1), w.Ring, nil, config.Must(b.Finalize()), plain)
	if err != nil {
		t.Fatal(err)
	}
	first, second := i.Stack.Key().Public(), i.Stack.Overlays()[0].Key().Public()
	if !first.StandIn() || !second.StandIn() || first.Level() != keys.Curve25519 || second.Level() != keys.Medium {
		t.Errorf("keys %v and %v", first, second)
	}
}

func TestJSONIsPyIPv8s(t *testing.T) {
	walkers := []config.WalkerDefinition{{Strategy: config.RandomWalk, Peers: 10, Init: config.Init{"timeout": 3 * time.Second}}}
	trackers := config.Init{"ip_addresses": []netip.AddrPort{netip.MustParseAddrPort("1.2.3.4:5")}}
	b := config.New().SetWalkerInterval(250 * time.Millisecond)
	b.AddOverlay("X", "anonymous id", walkers, []config.BootstrapperDefinition{{Class: config.DispersyBootstrapper, Init: trackers}},
		config.Init{"id": 3}, config.Call{"started"})
	got, err := json.Marshal(config.Must(b.Finalize()))
	want := `{"keys":[{"alias":"anonymous id","generation":"curve25519","file":"ec_multichain.pem"}],"walker_interval":0.25,"overlays":[` +
		`{"class":"X","key":"anonymous id","walkers":[{"strategy":"RandomWalk","peers":10,"init":{"timeout":3}}],` +
		`"bootstrappers":[{"class":"DispersyBootstrapper","init":{"ip_addresses":["1.2.3.4:5"]}}],"initialize":{"id":3},"on_start":[["started"]]}]}`
	if err != nil || string(got) != want {
		t.Errorf("JSON\n %s, %v, want\n %s", got, err, want)
	}
	var c config.Config
	if err := json.Unmarshal(got, &c); err != nil || c.WalkerInterval != config.Seconds(250*time.Millisecond) {
		t.Errorf("read again: %+v, %v", c, err)
	}
}

func TestSecondsAreExact(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 1: "0.000000001", -1500 * time.Millisecond: "-1.5", 10 * time.Second: "10"} {
		var back config.Seconds
		got, err := json.Marshal(config.Seconds(d))
		if err != nil || string(got) != want || json.Unmarshal(got, &back) != nil || back != config.Seconds(d) {
			t.Errorf("%v is %s and then %v, want %s; %v", d, got, back, want, err)
		}
	}
}

// steps returns how many steps the only walker of a peer takes in a second.
func steps(t *testing.T, w *testhost.World, walker config.WalkerDefinition) int {
	t.Helper()
	b := one(nil).SetWalkerInterval(100 * time.Millisecond)
	b.AddOverlay("Thing", "me", []config.WalkerDefinition{walker}, nil, nil)
	i, err := run(w, nil, b)
	if err != nil {
		t.Fatal(err)
	}
	c := i.Stack.Overlays()[0]
	p := ipv8.Join(ipv8.NewStack(w.Host(2), w.Host(2).Key()), ipv8.Define(c.ID(), func(c *ipv8.Community) *ipv8.Community { return c }))
	p.WalkTo(testhost.Addr(1))
	w.Run(0)
	before := len(w.SentTo(testhost.Addr(2), 0))
	w.Run(time.Second)
	return len(w.SentTo(testhost.Addr(2), 0)) - before
}

func TestWalkersStepAtTheirInterval(t *testing.T) {
	if n := steps(t, testhost.New(), config.WalkerDefinition{Strategy: config.RandomWalk, Peers: 10}); n != 10 {
		t.Errorf("%d steps in a second, want 10", n)
	}
	if n := steps(t, testhost.New(), config.WalkerDefinition{Strategy: config.RandomWalk, Peers: 0}); n != 0 {
		t.Errorf("%d steps of a walker that looks for no peers", n)
	}
}

// storage is the shape of a simulated node's disk.
type storage struct {
	config.Memory
	synced int
}

func (s *storage) Read(name string) ([]byte, bool) { data, ok := s.Memory[name]; return data, ok }
func (s *storage) Write(name string, data []byte)  { s.Memory[name] = data }
func (s *storage) Sync()                           { s.synced++ }

func TestKeysOnADiskAreSynced(t *testing.T) {
	s := &storage{Memory: config.Memory{}}
	for range 2 {
		if _, err := run(testhost.New(), config.OnDisk(s), one(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Memory["me.pem"]) == 0 || s.synced != 1 {
		t.Errorf("%d files, synced %d times; want 1, once", len(s.Memory), s.synced)
	}
}
