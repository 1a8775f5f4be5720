package config

import (
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/bootstrap"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

// strategies make the part of a walker from its values.
var strategies = []struct {
	name Strategy
	part func(path string, peers int, interval time.Duration, init Init) (ipv8.Part, error)
}{
	{RandomWalk, randomWalk},
	{EdgeWalk, edgeWalk},
	{RandomChurn, randomChurn},
}

// part returns the part that a walker is, nil for one that never steps.
func (w WalkerDefinition) part(path string, interval time.Duration) (ipv8.Part, error) {
	var names []string
	for _, s := range strategies {
		if s.name != w.Strategy {
			names = append(names, string(s.name))
			continue
		}
		if w.Peers < walk.Always {
			return nil, invalid(path+".peers", "%d; a number of peers, or -1 for no end", w.Peers)
		}
		p, err := s.part(path+".init", w.Peers, interval, w.Init)
		if w.Peers == 0 {
			p = nil
		}
		return p, err
	}
	return nil, invalid(path+".strategy", "%q; one of %s", w.Strategy, strings.Join(names, ", "))
}

func randomWalk(path string, peers int, interval time.Duration, init Init) (ipv8.Part, error) {
	v := struct {
		Timeout        time.Duration
		WindowSize     int
		ResetChance    int
		TargetInterval time.Duration
	}{Timeout: 3 * time.Second, WindowSize: 5, ResetChance: 50}
	if err := decode(path, init, reflect.ValueOf(&v).Elem()); err != nil {
		return nil, err
	}
	switch {
	case v.Timeout <= 0:
		return nil, invalid(path+".timeout", "%v; more than 0 seconds", v.Timeout)
	case v.ResetChance < 0 || v.ResetChance > 256:
		return nil, invalid(path+".reset_chance", "%d; 0 to 256", v.ResetChance)
	case v.TargetInterval < 0:
		return nil, invalid(path+".target_interval", "%v; 0 seconds or more", v.TargetInterval)
	}
	return walk.Random{
		Peers: peers, Timeout: v.Timeout, Window: orNone(v.WindowSize), Reset: orNone(v.ResetChance),
		TargetInterval: v.TargetInterval, Interval: interval,
	}, nil
}

// orNone turns Python's 0, for none, into that of package walk.
func orNone(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}

func edgeWalk(path string, peers int, interval time.Duration, init Init) (ipv8.Part, error) {
	v := struct {
		EdgeLength       int
		NeighborhoodSize int
		EdgeTimeout      time.Duration
	}{4, 6, 3 * time.Second}
	if err := decode(path, init, reflect.ValueOf(&v).Elem()); err != nil {
		return nil, err
	}
	switch {
	case v.EdgeLength < 1:
		return nil, invalid(path+".edge_length", "%d; 1 or more", v.EdgeLength)
	case v.NeighborhoodSize < 1:
		return nil, invalid(path+".neighborhood_size", "%d; 1 or more", v.NeighborhoodSize)
	case v.EdgeTimeout <= 0:
		return nil, invalid(path+".edge_timeout", "%v; more than 0 seconds", v.EdgeTimeout)
	}
	return walk.Edge{Peers: peers, Length: v.EdgeLength, Neighbours: v.NeighborhoodSize, Timeout: v.EdgeTimeout, Interval: interval}, nil
}

func randomChurn(path string, peers int, interval time.Duration, init Init) (ipv8.Part, error) {
	v := struct {
		SampleSize   int
		PingInterval time.Duration
		InactiveTime time.Duration
		DropTime     time.Duration
	}{8, 10 * time.Second, 27500 * time.Millisecond, 57500 * time.Millisecond}
	if err := decode(path, init, reflect.ValueOf(&v).Elem()); err != nil {
		return nil, err
	}
	switch {
	case v.SampleSize < 1:
		return nil, invalid(path+".sample_size", "%d; 1 or more", v.SampleSize)
	case v.PingInterval <= 0:
		return nil, invalid(path+".ping_interval", "%v; more than 0 seconds", v.PingInterval)
	case v.InactiveTime <= 0:
		return nil, invalid(path+".inactive_time", "%v; more than 0 seconds", v.InactiveTime)
	case v.DropTime <= 0:
		return nil, invalid(path+".drop_time", "%v; more than 0 seconds", v.DropTime)
	}
	return walk.Churn{
		Peers: peers, Sample: v.SampleSize, PingInterval: v.PingInterval, Inactive: v.InactiveTime, Drop: v.DropTime, Interval: interval,
	}, nil
}

// part returns the part that a bootstrapper is.
func (b BootstrapperDefinition) part(path string) (ipv8.Part, error) {
	if b.Class != DispersyBootstrapper {
		return nil, invalid(path+".class", "%q; one of %s", b.Class, DispersyBootstrapper)
	}
	v := struct {
		IPAddresses      []netip.AddrPort `json:"ip_addresses"`
		DNSAddresses     []any            `json:"dns_addresses"`
		BootstrapTimeout time.Duration
	}{BootstrapTimeout: bootstrap.DefaultTimeout}
	if err := decode(path+".init", b.Init, reflect.ValueOf(&v).Elem()); err != nil {
		return nil, err
	}
	switch {
	case len(v.DNSAddresses) > 0:
		return nil, invalid(path+".init.dns_addresses", "%v; must be empty: a configured peer has no resolver, bootstrap.Dispersy takes one", v.DNSAddresses)
	case v.BootstrapTimeout <= 0:
		return nil, invalid(path+".init.bootstrap_timeout", "%v; more than 0 seconds", v.BootstrapTimeout)
	}
	return bootstrap.Dispersy{Addresses: v.IPAddresses, Timeout: v.BootstrapTimeout}, nil
}
