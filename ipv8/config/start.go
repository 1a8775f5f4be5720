package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// Instance is a peer that runs.
type Instance struct {
	// Stack is the peer's stack, with its overlays in the configuration's
	// order.
	Stack    *ipv8.Stack
	overlays []any
}

// Overlay returns the first overlay of an instance that is of a type, and
// whether there is one.
func Overlay[O any](i *Instance) (overlay O, ok bool) {
	for _, v := range i.overlays {
		if overlay, ok = v.(O); ok {
			return overlay, true
		}
	}
	return overlay, false
}

// Start makes the peer of a configuration run on a host. Its keys are of the
// ring. They are read from and written to files; nil files means that all are
// made anew, which gives the same keys again on the same simulated node, as
// they come from its stream "identity". The classes are those that the
// configuration may name.
//
// Nothing was started when there is an error: ErrInvalid, or what reading,
// writing or making keys returned.
func Start(h ipv8.Host, ring *keys.Ring, files Files, c Config, classes ...Class) (*Instance, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	plans := make([]plan, len(c.Overlays))
	for i, o := range c.Overlays {
		var err error
		if plans[i], err = o.plan(fmt.Sprintf("overlays[%d]", i), time.Duration(c.WalkerInterval), classes); err != nil {
			return nil, err
		}
	}
	pairs, err := c.load(h.Rand("identity"), ring, files)
	if err != nil {
		return nil, err
	}
	instance := &Instance{Stack: ipv8.NewStack(h, pairs[0])}
	for i, o := range c.Overlays {
		p := plans[i]
		parts := append([]ipv8.Part{ipv8.As(c.keyOf(o, pairs)), p.limit}, p.parts...)
		instance.overlays = append(instance.overlays, p.join(instance.Stack, parts))
	}
	for i, p := range plans {
		for _, call := range p.calls {
			call(instance.overlays[i])
		}
	}
	return instance, nil
}

// plan is all that an overlay needs, checked.
type plan struct {
	join  joiner
	limit ipv8.MaxPeers
	parts []ipv8.Part
	calls []func(overlay any)
}

func (o OverlayDefinition) plan(path string, interval time.Duration, classes []Class) (p plan, err error) {
	class, err := o.class(path, classes)
	if err != nil {
		return p, err
	}
	if p.join, err = class.prepare(path+".initialize", o.values()); err != nil {
		return p, err
	}
	if p.limit, err = o.limit(path); err != nil {
		return p, err
	}
	if p.parts, err = o.parts(path, interval); err != nil {
		return p, err
	}
	for i, call := range o.OnStart {
		f, err := call.bind(pathAt(path+".on_start", i), class.overlay)
		if err != nil {
			return p, err
		}
		p.calls = append(p.calls, f)
	}
	return p, nil
}

func pathAt(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func (o OverlayDefinition) class(path string, classes []Class) (Class, error) {
	names := make([]string, len(classes))
	for i, c := range classes {
		if names[i] = c.name; c.name == o.Class {
			return c, nil
		}
	}
	if len(names) == 0 {
		return Class{}, invalid(path+".class", "%q; no classes were given to Start", o.Class)
	}
	return Class{}, invalid(path+".class", "%q; one of %s", o.Class, quoted(names))
}

// keyOf returns the key of an overlay.
func (c Config) keyOf(o OverlayDefinition, pairs []keys.Private) keys.Private {
	for i, k := range c.Keys {
		if k.Alias == o.Key {
			return pairs[i]
		}
	}
	panic(fmt.Sprintf("config: no key %q in a valid configuration", o.Key))
}

// load reads or makes the keys. Each has a stream of its own, so that whether
// one is read changes nothing for the others.
func (c Config) load(identity *rand.Rand, ring *keys.Ring, files Files) ([]keys.Private, error) {
	pairs := make([]keys.Private, len(c.Keys))
	for i, k := range c.Keys {
		stream := rand.New(rand.NewPCG(identity.Uint64(), identity.Uint64()))
		var err error
		if pairs[i], err = k.load(stream, ring, files); err != nil {
			return nil, fmt.Errorf("config: keys[%d]: %w", i, err)
		}
	}
	return pairs, nil
}

func (k KeyDefinition) load(stream *rand.Rand, ring *keys.Ring, files Files) (keys.Private, error) {
	if k.File == "" || files == nil {
		return k.make(stream, ring)
	}
	data, err := files.ReadFile(k.File)
	if err == nil {
		pair, err := ring.ParsePrivate(data)
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", k.File, err)
		}
		return pair, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("file %q: %w", k.File, err)
	}
	pair, err := k.make(stream, ring)
	if err != nil {
		return nil, err
	}
	if err := files.WriteFile(k.File, pair.Bin()); err != nil {
		return nil, fmt.Errorf("file %q: %w", k.File, err)
	}
	return pair, nil
}

// make makes the key pair that the definition describes.
func (k KeyDefinition) make(stream *rand.Rand, ring *keys.Ring) (keys.Private, error) {
	if k.Bin != "" {
		bin, err := base64.StdEncoding.DecodeString(k.Bin)
		if err != nil {
			return nil, err
		}
		return ring.ParsePrivate(bin)
	}
	level, isStandIn := k.level()
	if isStandIn {
		return ring.StandIn(level, keys.Reader(stream))
	}
	return ring.Generate(level, keys.Reader(stream))
}
