package config_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/config"
)

// head and tail enclose the overlays of a configuration that is right.
const head, tail = `{"keys": [{"alias": "me", "generation": "low", "file": "ec.pem"}], "walker_interval": 0.5, "overlays": [`, `]}`

var invalid = []struct{ name, json, err string }{
	{"no JSON", `{`, `config: unexpected EOF`},
	{"two values", `{} {}`, `config: there is more after the JSON value`},
	{"no keys", `{}`, `config: keys: none; a peer has at least one`},
	{"a list", `[]`, `config: []; it takes named values`},
	{"unknown field", `{"key": []}`, `config: key: unknown; there is keys, walker_interval, overlays`},
	{"keys", `{"keys": 3}`, `config: keys: 3; it takes a list`},
	{"key field", `{"keys": [{"name": "me"}]}`, `config: keys[0].name: unknown; there is alias, generation, bin, file`},
	{"alias", `{"keys": [{"generation": "low"}]}`, `config: keys[0].alias: empty; a name`},
	{"alias twice", `{"keys": [{"alias": "a", "generation": "low"}, {"alias": "a", "generation": "low"}]}`, `config: keys[1].alias: "a"; another key has it`},
	{"level", `{"keys": [{"alias": "a", "generation": "lowest"}]}`,
		`config: keys[0].generation: "lowest"; one of [curve25519 very-low low medium high], with "stand-in " before it for a stand-in`},
	{"stand-in file", `{"keys": [{"alias": "a", "generation": "stand-in low", "file": "f"}]}`,
		`config: keys[0].file: "f"; none, a stand-in means nothing outside its ring`},
	{"bin and level", `{"keys": [{"alias": "a", "generation": "low", "bin": "AA=="}]}`, `config: keys[0].bin: "AA=="; either this or generation`},
	{"bin", `{"keys": [{"alias": "a", "bin": "?"}]}`, `config: keys[0].bin: "?"; illegal base64 data at input byte 0`},
	{"interval", `{"walker_interval": -1, "keys": [{"alias": "a", "generation": "low"}]}`, `config: walker_interval: -1s; 0 seconds or more`},
	{"interval text", `{"walker_interval": "1"}`, `config: walker_interval: "1"; it takes a number of seconds`},
	{"interval exponent", `{"walker_interval": 1e3}`, `config: walker_interval: 1e3 is no plain decimal number of seconds`},
	{"interval size", `{"walker_interval": 99999999999999}`, `config: walker_interval: 99999999999999 seconds are too many`},
	{"key", head + `{"class": "C", "key": "you"}` + tail, `config: overlays[0].key: "you"; one of "me"`},
	{"class", head + `{"key": "me"}` + tail, `config: overlays[0].class: empty; the name of a class`},
	{"class number", head + `{"class": 3, "key": "me"}` + tail, `config: overlays[0].class: 3; it takes text`},
	{"strategy", overlay(`"walkers": [{"strategy": "RandomWalk"}, {"strategy": "RandomWak"}]`),
		`config: overlays[0].walkers[1].strategy: "RandomWak"; one of RandomWalk, EdgeWalk, RandomChurn`},
	{"peers", overlay(`"walkers": [{"strategy": "RandomWalk", "peers": -2}]`), `config: overlays[0].walkers[0].peers: -2; a number of peers, or -1 for no end`},
	{"peers fraction", overlay(`"walkers": [{"strategy": "RandomWalk", "peers": 2.5}]`), `config: overlays[0].walkers[0].peers: 2.5; it takes a whole number (int)`},
	{"walker value", walker("RandomWalk", `"timout": 3.0`),
		`config: overlays[0].walkers[0].init.timout: unknown; there is timeout, window_size, reset_chance, target_interval`},
	{"timeout", walker("RandomWalk", `"timeout": 0`), `config: overlays[0].walkers[0].init.timeout: 0s; more than 0 seconds`},
	{"reset", walker("RandomWalk", `"reset_chance": 257`), `config: overlays[0].walkers[0].init.reset_chance: 257; 0 to 256`},
	{"target", walker("RandomWalk", `"target_interval": -1`), `config: overlays[0].walkers[0].init.target_interval: -1s; 0 seconds or more`},
	{"edge length", walker("EdgeWalk", `"edge_length": 0`), `config: overlays[0].walkers[0].init.edge_length: 0; 1 or more`},
	{"neighborhood", walker("EdgeWalk", `"neighborhood_size": 0`), `config: overlays[0].walkers[0].init.neighborhood_size: 0; 1 or more`},
	{"edge timeout", walker("EdgeWalk", `"edge_timeout": 0`), `config: overlays[0].walkers[0].init.edge_timeout: 0s; more than 0 seconds`},
	{"sample", walker("RandomChurn", `"sample_size": 0`), `config: overlays[0].walkers[0].init.sample_size: 0; 1 or more`},
	{"ping", walker("RandomChurn", `"ping_interval": 0`), `config: overlays[0].walkers[0].init.ping_interval: 0s; more than 0 seconds`},
	{"inactive", walker("RandomChurn", `"inactive_time": 0`), `config: overlays[0].walkers[0].init.inactive_time: 0s; more than 0 seconds`},
	{"drop", walker("RandomChurn", `"drop_time": 0`), `config: overlays[0].walkers[0].init.drop_time: 0s; more than 0 seconds`},
	{"bootstrapper", overlay(`"bootstrappers": [{"class": "UDPBroadcastBootstrapper"}]`),
		`config: overlays[0].bootstrappers[0].class: "UDPBroadcastBootstrapper"; one of DispersyBootstrapper`},
	{"address", dispersy(`"ip_addresses": ["1.2.3.4"]`),
		`config: overlays[0].bootstrappers[0].init.ip_addresses[0]: "1.2.3.4"; it takes an address and a port, like "1.2.3.4:5678"`},
	{"dns", dispersy(`"dns_addresses": [["t.example", 6421]]`),
		`config: overlays[0].bootstrappers[0].init.dns_addresses: [[t.example 6421]]; must be empty: a configured peer has no resolver, bootstrap.Dispersy takes one`},
	{"bootstrap timeout", dispersy(`"bootstrap_timeout": 0`), `config: overlays[0].bootstrappers[0].init.bootstrap_timeout: 0s; more than 0 seconds`},
	{"on_start", overlay(`"on_start": [[]]`), `config: overlays[0].on_start[0]: empty; the name of a method, and its arguments`},
	{"on_start name", overlay(`"on_start": [["started"], [3]]`), `config: overlays[0].on_start[1][0]: 3; the name of a method`},
	{"max_peers", overlay(`"initialize": {"max_peers": "all"}`), `config: overlays[0].initialize.max_peers: "all"; it takes a whole number (int)`},
}

