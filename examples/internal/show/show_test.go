package show

import (
	"bufio"
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8/config"
)

const keyFiles = "../../../ipv8/testdata/keyfiles/"

var preset = Settings{Seed: 1, Peers: 2, Duration: 10 * time.Second, Curve: "curve25519", Interval: 2 * time.Second}

// twoPeers is a simulation, and keeps its peers.
func twoPeers(to *[]*config.Instance) func(p *Play) {
	return func(p *Play) {
		for i := range p.Peers {
			builder := config.New().ClearKeys().ClearOverlays().AddKey("key", p.Curve, p.File("ec%d.pem", i))
			c := config.Must(builder.AddOverlay("A", "key", nil, nil, nil, config.Call{"started", p.Interval}).Finalize())
			*to = append(*to, p.Start(string(rune('a'+i)), c, config.Plain("A", overlays.PingPongs)))
		}
		p.Check((*to)[0].Stack.Overlays()[0].WalkTo(p.World.Nodes()[1].Addrs()[0]))
	}
}

// played is what a run came to.
type played struct {
	status   int
	out, err string
	peers    []*config.Instance
}

// play runs the simulation with a command line.
func play(args ...string) (p played) {
	var out, err bytes.Buffer
	w := bufio.NewWriter(&out)
	p.status = run("two", args, preset, twoPeers(&p.peers), w, &err)
	w.Flush()
	p.out, p.err = out.String(), err.String()
	return p
}

