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
	{name: "spells", file: "fixtures/spells.go", code: "s.now ^= 1", red: []string{"fading"}},
}
