// Package properties holds laws: what must hold in every world.
//
// A [Law] is a name, a space of scenarios, how to boot the overlay, and a judge that plays a scenario and says what must hold.
// [Law.Check] tries it on many worlds, in a test or a Ginkgo spec; [Law.Fuzz] has go test -fuzz search for one that breaks it. A scenario is
// a law's only input: so the failure shows the smallest one found that breaks the same promise, as a Go literal, with a command that plays
// it again.
//
// [Scenarios] draws them. It returns a generator of pgregory.net/rapid, to be mapped, filtered and combined with others; it makes plans,
// never worlds.
package properties