func TestAWrongFlagIsOneLineThatSaysWhatIsRight(t *testing.T) {
	notAKey := filepath.Join(t.TempDir(), "not a key")
	table := filepath.Join(t.TempDir(), "matrix.csv")
	for name, text := range map[string]string{notAKey: "hello", table: "1,2\n3"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ flag, value, right string }{
		{"seed", "-1", "want a whole number from 0 to 18446744073709551615"},
		{"seed", "18446744073709551616", "want a whole number from 0"},
		{"peers", "0", "want a whole number from 1 to 1000000"},
		{"peers", "many", "want a whole number from 1 to 1000000"},
		{"trackers", "1", "want 0"},
		{"duration", "-1s", "want a time from 0s"},
		{"duration", "10", "such as 500ms, 90s or 1h30m"},
		{"interval", "0", "want a time from 1ms"},
		{"curve", "p256", "want one of curve25519, very-low, low, medium, high, stand-in"},
		{"key", "nowhere", "want a key file: "},
		{"key", notAKey, "want a key file as IPv8 writes it"},
		{"latency", "fast", "want a time such as 100ms, a range such as 50ms-150ms"},
		{"latency", "-1ms", "delay is -1ms, wants 0s to 1h0m0s"},
		{"latency", "20ms-10ms", "hi is 10ms, wants at least lo, which is 20ms"},
		{"latency", "20ms-x", `hi is "x", want a time such as 100ms`},
		{"latency", "lognormal:80ms", "want lognormal:median:sigma"},
		{"latency", "lognormal:80ms:0.5555", "want a number such as 0.5, of at most three decimals"},
		{"latency", "loss:1%", "want a time such as 100ms"},
		{"latency", "nowhere.csv", "want a latency matrix: "},
		{"latency", table, "malformed table"},
		{"loss", "0.1", "want a percentage from 0% to 100%"},
		{"loss", "101%", "want a percentage from 0% to 100%"},
		{"loss", "1e1%", "want a percentage from 0% to 100%"},
		{"quiet", "perhaps", "want true or false"},
		{"trace", "", "want the name of a file"},
		{"trace", filepath.Join("no", "such", "folder"), "want a file that can be written"},
	} {
		p := play("-" + c.flag + "=" + c.value)
		if p.status != 2 || p.out != "" || strings.Count(p.err, "\n") != 1 {
			t.Errorf("-%s=%s: status %d, output %q, errors %q; want status 2 and one line", c.flag, c.value, p.status, p.out, p.err)
		}
		for _, part := range []string{"two: invalid", `"` + c.value + `"`, "-" + c.flag, c.right} {
			if !strings.Contains(p.err, strings.ReplaceAll(part, `\`, `\\`)) {
				t.Errorf("-%s=%s: %q does not say %q", c.flag, c.value, p.err, part)
			}
		}
	}
}

func TestWhatIsNoFlagIsAnError(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"-speed 3", "two: flag provided but not defined: -speed; -h lists the flags\n"},
		{"-peers", "two: flag needs an argument: -peers; -h lists the flags\n"},
		{"3", "two: unexpected \"3\": there are flags only; -h lists them\n"},
		{"-key " + keyFiles + "medium_0.pem -curve stand-in",
			"two: invalid value \"" + keyFiles + "medium_0.pem\" for flag -key: want no key file where -curve asks for stand-in keys\n"},
	} {
		if p := play(strings.Fields(c.args)...); p.status != 2 || p.out != "" || p.err != c.says {
			t.Errorf("%s: status %d, output %q, errors %q; want 2 and %q", c.args, p.status, p.out, p.err, c.says)
		}
	}
}

func TestHelpNamesEveryFlagAndItsDefault(t *testing.T) {
	p := play("-peers=3", "-h")
	if p.status != 0 || p.err != "" {
		t.Errorf("status %d, errors %q", p.status, p.err)
	}
	for _, part := range strings.Fields("-seed -peers -trackers -duration -curve -key -latency -loss -interval -quiet -trace lognormal:median:sigma") {
		if !strings.Contains(p.out, part) {
			t.Errorf("help does not say %s", part)
		}
	}
	if !strings.Contains(p.out, "how many peers\n        default: 2\n") {
		t.Errorf("help does not tell the default: %s", p.out)
	}
}

func TestTheSameFlagsGiveTheSameBytes(t *testing.T) {
	args := strings.Fields("-seed 0x10 -latency lognormal:80ms:0.5 -loss 10% -duration 1m")
	once, again := play(args...), play(args...)
	if once.status != 0 || once.out != again.out {
		t.Errorf("status %d; first\n%s\nthen\n%s", once.status, once.out, again.out)
	}
	if other := play("-latency", "lognormal:80ms:0.5", "-loss", "10%", "-duration", "1m"); other.out == once.out {
		t.Error("another seed gives the same")
	}
}

func TestAKeyFileOfPyIPv8IsTheFirstPeersKey(t *testing.T) {
	for _, file := range []string{"c25519_0.pem", "very-low_1.pem", "medium_0.pem", "medium_0.textpem"} {
		p := play("-quiet", "-key", keyFiles+file)
		if p.status != 0 || len(p.peers) != 2 {
			t.Fatalf("%s: status %d: %s", file, p.status, p.err)
		}
		first, second := p.peers[0].Stack.Key().Bin(), p.peers[1].Stack.Key().Bin()
		if want, _ := os.ReadFile(keyFiles + strings.Replace(file, "textpem", "pem", 1)); !bytes.Equal(first, want) {
			t.Errorf("%s: the first peer has the key %x, want %x", file, first, want)
		}
		if bytes.Equal(first, second) {
			t.Errorf("%s: the second peer has it too", file)
		}
	}
}

func TestEveryCurvePlays(t *testing.T) {
	for _, curve := range curves() {
		p := play("-curve", curve, "-quiet")
		if p.status != 0 || !strings.Contains(p.out, "peers known: min 1, median 1, max 1\n") {
			t.Errorf("%s: status %d\n%s%s", curve, p.status, p.out, p.err)
		}
	}
}

func TestQuietPrintsTheSummaryOnly(t *testing.T) {
	loud, quiet := play(), play("-quiet")
	if !strings.HasSuffix(loud.out, quiet.out) || !strings.HasPrefix(quiet.out, "peers known") || strings.Contains(quiet.out, "<t=") {
		t.Errorf("loud\n%s\nquiet\n%s", loud.out, quiet.out)
	}
	if !strings.HasPrefix(quiet.err, "real time ") || strings.Count(quiet.err, "\n") != 1 {
		t.Errorf("standard error is %q", quiet.err)
	}
}

func TestTheTraceIsJSONOrText(t *testing.T) {
	for name, want := range map[string]string{
		"trace.jsonl": `{"id":1,"t":0,"kind":"booted","node":"a"}` + "\n",
		"trace.txt":   "    0.000000000 #1    a booted\n",
	} {
		file := filepath.Join(t.TempDir(), name)
		p := play("-trace", file)
		data, err := os.ReadFile(file)
		if err != nil || p.status != 0 || !strings.HasPrefix(string(data), want) {
			t.Errorf("%s: status %d, %v, begins %.100q, want %q", name, p.status, err, data, want)
		}
		if p.out != play().out {
			t.Errorf("%s: the trace changes the output", name)
		}
	}
}

func TestLatencies(t *testing.T) {
	table := filepath.Join(t.TempDir(), "matrix.csv")
	if err := os.WriteFile(table, []byte("0,50\n80,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ latency, line string }{
		{"0s", "<t=2.0> peer"}, {"50ms", "<t=2.05> peer"}, {"constant:123456us", "<t=2.123> peer"}, {"7ms-7ms", "<t=2.007> peer"}, {table, "<t=2.13> peer"},
	} {
		if p := play("-latency", c.latency); p.status != 0 || !strings.Contains(p.out, c.line) {
			t.Errorf("%s: status %d, no line %q: %s%s", c.latency, p.status, c.line, p.out, p.err)
		}
	}
}

func TestAnUnknownDestinationIsAnError(t *testing.T) {
	var out, err bytes.Buffer
	status := run("two", nil, preset, func(p *Play) {
		c := config.Must(config.New().AddOverlay("A", "anonymous id", nil, nil, nil).Finalize())
		o := p.Start("a", c, config.Plain("A", overlays.PingPongs)).Stack.Overlays()[0]
		at := p.World.Nodes()[0].Addrs()[0]
		p.Check(o.WalkTo(at))
		p.Check(o.WalkTo(nobody(at)))
	}, bufio.NewWriter(&out), &err)
	if status != 1 || !strings.Contains(err.String(), "two: ") || !strings.Contains(err.String(), "address") {
		t.Errorf("status %d, errors %q", status, err.String())
	}
}

func TestATraceThatCannotBeWrittenIsAnError(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no device that is full")
	}
	if p := play("-trace", "/dev/full"); p.status != 1 || !strings.Contains(p.err, "two: writing the trace") {
		t.Errorf("status %d, errors %q", p.status, p.err)
	}
}

// nobody returns an address beside another.
func nobody(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), a.Port()^1) }
