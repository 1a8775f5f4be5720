// Package harness is a simulated world that fails your test.
//
// [New] makes a world for a test; [Spawn] puts an overlay of yours on many nodes and returns [Member]s, the handles that survive a crash.
// [World.Eventually] and [World.Consistently] take Gomega's matchers and the world's clock; [World.Always] and [Each] are promises that are
// looked at after every event; [Knows] shows who knows whom, [NewMail] who heard what, [Seeds] tries many worlds.
//
// A [Scenario] is a world as data: [Start] makes it, [Run.Play] plays it with its faults, [Run.Heal] ends them. It runs under *testing.T,
// *rapid.T and GinkgoT(), on the test's goroutine. A failure names the promise, the value, the virtual time, the seed and the command that
// replays it; a panic of an overlay becomes such a failure, while a panic by which a framework ends a test passes through. An [Account] is the
// failure of a law on one screen; worlds that failed are kept as [Cases].
package harness
