package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// ErrInvalid is what every error about a configuration wraps. The text goes on
// with the field, its value and what would be right.
var ErrInvalid = errors.New("config")

// invalid returns an error about a field, or about the whole.
func invalid(path, format string, args ...any) error {
	if path == "" {
		return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
	}
	return fmt.Errorf("%w: %s: %s", ErrInvalid, path, fmt.Sprintf(format, args...))
}

// Config describes a peer.
type Config struct {
	// Keys are the peer's key pairs. The first is the stack's own.
	Keys []KeyDefinition `json:"keys"`
	// WalkerInterval is the time between two steps of each walker. Zero means
	// walk.DefaultInterval.
	WalkerInterval Seconds `json:"walker_interval"`
	// Overlays are joined in this order.
	Overlays []OverlayDefinition `json:"overlays"`
}

// KeyDefinition describes a key pair.
type KeyDefinition struct {
	// Alias is the name by which overlays refer to the key.
	Alias string `json:"alias"`
	// Generation is the level of a key that is to be made: one of keys.Levels,
	// or "stand-in " and one of them, for a key that only has the sizes;
	// "stand-in" alone has those of curve25519.
	Generation string `json:"generation,omitempty"`
	// Bin is the key pair itself, in base64, instead of Generation.
	Bin string `json:"bin,omitempty"`
	// File is where the key is kept. If there is such a file, the key is read
	// from it, whatever Generation and Bin say. Empty means nowhere.
	File string `json:"file"`
}

// OverlayDefinition describes how the peer takes part in an overlay.
type OverlayDefinition struct {
	// Class is the name of one of the classes given to Start.
	Class string `json:"class"`
	// Key is the alias of a key.
	Key string `json:"key"`
	// Walkers find peers, in this order.
	Walkers []WalkerDefinition `json:"walkers"`
	// Bootstrappers meet the first peers.
	Bootstrappers []BootstrapperDefinition `json:"bootstrappers"`
	// Initialize holds the values the class is made with, and "max_peers".
	Initialize Init `json:"initialize"`
	// OnStart is called when all overlays are joined.
	OnStart []Call `json:"on_start"`
}

// WalkerDefinition describes a strategy to find peers.
type WalkerDefinition struct {
	// Strategy is its name.
	Strategy Strategy `json:"strategy"`
	// Peers is the number of peers up to which it takes steps, -1 for no end.
	Peers int `json:"peers"`
	// Init sets it up; times are in seconds. See the strategy.
	Init Init `json:"init"`
}

// BootstrapperDefinition describes how to meet the first peers.
type BootstrapperDefinition struct {
	// Class is its name.
	Class Bootstrapper `json:"class"`
	// Init sets it up; times are in seconds. See the bootstrapper.
	Init Init `json:"init"`
}

// Strategy names a way to find peers, as in py-ipv8.
type Strategy string

// The strategies, and their values in a WalkerDefinition's Init.
const (
	RandomWalk  Strategy = "RandomWalk"  // timeout 3.0, window_size 5 (0: none), reset_chance 50 (of 256), target_interval 0
	EdgeWalk    Strategy = "EdgeWalk"    // edge_length 4, neighborhood_size 6, edge_timeout 3.0
	RandomChurn Strategy = "RandomChurn" // sample_size 8, ping_interval 10.0, inactive_time 27.5, drop_time 57.5
)

// Bootstrapper names a way to meet the first peers, as in py-ipv8.
type Bootstrapper string

// DispersyBootstrapper asks trackers. Init has ip_addresses, a list of
// addresses; bootstrap_timeout 30.0; dns_addresses, for which there is no
// resolver here: it must be empty.
const DispersyBootstrapper Bootstrapper = "DispersyBootstrapper"

// Init is a set of named values. They are what JSON can say; a time.Duration,
// a netip.AddrPort and lists of either are understood too.
type Init map[string]any

// MarshalJSON writes the values, durations in seconds.
func (i Init) MarshalJSON() ([]byte, error) {
	plain := make(map[string]any, len(i))
	for name, v := range i { // any order: json sorts them
		if d, ok := v.(time.Duration); ok {
			v = Seconds(d)
		}
		plain[name] = v
	}
	return json.Marshal(plain)
}

// Call is a method of an overlay by its name in Python's style ("started" is
// Started, "send_ping" is SendPing), and its arguments.
type Call []any

// Seconds is a duration that JSON says in seconds.
type Seconds time.Duration

// String prints the duration as time.Duration does.
func (s Seconds) String() string { return time.Duration(s).String() }

// MarshalJSON writes the number of seconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	sign, n := "", uint64(s)
	if s < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%s%d.%09d", sign, n/1e9, n%1e9)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// UnmarshalJSON reads a number of seconds.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	d, err := parseSeconds(string(data))
	*s = Seconds(d)
	return err
}

// parseSeconds reads a decimal number of seconds, exactly.
func parseSeconds(number string) (time.Duration, error) {
	if _, err := strconv.ParseFloat(number, 64); err != nil || strings.ContainsAny(number, "eExXpPnN_") {
		return 0, fmt.Errorf("%s is no plain decimal number of seconds", number)
	}
	d, err := time.ParseDuration(number + "s")
	if err != nil {
		return 0, fmt.Errorf("%s seconds are too many", number)
	}
	return d, nil
}

// Parse reads a configuration in JSON and checks it. The error names the field
// that is unknown or wrong.
func Parse(data []byte) (Config, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Config{}, fmt.Errorf("%w: there is more after the JSON value", ErrInvalid)
	}
	var c plainConfig
	if err := decode("", v, reflect.ValueOf(&c).Elem()); err != nil {
		return Config{}, err
	}
	return Config(c), Config(c).Validate()
}

// plainConfig is a Config without its own way to be read.
type plainConfig Config

// UnmarshalJSON is Parse.
func (c *Config) UnmarshalJSON(data []byte) (err error) {
	*c, err = Parse(data)
	return err
}
