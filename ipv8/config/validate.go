package config

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// Validate returns the first thing that is wrong with the configuration by
// itself, whatever classes there are.
func (c Config) Validate() error {
	if c.WalkerInterval < 0 {
		return invalid("walker_interval", "%v; 0 seconds or more", c.WalkerInterval)
	}
	if len(c.Keys) == 0 {
		return invalid("keys", "none; a peer has at least one")
	}
	aliases := make([]string, 0, len(c.Keys))
	for i, k := range c.Keys {
		path := fmt.Sprintf("keys[%d]", i)
		if err := k.validate(path); err != nil {
			return err
		}
		if slices.Contains(aliases, k.Alias) {
			return invalid(path+".alias", "%q; another key has it", k.Alias)
		}
		aliases = append(aliases, k.Alias)
	}
	for i, o := range c.Overlays {
		path := fmt.Sprintf("overlays[%d]", i)
		if !slices.Contains(aliases, o.Key) {
			return invalid(path+".key", "%q; one of %s", o.Key, quoted(aliases))
		}
		if err := o.validate(path); err != nil {
			return err
		}
	}
	return nil
}

func (k KeyDefinition) validate(path string) error {
	switch {
	case k.Alias == "":
		return invalid(path+".alias", "empty; a name")
	case k.Generation != "" && k.Bin != "":
		return invalid(path+".bin", "%q; either this or generation", k.Bin)
	case k.Bin != "":
		if _, err := base64.StdEncoding.DecodeString(k.Bin); err != nil {
			return invalid(path+".bin", "%q; %v", k.Bin, err)
		}
		return nil
	}
	level, isStandIn := k.level()
	if isStandIn && k.File != "" {
		return invalid(path+".file", "%q; none, a stand-in means nothing outside its ring", k.File)
	}
	if _, err := keys.ParseLevel(string(level)); err != nil {
		return invalid(path+".generation", "%q; one of %v, with %q before it for a stand-in", k.Generation, keys.Levels(), standIn+" ")
	}
	return nil
}

// standIn marks the levels of stand-in keys.
const standIn = "stand-in"

// level returns the level of a key that is to be made, and whether it is a
// stand-in.
func (k KeyDefinition) level() (level keys.Level, isStandIn bool) {
	if k.Generation == standIn {
		return keys.Curve25519, true
	}
	name, isStandIn := strings.CutPrefix(k.Generation, standIn+" ")
	return keys.Level(name), isStandIn
}

func (o OverlayDefinition) validate(path string) error {
	if o.Class == "" {
		return invalid(path+".class", "empty; the name of a class")
	}
	for i, call := range o.OnStart {
		if _, err := call.method(fmt.Sprintf("%s.on_start[%d]", path, i)); err != nil {
			return err
		}
	}
	if _, err := o.limit(path); err != nil {
		return err
	}
	_, err := o.parts(path, 0)
	return err
}

// parts returns the walkers and bootstrappers, in py-ipv8's order of making.
func (o OverlayDefinition) parts(path string, interval time.Duration) ([]ipv8.Part, error) {
	parts := make([]ipv8.Part, 0, len(o.Bootstrappers)+len(o.Walkers)+2)
	for i, b := range o.Bootstrappers {
		p, err := b.part(fmt.Sprintf("%s.bootstrappers[%d]", path, i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	for i, w := range o.Walkers {
		p, err := w.part(fmt.Sprintf("%s.walkers[%d]", path, i), interval)
		if err != nil {
			return nil, err
		}
		if p != nil {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// quoted lists texts for an error.
func quoted(all []string) string {
	list := make([]string, len(all))
	for i, s := range all {
		list[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(list, ", ")
}
