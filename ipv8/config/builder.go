package config

import (
	"slices"
	"time"
)

// Builder puts a configuration together. Its methods change it and return it.
type Builder struct{ c Config }

// New returns a builder that begins with one key, "anonymous id" on curve25519
// in the file "ec_multichain.pem", as py-ipv8's does, and with no overlays.
func New() *Builder { return new(Builder).AddKey("anonymous id", "curve25519", "ec_multichain.pem") }

// ClearKeys removes all keys.
func (b *Builder) ClearKeys() *Builder {
	b.c.Keys = nil
	return b
}

// ClearOverlays removes all overlays.
func (b *Builder) ClearOverlays() *Builder {
	b.c.Overlays = nil
	return b
}

// SetWalkerInterval sets the time between two steps of each walker.
func (b *Builder) SetWalkerInterval(d time.Duration) *Builder {
	b.c.WalkerInterval = Seconds(d)
	return b
}

// AddKey adds a key that is read from a file, or else made on a level and
// written there. It replaces a key with the same alias.
func (b *Builder) AddKey(alias, generation, file string) *Builder {
	return b.addKey(KeyDefinition{Alias: alias, Generation: generation, File: file})
}

// AddKeyFromBin adds a key pair given in base64. It is written to the file if
// one is named that does not exist. It replaces a key with the same alias.
func (b *Builder) AddKeyFromBin(alias, base64, file string) *Builder {
	return b.addKey(KeyDefinition{Alias: alias, Bin: base64, File: file})
}

// AddEphemeralKey adds a curve25519 key that is kept in no file. It replaces a
// key with the same alias.
func (b *Builder) AddEphemeralKey(alias string) *Builder {
	return b.addKey(KeyDefinition{Alias: alias, Generation: "curve25519"})
}

func (b *Builder) addKey(k KeyDefinition) *Builder {
	b.c.Keys = append(slices.DeleteFunc(slices.Clone(b.c.Keys), func(o KeyDefinition) bool { return o.Alias == k.Alias }), k)
	return b
}

// AddOverlay adds an overlay: the name of its class, the alias of a key,
// walkers, bootstrappers, values for the class, and what to call when all
// overlays are joined. It replaces overlays of the same class.
func (b *Builder) AddOverlay(class, keyAlias string, walkers []WalkerDefinition, bootstrappers []BootstrapperDefinition,
	initialize Init, onStart ...Call) *Builder {
	b.c.Overlays = slices.DeleteFunc(slices.Clone(b.c.Overlays), func(o OverlayDefinition) bool { return o.Class == class })
	return b.AddAnotherOverlay(class, keyAlias, walkers, bootstrappers, initialize, onStart...)
}

// AddAnotherOverlay is AddOverlay beside other overlays of the same class.
func (b *Builder) AddAnotherOverlay(class, keyAlias string, walkers []WalkerDefinition, bootstrappers []BootstrapperDefinition,
	initialize Init, onStart ...Call) *Builder {
	b.c.Overlays = append(b.c.Overlays, OverlayDefinition{class, keyAlias, walkers, bootstrappers, initialize, onStart})
	return b
}

// Finalize returns the configuration, or what is wrong with it. The builder
// may be used on for another one.
func (b *Builder) Finalize() (Config, error) { return b.c, b.c.Validate() }

// Must returns a configuration that is known to be right, and panics if it is
// not: config.Must(builder.Finalize()).
func Must(c Config, err error) Config {
	if err != nil {
		panic(err)
	}
	return c
}
