package faults_test

// bursty are the names of what loses by a chain, by fixtures/loss.go.
var bursty = []string{"gilbert", "gilbert-elliott", "loss-residential", "loss-wifi-busy", "loss-mobile-edge", "loss-storm"}

// measuredStubs are the effects of the rules in measured that can be switched off.
var measuredStubs = []stub{
	{name: "bursts lose", file: "fixtures/loss.go", code: "f.Drop = sim.Lost", red: append([]string{"fading", "loss-clean", "loss-wired"}, bursty...)},
	{name: "the chain", file: "fixtures/loss.go", code: "*s = 1 + (state ^ below(p.Uint64(), c.flip[state]))", instead: "*s = 1 + below(p.Uint64(), c.start())", red: bursty[:2]},
	{name: "places", file: "fixtures/atlas.go", code: "return sim.Fate{Delay: delays[pair]}", instead: "return sim.Fate{}", red: []string{"cities", "continents"}},
	{name: "pairs of places", file: "fixtures/atlas.go", code: "return time.Duration(max(rtt, lightPerKm*km) / 2)", instead: "return 20 * time.Millisecond", red: []string{"cities"}},
	{name: "coordinates", file: "fixtures/coordinates.go", code: "return sim.Fate{Delay: from.to(find(p.To), mix(seed, min(a, b), max(a, b)))}", instead: "return sim.Fate{}"},
	{name: "simblock", file: "fixtures/simblock.go", code: "return sim.Fate{Delay: noisy(s.latency[at.of(p.From)][at.of(p.To)], p.Uint64())}", instead: "return sim.Fate{}", red: []string{"simblock-2015", "simblock-2019"}},
	{name: "simblock's noise", file: "fixtures/simblock.go", code: "return time.Duration(scaled((mean-5)*1_000_000, int64(rarity.at(u))*5/mean, int64(MaxDelay)))", instead: "return time.Duration(mean) * time.Millisecond", red: []string{"simblock-2015", "simblock-2019"}},
	{name: "pings", file: "fixtures/jitter.go", code: "return sim.Fate{Delay: pings.at(p.Uint64())}", instead: "return sim.Fate{}"},
	{name: "swell", file: "fixtures/jitter.go", code: "return sim.Fate{Delay: lognormalAt(median, sigma, state.at(p.At()))}", instead: "return sim.Fate{}", red: []string{"correlated", "overloaded"}},
	{name: "correlation", file: "fixtures/swell.go", code: "s.z = (s.rho*s.z + s.fresh*s.draw(s.step)) >> 24", instead: "s.z = s.draw(s.step)", red: []string{"correlated", "overloaded"}},
	{name: "rfc8868", file: "fixtures/conditions.go", code: "f.Delay = took"},
	{name: "route-flap", file: "fixtures/conditions.go", code: "return by * time.Duration(which&1)", instead: "return 0", red: []string{"route-flap", "g1050"}},
	{name: "link-failure", file: "fixtures/conditions.go", code: "return in < lasts", instead: "return false", red: []string{"link-failure", "g1050"}},
	{name: "severities of nodes", file: "fixtures/g1050.go", code: "return g1050{name, scatter(g1050Key, likely), int(p[1])}.rule, nil", instead: "return g1050{name, func(*sim.Node) int { return 3 }, int(p[1])}.rule, nil", red: []string{"g1050-profile"}},
	{name: "core delay", file: "fixtures/g1050.go", code: "d += ms(s.delay[reach])", red: []string{"g1050"}},
	{name: "core jitter", file: "fixtures/g1050.go", code: "d += time.Duration(p.N(jitter))", red: []string{"g1050"}},
	{name: "core reordering", file: "fixtures/g1050.go", code: "d += 1 + time.Duration(p.N(jitter))", red: []string{"g1050"}},
	{name: "core and access loss", file: "fixtures/g1050.go", code: "return sim.Fate{Drop: sim.Lost}", instead: "return sim.Fate{}", red: []string{"g1050"}},
	{name: "access loss", file: "fixtures/g1050_end.go", code: "return link.length > 0 && link.at(p.At()) == 1", instead: "return false", red: []string{"g1050"}},
	{name: "access wait", file: "fixtures/g1050_end.go", code: "level += (impulse - level) >> 2", red: []string{"g1050"}},
	{name: "spells", file: "fixtures/spells.go", code: "s.now ^= 1", red: []string{"fading"}},
}