func overlay(more string) string { return head + `{"class": "C", "key": "me", ` + more + `}` + tail }

func walker(strategy, init string) string {
	return overlay(`"walkers": [{"strategy": "` + strategy + `", "peers": 10, "init": {` + init + `}}]`)
}

func dispersy(init string) string {
	return overlay(`"bootstrappers": [{"class": "DispersyBootstrapper", "init": {` + init + `}}]`)
}

func TestErrorsNameTheField(t *testing.T) {
	for _, c := range invalid {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.Parse([]byte(c.json))
			if err == nil || err.Error() != c.err || !errors.Is(err, config.ErrInvalid) {
				t.Errorf("error\n %v, want\n %s", err, c.err)
			}
		})
	}
}

func TestMissingFieldsHaveDefaults(t *testing.T) {
	for _, json := range []string{overlay(`"walkers": null`), walker("RandomWalk", ``), walker("EdgeWalk", ``), walker("RandomChurn", ``), dispersy(``)} {
		if _, err := config.Parse([]byte(json)); err != nil {
			t.Errorf("%s: %v", json, err)
		}
	}
}

// What is read can be written, and is then read as the same.
func FuzzParse(f *testing.F) {
	for _, c := range invalid {
		f.Add([]byte(c.json))
	}
	f.Add([]byte(dispersy(`"ip_addresses": ["1.2.3.4:5", ["1.2.3.4", 6]], "bootstrap_timeout": 30.5`)))
	f.Add([]byte(overlay(`"initialize": {"id": 12345678901234567890, "max_peers": -1}, "on_start": [["started", 1, "x"]]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse(data)
		if err != nil {
			return
		}
		first, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		c, err = config.Parse(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second, err := json.Marshal(c); err != nil || string(second) != string(first) {
			t.Errorf("%s, then %s, %v", first, second, err)
		}
	})
}
