package faults_test

// bursty are the names of what loses by a chain, by fixtures/loss.go.
var bursty = []string{"gilbert", "gilbert-elliott", "loss-residential", "loss-wifi-busy", "loss-mobile-edge", "loss-storm"}

// measuredStubs are the effects of the rules in measured that can be switched off.
var measuredStubs = []stub{
	{name: "bursts lose", file: "fixtures/loss.go", code: "f.Drop = sim.Lost", red: append([]string{"fading", "loss-clean", "loss-wired"}, bursty...)},
	{name: "the chain", file: "fixtures/loss.go", code: "*s = 1 + (state ^ below(p.Uint64(), c.flip[state]))", instead: "*s = 1 + below(p.Uint64(), c.start())", red: bursty[:2]},
	{name: "spells", file: "fixtures/spells.go", code: "s.now ^= 1", red: []string{"fading"}},
}
